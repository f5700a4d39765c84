"""What a run has under way: calls that are being answered, timers that wait, and what of both is to be delivered."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from .calls import CallsUnderWay
from .host import HostCall
from .journal import Note, Suspension, Wait
from .timers import Timer, TimerQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .failure import Failure
    from .host import HostReply
    from .journal import CallEntry, Journal, Turn
    from .replay import Replay
    from .run_request import RunRequest
    from .stall import PendingWork
    from .values import JSON


class Work:
    """What one run has under way. It outlives the worker of the run.

    Args:
        request: What is run.
        on_news: Called when there is something to deliver, with what time it is.
        on_failure: Called with the failure that ends the run.
    """

    def __init__(
        self, request: RunRequest, *, on_news: Callable[[float], None], on_failure: Callable[[Failure], None]
    ) -> None:
        self._request = request
        self._clock = request.clock
        self._on_news = on_news
        self.calls = CallsUnderWay(request, on_news=on_news, on_failure=on_failure)
        self.timers = TimerQueue(request.clock, self._timer_due)
        self.due: deque[int] = deque()
        """Timers that fired, and of which the isolate was not told."""
        self._replay: Replay | None = None
        self._unanswered: dict[int, tuple[HostCall, int]] = {}

    def hold(self, replay: Replay) -> None:
        """Begin nothing, and let nothing come, while the run goes through its journal."""
        self._replay = replay
        self.timers.close()
        self.timers.hold()
        self.due.clear()
        self.calls.forget_answers()

    def release(self) -> None:
        """Begin what the journal does not answer, and let come what comes."""
        replay, self._replay = cast("Replay", self._replay), None
        self.calls.put_first(replay.undelivered())
        for number, (call, length) in self._unanswered.items():
            if number not in self.calls.numbers:
                wait = replay.wait(number)
                delay = 0.0 if wait is None else (wait.until_ms - self._clock.now_ms()) / 1000
                attempts = 0 if wait is None else wait.attempts
                again = replace(call, attempts=attempts, in_doubt=replay.in_doubt(number))
                self.calls.begin(number, again, length, self._clock.now_ms(), delay_seconds=delay)
        self._unanswered.clear()
        self.timers.release()

    def take_up(self, turn: Turn, on_replayed: Callable[[HostCall, HostReply], None] | None) -> None:
        """Begin what a turn asks for.

        Args:
            turn: With the calls themselves.
            on_replayed: Told each call that the journal answers, with its answer; None where it was told before.
        """
        for call in turn.calls:
            self._begin(call, turn.at_ms, on_replayed)
        if turn.timers:
            since = self._clock.time() - (self._clock.now_ms() - turn.at_ms) / 1000
            for it in turn.timers:
                self.timers.add(Timer(it.number, it.kind, it.site, turn.at_ms, it.delay_ms), since)

    def drop(self, number: int) -> None:
        """Give up a call or a timer that nobody waits for any more."""
        self.timers.drop(number)
        self.calls.drop(number)
        self._unanswered.pop(number, None)

    def take(self) -> tuple[list[tuple[int, HostReply]], int | None]:
        """Return answers by the numbers of their calls, and a timer that fired, as much as should travel together."""
        return self.calls.take(), self.due.popleft() if self.due else None

    @property
    def next_event(self) -> float | None:
        """When something happens, on the run's clock; None where that may be at any time, or never."""
        sleepers = self.calls.sleepers
        if sleepers is None:
            return None
        moments = [sleeper.until for sleeper in sleepers.values()]
        if self.timers.next_due is not None:
            moments.append(self.timers.next_due)
        return min(moments, default=None)

    def suspension(self) -> Suspension:
        """Return what there is to be known of a run that is put off now."""
        clock = self._clock
        offset_ms = clock.now_ms() - clock.time() * 1000
        waits = [
            Wait(number=number, until_ms=offset_ms + sleeper.until * 1000, attempts=sleeper.attempts)
            for number, sleeper in (self.calls.sleepers or {}).items()
        ]
        until = self.next_event
        resume_at_ms = clock.now_ms() if until is None else offset_ms + until * 1000
        return Suspension(at_ms=clock.now_ms(), resume_at_ms=resume_at_ms, waits=tuple(waits))

    def pending(self) -> list[PendingWork]:
        """Return what is under way, in the order in which it began, for a person."""
        now_ms = self._clock.now_ms()
        pending = self.calls.pending(now_ms) | self.timers.pending(now_ms)
        return [pending[number] for number in sorted(pending)]

    async def aclose(self) -> None:
        """Give up all of it, and wait until that is done."""
        self.timers.close()
        await self.calls.aclose()

    def _begin(self, entry: CallEntry, at_ms: float, on_replayed: Callable[[HostCall, HostReply], None] | None) -> None:
        """Let a call be answered, unless it has been before; where the journal is not at its end, that comes first."""
        call = HostCall(
            operation=entry.operation,
            payload=entry.payload,
            site=entry.site,
            data=entry.data,
            number=entry.number,
            note=partial(_note, self._request.journal, self._clock, entry.number),
        )
        if self._replay is None:
            self.calls.begin(entry.number, call, entry.length, at_ms)
            return
        reply = self._replay.answer(entry.number)
        if reply is None:
            self._unanswered[entry.number] = call, entry.length
        elif on_replayed is not None:
            on_replayed(call, reply)

    def _timer_due(self, timer: int) -> None:
        self.due.append(timer)
        self._on_news(self._clock.now_ms())


def _note(journal: Journal, clock: Clock, number: int, kind: str, facts: dict[str, JSON]) -> None:
    """Write what is done for a call; refers to nothing of the run but its journal, since requests outlive runs."""
    journal.add(Note(at_ms=clock.now_ms(), number=number, kind=kind, facts=facts))
