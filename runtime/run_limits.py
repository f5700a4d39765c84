# Hostile side of the wall: applied in every worker.
"""What the kernel holds the runs of a worker to, one after the other."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Final

from .rlimits import limit_cpu, limit_memory

if TYPE_CHECKING:
    from .rlimits import MemoryGauge

_LOOK_CPU_SECONDS: Final = 0.05
"""How long a method computes between two looks at whether it went beyond a limit."""


class RunLimits:
    """Sets limits, and timers whose signals say that time is up.

    Args:
        gauge: Of this process's memory, where there is one.
    """

    def __init__(self, gauge: MemoryGauge | None) -> None:
        self._gauge = gauge
        self._memory_at_start: int | None = None
        self._least_cpu_time = 0.0

    def measure(self) -> None:
        """Read what memory this process has before its first run, or a worker that is forked from it."""
        if self._gauge is not None:
            self._memory_at_start, self._gauge = self._gauge.read_and_close(), None

    def begin(self, memory_bytes: int, cpu_seconds: float) -> None:
        """Let a run have so much more memory, and CPU time."""
        if self._memory_at_start is not None:
            limit_memory(self._memory_at_start + memory_bytes)
            self._memory_at_start = None  # a limit of the kernel is for life
        self._least_cpu_time = time.process_time() + cpu_seconds / 10
        limit_cpu(cpu_seconds)
        signal.setitimer(signal.ITIMER_VIRTUAL, _LOOK_CPU_SECONDS, _LOOK_CPU_SECONDS)

    def end(self) -> None:
        """Stop the timers."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    @property
    def hardly_begun(self) -> bool:
        """Whether a CPU time that is over is that of the run before, which ended just then."""
        return time.process_time() < self._least_cpu_time
