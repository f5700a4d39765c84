# Trusted, but without the application's environment: in a process that never runs a method's code.
"""Runs of the host's own that an isolate carries out before anybody's, and of which no trace is left in it.

V8 compiles a function when it is first called. What every run needs would be compiled in every worker, were it not
compiled before they are forked. So the prelude is evaluated, a run is carried out with it, what both have changed of
the language is undone, and the prelude is evaluated anew: as another instance, which shares nothing with the first one
but what V8 has compiled.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .prelude import Doors
from .run_limits import RunLimits
from .source import read_source
from .template import give_up
from .worker import Worker
from .worker_channel import WorkerChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .engine import Isolate, Kept, Result
    from .prelude import Prelude

_BOOT: Final = 1
_OPENED: Final = 2
_RESTORED: Final = 3


class _NoLimits(RunLimits):
    """The kernel's limits are for life."""

    def begin(self, memory_bytes: int, cpu_seconds: float) -> None:
        pass


@dataclass(frozen=True)
class Practice:
    """An instance of the prelude with which a worker can carry out a run before it is given one, and its frames."""

    prelude: Prelude
    doors: Doors
    frames: bytes


class Rehearsals:
    """Such runs, one after the other.

    Args:
        runs: The frames that a worker would be sent, of each.
        practised: Those of `practice`; empty where there is to be none.
    """

    def __init__(self, runs: Iterable[bytes], practised: bytes) -> None:
        self._runs = iter(runs)
        self._practised = practised
        self.practice: Practice | None = None
        """Left in the isolate at the end."""
        self._keep_language = read_source(__package__, "rehearsal.js").encode()
        self._isolate: Isolate
        self._prelude: Prelude
        self._on_end: Callable[[Prelude], None]
        self._frames: bytes
        self._restore_language: Kept

    def begin(self, isolate: Isolate, prelude: Prelude, on_end: Callable[[Prelude], None]) -> None:
        """Carry them out on the isolate's thread: from a callback on, to another one that calls `on_end`.

        Args:
            isolate: In which nothing was evaluated.
            prelude: For the first one.
            on_end: Is given the one to go on with, and the isolate back.
        """
        self._isolate, self._prelude, self._on_end = isolate, prelude, on_end
        self._restore_language = isolate.keep(self._keep_language)
        self._begin_next()

    def _begin_next(self) -> None:
        self._frames = next(self._runs, b"")
        if self._frames or (self._practised and self.practice is None):
            self._isolate.on_result, self._isolate.on_error = self._on_result, give_up
            self._isolate.evaluate(self._prelude.boot, _BOOT)
        else:
            self._on_end(self._prelude)

    def _on_result(self, tag: int, result: Result) -> None:
        if tag == _BOOT and result.is_failure:
            self._on_end(self._prelude)  # where it will be thrown again, and told
        elif tag == _BOOT:
            self._doors = Doors(self._isolate, self._prelude, _OPENED)
        elif tag == _OPENED and self._frames:
            self._run()
        elif tag == _OPENED:
            self.practice = Practice(self._prelude, self._doors, self._practised)
            self._isolate.call(self._restore_language, _RESTORED)
        else:
            self._prelude = self._prelude.again()
            self._begin_next()

    def _run(self) -> None:
        channel, application = self._ends = socket.socketpair()
        application.sendall(self._frames)
        application.shutdown(socket.SHUT_WR)
        worker = Worker(WorkerChannel.of(channel.fileno()), _NoLimits(None), b"")
        self._isolate.on_error = self._ended
        worker.rehearse(self._isolate, self._prelude, self._doors)

    def _ended(self, error: BaseException) -> None:
        if not isinstance(error, EOFError):
            give_up(error)
        for end in self._ends:
            end.close()
        self._isolate.on_result, self._isolate.on_error = self._on_result, give_up
        self._isolate.call(self._restore_language, _RESTORED)
