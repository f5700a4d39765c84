# Hostile side of the wall: what a worker gives up before it starts V8.
"""The layers around a worker, each applied where the system has it and then tried for its effect."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .seccomp import SeccompFilter

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL: Final = 3
"""The one descriptor a worker keeps. 0, 1 and 2 stay closed, so that nothing V8 prints can reach anything."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38
_LINUX: Final = sys.platform == "linux"
_PAGE: Final = resource.getpagesize()
_MOST_DESCRIPTORS: Final = 1 << 16
_CPU_SECONDS_OF_A_LIFE: Final = 3600


class Hardening:
    """What is prepared once in the zygote and applied in each worker."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._filter: SeccompFilter | None = None
        with suppress(OSError):
            self._filter = SeccompFilter()

    def apply(self, channel: int, parent: int) -> tuple[MemoryGauge | None, dict[str, bool]]:
        """Give up what a worker does not need.

        Call it right after the fork, before any thread exists: some layers belong to a thread.

        Args:
            channel: The descriptor to keep; it becomes number `CHANNEL`.
            parent: The process whose end must end this one.

        Returns:
            A gauge of this process's memory, and the layers by name with whether each had its effect when it was tried.
        """
        gauge = _keep_only(channel)
        for name in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
            resource.setrlimit(name, (0, 0))
        if _LINUX:
            self._control(_PR_SET_DUMPABLE, 0)
            self._control(_PR_SET_NO_NEW_PRIVS, 1)
            self._control(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the signal was asked for
            os._exit(0)
        if self._filter is not None:
            self._filter.load()
        return gauge, {
            "no_files": _fails(lambda: os.open("/", os.O_RDONLY)),
            "no_sockets": _fails(socket.socket),
            "memory_limit": gauge is not None,
            "parent_death_signal": _LINUX,
            "seccomp": self._filter is not None and _fails(lambda: os.getpgid(0)),
        }

    def _control(self, option: int, value: int) -> None:
        if self._libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl {option} failed")


class MemoryGauge:
    """Reads this process's data memory through a descriptor that was opened while files could be."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read_and_close(self) -> int:
        """Return the bytes of data memory, as `RLIMIT_DATA` counts them, and close the descriptor for good."""
        fields = os.pread(self._descriptor, 256, 0).split()
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


def _keep_only(channel: int) -> MemoryGauge | None:
    os.dup2(channel, CHANNEL)
    os.closerange(0, CHANNEL)
    os.closerange(CHANNEL + 1, _MOST_DESCRIPTORS)
    if not _LINUX:
        return None
    return MemoryGauge(os.open("/proc/self/statm", os.O_RDONLY))


def _fails(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False
