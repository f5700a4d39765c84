"""ByteStream: bytes that a method gave as its value."""

from __future__ import annotations

import asyncio
import warnings
import weakref
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from .errors import CallError, ConnectionFailedError, StreamError
from .incoming_stream import StreamState

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .incoming_stream import IncomingStream
    from .redaction import Redactor

Result = TypeVar("Result")

_CLOSED: Final = "The stream was closed before it was read to its end."


class ByteStream:
    """Bytes that a method gave as its value: they are read from the server as somebody asks for them.

    `async for piece in stream` reads it in the event loop of the run, `for piece in stream` in any other thread. It
    outlives its run, and holds a connection until it is read to its end or closed.

    Args:
        source: The stream, which belongs to this.
        redactor: Masks secrets in messages.
    """

    def __init__(self, source: IncomingStream, redactor: Redactor) -> None:
        self._source = source
        self._redactor = redactor
        self._loop = asyncio.get_running_loop()
        self._why_closed = _CLOSED
        weakref.finalize(self, _abandon, source, self._loop).atexit = False

    @property
    def content_type(self) -> str | None:
        """What the server says the bytes are."""
        return self._source.content_type

    @property
    def length(self) -> int | None:
        """How many bytes there are altogether, where the server says so."""
        return self._source.length

    def __aiter__(self) -> Self:
        """Read on."""
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece.

        Raises:
            StreamError: The connection broke, the server was silent for too long, or the stream was closed.
            RuntimeError: This is not the event loop of the run.
        """
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("The stream belongs to another event loop; read it with `for` in a thread without one.")
        try:
            piece = await self._source.read()
        except CallError as error:
            raise self._meaning(error) from None
        if piece is None:
            raise StopAsyncIteration
        return piece

    def __iter__(self) -> Self:
        """Read on, in a thread without an event loop."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece and wait for it; otherwise as `__anext__`.

        Raises:
            StreamError: The connection broke, the server was silent for too long, or the stream was closed.
            RuntimeError: The caller runs in the event loop of the run, which would wait for itself.
        """
        piece = self._wait_for(self._read_or_none()) if self._source.state is StreamState.OPEN else None
        if piece is not None:
            return piece
        if self._source.error is not None:
            raise self._meaning(self._source.error)
        raise StopIteration

    async def aclose(self) -> None:
        """Close the connection unless it was read to its end; closing again does nothing."""
        await self.end(_CLOSED)

    def close(self) -> None:
        """Close it, in another thread than that of the event loop."""
        if self._source.state is StreamState.OPEN:
            self._wait_for(self.aclose())

    async def end(self, why: str) -> None:
        """Close it; whoever reads on is told why."""
        if self._source.state is StreamState.OPEN:
            self._why_closed = why
            await self._source.aclose()

    def __repr__(self) -> str:
        length = "" if self.length is None else f", {self.length} bytes"
        return f"<ByteStream of {self.content_type or 'unknown type'}{length}>"

    async def _read_or_none(self) -> bytes | None:
        """Return the next piece; None where there is no other, for whatever reason."""
        try:
            return await self._source.read()
        except CallError:
            return None

    def _wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something in the event loop of the run, and wait."""
        if _running_loop() is self._loop:
            work.close()
            raise RuntimeError("This would stop the event loop that the stream lives in; use `async for` or `aclose`.")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _meaning(self, error: CallError) -> StreamError:
        """Return what an error of the stream means to the application."""
        if isinstance(error, ConnectionFailedError):
            return StreamError(self._redactor.text(error.message), key=error.key or "protocol")
        return StreamError(self._why_closed, key="closed")


def _abandon(source: IncomingStream, loop: asyncio.AbstractEventLoop) -> None:
    """Close a stream that the application dropped. Any thread."""
    if source.state is not StreamState.OPEN or loop.is_closed():
        return
    loop.call_soon_threadsafe(source.close_soon)
    warnings.warn("a ByteStream was neither read to its end nor closed", ResourceWarning, stacklevel=2)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that the caller runs in, if any."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
