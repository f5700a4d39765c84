"""ReplayTransport: answers requests from a script, without a network."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp
import aiohttp.http_exceptions
import httpx
from aiohttp.client_reqrep import ConnectionKey

from runtime import Failure, Location, RunEnded

from .errors import CallError
from .origin import Origin
from .request_lines import SentRequest
from .script import Script
from .unpacking import PIECE_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from runtime import Clock

    from .script import Order, Unmatched
    from .scripted_exchange import ScriptedExchange, ScriptedFault, ScriptedResponse

_WITHOUT_BODY: Final = frozenset({204, 304})


class RequestTaker(Protocol):
    """Knows which exchange answers which request."""

    def take(self, sent: SentRequest) -> ScriptedExchange | None:
        """Return the exchange for a request; None where there is none."""
        ...


class ScriptTransport(httpx.AsyncBaseTransport):
    """An httpx transport that sends nothing: a script says what comes of each request.

    What goes wrong raises what `PinnedTransport` raises. A request that no exchange stands ready for ends the run: no
    method can catch that, and no attempt follows.

    Args:
        script: Says which exchange answers which request.
        clock: Of the run; on it goes by what an answer takes.
    """

    def __init__(self, script: RequestTaker, *, clock: Clock) -> None:
        self._taker = script
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request.

        Raises:
            RunEnded: No exchange stands ready for it.
            aiohttp.ClientError: As the script says.
        """
        sent = SentRequest(
            verb=request.method,
            url=request.url,
            headers=_headers(request),
            body=await _body(request),
            site=request.extensions.get("site"),
            plain=request.extensions.get("plain", False),
        )
        exchange = self._taker.take(sent)
        if exchange is None:
            message = f"{sent.name} was not answered: no exchange stands ready for it."
            place = Location.of_site(sent.site)
            raise RunEnded(Failure(type="configuration", key="unmatched_request", message=message, location=place))
        if exchange.response is None:
            raise await _failure(exchange.fault, request.url)
        await self._pass(exchange.response.latency_seconds)
        return _answer(request, exchange.response, truncated=exchange.fault == "truncated")

    async def _pass(self, seconds: float) -> None:
        """Let time go by. The run is not asleep meanwhile: a request is under way."""
        if seconds <= 0:
            return
        answered = asyncio.Event()
        alarm = self._clock.call_at(self._clock.time() + seconds, answered.set)
        try:
            await answered.wait()
        finally:
            alarm.cancel()


class ReplayTransport(ScriptTransport):
    """A transport for which each exchange of a script answers one request.

    Args:
        exchanges: In the order in which they are expected.
        order: Whether that order matters.
        clock: Of the run.

    Raises:
        RequestRefusedError: The URL of an exchange is none.
    """

    def __init__(self, exchanges: Iterable[ScriptedExchange], *, order: Order = "strict", clock: Clock) -> None:
        self._script = Script(exchanges, order)
        super().__init__(self._script, clock=clock)

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """Requests that no exchange stood ready for."""
        return tuple(self._script.unmatched)

    @property
    def unused(self) -> tuple[int, ...]:
        """The numbers of exchanges that no request took, counted from 0."""
        return self._script.unused


class _Body(httpx.AsyncByteStream):
    """The body of an answer.

    Args:
        content: Every byte of it.
        truncated: Whether the connection breaks after the first half.
    """

    def __init__(self, content: bytes, *, truncated: bool) -> None:
        self._content = content[: len(content) // 2] if truncated else content
        self._truncated = truncated

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield it piece by piece.

        Raises:
            aiohttp.ClientPayloadError: It breaks off.
        """
        for start in range(0, len(self._content), PIECE_BYTES):
            yield self._content[start : start + PIECE_BYTES]
        if self._truncated:
            raise aiohttp.ClientPayloadError


async def _failure(fault: ScriptedFault | None, url: httpx.URL) -> Exception:
    """Return what `PinnedTransport` raises when this goes wrong; never, where no answer ever comes."""
    match fault:
        case "refused":
            refused = OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
            return aiohttp.ClientConnectorError(_connection_key(url), refused)
        case "unknown_host":
            unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return aiohttp.ClientConnectorDNSError(_connection_key(url), unknown)
        case "tls":
            return aiohttp.ClientConnectorSSLError(_connection_key(url), ssl.SSLError())
        case "protocol":
            return aiohttp.http_exceptions.BadHttpMessage("")
        case "timeout":
            await asyncio.Event().wait()
    return aiohttp.ClientConnectionError()


def _connection_key(url: httpx.URL) -> ConnectionKey:
    origin = Origin.of(url)
    return ConnectionKey(
        host=origin.host,
        port=origin.port,
        is_ssl=origin.scheme == "https",
        ssl=True,
        proxy=None,
        proxy_auth=None,
        proxy_headers_hash=None,
    )


def _answer(request: httpx.Request, response: ScriptedResponse, *, truncated: bool) -> httpx.Response:
    without = request.method == "HEAD" or response.status in _WITHOUT_BODY
    extensions = {} if response.reason is None else {"reason_phrase": response.reason.encode()}
    return httpx.Response(
        response.status,
        headers=[(name.encode("ascii"), value.encode()) for name, value in response.headers],
        stream=_Body(b"" if without else response.body, truncated=truncated),
        extensions=extensions,
    )


def _headers(request: httpx.Request) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("ascii").lower(), value.decode("latin-1")) for name, value in request.headers.raw)


async def _body(request: httpx.Request) -> bytes:
    """Read the whole body.

    Raises:
        aiohttp.ClientConnectionError: It is a stream that broke.
    """
    if isinstance(request.stream, httpx.ByteStream):
        return request.content
    try:
        return await request.aread()
    except CallError:
        raise aiohttp.ClientConnectionError from None
