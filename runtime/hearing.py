"""What a worker says in a run, and what follows from it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from .bounds import Bounds
from .frames import FrameKind
from .outcome import LogLine
from .replay import DivergedError
from .slices import in_slices
from .turn import NOTHING_HAPPENED, TooManyContainersError, TurnError
from .turn_entry import turn_entry
from .turn_text import is_long, last_words, read_long_turn, read_turn
from .verdict import (
    cpu_time_failure,
    diverged_failure,
    fault_failure,
    limit_failure,
    protocol_failure,
    thrown_failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .failure import Failure
    from .frames import Frame
    from .process import WorkerProcess
    from .replay import Replay
    from .run_request import RunRequest
    from .steps import Waiting
    from .turn import Breach, End, Turn
    from .turn_text import Reading
    from .work import Work

_MOST_PLACES: Final = 1000
"""Calls are made from few places, one of them many times."""
_MOST_WARNINGS: Final = 50
_LONGEST_WARNING: Final = 1000


class Hearing:
    """Takes in what one worker says in its run: every byte of it may be hostile.

    Args:
        worker: The worker.
        request: What is run.
        work: What the run has under way.
        replay: What the run did before, which this worker does again first.
        turns_told: How many turns an earlier worker of the run had told.
        on_failure: Called with what ends the run at once.
        on_loss: Called with what takes the place of its value.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        request: RunRequest,
        work: Work,
        replay: Replay | None,
        *,
        turns_told: int,
        on_failure: Callable[[Failure], None],
        on_loss: Callable[[Failure], None],
    ) -> None:
        self._worker = worker
        self._request = request
        self._clock = request.clock
        self._journal = request.journal
        self._work = work
        self._replay = replay
        self._on_failure = on_failure
        self._on_loss = on_loss
        self._bounds = Bounds(request.limits)
        self._places: dict[str, str] = {}
        self._lines = self._turns = 0
        self._reading: asyncio.Timeout | None = None
        self._cpu_before = worker.cpu_seconds
        self._peak_before = worker.peak_memory_bytes
        self.most_bytes = self._bounds.most_bytes
        """The longest frame that is listened to."""
        self.turns_told = turns_told
        """How many turns of the run were told, by whichever worker."""
        self.warnings: tuple[str, ...] = ()

    @property
    def cpu_seconds(self) -> float:
        """CPU time that the worker used in the run."""
        return max(0.0, self._worker.cpu_seconds - self._cpu_before)

    @property
    def grown(self) -> int:
        """By how many bytes the worker grew in the run."""
        return max(0, self._worker.peak_memory_bytes - self._peak_before)

    def take(self, frame: Frame) -> Waiting[Turn]:
        """Take what the worker said. A failure is known afterwards if the run is over without a value."""
        self._worker.take_usage(frame)
        if frame.kind is not FrameKind.TURN:
            self._take_other(frame)
            return NOTHING_HAPPENED
        try:
            turn, depth = (yield self._read_long(frame)) if is_long(frame) else read_turn(frame)
        except TurnError as error:
            self._on_failure(self._too_deep(None) if error.too_deep else protocol_failure())
            return NOTHING_HAPPENED
        except TooManyContainersError as error:
            self._on_failure(self._too_many_containers(error.number))
            return NOTHING_HAPPENED
        except TimeoutError:  # another failure ended the run before all was read
            return NOTHING_HAPPENED
        self._take_turn(frame, turn, depth)
        return turn

    def stop(self) -> None:
        """Read no further in what is being read."""
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())

    async def _read_long(self, frame: Frame) -> Reading:
        """Read a long turn, as long as the run has no failure."""
        bounds = self._bounds
        try:
            async with asyncio.timeout(None) as self._reading:
                return await in_slices(read_long_turn(frame, bounds.most_values, bounds.most_containers))
        finally:
            self._reading = None

    def _take_turn(self, frame: Frame, turn: Turn, depth: int) -> None:
        for number in turn.dropped:
            self._work.drop(number)
        try:
            self._take_entry(turn, frame)
        except TurnError:
            self._on_failure(protocol_failure())
        except DivergedError as diverged:
            if turn.breach is None:  # otherwise the run is under tighter limits than it was
                self._on_failure(diverged_failure(diverged.expected, diverged.found))
        if turn.warnings:
            read = self._request.stacks.read
            self.warnings = tuple([read(text[:_LONGEST_WARNING]) for text in turn.warnings[:_MOST_WARNINGS]])
        if turn.breach is not None:
            self._take_breach(turn.breach)
        elif turn.end is not None:
            self._take_end(turn.end, depth)

    def _take_entry(self, turn: Turn, frame: Frame) -> None:
        """Do what a turn asks for, which it may have asked for before."""
        length = sum(map(len, frame.parts)) if turn.calls else 0
        lines = self._lines_of(turn) if turn.lines else ()
        entry = turn_entry(turn, frame, length, lines, self._clock.now_ms(), self._place)
        known = self._replay if self._replay is not None and self._replay.has_turn else None
        admitted = known is not None or self._bounds.admit(turn, len(frame.parts[1]), length, self._work)
        if admitted and known is None:
            self._journal.add(entry)
        self._turns += 1
        is_first = self._turns > self.turns_told  # no earlier worker of this run got so far
        if is_first:
            self.turns_told = self._turns
            for line in entry.lines:
                self._request.on_log(line)
        if not admitted:
            raise TurnError(too_deep=False)
        if known is not None:
            entry = replace(entry, at_ms=known.check(entry).at_ms)
        self._work.take_up(entry, self._request.durability.on_replayed if is_first else None)

    def _lines_of(self, turn: Turn) -> tuple[LogLine, ...]:
        """Return the console lines of a turn, as many as the run may have."""
        limits = self._request.limits
        left = max(0, limits.log_lines + 1 - self._lines)  # the prelude's own marker is the last
        self._lines += len(turn.lines)
        return tuple(
            LogLine(
                level=level,
                message=self._request.stacks.read(text[: limits.log_line_bytes + 1]),
                time=datetime.fromtimestamp(time_ms / 1000, UTC),
            )
            for level, text, time_ms in turn.lines[:left]
        )

    def _take_other(self, frame: Frame) -> None:
        """Take what is no turn, and ends the run."""
        if frame.kind is FrameKind.FAULT:
            failure = fault_failure(frame.parts[1:], self._request.stacks, self.grown, self._request.limits)
            self._on_failure(failure)
        elif frame.kind is FrameKind.LAST:
            self._take_last_words(frame)
        else:
            self._on_failure(protocol_failure())

    def _take_last_words(self, frame: Frame) -> None:
        """Take the console lines of the turn in which time was up, or in which a limit was broken without an end."""
        with suppress(TurnError):
            turn = last_words(frame)
            for line in self._lines_of(turn):
                self._request.on_log(line)
            if turn.breach is not None:
                self._take_breach(turn.breach)
        self._on_failure(cpu_time_failure(self._request.limits, self.cpu_seconds))  # unless another failure is known

    def _take_breach(self, breach: Breach) -> None:
        self._on_failure(limit_failure(breach.limit, breach.message, self._request.limits, used=breach.used))

    def _take_end(self, end: End, depth: int) -> None:
        limits = self._request.limits
        if end.failure is not None:
            self._on_loss(thrown_failure(end.failure, self._request.stacks, self.grown, limits))
        elif depth > limits.result_depth:
            self._on_loss(self._too_deep(depth))

    def _too_deep(self, depth: int | None) -> Failure:
        limits = self._request.limits
        message = f"The result is nested deeper than {limits.result_depth} levels"
        return limit_failure("result_depth", message, limits, used=depth)

    def _too_many_containers(self, number: int) -> Failure:
        limits = self._request.limits
        message = f"The result holds more than {limits.result_containers} arrays and objects"
        return limit_failure("result_size", message, limits, used=number, limit="result_containers")

    def _place(self, site: str) -> str:
        """Return a place as the prelude names it in the terms of the source."""
        place = self._places.get(site)
        if place is None:
            if len(self._places) == _MOST_PLACES:
                self._places.clear()
            place = self._places[site] = self._request.stacks.read(site)
        return place
