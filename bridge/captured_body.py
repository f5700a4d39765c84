"""CapturedBody: what is kept of a body that flows by."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from .errors import ConnectionFailedError
from .unpacking import unpacker_for

if TYPE_CHECKING:
    from collections.abc import Generator

    from .unpacking import Unpacker


_LONG_BYTES: Final = 64 * 1024


class Room:
    """How much may still be kept.

    Args:
        left_bytes: At first.
        shared: The room that this is a part of.
    """

    def __init__(self, left_bytes: int, shared: Room | None = None) -> None:
        self._left_bytes = left_bytes
        self._shared = shared

    def take(self, wanted_bytes: int) -> int:
        """Return how many bytes may be kept of so many; they count from now on."""
        granted = min(wanted_bytes, self._left_bytes)
        if self._shared is not None:
            granted = self._shared.take(granted)
        self._left_bytes -= granted
        return granted


class CapturedBody:
    """What is kept of a body, as far as there is room.

    Args:
        room: For it.
        encoding: The header `content-encoding`. What is packed in a way that was not asked for is kept as it comes.

    Attributes:
        is_whole: Whether all of it is here.
        is_damaged: Whether it cannot be unpacked.
    """

    def __init__(self, room: Room, encoding: str = "") -> None:
        self.is_whole = False
        self.is_damaged = False
        self._room = room
        self._kept = io.BytesIO()
        self._encoding = encoding
        self._is_full = False
        self._unpacker: Unpacker | None = None

    @property
    def content(self) -> bytes:
        """What is kept so far."""
        return self._kept.getvalue()

    def keep(self, piece: bytes) -> None:
        """Keep what flows by."""
        granted = 0 if self._is_full else self._room.take(len(piece))
        self._kept.write(piece[:granted])
        self._is_full = self._is_full or granted < len(piece)

    def unpack(self, chunk: bytes) -> Generator[None, None, None]:
        """Keep what a chunk holds, and give others a turn after long pieces: a small chunk may hold many."""
        try:
            self._unpacker = self._unpacker or unpacker_for(self._encoding)
            for piece in self._unpacker.feed(chunk):
                if self._is_full:
                    return
                self.keep(piece)
                if len(piece) >= _LONG_BYTES:
                    yield
        except ConnectionFailedError:
            self.is_damaged = True
            self.keep(chunk if self._unpacker is None else b"")

    def end(self) -> None:
        """Take in that nothing more will come, and nothing is missing on the way."""
        try:
            if self._unpacker is not None and not self._is_full:
                self._unpacker.end()
        except ConnectionFailedError:
            self.is_damaged = True
        self.is_whole = not self._is_full
