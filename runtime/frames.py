"""What is written on the channel between the application and a worker.

A frame is one byte of kind, two bytes with the number of parts, the length of each part, and the parts:

    u8 kind | u16 n | n x u32 length (little endian) | n parts

The worker speaks only when spoken to: it answers each frame with exactly one frame. That alone bounds how much the
application can be made to read, and it treats any other behaviour, like any malformed byte, as a breach that ends the
worker.

    application -> worker
    START    limits, libraries, header, arguments, name, length and body of modules   begin a run
    DELIVER  header, libraries, data, text...                                         answers, maybe none
    RESET                                                 a fresh isolate, where workers make their own

    worker -> application
    READY    usage, report                                                            an isolate is ready
    TURN     usage, text, maybe data                                                  what happened; see js/90_run.js
    FAULT    usage, kind, number of the module, text                                  V8 refused a step
    LAST     usage, reason, lines, breach                                             when time is up, or in a breach
"""

from __future__ import annotations

import signal
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PARTS: Final = 2**16 - 1
HEAD: Final = struct.Struct("<BH")
"""How a frame begins: its kind, and the number of its parts."""

USAGE: Final = struct.Struct("<dQ")
"""The usage part: CPU seconds of the process and its highest resident memory in bytes."""

KERNEL_LIMITS: Final = struct.Struct("<QQd")
"""The first part of a START frame: memory bytes, heap bytes, CPU seconds."""

LAST_WORDS_SIGNAL: Final = signal.SIGUSR1
"""Asks a worker that computes for a LAST frame."""

OUT_OF_MEMORY: Final = 71
"""The exit code of a worker that cannot even take what it is sent."""


class FrameKind(IntEnum):
    """What a frame says."""

    START = 1
    DELIVER = 2
    RESET = 3
    READY = 16
    TURN = 17
    FAULT = 18
    LAST = 19


class FrameError(Exception):
    """Bytes that are no frame, or a frame longer than allowed."""


@dataclass(frozen=True)
class Frame:
    """One message."""

    kind: FrameKind
    parts: tuple[bytes, ...] = ()


def encode(kind: FrameKind, parts: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame."""
    lengths = struct.pack(f"<{len(parts)}I", *map(len, parts))
    return b"".join((HEAD.pack(kind, len(parts)), lengths, *parts))


class FrameDecoder:
    """Cuts a stream of bytes into frames.

    Args:
        most_bytes: The longest frame that is accepted.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._buffer = bytearray()
        self._wanted = HEAD.size

    def feed(self, data: bytes) -> Frame | None:
        """Take bytes from the stream; return the frame they complete.

        Raises:
            FrameError: The bytes are no frame, the frame is too long, or something follows it: a worker that speaks
                twice.
        """
        self._buffer += data
        if len(self._buffer) < self._wanted:
            return None
        frame = self._decode()
        if frame is None:
            return None
        self._buffer.clear()
        self._wanted = HEAD.size
        return frame

    def _decode(self) -> Frame | None:
        kind, count = HEAD.unpack_from(self._buffer)
        start = HEAD.size + 4 * count
        if start > self.most_bytes:
            raise FrameError("a frame is too long")
        if len(self._buffer) < start:
            self._wanted = start
            return None
        lengths = struct.unpack_from(f"<{count}I", self._buffer, HEAD.size)
        end = start + sum(lengths)
        if end > self.most_bytes:
            raise FrameError("a frame is too long")
        if len(self._buffer) < end:
            self._wanted = end
            return None
        if len(self._buffer) > end:
            raise FrameError("bytes follow a frame")
        return Frame(_kind(kind), _cut(self._buffer, start, lengths))


def _kind(value: int) -> FrameKind:
    try:
        return FrameKind(value)
    except ValueError:
        raise FrameError("a frame of unknown kind") from None


def _cut(buffer: bytearray, start: int, lengths: Sequence[int]) -> tuple[bytes, ...]:
    parts = []
    view = memoryview(buffer)
    for length in lengths:
        parts.append(bytes(view[start : start + length]))
        start += length
    view.release()
    return tuple(parts)
