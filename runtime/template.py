# Trusted, but without the application's environment: in a process that never runs a method's code.
"""An isolate in which the host's prelude has run and nothing else, on whose thread workers are forked.

A forked process has the one thread that forked it. So the zygote forks in a callback of the isolate, with the isolate
idle below it, and the new process goes on from there: it has the isolate to itself, and its pages are copied only where
they are changed. The zygote's main thread sleeps meanwhile, in a system call and without any lock.

A thread that has entered a pid namespace cannot start threads, and a process of two threads cannot enter a user
namespace. So the isolate's thread is started in the middle of the hardening, and the second half is its own.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final, NoReturn

from .engine import ResultKind
from .prelude import Doors, Prelude
from .source import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine import Engine, Isolate, Result
    from .hardening import Hardening
    from .prelude import PreludeSource
    from .rehearsal import Practice, Rehearsals
    from .self_test import Layers, SelfTest

_NOTHING: Final = 1
_BOOT: Final = 2
_OPENED: Final = 3


class Template:
    """The zygote's own isolate.

    Args:
        engine: V8, without an isolate.
        prelude_source: What `prelude_source` returned.
        hardening: Of which the zygote has applied the first half.
        self_test: Tries the layers.
        rehearsals: Of runs.
    """

    def __init__(
        self,
        engine: Engine,
        prelude_source: PreludeSource,
        hardening: Hardening,
        self_test: SelfTest,
        rehearsals: Rehearsals,
    ) -> None:
        self.engine = engine
        self.prelude = Prelude(prelude_source)
        self.doors: Doors
        """Of the isolate."""
        self.warm_up = read_source(__package__, "warm_up.js").encode()
        """What copies the pages that a run changes first; it leaves nothing."""
        self.practice: Practice | None = None
        self.isolate: Isolate
        self._hardening = hardening
        self._self_test = self_test
        self._rehearsals = rehearsals
        self._serve: Callable[[Template | None, Layers], NoReturn]
        self._layers: Layers = {}
        self._main_is_done = threading.Lock()
        self._main_is_done.acquire()

    def serve(self, serve: Callable[[Template | None, Layers], NoReturn]) -> NoReturn:
        """Make the isolate, and let `serve` have its thread for good. Main thread, which sleeps from then on.

        Args:
            serve: Told what the self-test found. It gets no template where forked processes cannot go on with it.
        """
        self._serve = serve
        self.isolate = self.engine.isolate(self._on_result, give_up)
        self._hardening.renounce()
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the isolate's thread
        self.isolate.evaluate(b"0", _NOTHING)
        sleep = threading.Lock()
        sleep.acquire()
        self._main_is_done.release()
        sleep.acquire()
        raise AssertionError("nobody wakes this thread")

    def _on_result(self, tag: int, result: Result) -> None:
        """Take the end of an evaluation. Isolate's thread."""
        if tag == _NOTHING:
            self._main_is_done.acquire()
            self._hardening.enter_further()
            self._try_to_boot()
        elif result.kind in {ResultKind.THROWN, ResultKind.SYNTAX} and tag == _BOOT:
            self._serve(None, self._layers)  # each worker will say what was thrown
        elif tag == _BOOT:
            self.doors = Doors(self.isolate, self.prelude, _OPENED)
        else:
            self._serve(self, self._layers)

    def _try_to_boot(self) -> None:
        layers = self._self_test.run_on(self.isolate)
        if layers is None:
            self._serve(None, self._self_test.run())
        self._layers = layers
        self._rehearsals.begin(self.isolate, self.prelude, self._boot)

    def _boot(self, prelude: Prelude) -> None:
        self.prelude, self.practice = prelude, self._rehearsals.practice
        self.isolate.on_result, self.isolate.on_error = self._on_result, give_up
        self.isolate.evaluate(prelude.boot, _BOOT)


def give_up(error: BaseException) -> NoReturn:
    """End the zygote with an error that nothing in it can go on after."""
    sys.excepthook(type(error), error, error.__traceback__)
    os._exit(1)
