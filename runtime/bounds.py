"""How much an honest worker says; one that says more is none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calls import CallsUnderWay
    from .frames import Frame
    from .limits import SandboxLimits
    from .timers import TimerQueue
    from .turn import Call, Turn

TIMER: Final = "timer"
"""The operation of a call that sets a timer."""

_OVERHEAD_BYTES: Final = 4 * 1024 * 1024
_LONGEST_ESCAPE: Final = 6
_LONGEST_CHARACTER: Final = 3
_LONG: Final = 64 * 1024  # see js/50_calls.js
_FEW_VALUES: Final = 100_000
_FEW_CONTAINERS: Final = 10_000
_MOST_EMPTY_TURNS: Final = 2


class Bounds:
    """The bounds of what comes from the worker of one run, so that the application's memory is bounded too.

    Args:
        limits: Of the run.
    """

    def __init__(self, limits: SandboxLimits) -> None:
        self._limits = limits
        self._most = _most(limits)
        self._empty_turns = 0

    @property
    def most_bytes(self) -> int:
        """The longest frame: a result, or a call with as many bytes beside it."""
        return self._most.frame_bytes

    @property
    def most_values(self) -> int:
        """The most JSON values of a turn: each takes at least a character of a result."""
        return self._limits.result_bytes + _FEW_VALUES

    @property
    def most_containers(self) -> int:
        """The most arrays and objects of a turn: those of a result, one for each console line, and a few more."""
        return self._limits.result_containers + self._limits.log_lines + _FEW_CONTAINERS

    def admit(self, turn: Turn, frame: Frame, calls: CallsUnderWay, timers: TimerQueue) -> bool:
        """Whether a worker may say so much: in calls, in turns with nothing in them, and in a result.

        Args:
            turn: What it said.
            frame: How it said that.
            calls: Those of the run that are under way.
            timers: Those of the run that wait.
        """
        self._empty_turns = self._empty_turns + 1 if turn.more and not turn.calls else 0
        most_text = self._limits.call_bytes if turn.end is None else self._limits.result_bytes
        return (
            self._empty_turns <= _MOST_EMPTY_TURNS
            and len(frame.parts[1]) <= most_text + self._most.beside_bytes
            and (not turn.calls or self._admit_calls(turn.calls, calls, timers, sum(map(len, frame.parts))))
        )

    def _admit_calls(self, new: Sequence[Call], calls: CallsUnderWay, timers: TimerQueue, length: int) -> bool:
        """Whether so many calls and timers, of that length, may be under way, and whether all of them are new."""
        new_timers = [call.operation for call in new].count(TIMER)
        numbers = {call.id for call in new}
        return (
            len(timers) + new_timers <= self._limits.timers
            and len(calls) + len(new) - new_timers <= self._limits.concurrent_calls
            and calls.length + length <= self._most.call_bytes
            and len(numbers) == len(new)
            and not calls.has_any(numbers)
            and not timers.has_any(numbers)
        )


class _Most(NamedTuple):
    """How much there is at most.

    Attributes:
        frame_bytes: Of a frame.
        beside_bytes: Of a turn beside its result or its one long call: console lines above all.
        call_bytes: Of calls under way; the worker counts them in characters.
    """

    frame_bytes: int
    beside_bytes: int
    call_bytes: int


@lru_cache
def _most(limits: SandboxLimits) -> _Most:
    """Return how much there is at most in a run; most runs have the same limits."""
    beside = _LONGEST_ESCAPE * limits.log_lines * limits.log_line_bytes + _OVERHEAD_BYTES
    calls = 2 * limits.call_bytes + _LONG * limits.concurrent_calls
    return _Most(
        frame_bytes=max(limits.result_bytes, 2 * limits.call_bytes) + beside,
        beside_bytes=beside,
        call_bytes=_LONGEST_CHARACTER * calls + beside,
    )
