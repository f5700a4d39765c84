"""PinnedTransport: HTTP over sockets that only one connection id uses, to addresses that were checked.

It joins httpx to aiohttp's connector itself rather than through `httpx-aiohttp`, which lets aiohttp rewrite URLs
(`/a/%2e%2e/b` becomes `/b`, `%3F` in a signed query becomes `?`) and reports a closed connection as a connect timeout.
aiohttp's session is left out: cookies, redirects, retries and the rest of it are not wanted.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import aiohttp
import httpx
from multidict import CIMultiDict

from .address import literal
from .clean_connector import CleanConnector
from .http_exchange import HttpExchange
from .known import KnownHeaders, target_of_request, texts_of_request
from .origin import Origin
from .resolver import CheckedResolver
from .route import Route
from .unpacking import PIECE_BYTES

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from aiohttp.connector import Connection

    from .egress import EgressPolicy
    from .http_exchange import Body
    from .lookups import ConnectionLookups
    from .proxy import Proxy
    from .target import Target

_MOST_KEPT: Final = 64
_KEEP_ALIVE_SECONDS: Final = 4.0
"""Many servers close a connection after 5 s; a request that is sent at that moment is lost."""
_MAY_LACK_LENGTH: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Without a body; other verbs say that they have none."""


class PinnedTransport(httpx.AsyncBaseTransport):
    """An httpx transport on a connector of aiohttp.

    Follows no redirect, sends nothing a second time, keeps no cookie, unpacks nothing, reads no environment. Beside the
    method, URL, headers and content of a request it takes the extensions `timeout` with `connect`, in seconds, and
    `proxy`.

    Args:
        policy: Decides which addresses may be dialled.
        tls: For https.
        lookups: Asks for the addresses of names.
    """

    def __init__(self, *, policy: EgressPolicy, tls: ssl.SSLContext, lookups: ConnectionLookups) -> None:
        self._policy = policy
        self._exchanges: set[HttpExchange] = set()
        self._resolver = CheckedResolver(policy, lookups)
        self._direct_route = lru_cache(maxsize=_MOST_KEPT)(Route)
        self._connector = CleanConnector(
            policy=policy, resolver=self._resolver, tls=tls, keep_alive_seconds=_KEEP_ALIVE_SECONDS
        )

    @property
    def is_in_use(self) -> bool:
        """Whether there are requests whose responses are not closed yet."""
        return bool(self._exchanges)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its response as soon as the headers are there.

        The connection of a body that came with them is free already.

        Raises:
            EgressRefusedError: It would reach what it may not.
            aiohttp.ClientError: It could not be sent.
            aiohttp.http_exceptions.HttpProcessingError: What came back is not HTTP.
        """
        exchange = HttpExchange(self._exchanges.discard)
        self._exchanges.add(exchange)
        try:
            target = target_of_request(request)
            connection = await self._connect(request, target.origin)
            content = _content(request)
            asked, headers = _head(request, target, content)
            message = await exchange.send(connection, request.method, asked, headers, content)
        except BaseException:
            await exchange.aclose()
            raise
        body = exchange.whole_body()
        response = httpx.Response(
            message.code,
            stream=httpx.ByteStream(body) if body else exchange,
            extensions={"reason_phrase": (message.reason or "").encode("utf-8", "replace")},
        )
        response.headers = KnownHeaders(message.raw_headers)
        return response

    async def aclose(self) -> None:
        """Close all sockets; whoever waits for an answer gets an error."""
        for exchange in self._exchanges:
            exchange.break_off()
        await self._connector.close()

    async def _connect(self, request: httpx.Request, origin: Origin) -> Connection:
        """Return a connection for a request."""
        seconds: float | None = request.extensions.get("timeout", {}).get("connect")
        proxy: Proxy | None = request.extensions.get("proxy")
        if proxy is None:
            route = self._direct_route(origin)
        else:
            async with asyncio.timeout(seconds):
                await self._check_behind(proxy, origin)
            route = Route(origin, proxy, request.headers.get("user-agent", ""))
        try:
            return await self._connector.connect(route, traces=[], timeout=_timeout(seconds))
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError from None

    async def _check_behind(self, proxy: Proxy, origin: Origin) -> None:
        """Refuse a proxy, or an address behind it, that may not be reached; the proxy's name is checked when dialled.

        The proxy resolves the name again. Whoever runs it decides what it reaches; what is refused here would be
        refused without it too.
        """
        self._policy.admit(origin)
        self._policy.admit(Origin.of(proxy.url))
        if literal(origin.host) is None:
            await self._resolver.resolve(origin.host, origin.port)


@lru_cache
def _timeout(connect_seconds: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect_seconds)


def _head(request: httpx.Request, target: Target, content: Body) -> tuple[str, CIMultiDict[str]]:
    """Return what follows the verb of a request, path and query as they are; and the headers.

    These say how long the content is. A proxy without a tunnel reads the request itself, so that it has the whole URL.
    """
    path, _, query = target.raw_path.partition("?")
    asked = f"{path}?{query}" if query else path
    headers = CIMultiDict(texts_of_request(request))
    proxy: Proxy | None = request.extensions.get("proxy")
    if proxy is not None and target.origin.scheme == "http":
        asked = f"{target.origin}{asked}"
        headers.extend(proxy.headers)
    if "content-length" in headers or "transfer-encoding" in headers:
        return asked, headers
    if not isinstance(content, bytes):
        headers["Transfer-Encoding"] = "chunked"
    elif content or request.method not in _MAY_LACK_LENGTH:
        headers["Content-Length"] = str(len(content))
    return asked, headers


def _content(request: httpx.Request) -> Body:
    """Return what is sent. A long body is, too, bit by bit."""
    if isinstance(request.stream, httpx.ByteStream):
        content = request.content
        return content if len(content) <= PIECE_BYTES else _in_pieces(content)
    return request.stream if isinstance(request.stream, httpx.AsyncByteStream) else b""


async def _in_pieces(body: bytes) -> AsyncIterator[memoryview]:
    """Yield a long body bit by bit, so that others run in between."""
    view = memoryview(body)
    for start in range(0, len(view), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]
        await asyncio.sleep(0)
