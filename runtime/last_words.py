# Hostile side of the wall: once a method's code has run here, nothing this process says can be trusted.
"""What the isolate wrote where it can be read while it computes; see js/55_last_words.js."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .engine import Memory

_LINES_START: Final = 2 * (1 << 10)


class LastWords:
    """The breach of a limit as JSON text, and the console's lines, each with a comma behind it: both in UTF-16.

    Args:
        memory: Where they are; without it there are none.
    """

    def __init__(self, memory: Memory | None) -> None:
        head = memory.copy(0, 6) if memory else bytes(6)
        breach, lines, above = struct.unpack("<3H", head)
        self.breach = memory.copy(6, 2 * breach) if memory else b""
        self.lines = memory.copy(_LINES_START, 2 * (lines + (above << 16))) if memory else b""
