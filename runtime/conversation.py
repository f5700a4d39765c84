"""The conversation of a run with one worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from .frames import FrameKind
from .hearing import Hearing
from .journal import Delivery, Resumption
from .outgoing_frames import OutgoingFrames
from .replay import Replay
from .stall import Stall
from .steps import Steps
from .turn import End
from .verdict import wall_time_failure

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .failure import Failure
    from .host import HostReply
    from .process import WorkerProcess
    from .run_request import RunRequest
    from .steps import Waiting
    from .turn import Turn
    from .work import Work


class SuspendedError(Exception):
    """The run is put off."""


class Conversation:
    """The conversation of a run with one worker, from START to the method's end, or to that of the worker.

    Args:
        worker: The worker.
        request: What is run. What its journal has is gone through first.
        work: What the run has under way.
        began: When the run began, on its clock.
        until: When its time is up, in the active time of that clock.
        turns_told: How many turns an earlier worker of the run had told.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        request: RunRequest,
        work: Work,
        *,
        began: float,
        until: float,
        turns_told: int = 0,
    ) -> None:
        self.worker = worker
        self.failure: Failure | None = None
        """Why the run gives no value."""
        self._request = request
        self._clock = request.clock
        self._journal = request.journal
        self._work = work
        self._began = began
        self._until = until
        self._suspends = request.durability.suspend_after_seconds is not None
        self._rests = False
        """Whether it waits for something to send."""
        self._frames = OutgoingFrames(request)
        self._replay = Replay(self._journal) if self._journal.entries else None
        if self._replay is not None:
            work.hold(self._replay)
        self.hearing = Hearing(
            worker, request, work, self._replay, turns_told=turns_told, on_failure=self.end, on_loss=self.fail
        )
        self._steps = Steps(self._converse())

    def begin(self) -> None:
        """Send START, so that the worker computes from now on."""
        self.worker.on_gone = self.look
        self._steps.set_result(None)

    def end_of_method(self) -> Awaitable[End]:
        """Return what gives the method's end, once `begin` was called; cancelled, it leaves the worker in the middle.

        Raises:
            SuspendedError: All that goes on is waiting, for too long.
            WorkerGoneError: The worker was lost.
        """
        return self._steps.carry_out()

    def end(self, failure: Failure) -> None:
        """End the run with a failure, at once, unless it has one already."""
        self.fail(failure)
        self.worker.kill()
        self.look()

    def fail(self, failure: Failure) -> None:
        """Put a failure in the place of the run's value, unless it has one already."""
        self.failure = self.failure or failure
        self.hearing.stop()

    def end_late(self) -> None:
        """End the run because its time is up."""
        stall = Stall.of(computing=self.worker.owes_an_answer, pending=self._work.pending())
        self.fail(wall_time_failure(self._request.limits, self._clock.time() - self._began, stall))
        self.worker.kill_after_last_words()
        self.look()

    def look(self) -> None:
        """Where the run rests, see what there is, once all has come that comes in this turn of the event loop."""
        if self._rests:
            self._rests = False
            asyncio.get_running_loop().call_soon(self._steps.set_result, None)

    def take_news(self, at_ms: float) -> None:
        """Go on with what there is to send: at once, where nothing is under way that could travel with it.

        Args:
            at_ms: What time it is.
        """
        if self._work.calls.under_way:
            self.look()
        elif self._rests:
            self._rests = False
            self._steps.set_result(at_ms)

    def _converse(self) -> Waiting[End]:
        worker, most_bytes = self.worker, self.hearing.most_bytes
        worker.tell(FrameKind.START, self._frames.start(), self._steps, most_bytes=most_bytes)
        while True:
            yield None
            turn = yield from self.hearing.take(worker.take())
            if turn.end is not None or self.failure is not None:
                return turn.end or End()
            delivery = yield from self._next_delivery(turn)
            worker.tell(FrameKind.DELIVER, delivery, self._steps, most_bytes=most_bytes)
            del delivery

    def _next_delivery(self, turn: Turn) -> Waiting[list[bytes]]:
        """Return what the isolate is sent next: what it was sent before, and then what there is, when there is any."""
        if self._replay is not None:
            before = self._replay.next_delivery()
            if before is not None:
                return self._delivered_before(before, self._replay)
            self._end_replay()
        at_ms = None if turn.more else (yield from self._wait())
        replies, timer = self._work.take()
        if at_ms is None:
            at_ms = self._clock.now_ms()
        self._journal.add(Delivery(at_ms=at_ms, answers=tuple([number for number, _ in replies]), timer=timer))
        return self._frames.delivery(at_ms, replies, timer)

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

    def _wait(self) -> Waiting[float | None]:
        """Wait until there is something to send; return what time it is then, where that is known.

        Raises:
            SuspendedError: That would take too long.
        """
        clock = self._clock
        at_ms = None
        clock.at_work -= 1
        try:
            while not self._has_news:
                if self._suspends and self._puts_off:
                    if not clock.is_virtual:
                        raise SuspendedError
                    self._note_suspension()
                self._rests = True
                at_ms = yield None
            if clock.is_virtual:
                yield clock.settle()
        finally:
            clock.at_work += 1
        if clock.is_virtual and self._left_seconds < 0:  # the deadline is one of the machine's time
            self.end_late()
        return at_ms

    @property
    def _has_news(self) -> bool:
        work = self._work
        return bool(work.calls.replies or work.due) or self.failure is not None or not self.worker.alive

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
        return self._until - self._clock.active_time()

    def _note_suspension(self) -> None:
        """Take in that the run would be put off now, where time is virtual and jumps to its next event instead.

        Before it does: what wakes up there must have the time that was left when it went to sleep.
        """
        suspension = self._work.suspension()
        self._clock.suspended_seconds += (suspension.resume_at_ms - suspension.at_ms) / 1000
        self._journal.add(suspension)
        self._journal.add(Resumption(at_ms=suspension.resume_at_ms))
