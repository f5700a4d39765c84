"""IncomingStream: the body of a response, read as somebody asks for it and never as a whole."""

from __future__ import annotations

import asyncio
import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from .errors import CallError, RequestRefusedError
from .foreign_errors import FOREIGN, translated
from .request_name import request_name
from .response_body import raw_body
from .unpacking import PIECE_BYTES, unpacker_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from runtime import Timeout

    from .deadline import Deadline
    from .outgoing import OutgoingRequest
    from .upload import Upload


_LENGTH: Final = re.compile("[0-9]{1,18}")


class StreamState(Enum):
    """What became of a stream."""

    OPEN = "open"
    ENDED = "ended"
    FAILED = "failed"
    CLOSED = "closed"


class IncomingStream:
    """The body of a response that is still open.

    It is unpacked bit by bit and as long as it likes to be: what is held of it is one piece, and what the socket's
    buffer holds. Each wait for bytes has a limit of its own. It must be read to its end or closed.

    Args:
        answered: The response, whose body nobody has touched.
        request: What it answers.
        deadline: No wait goes on after this.
        wait_seconds: The longest wait for more bytes.

    Attributes:
        request: What it answers.
        state: What became of it.
        error: Why it cannot be read any further.
        content_type: As the server says.
        length: In bytes, where the server says it of what is read here.
        received_bytes: What was read so far, unpacked.
        upload: The body of `request` where that is a stream too: a server may answer while it is still being sent.
        on_end: Told when the stream is no longer open: None, the key of the error, or `cancelled`.

    Raises:
        ConnectionFailedError: `decode`: it is packed in a way that was not asked for.
    """

    def __init__(
        self, answered: httpx.Response, request: OutgoingRequest, *, deadline: Deadline, wait_seconds: float
    ) -> None:
        encoding = answered.headers.get("content-encoding", "")
        self._unpacker = unpacker_for(encoding)
        self._answered = answered
        self._chunks = aiter(raw_body(answered))
        self._pieces: Iterator[bytes] = iter(())
        self._deadline = deadline
        self._wait_seconds = wait_seconds
        self._turn = asyncio.Lock()
        self._wait: Timeout | None = None
        self._closing: asyncio.Task[None] | None = None
        self.request = request
        self.state = StreamState.OPEN
        self.error: CallError | None = None
        self.content_type: str | None = answered.headers.get("content-type")
        self.length = _length(answered.headers, encoding)
        self.received_bytes = 0
        self.upload: Upload | None = None
        self.on_end: Callable[[str | None], None] = lambda _: None

    async def read(self) -> bytes | None:
        """Return what is there, at most `PIECE_BYTES`, or wait for it; None at the end.

        Pieces go to those who ask in the order in which they ask.

        Raises:
            CallError: The connection broke, the wait was too long, the body is damaged, or it was closed.
        """
        async with self._turn:
            if self.error is not None:
                raise self.error
            if self.state is StreamState.ENDED:
                return None
            try:
                piece = await self._next()
            except CallError as error:
                error.concern(self.request)
                raise
            if piece is None:
                await self._finish(StreamState.ENDED, None)
            else:
                self.received_bytes += len(piece)
            return piece

    async def aclose(self) -> None:
        """Close the connection unless the body was read to its end; whoever reads on gets an error."""
        if self.state is StreamState.OPEN:
            self.error = RequestRefusedError(f"The stream of {request_name(self.request)} was closed.", key="invalid")
            await self._finish(StreamState.CLOSED, "cancelled")

    def is_late(self) -> bool:
        """Whether a wait for bytes that goes on has taken too long."""
        return self._wait is not None and self._wait.expired()

    def close_soon(self) -> None:
        """Close it in the event loop that this is called in."""
        self._closing = asyncio.get_running_loop().create_task(self.aclose())

    def outlive(self, deadline: Deadline) -> None:
        """Go on after the end of the run, and with it what is still being sent for this response."""
        self._deadline = deadline
        if self._wait is not None and not self._wait.expired():
            deadline.clock.reschedule(self._wait, deadline.within(self._wait_seconds).moment)
        if self.upload is not None:
            self.upload.source.outlive(deadline)

    async def _next(self) -> bytes | None:
        """Return the next piece; after an error there is no other."""
        try:
            async with self._deadline.within(self._wait_seconds).timeout() as self._wait:
                return await self._unpacked()
        except CallError as error:
            raise await self._failed(error) from None
        except FOREIGN as error:
            raise await self._failed(translated(error, request_name(self.request))) from None
        except BaseException:
            await self.aclose()  # whoever waited was cancelled: what came meanwhile is lost
            raise
        finally:
            self._wait = None

    async def _unpacked(self) -> bytes | None:
        """Return the next piece of what the server sends."""
        await asyncio.sleep(0)  # a body that comes fast, or unpacks to a long one, must not hold up other runs
        while (piece := next(self._pieces, None)) is None:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                self._unpacker.end()
                return None
            self._pieces = self._cut(chunk)
        return piece

    def _cut(self, chunk: bytes) -> Iterator[bytes]:
        for part in self._unpacker.feed(chunk):
            for start in range(0, len(part), PIECE_BYTES):
                yield part[start : start + PIECE_BYTES]

    async def _failed(self, error: CallError) -> CallError:
        """Return the error to raise now and whenever somebody reads on."""
        if self.error is None:
            self.error = error
            await self._finish(StreamState.FAILED, error.key)
        return self.error

    async def _finish(self, state: StreamState, error_key: str | None) -> None:
        if self.state is not StreamState.OPEN:
            return
        self.state = state
        try:
            await self._answered.aclose()
            if self.upload is not None:
                await self.upload.aclose()
        finally:
            self.on_end(error_key)


def _length(headers: httpx.Headers, encoding: str) -> int | None:
    """Return the length that the server promises of the body as it is read here."""
    framed_otherwise = "transfer-encoding" in headers or encoding.strip().lower() not in {"", "identity"}
    length = _LENGTH.fullmatch(headers.get("content-length", ""))
    return int(length[0]) if length and not framed_otherwise else None
