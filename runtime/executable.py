# Hostile side of the wall: applied in the zygote, tried in a worker.
"""Memory is writable or executable, never both: no code can come into a worker that was not in the zygote."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from .layer import LayerName
from .libc import call, prctl
from .step import Step, fails

if TYPE_CHECKING:
    from collections.abc import Iterator

_PR_SET_MDWE: Final = 65
_MDWE_REFUSE_EXEC_GAIN: Final = 1
_WRITE_AND_EXECUTE: Final = "wx"
_REFUSALS: Final = (errno.EPERM, errno.EACCES)


class ExecutableMemory:
    """What the zygote and its workers may execute.

    Args:
        proc: A descriptor of the machine's `/proc`.
    """

    def __init__(self, proc: int) -> None:
        self._proc = proc
        self._sealed = False

    def seal(self) -> None:
        """Take the right to write from memory that is executable, and let the kernel refuse to give it again.

        The memory is what ctypes made for calls from C into Python. So no such callback may be made or freed any more.
        A kernel before 6.3 cannot refuse by itself; the seccomp filter does so too.
        """
        for start, length in self._writable_and_executable():
            call("mprotect", start, length, mmap.PROT_READ | mmap.PROT_EXEC)
        with suppress(OSError):
            prctl(_PR_SET_MDWE, _MDWE_REFUSE_EXEC_GAIN)
        self._sealed = not list(self._writable_and_executable())

    def step(self) -> Step:
        """Return the step, which is nothing but the trial."""
        return Step(LayerName.WRITE_XOR_EXECUTE, lambda: None, lambda: self._sealed and _cannot_gain_execution())

    def _writable_and_executable(self) -> Iterator[tuple[int, int]]:
        descriptor = os.open("self/maps", os.O_RDONLY, dir_fd=self._proc)
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as maps:
            lines = maps.read().splitlines()
        for line in lines:
            addresses, permissions, *_ = line.split(maxsplit=2)
            if _WRITE_AND_EXECUTE in permissions:
                start, end = (int(address, 16) for address in addresses.split("-"))
                yield start, end - start


def _cannot_gain_execution() -> bool:
    everything = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    return fails(lambda: mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE, prot=everything), *_REFUSALS) and fails(
        _make_executable, *_REFUSALS
    )


def _make_executable() -> None:
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    call("mprotect", address, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC)
