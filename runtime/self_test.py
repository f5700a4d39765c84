# Hostile side of the wall: run in the zygote before there is a worker, and in a process like a worker.
"""The self-test: a process that is hardened like a worker tries each layer on itself, before any worker is there.

What it finds holds for all workers of the zygote: they inherit V8 with its flags and what the zygote has given up, and
apply the same steps in the same order. A layer has its effect or it is reported; being applied without an error, or
being a flag that V8 did not refuse, counts for nothing.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from .engine import Forked, ResultKind
from .layer import EVERYWHERE, LayerName, LayerReason
from .libc import fork
from .prelude import Prelude, PreludeSource
from .rlimits import cpu_is_limited, limit_cpu, memory_is_limited
from .source import read_source
from .step import UnavailableError, reason_for
from .worker_descriptors import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .engine import Engine, Isolate, Result
    from .hardening import Hardening
    from .step import Step

Layers: TypeAlias = "dict[LayerName, LayerReason | None]"
"""All layers, and for each that is not active why not."""

_PATIENCE_SECONDS: Final = 30.0
_CPU_SECONDS: Final = 0.5
"""Many times what the last trial takes; it is the end of the process where the trial does not end by itself."""
_MOST_ATTEMPTS: Final = 3
"""The process may be ended by something that has nothing to do with layers, and all workers would suffer for it."""
_ORDERLY_ENDS: Final = frozenset({0, -signal.SIGPROF})
_NOTHING: Final = b"0"
_EFFECTIVE: Final = b"effective"
_BEFORE_PRELUDE: Final = (LayerName.V8_NO_JIT, LayerName.V8_NO_CODE_FROM_STRINGS)
_AFTER_PRELUDE: Final = (LayerName.REMOVED_GLOBALS,)
_MAY_NOT_END: Final = LayerName.V8_LINEAR_REGEXP


class SelfTest:
    """Tries the layers, once for each zygote.

    Args:
        engine: V8, without an isolate.
        hardening: Entered by the zygote.
        prelude_source: What `prelude_source` returned.
    """

    def __init__(self, engine: Engine, hardening: Hardening, prelude_source: PreludeSource) -> None:
        names = (*_BEFORE_PRELUDE, *_AFTER_PRELUDE, _MAY_NOT_END)
        self._trials = {name: read_source(__package__, f"trials/{name}.js").encode() for name in names}
        self._engine = engine
        self._hardening = hardening
        self._prelude_source = prelude_source
        self._isolate: Isolate | None = None

    def run(self) -> Layers:
        """Return what is found in processes that make an isolate of their own. In the zygote."""
        self._isolate = None
        found, _ = self._try()
        return _verdicts(found)

    def run_on(self, isolate: Isolate) -> Layers | None:
        """Return what is found in processes that go on with an isolate of the zygote; None where they cannot.

        Args:
            isolate: In which nothing was evaluated, in a callback of which this is called.

        Raises:
            Forked: In those processes.
        """
        self._isolate = isolate
        found, ended = self._try()
        return _verdicts(found) if ended and LayerName.CPU_LIMIT in found else None

    def _try(self) -> tuple[str, bool]:
        """Return what a process says, and whether it came to an orderly end."""
        found = ""
        for _ in range(_MOST_ATTEMPTS):
            found, status = self._attempt()
            if status in _ORDERLY_ENDS:
                return found, True
        return found, False

    def _attempt(self) -> tuple[str, int]:
        """Run the process once; return what it says and how it ends."""
        ours, theirs = socket.socketpair()
        zygote = os.getpid()
        process = fork()
        if process == 0:
            ours.detach()  # what is closed later is another one's by then
            self._be_worker(theirs.detach(), zygote)
        theirs.close()
        with ours:
            found = _read_to_end(ours, process)
        return found, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def _be_worker(self, channel: int, zygote: int) -> NoReturn:
        """Harden this process as a worker's, trying each layer before the next one masks it."""
        try:
            self._hardening.descriptors.take(channel)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
            for step in self._hardening.shared:
                self._say(step.name, self._hardening.reasons.get(step.name) or _tried(step.effective))
            for step in self._hardening.own_steps(zygote):
                self._say(step.name, _applied(step))
            self._begin()
        except BaseException as error:  # noqa: BLE001 (what it did not try shows no effect)
            _end(error)
        raise Forked

    def _begin(self) -> None:
        """Try the engine: in callbacks of an isolate, which may be on this thread. The last one ends the process."""

        def go_on(_: int, result: Result) -> None:
            trials.send(result)

        isolate = self._isolate or self._engine.isolate(go_on, _end)
        trials = self._try_engine(isolate)
        isolate.on_result, isolate.on_error = go_on, _end
        next(trials)
        if self._isolate is None:
            threading.Event().wait()

    def _try_engine(self, isolate: Isolate) -> Generator[None, Result, None]:
        """Try what there is about the engine; yield until what was posted has been evaluated."""
        self._say(LayerName.V8_MEMORY_CAGE, _tried(lambda: self._engine.uses_sandbox))
        for name in _BEFORE_PRELUDE:
            yield from self._trial(isolate, name)
        isolate.keep(Prelude(self._prelude_source).boot)
        for name in _AFTER_PRELUDE:
            yield from self._trial(isolate, name)
        self._say(LayerName.CPU_LIMIT, _tried(cpu_is_limited))
        gauge = self._hardening.descriptors.gauge
        if gauge is not None:
            self._say(LayerName.MEMORY_LIMIT, _tried(lambda: memory_is_limited(gauge)))
        limit_cpu(_CPU_SECONDS)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
        yield from self._trial(isolate, _MAY_NOT_END)

    def _trial(self, isolate: Isolate, name: LayerName) -> Generator[None, Result, None]:
        """Try a layer with a function, which gives back what it is called with; runs call functions as well."""
        trial = isolate.keep(self._trials[name])
        isolate.evaluate(_NOTHING, 1)
        yield
        isolate.call(trial, 1, _EFFECTIVE)
        result = yield
        effective = result.kind is ResultKind.TEXT and result.text == _EFFECTIVE
        self._say(name, None if effective else LayerReason.NO_EFFECT)

    def _say(self, name: LayerName, reason: LayerReason | None) -> None:
        os.write(CHANNEL, f"{name} {reason or ''}\n".encode())


def _end(_: BaseException) -> NoReturn:
    """End the process; what it has not said by then has no effect."""
    os._exit(0)


def _applied(step: Step) -> LayerReason | None:
    try:
        step.apply()
    except (OSError, UnavailableError) as error:
        return reason_for(error)
    return _tried(step.effective)


def _tried(effective: Callable[[], bool]) -> LayerReason | None:
    with suppress(Exception):  # a trial that breaks has shown nothing
        if effective():
            return None
    return LayerReason.NO_EFFECT


def _read_to_end(channel: socket.socket, process: int) -> str:
    """Return what a process says until it ends; one that does not end is ended."""
    found = b""
    end = time.monotonic() + _PATIENCE_SECONDS
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    while poll.poll(max(0.0, end - time.monotonic()) * 1000):
        data = channel.recv(4096)
        if not data:
            return found.decode()
        found += data
    os.kill(process, signal.SIGKILL)
    return found.decode()


def _verdicts(found: str) -> Layers:
    said = dict(line.split(" ", 1) for line in found.splitlines())
    return {name: _verdict(name, said.get(name)) for name in LayerName}


def _verdict(name: LayerName, said: str | None) -> LayerReason | None:
    if said is not None:
        return LayerReason(said) if said else None
    return LayerReason.NO_EFFECT if name in EVERYWHERE or sys.platform == "linux" else LayerReason.NOT_LINUX
