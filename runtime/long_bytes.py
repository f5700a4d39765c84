"""Long bytes that come bit by bit: they are held once, and their memory goes back to the system with them."""

from __future__ import annotations

import ctypes
import io
import mmap
from typing import Final

from .libc import expect_all

LONG_BYTES: Final = 1024 * 1024
_MAPPED_BYTES: Final = 32 * 1024 * 1024 + 1
"""What is longer the C library always maps, and keeps mapped when it is cut: `mallopt(3)`, M_MMAP_THRESHOLD."""


def room_for(length: int) -> io.BytesIO:
    """Return zeros to be written over, which take memory only then, and whose value is no copy of them.

    Memory of another kind would be kept for later when the bytes are gone, beside whatever takes their place.
    """
    if length < LONG_BYTES:
        return io.BytesIO(bytes(length))
    room = io.BytesIO(bytes(max(length, _MAPPED_BYTES)))
    room.truncate(length)
    expect_all(ctypes.addressof(ctypes.c_char.from_buffer(room.getbuffer())), length)
    return room


def map_for(length: int) -> mmap.mmap:
    """Return zeros to be written over, which take memory only then, and no more than they are."""
    room = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # shared memory has no large pages
    expect_all(ctypes.addressof(ctypes.c_char.from_buffer(room)), length)
    return room
