"""Deadline: how long something may still wait."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from runtime import Clock, Timeout


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The end of a run, or of one of its requests.

    Attributes:
        clock: Of the run.
        when: On that clock.
    """

    clock: Clock
    when: float

    @classmethod
    def never(cls, clock: Clock) -> Self:
        """Return the deadline of something that may wait for ever."""
        return cls(clock=clock, when=math.inf)

    @classmethod
    def after(cls, clock: Clock, most_seconds: float) -> Self:
        """Return the deadline of something that starts now and may take `most_seconds`."""
        return cls(clock=clock, when=clock.time() + most_seconds)

    def within(self, most_seconds: float) -> Deadline:
        """Return the deadline of something that starts now and may take `most_seconds`; never later than this one."""
        return Deadline(clock=self.clock, when=min(self.when, self.clock.time() + most_seconds))

    def left_seconds(self) -> float:
        """Return what is left, never below zero."""
        return max(0.0, self.when - self.clock.time())

    def timeout(self) -> Timeout:
        """Return a context that raises TimeoutError when this has come."""
        return self.clock.timeout_at(self.when)
