"""Renewal: the client's configuration, and its one replacement when the server says that credentials have expired."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .client_config import ClientConfig


class Renewal:
    """Holds the configuration that a run uses now. All calls of the run share one renewal.

    Args:
        config: To begin with.
        refresh: Gives a configuration with new credentials, or None; None where there is no way to get any.
    """

    def __init__(self, config: ClientConfig, refresh: Callable[[], Awaitable[ClientConfig | None]] | None) -> None:
        self.config = config
        self._refresh = refresh
        self._turn = asyncio.Lock()

    async def after(self, expired: ClientConfig) -> ClientConfig | None:
        """Return the configuration to try again with; None when there is none, or it has been tried.

        Args:
            expired: What the refused request was made with.
        """
        async with self._turn:
            if self.config is not expired:
                return self.config
            refresh, self._refresh = self._refresh, None
            renewed = await refresh() if refresh else None
            if renewed is not None:
                self.config = renewed
            return renewed
