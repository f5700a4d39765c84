# Hostile side of the wall: built in the zygote, loaded in every worker.
"""The system calls a worker may make, as a seccomp filter built by libseccomp."""

from __future__ import annotations

import ctypes
import errno
from typing import Final

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_EQUAL: Final = 4
_MASKED_EQUAL: Final = 7
_CLONE_THREAD: Final = 0x00010000

# What V8 and the interpreter need once they run.
# fmt: off
_MEMORY: Final = ("brk", "madvise", "mmap", "mprotect", "mremap", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect")
_THREADS: Final = (
    "exit", "exit_group", "futex", "get_robust_list", "getcpu", "getpid", "gettid", "membarrier",
    "restart_syscall", "rseq", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_yield",
    "set_robust_list", "set_tid_address",
)
_TIME: Final = ("clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "setitimer", "times")
_SIGNALS: Final = (
    "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "sigaltstack",
)
_CHANNEL: Final = (
    "close", "fstat", "poll", "ppoll", "pread64", "read", "readv", "recvfrom", "recvmsg", "sendmsg", "sendto", "write",
    "writev",
)
_FACTS: Final = ("getrandom", "getrlimit", "getrusage", "setrlimit", "sysinfo", "uname")
# fmt: on
_ALLOWED: Final = (*_MEMORY, *_THREADS, *_TIME, *_SIGNALS, *_CHANNEL, *_FACTS)


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


class SeccompFilter:
    """An allow-list: every other system call fails with EPERM.

    Raises:
        OSError: libseccomp is not installed, or refuses the filter.
    """

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._library.seccomp_init.argtypes = [ctypes.c_uint32]
        self._library.seccomp_load.argtypes = [ctypes.c_void_p]
        self._library.seccomp_rule_add_array.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Comparison),
        ]  # fmt: skip
        self._context = self._library.seccomp_init(_ERRNO | errno.EPERM)
        for name in _ALLOWED:
            self._add(_ALLOW, name)
        self._add(_ALLOW, "clone", _Comparison(0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD))
        self._add(_ALLOW, "prlimit64", _Comparison(0, _EQUAL, 0, 0))  # of the process itself
        self._add(_ERRNO | errno.ENOSYS, "clone3")  # its flags are out of a filter's sight; glibc falls back to clone

    def load(self) -> None:
        """Apply the filter to the calling thread and all it starts, for good."""
        status = self._library.seccomp_load(self._context)
        if status != 0:
            raise OSError(-status, "the kernel refused the seccomp filter")

    def _add(self, action: int, name: str, *comparisons: _Comparison) -> None:
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        array = (_Comparison * len(comparisons))(*comparisons)
        status = self._library.seccomp_rule_add_array(self._context, action, number, len(comparisons), array)
        if status != 0:
            raise OSError(-status, f"libseccomp refused a rule for {name}")
