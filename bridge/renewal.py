"""Renewal: a run's client, and its one replacement when the server says that credentials have expired."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Client = TypeVar("Client")


class Renewal(Generic[Client]):
    """Holds the client that a run uses now. All calls of the run share one renewal.

    Args:
        client: To begin with.
        refresh: Gives a client with new credentials, or None; None where there is no way to get any.
    """

    def __init__(self, client: Client, refresh: Callable[[], Awaitable[Client | None]] | None) -> None:
        self.client = client
        self._refresh = refresh
        self._turn = asyncio.Lock()

    async def after(self, expired: Client) -> Client | None:
        """Return the client to try again with; None when there is none, or it has been tried.

        Args:
            expired: What the refused request was made with.
        """
        async with self._turn:
            if self.client is not expired:
                return self.client
            refresh, self._refresh = self._refresh, None
            renewed = await refresh() if refresh else None
            if renewed is not None:
                self.client = renewed
            return renewed
