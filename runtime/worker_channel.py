# Hostile side of the wall: once a method's code has run here, nothing this process says can be trusted.
"""The worker's end of its channel."""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from .frames import HEAD, USAGE, FrameKind, pieces_of
from .long_bytes import LONG_BYTES, map_for

if TYPE_CHECKING:
    from mmap import mmap

    from .engine import Memory

MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes per unit of `ru_maxrss`, which systems count differently."""
_NOWHERE: Final = -1


class WorkerChannel:
    """Reads frames part by part, so that a part is held where it belongs alone, and writes whole ones.

    All that reads raises EOFError when the application has closed the channel, or is gone.

    Args:
        incoming: What is read.
        descriptor: What is written to.
    """

    def __init__(self, incoming: io.BufferedIOBase, descriptor: int = _NOWHERE) -> None:
        self._incoming = incoming
        self._descriptor = descriptor
        self._lengths: deque[int] = deque()

    @classmethod
    def of(cls, descriptor: int) -> Self:
        """Return the channel of a descriptor."""
        return cls(io.BufferedReader(io.FileIO(descriptor, closefd=False)), descriptor)

    def next_kind(self) -> int:
        """Read the head of the next frame; return its kind. The parts of the last one must have been read."""
        kind, number = HEAD.unpack(self._read(HEAD.size))
        self._lengths = deque(struct.unpack(f"<{number}I", self._read(4 * number)))
        return int(kind)

    @property
    def parts(self) -> int:
        """How many parts of the frame were not read yet."""
        return len(self._lengths)

    @property
    def length(self) -> int:
        """How long the next part is."""
        return self._lengths[0]

    def part(self) -> bytes:
        """Read the next part."""
        return self._read(self._lengths.popleft())

    def text(self) -> bytes | mmap:
        """Read a part that is only passed on."""
        if self.length < LONG_BYTES:
            return self.part()
        text = map_for(self.length)
        self._read_into(text)
        return text

    def part_into(self, memory: Memory) -> None:
        """Read the next part into memory of the isolate, which has room for it."""
        self._read_into(memory.to_fill())

    def write(self, kind: FrameKind, *parts: bytes, beside: Memory | None = None) -> None:
        """Write a frame, with memory of the isolate as its last part, which is gone afterwards."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        said = (USAGE.pack(used.ru_utime + used.ru_stime, used.ru_maxrss * MAXRSS_UNIT), *parts)
        if beside is None:
            pieces = pieces_of(kind, said)
        else:
            pieces = chain(pieces_of(kind, said, beside=beside.length), beside.given_away())
        for piece in pieces:
            data = memoryview(piece)
            while data:
                data = data[os.write(self._descriptor, data) :]

    def _read_into(self, room: mmap | memoryview) -> None:
        if self._incoming.readinto(room) < self._lengths.popleft():
            raise EOFError

    def _read(self, length: int) -> bytes:
        data = self._incoming.read(length)
        if len(data) < length:
            raise EOFError
        return data
