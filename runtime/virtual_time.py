"""Virtual time: clocks that jump to the next thing that is to happen when nothing is at work."""

from __future__ import annotations

import asyncio
import heapq
import selectors
import weakref
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, ClassVar, Self

from .clock import Alarm, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from .clock import Timeout


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that lets virtual clocks go on when nothing else is ready. What is real goes on as in any other."""

    def __init__(self) -> None:
        self._clocks: weakref.WeakSet[VirtualClock] = weakref.WeakSet()
        super().__init__(_IdleSelector(self._advance))

    def add(self, clock: VirtualClock) -> None:
        """Let a clock go on from now on, as long as anybody holds it and something is to happen on it."""
        self._clocks.add(clock)

    def _advance(self) -> bool:
        """Let each clock go on by one step; tell whether any did."""
        clocks = list(self._clocks)
        advanced = [clock.advance() for clock in clocks]
        self._clocks.difference_update([clock for clock in clocks if clock.is_idle])
        return any(advanced)


class VirtualClock(Clock):
    """The time of one run, which stands still while anything is at work and jumps when all of it waits.

    So a wait of ten minutes takes no time, and what happens in a run depends on no other run and on no machine. Must
    be made in a `VirtualTimeLoop`.

    Args:
        start_ms: Civil time at the start, in milliseconds since 1970.

    Raises:
        TypeError: The running event loop is another.
    """

    is_virtual: ClassVar = True

    def __init__(self, start_ms: float) -> None:
        super().__init__()
        if not isinstance(self._loop, VirtualTimeLoop):
            raise TypeError("virtual time needs a VirtualTimeLoop as the running event loop")
        self._virtual_loop = self._loop
        self._start_ms = start_ms
        self._loop_offset = 0.0  # all that is timed here is timed by this clock itself
        self._past = _Past()
        self.time = self._past.seconds
        self._alarms: list[_Alarm] = []
        self._numbers = count()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to happen any more, as far as is known now."""
        return not self._alarms

    def now_ms(self) -> float:
        """Return civil time, in milliseconds since 1970."""
        return round(self._start_ms + self._past.length * 1000, 3)

    async def settle(self) -> None:
        """Let all happen that happens at this moment of the run's time, whatever the machine takes for it."""
        await self.sleep(0)

    def call_at(self, when: float, callback: Callable[[], object]) -> Alarm:
        """Call back at a moment of `time`."""
        alarm = _Alarm(when, next(self._numbers), callback)
        heapq.heappush(self._alarms, alarm)
        self._virtual_loop.add(self)
        return alarm

    def timeout_at(self, when: float | None) -> Timeout:
        """Return a context that raises TimeoutError at a moment of `time`; never for None and infinity."""
        return _Timeout(self, when)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Stand still while something goes on inside that no event of this loop shows."""
        self.at_work += 1
        try:
            yield
        finally:
            self.at_work -= 1

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Go on while, within something that works, nothing does."""
        self.at_work -= 1
        try:
            yield
        finally:
            self.at_work += 1

    def advance(self) -> bool:
        """Jump to the next alarm, if nothing is at work; tell whether there was one."""
        while self._alarms and self._alarms[0].callback is None:
            heapq.heappop(self._alarms)
        if self.at_work or not self._alarms:
            return False
        alarm = heapq.heappop(self._alarms)
        self._past.length = max(self._past.length, alarm.when)
        if alarm.callback is not None:
            self._loop.call_soon(alarm.callback)
        return True


class _Alarm:
    """What was set to happen; alarms are in the order in which they go off."""

    def __init__(self, when: float, number: int, callback: Callable[[], object]) -> None:
        self.when = when
        self.callback: Callable[[], object] | None = callback
        self._number = number

    def __lt__(self, other: _Alarm) -> bool:
        return (self.when, self._number) < (other.when, other._number)

    def cancel(self) -> None:
        """Let it not happen."""
        self.callback = None


class _Timeout:
    """Raises TimeoutError when what goes on inside has taken too long, in virtual time.

    Args:
        clock: Of the run.
        when: On that clock.
    """

    def __init__(self, clock: Clock, when: float | None) -> None:
        self._clock = clock
        self._when = when
        self._loop = asyncio.get_running_loop()
        self._inner = asyncio.timeout(None)
        self._alarm: Alarm | None = None

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        self._clock.reschedule(self, self._when)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._disarm()
        await self._inner.__aexit__(kind, error, traceback)

    def expired(self) -> bool:
        return self._inner.expired()

    def reschedule(self, when: float | None) -> None:
        self._disarm()
        if when is not None:
            self._alarm = self._clock.call_at(when, self._expire)

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _expire(self) -> None:
        if self._alarm is not None:
            self._inner.reschedule(self._loop.time())


class _Past:
    """How long a clock has been going on, in seconds; it holds no clock, which ends with the last who holds that."""

    def __init__(self) -> None:
        self.length = 0.0

    def seconds(self) -> float:
        """Return that."""
        return self.length


class _IdleSelector(selectors.DefaultSelector):
    """Waits for nothing as long as there is something that can be done instead.

    Args:
        on_idle: Does some of it, and tells whether it did.
    """

    def __init__(self, on_idle: Callable[[], bool]) -> None:
        super().__init__()
        self._on_idle = on_idle

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return which files are ready."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0) or self._on_idle():
            return ready
        return super().select(timeout)
