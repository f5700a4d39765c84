"""Bytes that come bit by bit: they are held once, and their memory goes back to the system with them."""

from __future__ import annotations

import io
from typing import Final

_LONG_BYTES: Final = 1024 * 1024
_MAPPED_BYTES: Final = 32 * 1024 * 1024 + 1
"""What is longer the C library always maps, and keeps mapped when it is cut: `mallopt(3)`, M_MMAP_THRESHOLD."""


def room_for(length: int) -> io.BytesIO:
    """Return zeros to be written over, which take memory only then, and whose value is no copy of them.

    Memory of another kind would be kept for later when the bytes are gone, beside whatever takes their place.
    """
    if not _LONG_BYTES <= length < _MAPPED_BYTES:
        return io.BytesIO(bytes(length))
    room = io.BytesIO(bytes(_MAPPED_BYTES))
    room.truncate(length)
    return room
