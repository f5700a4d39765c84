"""One run: with one worker, or with several of them as they are lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from .conversation import Conversation, SuspendedError
from .errors import RunEnded
from .journal import End as JournalEnd
from .outcome import Outcome, Usage
from .process import WorkerGoneError
from .turn import End
from .verdict import WORKER_LOST, exit_failure
from .work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .failure import Failure
    from .journal import Suspension
    from .process import WorkerProcess
    from .run_request import RunRequest

_SHORT_SECONDS: Final = 0.5
_LONG_SECONDS: Final = 3.0
"""How long to wait for the news of how a worker ended, where that says only what was used, and where it says why."""
_NO_END: Final = End()
_MOST_WORKERS: Final = 3
"""How many workers a run may have, one after the other."""


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
        self._workers = 1
        self._cpu_seconds_of_others = 0.0
        clock = request.clock
        self._started = clock.time()
        self._until = self._started - clock.suspended_seconds + request.limits.wall_time_seconds
        self._work = Work(request, on_news=self._take_news, on_failure=self.end)
        self._conversation = self._conversation_with(worker)

    def begin(self) -> None:
        """Let the worker begin, before all else is made ready."""
        self._conversation.begin()

    async def outcome(self) -> Outcome:
        """Run the method to its end, once `begin` was called.

        Cancelling this leaves the worker in the middle of the run: kill it then.
        """
        clock, journal = self._request.clock, self._request.journal
        wall_time = self._request.limits.wall_time_seconds
        deadline = asyncio.get_running_loop().call_later(wall_time, self._wall_time_over)
        if self._request.durability.suspend_after_seconds is not None:
            clock.listeners.add(self._look)
        self._request.on_start()
        end = _NO_END
        suspension: Suspension | None = None
        try:
            end = await self._converse_to_the_end()
        except SuspendedError:
            suspension = self._work.suspension()
            journal.add(suspension)
        finally:
            deadline.cancel()
            clock.listeners.discard(self._look)
            await self._work.aclose()
        failure = self._conversation.failure
        if suspension is None:
            journal.add(JournalEnd(at_ms=clock.now_ms(), failure=_name_of(failure)))
        usage = Usage(
            wall_seconds=clock.time() - self._started,
            queue_seconds=self._queue_seconds,
            cpu_seconds=self._cpu_seconds_of_others + self._conversation.hearing.cpu_seconds,
            peak_memory_bytes=self._conversation.worker.peak_memory_bytes,
        )
        if failure is not None:
            end = _NO_END
        return Outcome(
            value=end.value,
            failure=failure,
            warnings=self._conversation.hearing.warnings,
            usage=usage,
            resource=end.resource,
            suspension=suspension,
        )

    def end(self, failure: Failure) -> None:
        """End the run with a failure, at once, unless it has one already."""
        self._conversation.end(failure)

    def _conversation_with(self, worker: WorkerProcess, *, turns_told: int = 0) -> Conversation:
        return Conversation(
            worker, self._request, self._work, began=self._started, until=self._until, turns_told=turns_told
        )

    async def _converse_to_the_end(self) -> End:
        """Converse with one worker after the other, as they are lost."""
        while True:
            conversation = self._conversation
            try:
                return await conversation.end_of_method()
            except WorkerGoneError as gone:
                how = await conversation.worker.exit(_SHORT_SECONDS if conversation.failure else _LONG_SECONDS)
                hearing = conversation.hearing
                failure = exit_failure(gone, how, hearing.grown, hearing.cpu_seconds, self._request.limits)
                if not await self._goes_on_after(failure):
                    conversation.fail(failure)
                    return _NO_END

    async def _goes_on_after(self, failure: Failure) -> bool:
        """Take another worker, where the loss of this one is nobody's fault, and all is known that it was sent."""
        conversation = self._conversation
        lost = conversation.failure is None and failure.key == WORKER_LOST
        if not lost or self._another_worker is None or self._workers == _MOST_WORKERS:
            return False
        if not self._request.journal.complete:
            return False
        try:
            worker = await self._another_worker()
        except RunEnded as ended:
            conversation.fail(ended.failure)
        if conversation.failure is not None:
            return False
        self._workers += 1
        self._cpu_seconds_of_others += conversation.hearing.cpu_seconds
        self._conversation = self._conversation_with(worker, turns_told=conversation.hearing.turns_told)
        self._conversation.begin()
        return True

    def _wall_time_over(self) -> None:
        self._conversation.end_late()

    def _look(self) -> None:
        self._conversation.look()

    def _take_news(self, at_ms: float) -> None:
        self._conversation.take_news(at_ms)


def _name_of(failure: Failure | None) -> str | None:
    """Return type and key of a failure."""
    return None if failure is None else f"{failure.type}/{failure.key}"
