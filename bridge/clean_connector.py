"""CleanConnector: opens sockets, and takes none back into use on which something came that nobody asked for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp

from .connection_handler import ConnectionHandler

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


class CleanConnector(aiohttp.TCPConnector):
    """A connector whose idle connections are checked before they are used again.

    A server may send a second response that would be taken for the answer to the next request. aiohttp notices it when
    a connection becomes idle, but not when it comes later.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (aiohttp's own)
        super().__init__(**options)
        handler: type[ResponseHandler] = ConnectionHandler
        self._factory = partial(handler, loop=asyncio.get_running_loop())

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        """Return an idle connection, if there is one on which nothing came since."""
        while (connection := await super()._get(key, traces)) is not None:
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            connection.close()
        return None
