"""How much an honest worker says; one that says more is none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calls import CallsUnderWay
    from .limits import SandboxLimits
    from .timers import TimerQueue
    from .turn import Call, Turn
    from .work import Work

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
        self.most_bytes = self._most.frame_bytes
        """The longest frame: a result, or a call with as many bytes beside it."""

    @property
    def most_values(self) -> int:
        """The most JSON values of a turn: each takes at least a character of a result."""
        return self._limits.result_bytes + _FEW_VALUES

    @property
    def most_containers(self) -> int:
        """The most arrays and objects of a turn: those of a result, one for each console line, and a few more."""
        return self._limits.result_containers + self._limits.log_lines + _FEW_CONTAINERS

    def admit(self, turn: Turn, text_length: int, length: int, work: Work) -> bool:
        """Whether a worker may say so much: in calls, in turns with nothing in them, and in a result.

        Args:
            turn: What it said.
            text_length: How long the text of that was, in bytes.
            length: How long all of it was, with the bytes of calls.
            work: What the run has under way.
        """
        self._empty_turns = self._empty_turns + 1 if turn.more and not turn.calls else 0
        most_text = self._limits.call_bytes if turn.end is None else self._limits.result_bytes
        return (
            self._empty_turns <= _MOST_EMPTY_TURNS
            and text_length <= most_text + self._most.beside_bytes
            and (not turn.calls or self._admit_calls(turn.calls, length, work.calls, work.timers))
        )

    def _admit_calls(self, new: Sequence[Call], length: int, calls: CallsUnderWay, timers: TimerQueue) -> bool:
        """Whether so many calls and timers, of that length, may be under way, and whether all of them are new."""
        numbers: set[int] = set()
        new_timers = 0
        for call in new:
            if call.id in numbers or call.id in calls.numbers or call.id in timers.waiting:
                return False
            numbers.add(call.id)
            new_timers += call.operation == TIMER
        return (
            len(timers.waiting) + new_timers <= self._limits.timers
            and len(calls.numbers) + len(new) - new_timers <= self._limits.concurrent_calls
            and calls.length + length <= self._most.call_bytes
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
