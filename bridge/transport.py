"""PinnedTransport: HTTP over sockets that only one connection id uses, to addresses that were checked.

It joins httpx to aiohttp itself rather than through `httpx-aiohttp`, which lets aiohttp rewrite URLs (`/a/%2e%2e/b`
becomes `/b`, `%3F` in a signed query becomes `?`) and reports a closed connection as a connect timeout.
"""

from __future__ import annotations

import asyncio
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

import aiohttp
import httpx
from yarl import URL

from .address import literal
from .clean_connector import CleanConnector
from .origin import Origin
from .resolver import CheckedResolver
from .unpacking import PIECE_BYTES

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterable, AsyncIterator, Callable

    from .egress import EgressPolicy
    from .lookups import ConnectionLookups
    from .proxy import Proxy

_AUTOMATIC_HEADERS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_LONGEST_HEADER_BYTES: Final = 16 * 1024
_LONGEST_CHUNK_BYTES: Final = 64 * 1024
_MOST_KEPT: Final = 512
_KEEP_ALIVE_SECONDS: Final = 4.0
"""Many servers close a connection after 5 s; a request that is sent at that moment is lost."""


class PinnedTransport(httpx.AsyncBaseTransport):
    """An httpx transport on a session of aiohttp.

    Follows no redirect, sends nothing a second time, keeps no cookie, unpacks nothing, reads no environment. Beside the
    method, URL, headers and content of a request it takes the extensions `timeout` with `connect`, in seconds, and
    `proxy`.

    Args:
        policy: Decides which addresses may be dialled.
        tls: For https.
        lookups: Asks for the addresses of names.
    """

    def __init__(self, *, policy: EgressPolicy, tls: ssl.SSLContext, lookups: ConnectionLookups) -> None:
        self.in_use = 0
        """Requests whose responses are not closed yet."""
        self._policy = policy
        self._bodies: weakref.WeakSet[_Body] = weakref.WeakSet()
        self._resolver = CheckedResolver(policy, lookups)
        connector = CleanConnector(resolver=self._resolver, tls=tls, keep_alive_seconds=_KEEP_ALIVE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_AUTOMATIC_HEADERS,
            auto_decompress=False,
            middlewares=(_sent_once,),
            read_bufsize=PIECE_BYTES // 2,  # with less the socket would rest after each read
            max_line_size=_LONGEST_HEADER_BYTES,
            max_field_size=_LONGEST_HEADER_BYTES,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its response as soon as the headers are there.

        Raises:
            EgressRefusedError: It would reach what it may not.
            aiohttp.ClientError: It could not be sent, or what came back is not HTTP.
        """
        self._policy.admit(Origin.of(request.url))
        self.in_use += 1
        try:
            response = await self._send(request)
        except BaseException:
            self._end_use()
            raise
        body = _Body(response, self._end_use)
        self._bodies.add(body)
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=body,
            extensions={"reason_phrase": (response.reason or "").encode("utf-8", "replace")},
        )

    async def aclose(self) -> None:
        """Close all sockets; whoever waits for an answer gets an error."""
        for body in self._bodies:
            body.break_off()
        await self._session.close()

    async def _send(self, request: httpx.Request) -> aiohttp.ClientResponse:
        """Send a request and wait for the headers of its response."""
        connect_seconds = request.extensions.get("timeout", {}).get("connect")
        headers = [
            (name.decode("ascii"), value.decode("latin-1"))
            for name, value in request.headers.raw
            if name.lower() != b"transfer-encoding"  # aiohttp's own business
        ]
        proxy: Proxy | None = request.extensions.get("proxy")
        told = {"user-agent": request.headers.get("user-agent", ""), **proxy.headers} if proxy else {}
        if proxy is not None:
            async with asyncio.timeout(connect_seconds):
                await self._check_behind(proxy, request.url)
            if request.url.scheme == "http":  # there is no tunnel: the proxy reads the request itself
                headers += proxy.headers.items()
        return await self._session.request(
            request.method,
            _dialled(request.url),
            headers=headers,
            data=_data(request),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=connect_seconds),
            proxy=None if proxy is None else _dialled(proxy.url),
            proxy_headers=told,
        )

    async def _check_behind(self, proxy: Proxy, url: httpx.URL) -> None:
        """Refuse a proxy, or an address behind it, that may not be reached; the proxy's name is checked when dialled.

        The proxy resolves the name again. Whoever runs it decides what it reaches; what is refused here would be
        refused without it too.
        """
        self._policy.admit(Origin.of(proxy.url))
        if literal(url.host) is None:
            await self._resolver.resolve(url.raw_host.decode("ascii"), Origin.of(url).port)

    def _end_use(self) -> None:
        self.in_use -= 1


async def _sent_once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request; raise what aiohttp takes for no reason to send it again, unasked and unseen."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise aiohttp.ClientConnectionError from None


class _Body(httpx.AsyncByteStream):
    """The body of a response, as it comes. A response that was not read to its end takes its socket with it."""

    def __init__(self, response: aiohttp.ClientResponse, end_use: Callable[[], None]) -> None:
        self._response = response
        self._end_use = end_use

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._response.content.read(PIECE_BYTES)
        if not piece:
            raise StopAsyncIteration
        return piece

    def break_off(self) -> None:
        """Wake whoever reads: aiohttp leaves readers asleep when it closes all sockets."""
        self._response.content.set_exception(aiohttp.ClientConnectionError())

    async def aclose(self) -> None:
        self._response.close()
        self._end_use()


def _data(request: httpx.Request) -> bytes | AsyncIterable[bytes | memoryview] | None:
    """Return the body for aiohttp. It writes a stream while it waits for the response, and breaks off with it."""
    if not isinstance(request.stream, httpx.ByteStream):
        return request.stream if isinstance(request.stream, httpx.AsyncByteStream) else None
    body = request.content
    return (body if len(body) <= PIECE_BYTES else _in_pieces(body)) or None


async def _in_pieces(body: bytes) -> AsyncIterator[memoryview]:
    """Yield a long body bit by bit, so that others run in between; aiohttp would copy all of it for that."""
    view = memoryview(body)
    for start in range(0, len(view), PIECE_BYTES):
        yield view[start : start + PIECE_BYTES]
        await asyncio.sleep(0)


def _dialled(url: httpx.URL) -> URL:
    """Return the URL for aiohttp, which takes it as it is: checked host and port, path and query verbatim."""
    return _built(Origin.of(url), url.raw_path)


@lru_cache(maxsize=_MOST_KEPT)
def _built(origin: Origin, raw_path: bytes) -> URL:
    path, _, query = raw_path.decode("ascii").partition("?")
    return URL.build(
        scheme=origin.scheme, host=origin.host, port=origin.port, path=path, query_string=query, encoded=True
    )
