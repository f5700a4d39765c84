"""The timers of one run, which belong to the application and not to the isolate."""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TimerQueue:
    """Timers in the order in which they fire: by time, and among equal times by their setting.

    Args:
        on_due: Called with the id of each timer when it is due.
    """

    def __init__(self, on_due: Callable[[int], None]) -> None:
        self._on_due = on_due
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[float, int]] = []
        self._wakeup: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many timers wait."""
        return len(self._waiting)

    def add(self, timer: int, now: float, delay_ms: float) -> None:
        """Let a timer fire.

        Args:
            timer: Its id; ids ascend in the order of setting.
            now: The loop's time when it was set.
            delay_ms: How long after that, in milliseconds.
        """
        heapq.heappush(self._waiting, (now + delay_ms / 1000, timer))
        self._arm()

    def close(self) -> None:
        """Forget all timers."""
        self._waiting.clear()
        self._arm()

    def _arm(self) -> None:
        if self._wakeup is not None:
            self._wakeup.cancel()
            self._wakeup = None
        if self._waiting:
            self._wakeup = self._loop.call_at(self._waiting[0][0], self._fire)

    def _fire(self) -> None:
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now:
            self._on_due(heapq.heappop(self._waiting)[1])
        self._arm()
