# Hostile side of the wall: built in the zygote, applied in every worker.
"""The system calls a worker may make, as a seccomp filter built by libseccomp.

Each one on the list was seen to be needed by V8, the interpreter or the C library once an isolate is there, or is what
they use instead on another version or architecture. All else fails with EPERM, which they cope with.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
from typing import Final

from .layer import LayerName, LayerReason
from .libc import call, prepared_prctl
from .step import Step, UnavailableError, fails

_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_KILL_PROCESS: Final = 0x80000000
_ATTRIBUTE_BAD_ARCHITECTURE: Final = 2
_ATTRIBUTE_OPTIMIZE: Final = 8
_BINARY_TREE: Final = 2
_UNKNOWN: Final = -1
"""The number of a system call that this version of libseccomp has never heard of."""

_EQUAL: Final = 4
_MASKED_EQUAL: Final = 7

_CLONE3: Final = 435
_THREAD_FLAGS: Final = 0x003D0F00
"""What pthread_create asks clone for: to share everything with the new thread, and no namespace."""
_DETACHED: Final = 0x00400000
"""A flag without a meaning, which musl adds."""
_FUTEX_COMMAND: Final = 0x7F
_FUTEX_COMMANDS: Final = (0, 1, 3, 4, 5, 9, 10)
"""WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET and WAKE_BITSET; none of those with priority inheritance."""
_RLIMIT_CPU: Final = 0
_RLIMIT_DATA: Final = 2
_ITIMER_VIRTUAL: Final = 1
_ITIMER_PROF: Final = 2

_ALLOWED: Final = {
    # memory; mmap and mprotect are below
    "brk": "malloc",
    "madvise": "V8 and malloc give pages back",
    "mremap": "realloc of large blocks",
    "munmap": "V8, malloc, the stacks of threads",
    # threads; clone and futex are below
    "exit": "the end of an isolate's thread",
    "exit_group": "the end of the worker",
    "getpid": "the interpreter",
    "gettid": "the C library, at each start of a thread",
    "restart_syscall": "the kernel's own, after a stop",
    "rseq": "the C library, at each start of a thread",
    "sched_getaffinity": "the C library, at each start of a thread",
    "sched_getparam": "the C library, of a thread",
    "sched_getscheduler": "the C library, of a thread",
    "sched_yield": "locks of V8",
    "set_robust_list": "the C library, at each start of a thread",
    # time; setitimer is below
    "clock_gettime": "CPU time always, other clocks where there is no vDSO",
    "clock_nanosleep": "sleeping",
    "gettimeofday": "where there is no vDSO",
    # signals to the worker itself; none to others
    "rt_sigaction": "the C library, at the start of the first thread",
    "rt_sigprocmask": "each start of a thread",
    "rt_sigreturn": "the end of a signal's handler",
    "rt_sigtimedwait": "waiting for the signals that say that time is up",
    # the channel
    "close": "the memory gauge, when it was read",
    "read": "the channel",
    "write": "the channel",
    # facts; prlimit64 is below
    "getrandom": "hash seeds and Math.random",
    "getrusage": "the usage that each frame carries",
}


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


_NOT_EXECUTABLE: Final = _Comparison(2, _MASKED_EQUAL, mmap.PROT_EXEC, 0)


class SeccompFilter:
    """An allow-list, compiled once. All other system calls fail with EPERM; one of another architecture is the end."""

    def __init__(self) -> None:
        self._error: OSError | UnavailableError | None = None
        try:
            self._code = _compile()
        except (OSError, UnavailableError) as error:
            self._error = error
        else:
            self._program = _Program(len(self._code) // 8, self._code)
            self._install = prepared_prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(self._program))

    def step(self) -> Step:
        """Return the step that applies the filter to the calling thread and all it starts, for good."""
        return Step(LayerName.SECCOMP, self._apply, _refuses_calls)

    def _apply(self) -> None:
        if self._error is not None:
            raise self._error
        self._install()


class _Rules:
    """A filter while it is built."""

    def __init__(self) -> None:
        try:
            library = ctypes.CDLL("libseccomp.so.2")
        except OSError:
            raise UnavailableError(LayerReason.LIBRARY_MISSING) from None
        library.seccomp_init.restype = ctypes.c_void_p
        library.seccomp_init.argtypes = [ctypes.c_uint32]
        library.seccomp_release.argtypes = [ctypes.c_void_p]
        library.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
        library.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.seccomp_rule_add_array.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Comparison),
        ]  # fmt: skip
        self._library = library
        self._context = library.seccomp_init(_ERRNO | errno.EPERM)
        self._check(library.seccomp_attr_set(self._context, _ATTRIBUTE_BAD_ARCHITECTURE, _KILL_PROCESS))
        library.seccomp_attr_set(self._context, _ATTRIBUTE_OPTIMIZE, _BINARY_TREE)  # not in libseccomp before 2.5

    def add(self, action: int, name: str, *comparisons: _Comparison) -> None:
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number == _UNKNOWN:
            raise UnavailableError(LayerReason.LIBRARY_MISSING)
        array = (_Comparison * len(comparisons))(*comparisons)
        self._check(self._library.seccomp_rule_add_array(self._context, action, number, len(comparisons), array))

    def export(self) -> bytes:
        descriptor = os.memfd_create("filter")
        try:
            self._check(self._library.seccomp_export_bpf(self._context, descriptor))
            return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        finally:
            os.close(descriptor)
            self._library.seccomp_release(self._context)

    def _check(self, status: int) -> None:
        if status != 0:
            raise OSError(-status, os.strerror(-status))


def _compile() -> bytes:
    rules = _Rules()
    for name in _ALLOWED:
        rules.add(_ALLOW, name)
    for name in ("mmap", "mprotect"):
        rules.add(_ALLOW, name, _NOT_EXECUTABLE)
    rules.add(_ALLOW, "clone", _Comparison(0, _MASKED_EQUAL, 2**64 - 1 - _DETACHED, _THREAD_FLAGS))
    rules.add(
        _ERRNO | errno.ENOSYS, "clone3"
    )  # its flags are out of a filter's sight; the C library falls back to clone
    for command in _FUTEX_COMMANDS:
        rules.add(_ALLOW, "futex", _Comparison(1, _MASKED_EQUAL, _FUTEX_COMMAND, command))
    for timer in (_ITIMER_VIRTUAL, _ITIMER_PROF):
        rules.add(_ALLOW, "setitimer", _Comparison(0, _EQUAL, timer))
    for limit in (_RLIMIT_CPU, _RLIMIT_DATA):
        rules.add(
            _ALLOW, "prlimit64", _Comparison(0, _EQUAL, 0), _Comparison(1, _EQUAL, limit)
        )  # of the process itself
    return rules.export()


def _refuses_calls() -> bool:
    return (
        fails(lambda: os.getpgid(0), errno.EPERM)
        and fails(lambda: os.kill(os.getpid(), 0), errno.EPERM)
        and fails(lambda: call("syscall", _CLONE3, None, 0), errno.ENOSYS)
    )
