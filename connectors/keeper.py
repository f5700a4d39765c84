"""Keeper: what is known of the credentials of connections, beside what callers give."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from .access import Access
    from .connection import Connection
    from .new_credentials import NewCredentials


class Keeper(Protocol):
    """Knows which credentials of a connection hold now.

    Attributes:
        lasts: Whether what it knows outlives the host, so that callers need not keep credentials themselves.
    """

    lasts: ClassVar[bool]

    async def current(self, given: Connection) -> Access:
        """Return the access to a connection as its caller gave it."""
        ...

    def lease(self, given: Connection) -> AbstractAsyncContextManager[object]:
        """Return a context in which nobody else renews the connection's credentials."""
        ...

    async def replace(self, expired: Access, new: NewCredentials) -> Access:
        """Note what replaces expired credentials, and return what holds now: something else where that came first."""
        ...
