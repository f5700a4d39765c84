"""Route: the way to a server, as aiohttp's connector wants to know it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from .origin import Origin

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ConnectionKey

    from .proxy import Proxy


class Route(aiohttp.ClientRequest):
    """The way to an origin, through a proxy or without one. aiohttp has no other type for it than that of requests.

    Args:
        origin: Its host and port are dialled as they are.
        proxy: What is dialled in its place.
        user_agent: What the proxy is told of who asks.

    Attributes:
        origin: As given.
    """

    def __init__(self, origin: Origin, proxy: Proxy | None = None, user_agent: str = "") -> None:
        super().__init__(
            "GET",
            _url(origin),
            proxy=None if proxy is None else _url(Origin.of(proxy.url)),
            proxy_headers=None if proxy is None else {"user-agent": user_agent, **proxy.headers},
        )
        self.origin = origin

    @cached_property
    def connection_key(self) -> ConnectionKey:
        """Which sockets may be used. aiohttp would work it out each time, and changes what it is made of."""
        return super().connection_key


def _url(origin: Origin) -> URL:
    return URL(f"{origin}/", encoded=True)
