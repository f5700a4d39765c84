"""Upload: the body of a request that is another response's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import httpx

from .errors import CallError, ConnectionFailedError, RequestRefusedError
from .headers import checked_header

if TYPE_CHECKING:
    from .incoming_stream import IncomingStream
    from .patience import Patience


_ANY_BYTES: Final = "application/octet-stream"


class Upload(httpx.AsyncByteStream):
    """Takes the pieces of a stream from one socket, as fast as the other socket takes them.

    It can be sent once. When the source breaks, or is not as long as it promised, it raises, which breaks off the
    request: no server may take a part of a body for the whole.

    Args:
        source: The stream, which belongs to this from now on.

    Attributes:
        source: The stream.
        sent_bytes: What was handed to the other socket.
        started: Whether any of it was taken: then it cannot be sent again.
        error: Why it could not be sent to its end, where the source is the reason.
        patience: Of the request; time in which it waits for the source is the source's.
    """

    def __init__(self, source: IncomingStream) -> None:
        self.source = source
        self.sent_bytes = 0
        self.started = False
        self.error: CallError | None = None
        self.patience: Patience | None = None

    @property
    def length(self) -> int | None:
        """In bytes, where that is known before it is sent."""
        return self.source.length

    @property
    def content_type(self) -> str:
        """As the server of the stream says, if it says anything that can be said again."""
        try:
            return checked_header("content-type", self.source.content_type or "")[1] or _ANY_BYTES
        except RequestRefusedError:
            return _ANY_BYTES

    def __aiter__(self) -> Self:
        """Begin to send."""
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece.

        Raises:
            CallError: The source gave not all of it.
        """
        self.started = True
        if self.patience is not None:
            self.patience.hold()
        try:
            piece = await self._read()
        except CallError as error:
            self.error = error
            raise
        finally:
            if self.patience is not None:
                self.patience.renew()
        if piece is None:
            raise StopAsyncIteration
        self.sent_bytes += len(piece)
        return piece

    async def aclose(self) -> None:
        """Let go of the source."""
        await self.source.aclose()

    async def _read(self) -> bytes | None:
        """Return the next piece, as long as all of them are as long together as the source promised."""
        piece = await self.source.read()
        total = self.sent_bytes + len(piece or b"")
        if self.length is not None and (total > self.length or (piece is None and total < self.length)):
            raise ConnectionFailedError("The stream is not as long as its server said.", key="protocol")
        return piece
