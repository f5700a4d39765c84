"""The host calls that a run has under way."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from .errors import RunEnded
from .failure import Failure
from .journal import Answer
from .stall import PendingWork
from .verdict import limit_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .clock import Sleeper
    from .host import HostCall, HostReply
    from .run_request import RunRequest

_logger = logging.getLogger(__name__)

_MOST_REPLIES: Final = 100
_MOST_BYTES_AT_ONCE: Final = 8 * 1024 * 1024


class _Started(NamedTuple):
    call: HostCall
    length: int
    since_ms: float
    task: asyncio.Task[None]


class CallsUnderWay:
    """The host calls of one run: those that are being answered, and answers that its worker has not taken yet.

    A method may compute while answers come: more of them than its worker could ever hold end the run.

    Args:
        request: What is run.
        on_news: Called when there is an answer to take, with what time it is.
        on_failure: Called with the failure that ends the run.
    """

    def __init__(
        self, request: RunRequest, *, on_news: Callable[[float], None], on_failure: Callable[[Failure], None]
    ) -> None:
        self._handler = request.calls
        self._limits = request.limits
        self._clock = request.clock
        self._journal = request.journal
        self._on_news = on_news
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self.under_way: dict[int, _Started] = {}
        """Those that are being answered, by their numbers."""
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._waiting_bytes = 0
        self.replies: deque[tuple[int, HostReply]] = deque()
        """Answers that nobody has taken, by the numbers of their calls."""
        self.numbers: set[int] = set()
        """The numbers of the calls that have no answer yet that the worker took."""
        self.length = 0
        """What the calls that are being answered take of memory, in bytes of what was sent for them."""

    def begin(self, number: int, call: HostCall, length: int, at_ms: float, *, delay_seconds: float = 0.0) -> None:
        """Answer a call.

        Args:
            number: Its id.
            call: What is asked for.
            length: How long it came, in bytes.
            at_ms: What time it is.
            delay_seconds: How long to wait before that.
        """
        task = self._loop.create_task(self._answer(number, call, delay_seconds))
        self.under_way[number] = _Started(call, length, at_ms, task)
        self._tasks[number] = task
        self.numbers.add(number)
        self.length += length

    def forget_answers(self) -> None:
        """Forget the answers that nobody has taken: they are in the journal."""
        self.numbers.difference_update([number for number, _ in self.replies])
        self.replies.clear()
        self._waiting_bytes = 0

    def put_first(self, replies: Sequence[tuple[int, HostReply]]) -> None:
        """Let these answers be the next that are taken, before those that came since others were forgotten."""
        self.numbers.update([number for number, _ in replies])
        self.replies.extendleft(reversed(replies))
        self._waiting_bytes += sum(_length(reply) for _, reply in replies)

    @property
    def sleepers(self) -> dict[int, Sleeper] | None:
        """Until when each call waits before anything is done for it; None where more is under way than waits."""
        if self.replies:
            return None
        found = {number: self._clock.sleepers.get(started.task) for number, started in self.under_way.items()}
        asleep = {number: sleeper for number, sleeper in found.items() if sleeper is not None}
        return asleep if len(asleep) == len(found) else None

    def drop(self, number: int) -> None:
        """Give up a call that nobody waits for any more."""
        if number in self.under_way:
            self.numbers.discard(number)
            self._pop(number).task.cancel()

    def take(self) -> list[tuple[int, HostReply]]:
        """Return answers, as many as should travel together, in the order in which they came.

        In virtual time all that came stand at the same moment: there they are in the order of their calls.
        """
        if self._clock.is_virtual:
            self.replies = deque(sorted(self.replies, key=lambda answered: answered[0]))
        taken: list[tuple[int, HostReply]] = []
        total = 0
        while self.replies and len(taken) < _MOST_REPLIES:
            number, reply = self.replies[0]
            length = _length(reply)
            total += length
            if taken and total > _MOST_BYTES_AT_ONCE:
                break
            taken.append(self.replies.popleft())
            self.numbers.discard(number)
            self._waiting_bytes -= length
        return taken

    def pending(self, now_ms: float) -> dict[int, PendingWork]:
        """Return what is being answered, by the number of the call, for a person."""
        return {
            number: PendingWork(what=it.call.operation[:64], site=it.call.site, waited_ms=now_ms - it.since_ms)
            for number, it in self.under_way.items()
        }

    async def aclose(self) -> None:
        """Give up all calls, and wait until that is done."""
        if not self._tasks:
            return
        for task in self._tasks.values():
            task.cancel()
        await asyncio.wait(self._tasks.values())
        self.under_way.clear()
        self.replies.clear()
        self.numbers.clear()
        self.length = 0

    async def _answer(self, number: int, call: HostCall, delay_seconds: float) -> None:
        try:
            if delay_seconds > 0:
                await self._clock.sleep(delay_seconds, attempts=call.attempts)
            self._add(number, await self._handler(call))
        except RunEnded as ended:
            self._on_failure(ended.failure)
        except Exception as error:  # noqa: BLE001 (whatever it is, JavaScript must not see it)
            kind = type(error).__name__
            _logger.error("a host call (%s) failed with %s", call.operation[:64], kind)  # noqa: TRY400 (a traceback may hold secrets)
            message = f"The host failed while it answered a call ({kind})"
            self._on_failure(Failure(type="internal", key="host_call", message=message))
        finally:
            del self._tasks[number]

    def _add(self, number: int, reply: HostReply) -> None:
        self._pop(number)
        self._waiting_bytes += _length(reply)
        if self._waiting_bytes > self._limits.memory_bytes:
            message = "Answers to the method came faster than it took them, and are more than its worker may hold"
            self._on_failure(limit_failure("memory", message, self._limits, used=self._waiting_bytes))
            return
        at_ms = self._clock.now_ms()
        self._journal.add(Answer(at_ms=at_ms, number=number, reply=reply))
        self.replies.append((number, reply))
        self._on_news(at_ms)

    def _pop(self, number: int) -> _Started:
        started = self.under_way.pop(number)
        self.length -= started.length
        return started


def _length(reply: HostReply) -> int:
    return len(reply.utf8 or reply.data or b"")
