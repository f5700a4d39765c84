# Hostile side of the wall: runs in the zygote and in every worker; for long bodies also in the application.
"""What Python has no function for: calls into the C library that fail with an OSError."""

from __future__ import annotations

import ctypes
import mmap
import os
from contextlib import suppress
from typing import Final

_LARGE_PAGE_BYTES: Final = 2 * 1024 * 1024
_LIBRARY: Final = ctypes.CDLL(None, use_errno=True)
_KEEPING_THE_LOCK: Final = ctypes.PyDLL(None, use_errno=True)
"""The same, for calls that are made without giving the interpreter to other threads."""


class Prepared:
    """A call of a function of the C library that says -1 where it fails. It copies few pages of a forked process.

    Args:
        name: Of the function.
        arguments: Numbers become C's `long`, so that variadic functions get them whole; all else is passed as it is.

    Raises:
        OSError: This C library does not have it.
    """

    __slots__ = ("_arguments", "_function")

    def __init__(self, name: str, *arguments: object) -> None:
        try:
            self._function = getattr(_LIBRARY, name)
        except AttributeError:
            raise OSError(ctypes.get_errno(), f"the C library has no {name}") from None
        self._arguments = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]

    def __call__(self) -> int:
        """Make the call.

        Raises:
            OSError: It failed.
        """
        result: int = self._function(*self._arguments)
        if result == -1:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result


def call(name: str, *arguments: object) -> int:
    """Call a function at once that is called once; otherwise as `Prepared`, whose arguments these are.

    Raises:
        OSError: It failed, or this C library does not have it.
    """
    return Prepared(name, *arguments)()


def prepared_prctl(option: int, value: object = 0, *more: object) -> Prepared:
    """Return a call of prctl, the arguments left out being 0."""
    arguments = (option, value, *more)
    return Prepared("prctl", *arguments, *(0,) * (5 - len(arguments)))


def prctl(option: int, value: object = 0, *more: object) -> int:
    """Call prctl, the arguments left out being 0.

    Raises:
        OSError: The kernel refused.
    """
    return prepared_prctl(option, value, *more)()


def give_back(address: int, length: int) -> None:
    """Give the whole pages of some memory back to the system, which from then on are zeros.

    Raises:
        OSError: The kernel refused.
    """
    _advise(address, length, mmap.MADV_DONTNEED)


def expect_all(address: int, length: int) -> None:
    """Say that all of some memory is going to be used: the system may give it in large pages, which is much faster."""
    if length >= _LARGE_PAGE_BYTES and hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # it has none
            _advise(address, length, mmap.MADV_HUGEPAGE)


def fork() -> int:
    """Fork, as `os.fork` does it, and let the new process go on at once.

    What Python would do first is for locks that other threads held meanwhile. There must be none. It would copy a
    hundred pages into each worker.

    Raises:
        OSError: There are too many processes.
    """
    process = int(_KEEPING_THE_LOCK.fork())
    if process == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return process


def _advise(address: int, length: int, advice: int) -> None:
    start = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
    end = (address + length) // mmap.PAGESIZE * mmap.PAGESIZE
    call("madvise", start, end - start, advice)
