"""How much memory processes hold: PSS, so that pages which several share are counted once among them.

`python memory.py PID` looks at a process and its descendants again and again until its standard input closes, and
prints the most that they had.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

MB: Final = 1_000_000
_PAUSE_SECONDS: Final = 0.002
_INIT: Final = "methodhost-init"


@dataclass
class Peak:
    """The most that an application and its workers had, in bytes.

    Attributes:
        application: The process itself.
        workers: All workers together.
        together: Both, at the same time.
        workers_then: How many workers there were when they had most.
    """

    application: int = 0
    workers: int = 0
    together: int = 0
    workers_then: int = 0

    def take(self, application: int, workers: list[int]) -> None:
        """Take in a look."""
        if sum(workers) > self.workers:
            self.workers, self.workers_then = sum(workers), len(workers)
        self.application = max(self.application, application)
        self.together = max(self.together, application + sum(workers))

    def beyond(self, before: Peak) -> Peak:
        """Return by how much more this is."""
        application, workers = self.application - before.application, self.workers - before.workers
        return Peak(application, workers, self.together - before.together, self.workers_then)


def pss(process: psutil.Process) -> int:
    """Return what a process holds, its share of common pages included; 0 where it is gone."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return 0


def workers_of(application: psutil.Process) -> list[psutil.Process]:
    """Return the worker processes of a host: the children of its zygotes."""
    found = []
    for process in application.children(recursive=True):
        try:
            if process.ppid() != application.pid and process.name() != _INIT:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def look(application: psutil.Process) -> Peak:
    """Return what there is at this moment; what this process has no use for was given back before."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    now = Peak()
    now.take(pss(application), [pss(worker) for worker in workers_of(application)])
    return now


@contextmanager
def watched() -> Iterator[Peak]:
    """Watch this process and its workers from another one; what is given holds the most they had, in the end."""
    command = [sys.executable, __file__, str(os.getpid())]
    peak = Peak()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield peak
        process.stdin.close()
        vars(peak).update(json.loads(process.stdout.readline()))


def watch(application: psutil.Process) -> None:
    """Look until standard input closes, and print the most there was."""
    closed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), closed.set()), daemon=True).start()
    peak, own = Peak(), psutil.Process().pid
    print("watching", flush=True)
    workers, listed = [], 0.0
    while not closed.is_set():
        if time.monotonic() - listed > len(workers) * _PAUSE_SECONDS:
            workers, listed = [one for one in workers_of(application) if one.pid != own], time.monotonic()
        peak.take(pss(application), [pss(worker) for worker in workers])
        time.sleep(_PAUSE_SECONDS)
    print(json.dumps(asdict(peak)), flush=True)


if __name__ == "__main__":
    watch(psutil.Process(int(sys.argv[1])))
