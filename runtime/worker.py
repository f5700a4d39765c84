# Hostile side of the wall: once a method's code has run here, nothing this process says can be trusted.
"""The worker: takes frames from its channel, drives an isolate with them, and answers each with one frame.

Threading: one thread waits for the signals that say that time is up. All else happens on the isolate's own thread, in
its completion callbacks, which read the next frame from the channel and post what it asks for. So a host call costs no
thread wake-up here. In a worker that took the isolate of its zygote over, that thread is also the main one. In others
the main thread makes isolates and frees them, and otherwise sleeps.
"""

from __future__ import annotations

import _thread  # noqa: PLC2701 (documented; `threading` does much besides)
import gc
import io
import os
import signal
import threading
from typing import TYPE_CHECKING, Final, NoReturn

from .engine import ResultKind
from .frames import KERNEL_LIMITS, LAST_WORDS_SIGNAL, OUT_OF_MEMORY, FrameKind
from .last_words import LastWords
from .prelude import Doors, Prelude
from .run_limits import RunLimits
from .worker_channel import WorkerChannel

if TYPE_CHECKING:
    from .engine import Engine, Isolate, Memory, Result
    from .prelude import PreludeSource
    from .rehearsal import Practice
    from .template import Template

_BOOT: Final = 1
_STEP: Final = 2
_DRAIN: Final = 3
_OPENED: Final = 4
_ALLOCATED: Final = 5
_OUTGOING: Final = 6
_WARM: Final = 7
_FIRST_MODULE: Final = 16
"""Tags of evaluations: this one and those above it are of a run's modules."""
_BREACH: Final = b"breach"
_CPU_TIME: Final = b"cpu_time"
_REASONS: Final[dict[int, bytes]] = {LAST_WORDS_SIGNAL: b"asked", signal.SIGPROF: _CPU_TIME, signal.SIGVTALRM: _BREACH}
_SIGNALS: Final = tuple(map(int, _REASONS))
_STACK_BYTES: Final = 256 * 1024
BROKEN: Final = 70
"""The exit code of a worker that cannot go on."""
_HAS_DATA: Final = b'{"data":true'
"""How a turn begins that has bytes beside it."""


class Worker:
    """One worker process. Made before it is forked: what is there already need not be made in each.

    Args:
        channel: Its end of the channel, which need not be open yet.
        limits: What the kernel holds its runs to.
        report: What this worker says of itself when it is ready.
    """

    def __init__(self, channel: WorkerChannel, limits: RunLimits, report: bytes) -> None:
        self._channel = channel
        self._limits = limits
        self._report = report
        self._reset: threading.Semaphore
        self._writing = threading.Lock()
        self._owes = False
        self._time_is_up: bytes | None = None
        self._last_words: Memory | None = None
        self._isolate: Isolate
        self._prelude: Prelude
        self._doors: Doors
        self._delivery: bytes
        self._fault: Result | None = None
        self._fault_module = 0
        self._turn: Result

    def serve(self, engine: Engine, prelude_source: PreludeSource) -> NoReturn:
        """Make isolates, one after the other as the application asks for them. Main thread."""
        self._reset = threading.Semaphore(0)
        self._start_listening()
        while True:
            self._fault, self._fault_module = None, 0
            self._last_words = None
            self._prelude = Prelude(prelude_source)
            self._isolate = engine.isolate(self._on_result, _give_up)
            self._isolate.evaluate(self._prelude.boot, _BOOT)
            self._reset.acquire()
            self._isolate.close()

    def take_over(self, template: Template, *, practised: bool) -> None:
        """Take the isolate of the zygote, on whose thread this process was forked, for a first run that is the last.

        Most of what a small run costs is to copy the pages that it changes first. So something is evaluated before: the
        more, the sooner the run is answered.

        Args:
            template: With that isolate.
            practised: Whether it practises first.
        """
        gc.disable()  # one run leaves little behind, and a collection copies pages
        self._start_listening()
        template.isolate.on_error = _give_up
        if practised and template.practice is not None:
            self._practise(template, template.practice)
        else:
            self._adopt(template.isolate, template.prelude, template.doors)
            self._isolate.evaluate(template.warm_up, _WARM)

    def _practise(self, template: Template, practice: Practice) -> None:
        """Carry out a run of the host's own, with an instance of the prelude that is of no use afterwards."""
        channel, self._channel = self._channel, WorkerChannel(io.BytesIO(practice.frames))
        limits, self._limits = self._limits, RunLimits(None)  # that of memory is for life, and another one's

        def go_on(tag: int, _: Result) -> None:
            if tag != _DRAIN:
                return
            try:
                self._next()
            except EOFError:
                self._limits.end()
                self._channel, self._limits = channel, limits
                self._adopt(template.isolate, template.prelude, template.doors)
                self._become_ready()

        self._adopt(template.isolate, practice.prelude, practice.doors)
        self._isolate.on_result = go_on
        self._next()

    def rehearse(self, isolate: Isolate, prelude: Prelude, doors: Doors) -> None:
        """Do what is asked for on the channel; the isolate's `on_error` is told an EOFError when that is closed."""
        self._adopt(isolate, prelude, doors)
        self._next()

    def _adopt(self, isolate: Isolate, prelude: Prelude, doors: Doors) -> None:
        self._isolate, self._prelude, self._doors = isolate, prelude, doors
        isolate.on_result = self._on_result

    def prepare(self) -> None:
        """Do in the zygote what holds for the threads of each worker, as well: its second one takes little memory."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        _thread.stack_size(_STACK_BYTES)

    def _start_listening(self) -> None:
        _thread.start_new_thread(self._listen, ())

    def _listen(self) -> NoReturn:
        """Say what the console holds when time is up, while the isolate goes on computing. A thread of its own."""
        while True:
            reason = _REASONS[signal.sigwait(_SIGNALS)]
            if self._is_false_alarm(reason):
                continue
            with self._writing:
                if self._owes:
                    self._say_last(reason)
                self._time_is_up = reason  # in the moment after an answer: nobody may speak unasked

    def _is_false_alarm(self, reason: bytes) -> bool:
        """Whether there is no breach to tell of, or the CPU time was that of the run before, which ended just then."""
        if reason == _BREACH:
            return not LastWords(self._last_words).breach
        return reason == _CPU_TIME and self._limits.hardly_begun

    def _say_last(self, reason: bytes) -> NoReturn:
        """Write what nobody may write anything after."""
        words = LastWords(self._last_words)
        self._channel.write(FrameKind.LAST, reason, words.lines, words.breach)
        while True:
            threading.Event().wait()

    def _on_result(self, tag: int, result: Result) -> None:
        """Take the end of an evaluation. Isolate's thread, as is all below."""
        if tag == _DRAIN:
            self._drained(result)
        elif tag == _ALLOCATED:
            self._fill(result)
        elif tag == _OUTGOING:
            self._took_outgoing(result)
        elif tag == _BOOT:
            self._booted(result)
        elif tag in {_OPENED, _WARM}:
            self._become_ready()
        elif result.is_failure and self._fault is None:
            self._fault, self._fault_module = result, max(0, tag - _FIRST_MODULE)

    def _booted(self, result: Result) -> None:
        if result.is_failure:
            self._answer(FrameKind.FAULT, b"boot", b"", result.text)
            os._exit(BROKEN)
        self._doors = Doors(self._isolate, self._prelude, _OPENED)

    def _become_ready(self) -> None:
        self._last_words = self._doors.last_words.memory
        self._limits.measure()
        self._answer(FrameKind.READY, self._report)
        self._next()

    def _drained(self, result: Result) -> None:
        if self._isolate.heap_limit_reached:
            self._answer(FrameKind.FAULT, b"heap", b"", b"")
        elif self._fault is not None or result.kind is not ResultKind.TEXT:
            self._answer_fault(self._fault or result)
        elif result.text.startswith(_HAS_DATA):
            self._turn = result
            self._isolate.call(self._doors.take_outgoing, _OUTGOING)
            return
        else:
            self._answer(FrameKind.TURN, result.text)
        self._next()

    def _took_outgoing(self, result: Result) -> None:
        if result.buffer is None:
            self._answer_fault(result)
        else:
            self._answer(FrameKind.TURN, self._turn.text, beside=result.buffer)
        self._next()

    def _next(self) -> None:
        kind = self._channel.next_kind()
        if kind == FrameKind.RESET:
            self._limits.end()
            self._time_is_up = None
            self._isolate.retire()
            self._reset.release()
            return
        with self._writing:
            if self._time_is_up:
                self._say_last(self._time_is_up)
            self._owes = True
        if kind == FrameKind.START:
            self._start(*[self._channel.part() for _ in range(self._channel.parts)])
        elif self._channel.parts:
            self._take_delivery()
            return
        self._drain()

    def _take_delivery(self) -> None:
        """Hand a delivery on to the isolate as it comes, so that it is held there alone."""
        self._delivery = self._channel.part()
        self._add_libraries(self._channel.part())
        while self._channel.parts > 1:
            self._isolate.call(self._doors.take_text, _STEP, self._channel.text())
        if self._channel.length:
            self._isolate.call(self._doors.allocate, _ALLOCATED, b"%d" % self._channel.length)
        else:
            self._deliver()

    def _fill(self, result: Result) -> None:
        """Read the bytes of a delivery into the buffer that was made for them, and go on."""
        if result.buffer is not None:
            self._channel.part_into(result.buffer)
            self._deliver()
            return
        self._fault = result
        self._channel.part()
        self._drain()

    def _deliver(self) -> None:
        self._isolate.call(self._doors.deliver, _STEP, self._delivery)
        self._drain()

    def _drain(self) -> None:
        self._isolate.call(self._doors.drain, _DRAIN)

    def _add_libraries(self, names: bytes) -> None:
        for name in names.decode().split():
            self._isolate.evaluate(self._prelude.add_library(name), _STEP)

    def _start(self, limits: bytes, libraries: bytes, header: bytes, *modules: bytes) -> None:
        memory_bytes, heap_bytes, cpu_seconds = KERNEL_LIMITS.unpack(limits)
        self._limits.begin(memory_bytes, cpu_seconds)
        self._isolate.limit_heap(heap_bytes)
        self._isolate.call(self._doors.configure, _STEP, header)
        self._add_libraries(libraries)
        for tag, script in enumerate(modules, _FIRST_MODULE):
            self._isolate.evaluate(self._prelude.add_module(script), tag)

    def _answer_fault(self, fault: Result) -> None:
        self._answer(FrameKind.FAULT, fault.kind.value.encode(), str(self._fault_module).encode(), fault.text)

    def _answer(self, kind: FrameKind, *parts: bytes, beside: Memory | None = None) -> None:
        with self._writing:
            self._owes = False
            self._channel.write(kind, *parts, beside=beside)


def _give_up(error: BaseException) -> NoReturn:
    if isinstance(error, EOFError):
        os._exit(0)
    os._exit(OUT_OF_MEMORY if isinstance(error, MemoryError) else BROKEN)
