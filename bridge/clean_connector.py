"""CleanConnector: opens sockets, and takes none back into use on which something came that nobody asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import aiohttp

from .response_guard import ResponseGuard

if TYPE_CHECKING:
    import ssl

    from aiohttp.abc import AbstractResolver
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

    from .egress import EgressPolicy
    from .route import Route


class CleanConnector(aiohttp.TCPConnector):
    """A connector whose idle connections are checked before they are used again.

    A server may send a second response that would be taken for the answer to the next request. aiohttp notices it when
    a connection becomes idle, but not when it comes later.

    Args:
        policy: Decides which addresses may be dialled, where they stand in URLs and are not resolved.
        resolver: Gives the addresses that are dialled.
        tls: For https.
        keep_alive_seconds: How long an idle connection stays open.
    """

    def __init__(
        self, *, policy: EgressPolicy, resolver: AbstractResolver, tls: ssl.SSLContext, keep_alive_seconds: float
    ) -> None:
        super().__init__(
            resolver=resolver,
            use_dns_cache=False,
            ssl=tls,
            limit=0,  # each run has a limit of its own
            keepalive_timeout=keep_alive_seconds,
        )
        self._policy = policy
        self._factory = cast("partial[ResponseHandler]", partial(ResponseGuard, loop=self._loop))

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        """Return an idle connection, if there is one on which nothing came since."""
        while (connection := await super()._get(key, traces)) is not None:
            protocol = connection.protocol
            if protocol is not None and not protocol.should_close:
                return connection
            connection.close()
        return None

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 (as aiohttp has it)
    ) -> ResponseHandler:
        """Open a connection to what is admitted."""
        if self.closed:
            raise aiohttp.ClientConnectionError
        self._policy.admit(cast("Route", req).origin)
        return await super()._create_connection(req, traces, timeout)
