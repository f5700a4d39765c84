"""The timers of one run, which belong to the application and not to the isolate."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple

from .stall import PendingWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Alarm, Clock

_FEW: Final = 64


class Timer(NamedTuple):
    """A timer that waits.

    Attributes:
        number: Its id; ids ascend in the order of setting.
        kind: What the method set it with.
        site: Where in the method's source.
        since_ms: When it was set, in milliseconds since 1970.
        delay_ms: After that.
    """

    number: int
    kind: str
    site: str | None
    since_ms: float
    delay_ms: float


class TimerQueue:
    """Timers in the order in which they fire: by time, and among equal times by their setting.

    Args:
        clock: Of the run.
        on_due: Called with the id of each timer when it is due.
    """

    def __init__(self, clock: Clock, on_due: Callable[[int], None]) -> None:
        self._on_due = on_due
        self._clock = clock
        self.waiting: dict[int, Timer] = {}
        """Those that wait, by their ids."""
        self._order: list[tuple[float, int]] = []  # those that were dropped are still in it
        self._wakeup: Alarm | None = None
        self._held = False

    def add(self, timer: Timer, since: float) -> None:
        """Let a timer fire that was set at a moment of the run's clock, which may lie long ago."""
        self.waiting[timer.number] = timer
        heapq.heappush(self._order, (since + timer.delay_ms / 1000, timer.number))
        self._arm()

    def drop(self, number: int) -> None:
        """Forget a timer, if it still waits."""
        if self.waiting.pop(number, None) is None:
            return
        if len(self._order) > 2 * len(self.waiting) + _FEW:
            self._order = [entry for entry in self._order if entry[1] in self.waiting]
            heapq.heapify(self._order)
        self._arm()

    def hold(self) -> None:
        """Let no timer fire until `release`."""
        self._held = True
        self._arm()

    def release(self) -> None:
        """Let timers fire, those that are overdue first."""
        self._held = False
        self._arm()

    @property
    def next_due(self) -> float | None:
        """When the first of them fires, on the run's clock."""
        return self._order[0][0] if self._order else None

    def close(self) -> None:
        """Forget all timers."""
        if self._order:
            self.waiting.clear()
            self._order.clear()
            self._arm()

    def pending(self, now_ms: float) -> dict[int, PendingWork]:
        """Return what waits, by its number, for a person."""
        return {
            number: PendingWork(what=it.kind, site=it.site, waited_ms=now_ms - it.since_ms)
            for number, it in self.waiting.items()
        }

    def _arm(self) -> None:
        if self._wakeup is not None:
            self._wakeup.cancel()
            self._wakeup = None
        while self._order and self._order[0][1] not in self.waiting:
            heapq.heappop(self._order)
        if self._order and not self._held:
            self._wakeup = self._clock.call_at(self._order[0][0], self._fire)

    def _fire(self) -> None:
        now = self._clock.time()
        while self._order and self._order[0][0] <= now:
            _, number = heapq.heappop(self._order)
            if self.waiting.pop(number, None) is not None:
                self._on_due(number)
        self._arm()
