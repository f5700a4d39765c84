"""What is written on the channel between the application and a worker.

A frame is one byte of kind, two bytes with the number of parts, the length of each part, and the parts:

    u8 kind | u16 n | n x u32 length (little endian) | n parts

The worker speaks only when spoken to: it answers each frame with exactly one frame. That alone bounds how much the
application can be made to read, and it treats any other behaviour, like any malformed byte, as a breach that ends the
worker.

    application -> worker
    START    limits, libraries, header, modules                                       begin a run
    DELIVER  header, libraries, text..., data                                         answers, maybe none
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
from collections import deque
from enum import IntEnum
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from .long_bytes import room_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

Piece: TypeAlias = bytes | memoryview

_PIECE_BYTES: Final = 256 * 1024
"""The longest that is written at once."""
_SHORT_BYTES: Final = 16 * 1024
_MOST_PARTS_OF_WORKERS: Final = 4


class FrameKind(IntEnum):
    """What a frame says."""

    START = 1
    DELIVER = 2
    RESET = 3
    READY = 16
    TURN = 17
    FAULT = 18
    LAST = 19


_KINDS: Final = {kind.value: kind for kind in FrameKind}
_LENGTHS: Final = tuple(struct.Struct(f"<{number}I") for number in range(_MOST_PARTS_OF_WORKERS + 1))
"""By the number of parts, their lengths."""


class FrameError(Exception):
    """Bytes that are no frame, or a frame longer than allowed."""


class Frame(NamedTuple):
    """One message."""

    kind: FrameKind
    parts: tuple[bytes, ...] = ()


def pieces_of(kind: FrameKind, parts: Sequence[bytes], *, beside: int | None = None) -> Iterator[Piece]:
    """Return the bytes of a frame in pieces: short parts together, and long ones bit by bit, without a copy.

    Args:
        kind: Of the frame.
        parts: Of the frame.
        beside: The length of one more part, whose bytes follow from elsewhere.
    """
    lengths = [*map(len, parts)] if beside is None else [*map(len, parts), beside]
    number = len(lengths)
    head = struct.pack(f"<BH{number}I", kind, number, *lengths)
    if sum(lengths) <= _PIECE_BYTES:
        return iter((b"".join((head, *parts)),))
    return _long_pieces(head, parts)


def _long_pieces(head: bytes, parts: Sequence[bytes]) -> Iterator[Piece]:
    short = [head]
    for part in parts:
        if len(part) <= _PIECE_BYTES:
            short.append(part)
            continue
        yield b"".join(short)
        short = []
        view = memoryview(part)
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
    if short:
        yield b"".join(short)


class FrameDecoder:
    """Cuts the stream of bytes from a worker into frames: says where bytes belong, and is told how many came.

    A short frame gathers in memory that stays. Parts of a long one are received where they are to be.

    Args:
        most_bytes: The longest frame that is accepted.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._start = memoryview(bytearray(_SHORT_BYTES))
        self._length = 0
        self._kind = self._parts_at = 0
        self._lengths: tuple[int, ...] = ()
        self._long: _LongParts | None = None
        self.rest = self._start
        """Where the next bytes belong; there is room for at least one, unless a frame is whole."""

    def received(self, count: int) -> bool:
        """Take in that so many bytes came; return whether the frame is whole.

        Raises:
            FrameError: The bytes are no frame, the frame is too long, or something follows it: a worker that speaks
                twice.
        """
        if self._long is not None:
            whole = self._long.received(count)
            self.rest = self._start if whole else self._long.rest
            return whole
        self._length += count
        self.rest = self._start[self._length :]
        if self._length < HEAD.size:
            return False
        self._kind, number = HEAD.unpack_from(self._start)
        if self._kind not in _KINDS:
            raise FrameError("a frame of unknown kind")
        if number > _MOST_PARTS_OF_WORKERS:
            raise FrameError("a frame of too many parts")
        self._parts_at = HEAD.size + 4 * number
        if self._length < self._parts_at:
            return False
        self._lengths = _LENGTHS[number].unpack_from(self._start, HEAD.size)
        return self._is_whole()

    def take(self) -> Frame:
        """Return the frame that is whole, and begin the next one."""
        if self._long is None:
            ends = accumulate(self._lengths, initial=self._parts_at)
            parts = tuple([bytes(self._start[start:end]) for start, end in pairwise(ends)])
        else:
            parts = self._long.contents()
        self._length, self._long, self.rest = 0, None, self._start
        return Frame(_KINDS[self._kind], parts)

    def _is_whole(self) -> bool:
        end = self._parts_at + sum(self._lengths)
        if end > self.most_bytes:
            raise FrameError("a frame is too long")
        if end > _SHORT_BYTES:
            self._long = _LongParts(self._lengths, self._start[self._parts_at : self._length])
            self.rest = self._long.rest
            return False
        if self._length > end:
            raise FrameError("bytes follow a frame")
        return self._length == end


class _LongParts:
    """The parts of a frame that is longer than what gathers; memory is taken as they come, not as they are promised.

    Args:
        lengths: Of the parts.
        data: What came of them already.
    """

    def __init__(self, lengths: Sequence[int], data: memoryview) -> None:
        self._parts = [room_for(length) for length in lengths]
        self._left = deque(part.getbuffer() for part, length in zip(self._parts, lengths, strict=True) if length)
        while data:
            count = min(len(data), len(self.rest))
            self.rest[:count] = data[:count]
            self.received(count)
            data = data[count:]

    @property
    def rest(self) -> memoryview:
        """What is to be filled next."""
        return self._left[0]

    def received(self, count: int) -> bool:
        """Take in that so many bytes came; return whether that was all."""
        rest = self._left.popleft()[count:]
        if rest:
            self._left.appendleft(rest)
        return not self._left

    def contents(self) -> tuple[bytes, ...]:
        """Return what came, without a copy as long as nobody holds memory to fill."""
        return tuple(part.getvalue() for part in self._parts)
