"""The clock of a run: all that anything in it knows of time."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType


_NOTHING: Final = nullcontext()


class Alarm(Protocol):
    """What was set to happen."""

    def cancel(self) -> None:
        """Let it not happen, if it has not happened yet."""
        ...


class Timeout(Protocol):
    """Raises TimeoutError when what goes on inside has taken too long, as `asyncio.Timeout` does."""

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """End, with TimeoutError where time is up."""
        ...

    def expired(self) -> bool:
        """Whether time is up."""
        ...

    def reschedule(self, when: float | None, /) -> None:
        """Let time be up at another moment, in the way of `Clock.reschedule`, which knows whose clock is meant."""
        ...


class Sleeper(NamedTuple):
    """A task that sleeps: until when, on the run's clock, and after how many attempts at what it does."""

    until: float
    attempts: int


class Clock:
    """The time of one run, as it passes: what `Date` shows, timers, deadlines and waits follow it.

    Civil time is that of the machine when the clock was made, and goes on as evenly as the monotonic one: no run sees
    the machine's clock being set. Belongs to the running event loop.
    """

    is_virtual: ClassVar = False

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.time: Callable[[], float] = time.monotonic
        """Returns seconds on a clock that nothing sets; only differences mean anything."""
        now = time.monotonic()
        self._offset_ms = (time.time() - now) * 1000
        self._loop_offset = self._loop.time() - now
        """What the clock of the event loop, which need not be that one, shows beside it."""
        self._sleepers: dict[asyncio.Task[object], Sleeper] = {}
        self.listeners: set[Callable[[], None]] = set()
        """Called when a task goes to sleep."""
        self.at_work = 0
        """How much goes on that no event of this loop shows; as long as there is any, virtual time stands still."""
        self.suspended_seconds = 0.0
        """How much of its time the run was put off, which counts for no deadline of its own."""

    def now_ms(self) -> float:
        """Return civil time, in milliseconds since 1970."""
        return self._offset_ms + self.time() * 1000

    def call_at(self, when: float, callback: Callable[[], object]) -> Alarm:
        """Call back at a moment of `time`."""
        return self._loop.call_at(when + self._loop_offset, callback)

    def timeout_at(self, when: float | None) -> Timeout:
        """Return a context that raises TimeoutError at a moment of `time`; never for None and infinity."""
        return asyncio.timeout_at(self._on_loop(when))

    def reschedule(self, timeout: Timeout, when: float | None) -> None:
        """Let a context of `timeout_at` end at another moment of `time`."""
        timeout.reschedule(self._on_loop(when))

    def _on_loop(self, when: float | None) -> float | None:
        """Return a moment of `time` on the clock of the event loop; None for what never comes."""
        return None if when is None or when == math.inf else when + self._loop_offset

    def active_time(self) -> float:
        """Return seconds as `time` does, without those for which the run was put off."""
        return self.time() - self.suspended_seconds

    async def settle(self) -> None:
        """Let all happen that happens at this moment of the run's time."""

    async def sleep(self, seconds: float, *, attempts: int = 0) -> None:
        """Wait. The task does nothing else meanwhile, so that a run of which all tasks sleep may be put off.

        Args:
            seconds: How long.
            attempts: How often what it waits for was tried.
        """
        until = self.time() + max(0.0, seconds)
        woken = self._loop.create_future()
        alarm = self.call_at(until, partial(_wake, woken))
        task = asyncio.current_task(self._loop)
        if task is not None:
            self._sleepers[task] = Sleeper(until, attempts)
        for listener in self.listeners:
            listener()
        try:
            await woken
        finally:
            alarm.cancel()
            if task is not None:
                del self._sleepers[task]

    @property
    def sleepers(self) -> Mapping[asyncio.Task[object], Sleeper]:
        """Who sleeps."""
        return self._sleepers

    def working(self) -> AbstractContextManager[None]:
        """Tell that something goes on inside that no event of this loop shows: a worker or a thread computes."""
        return _NOTHING

    def resting(self) -> AbstractContextManager[None]:
        """Tell that, within something that works, nothing does for a while."""
        return _NOTHING


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
