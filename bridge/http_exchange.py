"""HttpExchange: one request on one connection, and the body of its response."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Self, TypeAlias

import aiohttp
import httpx
from aiohttp.helpers import TimerNoop
from aiohttp.http import StreamWriter
from aiohttp.streams import EMPTY_PAYLOAD

from .unpacking import PIECE_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.http_parser import RawResponseMessage
    from aiohttp.streams import StreamReader
    from multidict import CIMultiDict

Body: TypeAlias = "bytes | AsyncIterable[bytes | memoryview]"
"""What a request sends: all of it at once, or piece by piece, while the response is waited for already."""

_LONGEST_HEADER_BYTES: Final = 16 * 1024
_NO_TIMER: Final = TimerNoop()
_SWITCHING_PROTOCOLS: Final = 101
_FIRST_FINAL: Final = 200


class HttpExchange(httpx.AsyncByteStream):
    """A request on its way, and then the body of its response, as it comes.

    aiohttp has this in its session only, which does much more. A response that is not read to its end takes its
    connection with it. So does a request that is not sent to its end when its response is.

    Args:
        on_close: Told when it is over.
    """

    def __init__(self, on_close: Callable[[HttpExchange], None]) -> None:
        self._on_close = on_close
        self._connection: Connection | None = None
        self._protocol: ResponseHandler | None = None
        self._content: StreamReader = EMPTY_PAYLOAD
        self._writing: asyncio.Task[None] | None = None

    async def send(
        self, connection: Connection, verb: str, target: str, headers: CIMultiDict[str], body: Body
    ) -> RawResponseMessage:
        """Send a request and return the head of its response.

        Args:
            connection: Goes back to its connector as soon as the response has ended.
            verb: Upper case.
            target: What follows it: path and query, or a whole URL for a proxy.
            headers: All of them; they say whether the body goes in chunks.
            body: What is sent.

        Raises:
            aiohttp.ClientError: It could not be sent.
            aiohttp.http_exceptions.HttpProcessingError: What came back is not HTTP.
        """
        self._connection = connection
        self._protocol = protocol = connection.protocol
        if protocol is None:
            raise aiohttp.ClientConnectionError
        writer = StreamWriter(protocol, asyncio.get_running_loop())
        await writer.write_headers(f"{verb} {target} HTTP/1.1", headers)
        if "transfer-encoding" in headers:
            writer.enable_chunking()
        if isinstance(body, bytes):
            if body:
                await writer.write(body, drain=False)
            writer.set_eof()
        else:
            self._writing = asyncio.create_task(_write(body, writer, protocol))
        protocol.set_response_params(  # nothing comes before somebody waits, so the server works meanwhile
            timer=_NO_TIMER,
            skip_payload=verb == "HEAD",  # its response has none, whatever it says of one
            read_until_eof=True,
            auto_decompress=False,
            read_bufsize=PIECE_BYTES // 2,  # with less the socket would rest after each read
            max_line_size=_LONGEST_HEADER_BYTES,
            max_field_size=_LONGEST_HEADER_BYTES,
        )
        message, self._content = await protocol.read()
        while message.code < _FIRST_FINAL and message.code != _SWITCHING_PROTOCOLS:
            message, self._content = await protocol.read()
        self._content.on_eof(self._give_back)
        return message

    def whole_body(self) -> bytes:
        """Return the body and end, if all of it has come; nothing if some of it has not, or there is none."""
        if not self._content.is_eof():
            return b""
        self._on_close(self)
        return self._content.read_nowait()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._content.read(PIECE_BYTES)
        if not piece:
            raise StopAsyncIteration
        return piece

    def break_off(self) -> None:
        """Wake whoever reads: aiohttp leaves readers asleep when it closes a connection."""
        if not self._content.is_eof():
            self._content.set_exception(aiohttp.ClientConnectionError())

    async def aclose(self) -> None:
        """Close the connection unless it was given back."""
        self._close()
        self._on_close(self)

    def _give_back(self) -> None:
        """Let others use the connection, if nothing is left to be written."""
        if self._connection is None or self._protocol is None:
            return
        if self._protocol.writing_paused or not (self._writing is None or self._writing.done()):
            self._close()
        else:
            self._connection.release()

    def _close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
        self.break_off()
        if self._connection is not None:
            self._connection.close()


async def _write(body: AsyncIterable[bytes | memoryview], writer: StreamWriter, protocol: ResponseHandler) -> None:
    """Send a body piece by piece; where that fails, so does the wait for the response."""
    try:
        async for piece in body:
            await writer.write(piece)
        await writer.write_eof()
    except Exception as error:  # noqa: BLE001 (whatever the source of a stream raises)
        protocol.set_exception(aiohttp.ClientConnectionError(), error)
