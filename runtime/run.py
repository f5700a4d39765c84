"""One run on one worker: the conversation from START to the method's end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from .errors import RunEnded
from .failure import Failure
from .frames import KERNEL_LIMITS, FrameKind
from .host import HostCall, HostReply
from .libraries import in_order
from .outcome import LogLine, Outcome, Usage
from .process import WorkerGoneError
from .stack import StackReader
from .timers import TimerQueue
from .turn import End, Turn, TurnError, deeper_than, last_words, read_turn
from .verdict import (
    cpu_time_failure,
    exit_failure,
    fault_failure,
    limit_failure,
    protocol_failure,
    thrown_failure,
    wall_time_failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .frames import Frame
    from .host import HostCalls
    from .limits import SandboxLimits
    from .process import WorkerProcess
    from .transform import CompiledModule
    from .turn import Breach, Call
    from .values import JSON

_logger = logging.getLogger(__name__)

_TIMER: Final = "timer"
_MOST_ANSWERS: Final = 100
_MOST_WARNINGS: Final = 50
_FRAME_OVERHEAD: Final = 4 * 1024 * 1024
_LONGEST_CHARACTER: Final = 3


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is to be run.

    Attributes:
        modules: The compiled source: the file that exports the method, and others that it or extensions may load.
        links: By file, which file each of its relative imports means.
        exports: Names under which the method may be exported.
        arguments: JSON text of the one object the method receives.
        limits: Of this run.
        settings: By extension name.
        calls: Answers the method's host calls.
        on_log: Hears each console line as it comes.
    """

    modules: tuple[CompiledModule, ...]
    links: Mapping[str, Mapping[str, str]]
    exports: tuple[str, ...]
    arguments: str
    limits: SandboxLimits
    settings: Mapping[str, JSON]
    calls: HostCalls
    on_log: Callable[[LogLine], None]

    @cached_property
    def stacks(self) -> StackReader:
        """Reads stacks of the run."""
        return StackReader(tuple(module.stacks for module in self.modules))


class Run:
    """One run.

    Args:
        worker: An idle worker, for this run alone until it has ended.
        request: What is to be run.
    """

    def __init__(self, worker: WorkerProcess, request: RunRequest) -> None:
        self._worker = worker
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._failure: Failure | None = None
        self._warnings: tuple[str, ...] = ()
        self._lines = 0
        self._timers = TimerQueue(self._timer_due)
        self._due: deque[int] = deque()
        self._libraries: set[str] = set()
        self._replies: deque[tuple[int, HostReply]] = deque()
        self._something_to_say = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()
        limits = request.limits
        longest = max(limits.result_bytes, limits.call_bytes) + limits.log_lines * limits.log_line_bytes
        self._most_bytes = _FRAME_OVERHEAD + _LONGEST_CHARACTER * longest

    async def outcome(self) -> Outcome:
        """Run the method to its end. Cancelling this leaves the worker in the middle of the run: kill it then."""
        started, cpu, peak = self._loop.time(), self._worker.cpu_seconds, self._worker.peak_memory_bytes
        deadline = self._loop.call_later(self._request.limits.wall_time_seconds, self._wall_time_over)
        self._worker.on_gone = self._something_to_say.set
        end = End()
        try:
            end = await self._converse()
        except WorkerGoneError as gone:
            how = await self._worker.exit()
            self._fail(exit_failure(gone, how, peak, self._request.limits))
        finally:
            deadline.cancel()
            self._worker.on_gone = None
            await self._let_go()
        usage = Usage(
            wall_seconds=self._loop.time() - started,
            cpu_seconds=max(0.0, self._worker.cpu_seconds - cpu),
            peak_memory_bytes=self._worker.peak_memory_bytes,
        )
        if self._failure is not None:
            end = End()
        return Outcome(
            value=end.value, failure=self._failure, warnings=self._warnings, usage=usage, resource=end.resource
        )

    def end(self, failure: Failure) -> None:
        """End the run from outside, unless it has failed already. Nothing the method does can prevent that."""
        self._fail(failure)
        self._worker.kill()
        self._something_to_say.set()

    async def _converse(self) -> End:
        frame = await self._worker.ask(FrameKind.START, self._start_parts(), most_bytes=self._most_bytes)
        while True:
            turn = self._take(frame)
            if turn.end is not None or self._failure is not None:
                return turn.end or End()
            if not turn.more:
                await self._something_to_say.wait()
            frame = await self._worker.ask(FrameKind.DELIVER, self._answers(), most_bytes=self._most_bytes)

    async def _let_go(self) -> None:
        self._timers.close()
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    def _start_parts(self) -> list[bytes]:
        request = self._request
        limits = request.limits
        header = {
            "limits": {_camel(name): value for name, value in vars(limits).items()},
            "settings": dict(request.settings),
            "module": request.modules[0].name,
            "exports": request.exports,
            "links": {name: dict(links) for name, links in request.links.items()},
        }
        texts = [json.dumps(header), request.arguments]
        for module in request.modules:
            texts += (module.name, str(module.length), module.body)
        kernel = KERNEL_LIMITS.pack(limits.memory_bytes, limits.heap_bytes, limits.cpu_time_seconds)
        libraries = self._new_libraries(chain.from_iterable(module.libraries for module in request.modules))
        return [kernel, libraries, *(text.encode() for text in texts)]

    def _new_libraries(self, names: Iterable[str]) -> bytes:
        """Return the names of libraries that the isolate has not got yet, as frames have them."""
        new = [name for name in in_order(names) if name not in self._libraries]
        self._libraries.update(new)
        return " ".join(new).encode()

    def _take(self, frame: Frame) -> Turn:
        """Take what the worker said. A failure is known afterwards if the run is over without a value."""
        turn = Turn()
        self._worker.take_usage(frame)
        if frame.kind is FrameKind.FAULT:
            self.end(fault_failure(frame.parts[1:], self._request.stacks, self._request.limits))
        elif frame.kind is FrameKind.LAST:
            self._take_last_words(frame)
        elif frame.kind is not FrameKind.TURN:
            self.end(protocol_failure())
        else:
            turn = self._read(frame)
        return turn

    def _read(self, frame: Frame) -> Turn:
        try:
            turn = read_turn(frame)
        except TurnError as error:
            self.end(self._too_deep() if error.too_deep else protocol_failure())
            return Turn()
        self._take_lines(turn)
        for call in turn.calls:
            self._begin(call, frame.parts[2] if call.bytes else None)
        self._warnings = tuple(self._request.stacks.read(text) for text in turn.warnings[:_MOST_WARNINGS])
        if turn.breach is not None:
            self._take_breach(turn.breach)
        elif turn.end is not None:
            self._take_end(turn.end)
        return turn

    def _take_lines(self, turn: Turn) -> None:
        limits = self._request.limits
        for level, text, time_ms in turn.lines:
            self._lines += 1
            if self._lines > limits.log_lines + 1:  # the prelude's own marker is the last
                return
            message = self._request.stacks.read(text)[: limits.log_line_bytes + 1]
            self._request.on_log(
                LogLine(level=level, message=message, time=datetime.fromtimestamp(time_ms / 1000, UTC))
            )

    def _take_last_words(self, frame: Frame) -> None:
        """Take the console lines of the turn in which time was up; the kernel's CPU clock may be what says so."""
        with suppress(TurnError):
            self._take_lines(last_words(frame))
        self.end(cpu_time_failure(self._request.limits))  # unless another failure is known

    def _take_breach(self, breach: Breach) -> None:
        self.end(limit_failure(breach.limit, breach.message, self._request.limits, used=breach.used))

    def _take_end(self, end: End) -> None:
        limits = self._request.limits
        if end.failure is not None:
            self._fail(thrown_failure(end.failure, self._request.stacks, limits))
        elif deeper_than(end.value, limits.result_depth):
            self._fail(self._too_deep())

    def _too_deep(self) -> Failure:
        limits = self._request.limits
        return limit_failure("result_depth", f"The result is nested deeper than {limits.result_depth} levels", limits)

    def _begin(self, call: Call, data: bytes | None) -> None:
        if call.operation == _TIMER:
            delay = call.payload.get("delay") if isinstance(call.payload, dict) else None
            if isinstance(delay, int | float) and len(self._timers) < 2 * self._request.limits.timers:
                self._timers.add(call.id, self._loop.time(), delay)
                return
            self.end(protocol_failure())
            return
        task = self._loop.create_task(self._answer(call, data))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, call: Call, data: bytes | None) -> None:
        site = None if call.site is None else self._request.stacks.read(call.site)
        host_call = HostCall(operation=call.operation, payload=call.payload, site=site, data=data)
        try:
            reply = await self._request.calls(host_call)
        except RunEnded as ended:
            self.end(ended.failure)
        except Exception as error:  # noqa: BLE001 (whatever it is, JavaScript must not see it)
            kind = type(error).__name__
            _logger.error("a host call (%s) failed with %s", call.operation[:64], kind)  # noqa: TRY400 (a traceback may hold secrets)
            self.end(
                Failure(type="internal", key="host_call", message=f"The host failed while it answered a call ({kind})")
            )
        else:
            self._replies.append((call.id, reply))
            self._something_to_say.set()

    def _timer_due(self, timer: int) -> None:
        self._due.append(timer)
        self._something_to_say.set()

    def _answers(self) -> list[bytes]:
        """Return the parts of a DELIVER frame: replies, and one timer, so that microtasks run between two timers."""
        header: list[list[JSON]] = []
        texts: list[bytes] = []
        data: list[bytes] = []
        libraries: set[str] = set()
        while self._replies and len(header) < _MOST_ANSWERS:
            call, reply = self._replies.popleft()
            header.append([call, reply.ok, reply.value, _body_kind(reply)])
            libraries.update(reply.libraries)
            if reply.text is not None:
                texts.append(reply.text.encode(errors="replace"))
            elif reply.data is not None:
                data.append(reply.data)
        if self._due:
            header.append([self._due.popleft(), True, None, None])
        if not self._replies and not self._due:
            self._something_to_say.clear()
        if not header:
            return []
        return [json.dumps(header).encode(), self._new_libraries(libraries), b"".join(data), *texts]

    def _wall_time_over(self) -> None:
        self._fail(wall_time_failure(self._request.limits))
        self._worker.kill_after_last_words()
        self._something_to_say.set()

    def _fail(self, failure: Failure) -> None:
        self._failure = self._failure or failure


def _body_kind(reply: HostReply) -> JSON:
    """Return what stands beside a reply: "text", the number of bytes, or None."""
    if reply.text is not None:
        return "text"
    return None if reply.data is None else len(reply.data)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))
