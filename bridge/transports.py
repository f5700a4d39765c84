"""Transports: the sockets of all connections, apart from each other."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING, Final

import httpx

from .egress import EgressPolicy
from .lookups import NameLookups
from .transport import PinnedTransport

if TYPE_CHECKING:
    import ssl

_MOST_KEPT: Final = 256


class Transports:
    """One transport for each connection id; a socket of one is never used for another.

    Belongs to one event loop. Of transports that no request is using, only the most recently used stay open.

    Args:
        policy: Decides which addresses may be dialled; public ones otherwise.
        most_kept: Transports that stay open.
    """

    def __init__(self, *, policy: EgressPolicy | None = None, most_kept: int = _MOST_KEPT) -> None:
        self._policy = policy or EgressPolicy.default()
        self._most_kept = most_kept
        self._kept: OrderedDict[str, PinnedTransport] = OrderedDict()
        self._lookups = NameLookups()
        self._closed = False

    def get(self, connection_id: str) -> httpx.AsyncBaseTransport:
        """Return the transport for requests of one connection; it need not be closed."""
        return _ConnectionTransport(self, connection_id)

    def open(self, connection_id: str) -> PinnedTransport:
        """Return the open transport of a connection. Use it at once: it may be closed at the next `await`."""
        if self._closed:
            raise RuntimeError("the transports are closed")
        if connection_id not in self._kept:
            self._kept[connection_id] = PinnedTransport(
                policy=self._policy, tls=self._tls, lookups=self._lookups.of_one_connection()
            )
        self._kept.move_to_end(connection_id)
        return self._kept[connection_id]

    async def make_room(self, connection_id: str) -> None:
        """Close the least recently used transports that no request is using, so that there is room for one."""
        while len(self._kept) + (connection_id not in self._kept) > self._most_kept:
            others = (key for key, kept in self._kept.items() if key != connection_id and not kept.is_in_use)
            idle = next(others, None)
            if idle is None:
                return
            await self._kept.pop(idle).aclose()

    async def aclose(self) -> None:
        """Close all sockets, those in use included."""
        self._closed = True
        while self._kept:
            await self._kept.popitem()[1].aclose()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The one TLS configuration: certificates of certifi, nothing from the environment. It takes 20 ms to make."""
        context = httpx.create_ssl_context(trust_env=False)
        # Python takes a file for the keys of all sessions from SSLKEYLOGFILE.
        context.keylog_filename = None  # type: ignore[assignment]  # declared as a string, may be None
        return context


class _ConnectionTransport(httpx.AsyncBaseTransport):
    """What a run holds: looks up the open transport of its connection for each request."""

    def __init__(self, owner: Transports, connection_id: str) -> None:
        self._owner = owner
        self._connection_id = connection_id

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over the sockets of the connection."""
        await self._owner.make_room(self._connection_id)
        return await self._owner.open(self._connection_id).handle_async_request(request)
