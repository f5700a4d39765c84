# Hostile side of the wall: applied in every worker.
"""What the kernel lets a worker use."""

from __future__ import annotations

import errno
import math
import mmap
import os
import resource
import signal
import sys
import time
from typing import Final

from .layer import LayerName, LayerReason
from .step import Step, UnavailableError, fails

_PAGE: Final = resource.getpagesize()
_CPU_SECONDS_OF_A_LIFE: Final = 3600
_NONE_LEFT: Final = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)
_MOST_TASKS: Final = 4096
_TRIAL_CPU_SECONDS: Final = 0.001
_PATIENCE_CPU_SECONDS: Final = 0.5
_TRIAL_BYTES: Final = 64 * 1024 * 1024


class MemoryGauge:
    """Reads this process's data memory, through a descriptor that is opened while files can be.

    Args:
        proc: A descriptor of the machine's `/proc`.
        descriptor: The number that is to be had.
    """

    def __init__(self, proc: int, descriptor: int) -> None:
        self._proc = proc
        self._descriptor = descriptor

    def open(self) -> None:
        """Take the number."""
        descriptor = os.open("self/statm", os.O_RDONLY, dir_fd=self._proc)
        os.dup2(descriptor, self._descriptor)
        os.close(descriptor)

    def read_and_close(self) -> int:
        """Return the bytes of data memory, as `RLIMIT_DATA` counts them, and close the descriptor for good."""
        fields = os.read(self._descriptor, 256).split()
        os.close(self._descriptor)
        return int(fields[5]) * _PAGE


def limit_memory(most_bytes: int) -> None:
    """Let the kernel refuse more data memory than this, for good."""
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))


def limit_cpu(seconds: float) -> None:
    """Let the kernel end this process after this much more CPU time: by a timer, and by a limit should it be undone."""
    used = math.ceil(time.process_time())
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY:
        hard = used + _CPU_SECONDS_OF_A_LIFE
    resource.setrlimit(resource.RLIMIT_CPU, (min(used + math.ceil(seconds) + 1, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)


def resource_limits_step() -> Step:
    """Return the step after which no descriptor can be opened, no file grow, and no core file be written."""
    return Step(LayerName.RESOURCE_LIMITS, _leave_none, _none_is_left)


def task_limit_step(*, own_users: bool) -> Step:
    """Return the step that bounds how many threads and processes there can be.

    Args:
        own_users: Whether the kernel counts those of the workers alone, in a user namespace of theirs; otherwise it
            would count all of the user's, and no bound would be the right one.
    """

    def apply() -> None:
        if not own_users:
            raise UnavailableError(LayerReason.DEPENDS)
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        most = _MOST_TASKS if hard == resource.RLIM_INFINITY else min(hard, _MOST_TASKS)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))

    return Step(LayerName.TASK_LIMIT, apply, _bounds_tasks)


def memory_is_limited(gauge: MemoryGauge) -> bool:
    """Limit this process's memory for good; return whether the kernel then refuses more."""
    limit_memory(gauge.read_and_close() + _TRIAL_BYTES)
    return fails(lambda: mmap.mmap(-1, 2 * _TRIAL_BYTES, flags=mmap.MAP_PRIVATE), errno.ENOMEM)


def cpu_is_limited() -> bool:
    """Limit this process's CPU time and use it up; return whether the kernel says so. SIGPROF must be blocked."""
    limit_cpu(_TRIAL_CPU_SECONDS)
    patience = time.process_time() + _PATIENCE_CPU_SECONDS
    while time.process_time() < patience:
        if _time_is_up():
            return True
    return False


def _time_is_up() -> bool:
    if sys.platform == "linux":  # where the seccomp filter does not let a worker ask what is pending
        return signal.sigtimedwait((signal.SIGPROF,), 0) is not None
    return signal.SIGPROF in signal.sigpending()


def _leave_none() -> None:
    for name in _NONE_LEFT:
        resource.setrlimit(name, (0, 0))


def _none_is_left() -> bool:
    read_back = all(resource.getrlimit(name) == (0, 0) for name in _NONE_LEFT)
    return read_back and fails(os.pipe, errno.EMFILE) and _cannot_be_raised()


def _cannot_be_raised() -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    except ValueError:  # what Python makes of EPERM here
        return True
    return False


def _bounds_tasks() -> bool:
    _, most = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, most))
    try:
        return fails(_fork_and_wait, errno.EAGAIN)
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _fork_and_wait() -> None:
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)
