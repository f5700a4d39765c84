"""One run: the conversation with its worker from START to the method's end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from .bounds import Bounds
from .errors import RunEnded
from .frames import FrameKind
from .journal import Delivery, Resumption
from .journal import End as JournalEnd
from .journal import Turn as JournalTurn
from .outcome import LogLine, Outcome, Usage
from .outgoing_frames import OutgoingFrames
from .process import WorkerGoneError
from .replay import DivergedError, Replay
from .slices import in_slices
from .stall import Stall
from .steps import Steps
from .turn import NOTHING_HAPPENED, End, TooManyContainersError, TurnError
from .turn_entry import turn_entry
from .turn_text import Reading, is_long, last_words, read_long_turn, read_turn
from .verdict import (
    WORKER_LOST,
    cpu_time_failure,
    diverged_failure,
    exit_failure,
    fault_failure,
    limit_failure,
    protocol_failure,
    thrown_failure,
    wall_time_failure,
)
from .work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .failure import Failure
    from .frames import Frame
    from .host import HostReply
    from .journal import Suspension
    from .process import WorkerProcess
    from .run_request import RunRequest
    from .steps import Waiting
    from .turn import Breach, Turn

_MOST_PLACES: Final = 1000
"""Calls are made from few places, one of them many times."""
_MOST_WARNINGS: Final = 50
_LONGEST_WARNING: Final = 1000
_SHORT_SECONDS: Final = 0.5
_LONG_SECONDS: Final = 3.0
"""How long to wait for the news of how a worker ended, where that says only what was used, and where it says why."""
_MOST_WORKERS: Final = 3
"""How many workers a run may have, one after the other."""


class _SuspendedError(Exception):
    """The run is put off."""


class Run:
    """One run.

    Args:
        worker: An idle worker, for this run alone until it has ended.
        request: What is to be run.
        queue_seconds: How long the run waited for the worker.
        another_worker: Gives another one when that was lost; without it, the run ends then.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        request: RunRequest,
        *,
        queue_seconds: float = 0.0,
        another_worker: Callable[[], Awaitable[WorkerProcess]] | None = None,
    ) -> None:
        self._queue_seconds = queue_seconds
        self._another_worker = another_worker
        self._request = request
        self._clock = request.clock
        self._journal = request.journal
        self._loop = asyncio.get_running_loop()
        self._failure: Failure | None = None
        self._warnings: tuple[str, ...] = ()
        self._places: dict[str, str] = {}
        self._workers = 0
        self._turns_told = 0
        self._started = self._clock.time()
        self._started_active = self._clock.active_time()
        self._cpu_seconds_of_others = 0.0
        self._rests = False
        """Whether it waits for something to send."""
        self._reading: asyncio.Timeout | None = None
        self._work = Work(request, on_news=self._take_news, on_failure=self.end)
        self._take_worker(worker)

    def _take_worker(self, worker: WorkerProcess) -> None:
        """Begin on a worker, from the start, with all that the run was sent before."""
        self._workers += 1
        self._worker = worker
        self._cpu_before = worker.cpu_seconds
        self._peak_before = worker.peak_memory_bytes
        self._bounds = Bounds(self._request.limits)
        self._frames = OutgoingFrames(self._request)
        self._lines = self._turns = 0
        self._replay: Replay | None = Replay(self._journal) if self._journal.entries else None
        if self._replay is not None:
            self._work.hold(self._replay)

    async def outcome(self) -> Outcome:
        """Run the method to its end. Cancelling this leaves the worker in the middle of the run: kill it then."""
        clock, limits = self._clock, self._request.limits
        self._started = clock.time()
        self._started_active = clock.active_time()
        self._request.on_start()
        deadline = self._loop.call_later(limits.wall_time_seconds, self._wall_time_over)
        clock.listeners.add(self._look)
        end = End()
        suspension: Suspension | None = None
        try:
            end = await self._converse_to_the_end()
        except _SuspendedError:
            suspension = self._work.suspension()
            self._journal.add(suspension)
        finally:
            deadline.cancel()
            clock.listeners.discard(self._look)
            await self._work.aclose()
        if suspension is None:
            self._journal.add(JournalEnd(at_ms=clock.now_ms(), failure=_name_of(self._failure)))
        usage = Usage(
            wall_seconds=clock.time() - self._started,
            queue_seconds=self._queue_seconds,
            cpu_seconds=self._cpu_seconds_of_others + self._cpu_seconds,
            peak_memory_bytes=self._worker.peak_memory_bytes,
        )
        if self._failure is not None:
            end = End()
        return Outcome(
            value=end.value,
            failure=self._failure,
            warnings=self._warnings,
            usage=usage,
            resource=end.resource,
            suspension=suspension,
        )

    def end(self, failure: Failure) -> None:
        """End the run with a failure, at once, unless it has one already."""
        self._fail(failure)
        self._worker.kill()
        self._look()

    async def _converse_to_the_end(self) -> End:
        """Converse with one worker after the other, as they are lost."""
        while True:
            self._worker.on_gone = self._look
            self._conversation = Steps(self._converse())
            try:
                return await self._conversation.carry_out()
            except WorkerGoneError as gone:
                how = await self._worker.exit(_SHORT_SECONDS if self._failure else _LONG_SECONDS)
                failure = exit_failure(gone, how, self._grown, self._cpu_seconds, self._request.limits)
                if not await self._goes_on_after(failure):
                    self._fail(failure)
                    return End()
            finally:
                self._worker.on_gone = None

    async def _goes_on_after(self, failure: Failure) -> bool:
        """Take another worker, where the loss of this one is nobody's fault, and all is known that it was sent."""
        lost = self._failure is None and failure.key == WORKER_LOST
        if not lost or self._another_worker is None or self._workers == _MOST_WORKERS or not self._journal.complete:
            return False
        try:
            worker = await self._another_worker()
        except RunEnded as ended:
            self._fail(ended.failure)
            return False
        self._cpu_seconds_of_others += self._cpu_seconds
        self._take_worker(worker)
        return True

    def _converse(self) -> Waiting[End]:
        frame = yield from self._ask(FrameKind.START, self._frames.start())
        while True:
            turn = yield from self._take(frame)
            if turn.end is not None or self._failure is not None:
                return turn.end or End()
            frame = yield from self._ask(FrameKind.DELIVER, (yield from self._next_delivery(turn)))

    def _ask(self, kind: FrameKind, parts: list[bytes]) -> Waiting[Frame]:
        self._worker.tell(kind, parts, self._conversation, most_bytes=self._bounds.most_bytes)
        del parts
        yield None
        return self._worker.take()

    def _next_delivery(self, turn: Turn) -> Waiting[list[bytes]]:
        """Return what the isolate is sent next: what it was sent before, and then what there is, when there is any."""
        if self._replay is not None:
            before = self._replay.next_delivery()
            if before is not None:
                return self._delivered_before(before, self._replay)
            self._end_replay()
        if not turn.more:
            yield from self._wait()
        replies, timer = self._work.take()
        delivery = Delivery(at_ms=self._clock.now_ms(), answers=tuple(number for number, _ in replies), timer=timer)
        self._journal.add(delivery)
        return self._frames.delivery(delivery.at_ms, replies, timer)

    def _delivered_before(self, delivery: Delivery, replay: Replay) -> list[bytes]:
        """Return what the isolate was sent by an earlier worker."""
        if delivery.timer is not None:
            self._work.timers.drop(delivery.timer)
        replies = [(number, cast("HostReply", replay.answer(number))) for number in delivery.answers]
        return self._frames.delivery(delivery.at_ms, replies, delivery.timer)

    def _end_replay(self) -> None:
        """Go on with what is new."""
        self._replay = None
        self._journal.add(Resumption(at_ms=self._clock.now_ms()))
        self._work.release()

    def _wait(self) -> Waiting[None]:
        """Wait until there is something to send.

        Raises:
            _SuspendedError: That would take too long.
        """
        clock = self._clock
        with clock.resting():
            while not self._has_news:
                if self._puts_off:
                    if not clock.is_virtual:
                        raise _SuspendedError
                    self._note_suspension()
                self._rests = True
                yield None
            if clock.is_virtual:
                yield clock.settle()
        if clock.is_virtual and self._left_seconds < 0:  # the deadline is one of the machine's time
            self._wall_time_over()

    def _look(self) -> None:
        """Where the run rests, see what there is, once all has come that comes in this turn of the event loop."""
        if self._rests:
            self._rests = False
            self._loop.call_soon(self._conversation.set_result, None)

    def _take_news(self) -> None:
        """Go on with what there is to send: at once, where nothing is under way that could travel with it."""
        if self._work.calls.under_way:
            self._look()
        elif self._rests:
            self._rests = False
            self._conversation.set_result(None)

    @property
    def _has_news(self) -> bool:
        return self._work.has_news or self._failure is not None or not self._worker.alive

    @property
    def _puts_off(self) -> bool:
        """Whether all that goes on is waiting, for so long that the run is better put off."""
        durability = self._request.durability
        most = durability.suspend_after_seconds
        until = None if most is None else self._work.next_event
        if most is None or until is None or not self._journal.complete:
            return False
        return until - self._clock.time() >= min(most, self._left_seconds) and durability.may_suspend()

    @property
    def _left_seconds(self) -> float:
        """How much of its time the run has left."""
        return self._started_active + self._request.limits.wall_time_seconds - self._clock.active_time()

    def _note_suspension(self) -> None:
        """Take in that the run would be put off now, where time is virtual and jumps to its next event instead.

        Before it does: what wakes up there must have the time that was left when it went to sleep.
        """
        suspension = self._work.suspension()
        self._clock.suspended_seconds += (suspension.resume_at_ms - suspension.at_ms) / 1000
        self._journal.add(suspension)
        self._journal.add(Resumption(at_ms=suspension.resume_at_ms))

    @property
    def _cpu_seconds(self) -> float:
        return max(0.0, self._worker.cpu_seconds - self._cpu_before)

    @property
    def _grown(self) -> int:
        return max(0, self._worker.peak_memory_bytes - self._peak_before)

    def _take(self, frame: Frame) -> Waiting[Turn]:
        """Take what the worker said. A failure is known afterwards if the run is over without a value."""
        turn = NOTHING_HAPPENED
        self._worker.take_usage(frame)
        if frame.kind is FrameKind.FAULT:
            self.end(fault_failure(frame.parts[1:], self._request.stacks, self._grown, self._request.limits))
        elif frame.kind is FrameKind.LAST:
            self._take_last_words(frame)
        elif frame.kind is not FrameKind.TURN:
            self.end(protocol_failure())
        else:
            turn = yield from self._read(frame)
        return turn

    def _read(self, frame: Frame) -> Waiting[Turn]:
        try:
            reading = (yield self._read_long(frame)) if is_long(frame) else read_turn(frame)
        except TurnError as error:
            self.end(self._too_deep(None) if error.too_deep else protocol_failure())
            return NOTHING_HAPPENED
        except TooManyContainersError as error:
            self.end(self._too_many_containers(error.number))
            return NOTHING_HAPPENED
        except TimeoutError:  # another failure ended the run before all was read
            return NOTHING_HAPPENED
        self._take_turn(frame, reading)
        return reading.turn

    async def _read_long(self, frame: Frame) -> Reading:
        """Read a long turn, as long as the run has no failure."""
        bounds = self._bounds
        try:
            async with asyncio.timeout(None) as self._reading:
                return await in_slices(read_long_turn(frame, bounds.most_values, bounds.most_containers))
        finally:
            self._reading = None

    def _take_turn(self, frame: Frame, reading: Reading) -> None:
        turn = reading.turn
        lines = self._lines_of(turn)
        for number in turn.dropped:
            self._work.drop(number)
        try:
            self._take_entry(turn, frame, turn_entry(turn, frame, lines, self._clock.now_ms(), self._place))
        except TurnError:
            self.end(protocol_failure())
        except DivergedError as diverged:
            if turn.breach is None:  # otherwise the run is under tighter limits than it was
                self.end(diverged_failure(diverged.expected, diverged.found))
        if turn.warnings:
            read = self._request.stacks.read
            self._warnings = tuple([read(text[:_LONGEST_WARNING]) for text in turn.warnings[:_MOST_WARNINGS]])
        if turn.breach is not None:
            self._take_breach(turn.breach)
        elif turn.end is not None:
            self._take_end(turn.end, reading.result_depth)

    def _take_entry(self, turn: Turn, frame: Frame, entry: JournalTurn) -> None:
        """Do what a turn asks for, which it may have asked for before."""
        known = self._replay if self._replay is not None and self._replay.has_turn else None
        admitted = known is not None or self._bounds.admit(turn, frame, self._work.calls, self._work.timers)
        if admitted and known is None:
            self._journal.add(entry)
        self._turns += 1
        is_first = self._turns > self._turns_told  # no earlier worker of this run got so far
        if is_first:
            self._turns_told = self._turns
            for line in entry.lines:
                self._request.on_log(line)
        if not admitted:
            raise TurnError(too_deep=False)
        if known is not None:
            entry = replace(entry, at_ms=known.check(entry).at_ms)
        self._work.take_up(entry, self._request.durability.on_replayed if is_first else None)

    def _lines_of(self, turn: Turn) -> tuple[LogLine, ...]:
        """Return the console lines of a turn, as many as the run may have."""
        if not turn.lines:
            return ()
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

    def _take_last_words(self, frame: Frame) -> None:
        """Take the console lines of the turn in which time was up, or in which a limit was broken without an end."""
        with suppress(TurnError):
            turn = last_words(frame)
            for line in self._lines_of(turn):
                self._request.on_log(line)
            if turn.breach is not None:
                self._take_breach(turn.breach)
        self.end(cpu_time_failure(self._request.limits, self._cpu_seconds))  # unless another failure is known

    def _take_breach(self, breach: Breach) -> None:
        self.end(limit_failure(breach.limit, breach.message, self._request.limits, used=breach.used))

    def _take_end(self, end: End, depth: int) -> None:
        limits = self._request.limits
        if end.failure is not None:
            self._fail(thrown_failure(end.failure, self._request.stacks, self._grown, limits))
            return
        if depth > limits.result_depth:
            self._fail(self._too_deep(depth))

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

    def _wall_time_over(self) -> None:
        stall = Stall.of(computing=self._worker.owes_an_answer, pending=self._work.pending())
        self._fail(wall_time_failure(self._request.limits, self._clock.time() - self._started, stall))
        self._worker.kill_after_last_words()
        self._look()

    def _fail(self, failure: Failure) -> None:
        self._failure = self._failure or failure
        if self._reading is not None:
            self._reading.reschedule(self._loop.time())


def _name_of(failure: Failure | None) -> str | None:
    """Return type and key of a failure."""
    return None if failure is None else f"{failure.type}/{failure.key}"
