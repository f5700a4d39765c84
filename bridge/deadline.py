"""Deadline: how long something may still wait."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The end of a run, or of one of its requests.

    Attributes:
        monotonic: On the clock of `time.monotonic`, which no change of the wall clock moves.
    """

    monotonic: float

    @classmethod
    def never(cls) -> Self:
        """Return the deadline of something that may wait for ever."""
        return cls(monotonic=math.inf)

    def within(self, most_seconds: float) -> Deadline:
        """Return the deadline of something that starts now and may take `most_seconds`; never later than this one."""
        return Deadline(monotonic=min(self.monotonic, time.monotonic() + most_seconds))

    def left_seconds(self) -> float:
        """Return what is left, never below zero."""
        return max(0.0, self.monotonic - time.monotonic())

    def timeout(self) -> asyncio.Timeout:
        """Return a context that raises TimeoutError when this has come."""
        return asyncio.timeout(self.left_seconds())
