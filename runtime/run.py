"""One run on one worker: the conversation from START to the method's end."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from .bounds import TIMER, Bounds
from .calls import CallsUnderWay
from .frames import KERNEL_LIMITS, FrameKind
from .host import HostCall
from .libraries import in_order
from .outcome import LogLine, Outcome, Usage
from .process import WorkerGoneError
from .slices import in_slices
from .stack import StackReader
from .stall import Stall
from .timers import Timer, TimerQueue
from .turn import NOTHING_HAPPENED, End, TooManyContainersError, TurnError
from .turn_text import Reading, is_long, last_words, read_long_turn, read_turn
from .verdict import (
    WORKER_LOST,
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

    from .failure import Failure
    from .frames import Frame
    from .host import HostCalls, HostReply
    from .limits import SandboxLimits
    from .process import WorkerProcess
    from .transform import CompiledModule
    from .turn import Breach, Call, Turn
    from .values import JSON

_TIMER_KINDS: Final = ("setTimeout", "setInterval", "AbortSignal.timeout")
_LONGEST_DELAY: Final = 2**31 - 1
_MOST_WARNINGS: Final = 50
_LONGEST_WARNING: Final = 1000
_LONGEST_SITE: Final = 1000
_SHORT_SECONDS: Final = 0.5
_LONG_SECONDS: Final = 3.0
"""How long to wait for the news of how a worker ended, where that says only what was used, and where it says why."""


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is to be run.

    Attributes:
        modules: The compiled source: the file that exports the method, and others that it or extensions may load. Empty
            until it is compiled.
        links: By file, which file each of its imports means.
        packages: Names of all packages that files could have imported.
        exports: Names under which the method may be exported.
        arguments: JSON text of the one object the method receives.
        limits: Of this run.
        settings: By extension name.
        seed: 32 bytes in hexadecimal, from which all randomness of the run comes.
        calls: Answers the method's host calls.
        on_log: Hears each console line as it comes.
        on_start: Hears that the run begins.
    """

    exports: tuple[str, ...]
    arguments: str
    limits: SandboxLimits
    settings: Mapping[str, JSON]
    seed: str = field(repr=False)
    calls: HostCalls
    on_log: Callable[[LogLine], None]
    on_start: Callable[[], None]
    modules: tuple[CompiledModule, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    packages: tuple[str, ...] = ()

    @cached_property
    def stacks(self) -> StackReader:
        """Reads stacks of the run."""
        return StackReader(tuple(module.stacks for module in self.modules))


class Run:
    """One run.

    Args:
        worker: An idle worker, for this run alone until it has ended.
        request: What is to be run.
        queue_seconds: How long the run waited for the worker.
    """

    def __init__(self, worker: WorkerProcess, request: RunRequest, *, queue_seconds: float = 0.0) -> None:
        self._queue_seconds = queue_seconds
        self._worker = worker
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._failure: Failure | None = None
        self._warnings: tuple[str, ...] = ()
        self._lines = 0
        self._heard = False
        self._started = self._loop.time()
        self._cpu_before = worker.cpu_seconds
        self._peak_before = worker.peak_memory_bytes
        self._bounds = Bounds(request.limits)
        self._timers = TimerQueue(self._timer_due)
        self._due: deque[int] = deque()
        self._libraries: set[str] = set()
        self._something_to_say = asyncio.Event()
        self._reading: asyncio.Timeout | None = None
        self._calls = CallsUnderWay(
            request.calls, request.limits, on_reply=self._something_to_say.set, on_failure=self.end
        )

    async def outcome(self) -> Outcome:
        """Run the method to its end. Cancelling this leaves the worker in the middle of the run: kill it then."""
        self._started = self._loop.time()
        self._request.on_start()
        deadline = self._loop.call_later(self._request.limits.wall_time_seconds, self._wall_time_over)
        self._worker.on_gone = self._something_to_say.set
        end = End()
        try:
            end = await self._converse()
        except WorkerGoneError as gone:
            how = await self._worker.exit(_SHORT_SECONDS if self._failure else _LONG_SECONDS)
            self._fail(exit_failure(gone, how, self._grown, self._cpu_seconds, self._request.limits))
        finally:
            deadline.cancel()
            self._worker.on_gone = None
            self._timers.close()
            await self._calls.aclose()
        usage = Usage(
            wall_seconds=self._loop.time() - self._started,
            queue_seconds=self._queue_seconds,
            cpu_seconds=self._cpu_seconds,
            peak_memory_bytes=self._worker.peak_memory_bytes,
        )
        if self._failure is not None:
            return Outcome(value=None, failure=self._failure, warnings=self._warnings, usage=usage)
        return Outcome(value=end.value, failure=None, warnings=self._warnings, usage=usage, resource=end.resource)

    @property
    def lost_before_it_began(self) -> bool:
        """Whether its worker was lost with its zygote before anything came of the run: it may be run again."""
        return not self._heard and self._failure is not None and self._failure.key == WORKER_LOST

    def end(self, failure: Failure) -> None:
        """End the run with a failure, at once, unless it has one already."""
        self._fail(failure)
        self._worker.kill()
        self._something_to_say.set()

    async def _converse(self) -> End:
        frame = await self._ask(FrameKind.START, self._start_parts())
        while True:
            turn = await self._take(frame)
            if turn.end is not None or self._failure is not None:
                return turn.end or End()
            if not turn.more:
                await self._something_to_say.wait()
            frame = await self._ask(FrameKind.DELIVER, self._answers())

    async def _ask(self, kind: FrameKind, parts: list[bytes]) -> Frame:
        return await self._worker.ask(kind, parts, most_bytes=self._bounds.most_bytes)

    @property
    def _cpu_seconds(self) -> float:
        return max(0.0, self._worker.cpu_seconds - self._cpu_before)

    @property
    def _grown(self) -> int:
        return max(0, self._worker.peak_memory_bytes - self._peak_before)

    def _start_parts(self) -> list[bytes]:
        request = self._request
        limits = request.limits
        header = {
            "limits": {_camel(name): value for name, value in vars(limits).items()},
            "settings": dict(request.settings),
            "seed": request.seed,
            "module": request.modules[0].name,
            "exports": request.exports,
            "links": {name: dict(links) for name, links in request.links.items()},
            "packages": request.packages,
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

    async def _take(self, frame: Frame) -> Turn:
        """Take what the worker said. A failure is known afterwards if the run is over without a value."""
        turn = NOTHING_HAPPENED
        self._heard = True
        self._worker.take_usage(frame)
        if frame.kind is FrameKind.FAULT:
            self.end(fault_failure(frame.parts[1:], self._request.stacks, self._grown, self._request.limits))
        elif frame.kind is FrameKind.LAST:
            self._take_last_words(frame)
        elif frame.kind is not FrameKind.TURN:
            self.end(protocol_failure())
        else:
            turn = await self._read(frame)
        return turn

    async def _read(self, frame: Frame) -> Turn:
        try:
            reading = await self._read_long(frame) if is_long(frame) else read_turn(frame)
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
        self._take_lines(turn)
        for number in turn.dropped:
            self._timers.drop(number)
            self._calls.drop(number)
        if self._bounds.admit(turn, frame, self._calls, self._timers):
            length = sum(map(len, frame.parts)) // max(1, len(turn.calls))
            for call in turn.calls:
                self._begin(call, frame.parts[2] if call.bytes else None, length)
        else:
            self.end(protocol_failure())
        self._warnings = tuple(
            self._request.stacks.read(text[:_LONGEST_WARNING]) for text in turn.warnings[:_MOST_WARNINGS]
        )
        if turn.breach is not None:
            self._take_breach(turn.breach)
        elif turn.end is not None:
            self._take_end(turn.end, reading.result_depth)

    def _take_lines(self, turn: Turn) -> None:
        limits = self._request.limits
        for level, text, time_ms in turn.lines:
            self._lines += 1
            if self._lines > limits.log_lines + 1:  # the prelude's own marker is the last
                return
            message = self._request.stacks.read(text[: limits.log_line_bytes + 1])
            self._request.on_log(
                LogLine(level=level, message=message, time=datetime.fromtimestamp(time_ms / 1000, UTC))
            )

    def _take_last_words(self, frame: Frame) -> None:
        """Take the console lines of the turn in which time was up, or in which a limit was broken without an end."""
        with suppress(TurnError):
            turn = last_words(frame)
            self._take_lines(turn)
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

    def _begin(self, call: Call, data: bytes | None, length: int) -> None:
        if call.operation == TIMER:
            self._set_timer(call)
            return
        site = None if call.site is None else self._place(call.site)
        host_call = HostCall(operation=call.operation, payload=call.payload, site=site, data=data)
        self._calls.begin(call.id, host_call, length)

    def _place(self, site: str) -> str:
        """Return a place as the prelude names it in the terms of the source."""
        return self._request.stacks.read(site[:_LONGEST_SITE])

    def _set_timer(self, call: Call) -> None:
        payload = call.payload if isinstance(call.payload, dict) else {}
        delay, kind = payload.get("delay"), payload.get("kind")
        if not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY or kind not in _TIMER_KINDS:
            self.end(protocol_failure())
            return
        self._timers.add(Timer(call.id, kind, call.site and call.site[:_LONGEST_SITE], self._loop.time(), delay))

    def _timer_due(self, timer: int) -> None:
        self._due.append(timer)
        self._something_to_say.set()

    def _answers(self) -> list[bytes]:
        """Return the parts of a DELIVER frame: replies, and one timer, so that microtasks run between two timers."""
        header: list[list[JSON]] = []
        texts: list[bytes] = []
        data: list[bytes] = []
        libraries: set[str] = set()
        for call, reply in self._calls.take():
            header.append([call, reply.ok, reply.value, _body_kind(reply)])
            libraries.update(reply.libraries)
            if reply.utf8 is not None:
                texts.append(reply.utf8)
            elif reply.data is not None:
                data.append(reply.data)
        if self._due:
            header.append([self._due.popleft(), True, None, None])
        if not self._calls.answered and not self._due:
            self._something_to_say.clear()
        if not header:
            return []
        return [json.dumps(header).encode(), self._new_libraries(libraries), b"".join(data), *texts]

    def _wall_time_over(self) -> None:
        now = self._loop.time()
        pending = [*self._calls.pending(now), *self._timers.pending(now, self._place)]
        stall = Stall.of(computing=self._worker.owes_an_answer, pending=pending)
        self._fail(wall_time_failure(self._request.limits, now - self._started, stall))
        self._worker.kill_after_last_words()
        self._something_to_say.set()

    def _fail(self, failure: Failure) -> None:
        self._failure = self._failure or failure
        if self._reading is not None:
            self._reading.reschedule(self._loop.time())


def _body_kind(reply: HostReply) -> JSON:
    """Return what stands beside a reply: "text", the number of bytes, or None."""
    if reply.utf8 is not None:
        return "text"
    return None if reply.data is None else len(reply.data)


@cache
def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))
