# Hostile side of the wall: prepared in the zygote, applied in every worker.
"""The descriptors of a worker."""

from __future__ import annotations

import os
import sys
from typing import Final

from .layer import LayerName
from .rlimits import MemoryGauge
from .step import Step

CHANNEL: Final = 3
"""The one descriptor a worker keeps. 0, 1 and 2 stay closed, so that nothing V8 prints can reach anything."""

_GAUGE: Final = 4
"""The descriptor of the memory gauge, until the first isolate is there."""
_MOST_DESCRIPTORS: Final = 1 << 16
_TRIED_DESCRIPTORS: Final = 256


class WorkerDescriptors:
    """What a worker keeps of what it inherits. Made in the zygote, where nothing opened later has one of their numbers.

    Attributes:
        proc: A descriptor of the machine's `/proc`; None where the system is not Linux.
        gauge: Of the memory of the process that reads it; None as well, or where workers need none.
    """

    def __init__(self) -> None:
        while (taken := os.open(os.devnull, os.O_RDONLY)) <= _GAUGE:
            pass
        os.close(taken)
        self.proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY) if sys.platform == "linux" else None
        self.gauge = None if self.proc is None else MemoryGauge(self.proc, _GAUGE)

    def take(self, channel: int) -> None:
        """Put what a worker keeps where it belongs, while files can be opened.

        Args:
            channel: The descriptor of its end of the channel, which becomes number `CHANNEL`.
        """
        os.dup2(channel, CHANNEL)
        if self.gauge is not None:
            self.gauge.open()

    def step(self) -> Step:
        """Return the step that closes all others."""
        last = CHANNEL if self.gauge is None else _GAUGE

        def close_others() -> None:
            os.closerange(0, CHANNEL)
            os.closerange(last + 1, _MOST_DESCRIPTORS)

        return Step(LayerName.ONE_DESCRIPTOR, close_others, lambda: _is_closed_but(range(CHANNEL, last + 1)))


def _is_closed_but(kept: range) -> bool:
    return all(_is_closed(number) for number in range(_TRIED_DESCRIPTORS) if number not in kept)


def _is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False
