"""CapturedBody: what is kept of a body that flows by."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from .errors import ConnectionFailedError
from .unpacking import unpacker_for

if TYPE_CHECKING:
    from .unpacking import Unpacker


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
    """What is kept of a body: unpacked, as far as there is room.

    Args:
        room: For it.
        encoding: The header `content-encoding`; what is packed otherwise is kept as it came.

    Attributes:
        is_cut: Whether there was no room for all of it.
    """

    def __init__(self, room: Room, encoding: str = "") -> None:
        self.is_cut = False
        self._room = room
        self._kept = io.BytesIO()
        self._unpacker = _unpacker_or_none(encoding)

    @property
    def content(self) -> bytes:
        """What is kept so far."""
        return self._kept.getvalue()

    def feed(self, chunk: bytes) -> None:
        """Keep what flows by."""
        if self._unpacker is None:
            self._keep(chunk)
            return
        try:
            for piece in self._unpacker.feed(chunk):
                if self.is_cut:
                    return
                self._keep(piece)
        except ConnectionFailedError:
            self.is_cut = True

    def _keep(self, piece: bytes) -> None:
        granted = 0 if self.is_cut else self._room.take(len(piece))
        self._kept.write(piece[:granted])
        self.is_cut = self.is_cut or granted < len(piece)


def _unpacker_or_none(encoding: str) -> Unpacker | None:
    try:
        return unpacker_for(encoding)
    except ConnectionFailedError:
        return None
