"""MemoryCredentialStore: credentials that are gone when the process ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from .credential_store import StoredCredentials, check_version

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from .credential_store import Credentials


class MemoryCredentialStore:
    """Keeps credentials in memory; for tests, and for applications of one process whose customers connect anew."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredCredentials] = {}
        self._leases: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def load(self, connection_id: str) -> StoredCredentials | None:
        """Return a copy of what is stored."""
        return deepcopy(self._stored.get(connection_id))

    async def save(
        self,
        connection_id: str,
        credentials: Credentials,
        *,
        expected_version: int,
        expires_at: datetime | None = None,
    ) -> StoredCredentials:
        """Store a copy.

        Raises:
            CredentialConflictError: Another version is stored.
        """
        check_version(self._stored.get(connection_id), expected_version)
        self._stored[connection_id] = StoredCredentials(
            credentials=deepcopy(dict(credentials)), version=expected_version + 1, expires_at=expires_at
        )
        return deepcopy(self._stored[connection_id])

    @asynccontextmanager
    async def lease(self, connection_id: str) -> AsyncIterator[None]:
        """Hold the connection's lock, which exists as long as somebody holds it or waits."""
        lock = self._leases.setdefault(connection_id, asyncio.Lock())
        async with lock:
            yield
