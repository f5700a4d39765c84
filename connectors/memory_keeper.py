"""MemoryKeeper: remembers what replaced what, for hosts without a store."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from .access import Access
from .lru import LruDict

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .connection import Connection
    from .new_credentials import NewCredentials

MOST_REMEMBERED = 10_000


class MemoryKeeper:
    """Remembers, as long as the host is open, which credentials replaced which: callers may go on to give old ones."""

    lasts: ClassVar[bool] = False

    def __init__(self) -> None:
        self._replaced: LruDict[tuple[str, str], Access] = LruDict(MOST_REMEMBERED)
        self._versions = count(1)

    async def current(self, given: Connection) -> Access:
        """Return the last of what replaced each other; versions grow, so that this ends."""
        access = Access.of(given)
        if not self._replaced:  # as in most hosts: nobody need compute a digest
            return access
        while (newer := self._replaced.get(access.key)) is not None and newer.version > access.version:
            access = replace(newer, given=given)
        return access

    def lease(self, given: Connection) -> AbstractAsyncContextManager[object]:
        """Exclude nobody: this memory is of one host."""
        return nullcontext()

    async def replace(self, expired: Access, new: NewCredentials) -> Access:
        """Remember what replaces the expired credentials."""
        merged = expired.credentials | new.values
        access = replace(expired, credentials=merged, version=next(self._versions), expires_at=new.expires_at)
        self._replaced.put(expired.key, access)
        return access
