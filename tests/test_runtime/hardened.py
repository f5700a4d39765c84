"""Does what a zygote does and forks a process that is hardened like a worker; prints as JSON what succeeds in there.

Run by tests in an interpreter of its own: `hardened.py calls`, `hardened.py architecture` or, without the seccomp
filter, `hardened.py layers PORT`.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import json
import mmap
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime import seccomp
from runtime.engine import Engine
from runtime.hardening import Hardening
from runtime.layer import LayerName
from runtime.prelude import prelude_source
from runtime.self_test import SelfTest
from runtime.worker_descriptors import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
EVERYTHING = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
SUCCEEDED = "succeeded"
NUMBERS = 512
UNFILTERED = {335, 336}
"""Of x86_64, for probes of the kernel's own: it answers a process that calls them with SIGILL, before any filter."""
FILTERED = ("clone", "futex", "mmap", "mprotect", "prlimit64", "setitimer")
"""System calls that are allowed with some arguments."""


def main() -> None:
    """Run on the arguments of the command line."""
    mode, *rest = sys.argv[1:]
    if mode == "layers":
        seccomp._compile = without_library
    attempt = {
        "calls": partial(by_call, resolve_names() if mode == "calls" else {}),
        "layers": partial(by_layer, int(rest[0]) if rest else 0),
        "architecture": partial(by_architecture, call_of_another_architecture()),
    }[mode]
    hardening = be_zygote()
    ours, theirs = socket.socketpair()
    zygote = os.getpid()
    process = os.fork()
    if process == 0:
        found = attempt(hardening, theirs.fileno(), zygote)
        data = json.dumps({"reasons": hardening.reasons, "found": found}).encode()
        while data:
            data = data[os.write(CHANNEL, data) :]
        os._exit(0)
    theirs.close()
    with ours.makefile() as said:
        text = said.read()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    print(text or json.dumps({"reasons": hardening.reasons, "found": status}), flush=True)  # noqa: T201 (what it is for)
    os._exit(0)


def be_zygote() -> Hardening:
    """Do as a zygote does, up to its first worker."""
    hardening = Hardening()
    test = SelfTest(Engine(), hardening, prelude_source([]))
    hardening.enter()
    hardening.reasons = {name: reason for name, reason in test.run().items() if reason}
    hardening.prepare()
    gc.collect()
    gc.freeze()
    return hardening


def without_library() -> bytes:
    """Do as the compiler of the filter does where libseccomp is missing."""
    raise seccomp.UnavailableError(seccomp.LayerReason.LIBRARY_MISSING)


def call_of_another_architecture() -> Callable[[], int]:
    """Return machine code that asks for getpid as i386 does."""
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=EVERYTHING)
    page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
    start = ctypes.c_char.from_buffer(page)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(start))
    return lambda: (start, function())[1]


def resolve_names() -> dict[str, int]:
    """Return the numbers of this architecture's system calls; none where libseccomp is missing."""
    with suppress(OSError):
        library = ctypes.CDLL("libseccomp.so.2")
        names = {*seccomp._ALLOWED, *FILTERED, *attempts(0)}
        return {name: library.seccomp_syscall_resolve_name(name.encode()) for name in names}
    return {}


def by_architecture(call: Callable[[], int], hardening: Hardening, channel: int, zygote: int) -> None:
    """Make a system call by the numbers of another architecture, for which there is no list."""
    hardening.apply(channel)
    call()


def by_call(numbers: dict[str, int], hardening: Hardening, channel: int, zygote: int) -> dict[str, Any]:
    """Try system calls: some with arguments with which they would do something, and the number of each that is not allowed.

    Only where there is a filter, since some would do harm.
    """
    hardening.apply(channel)
    if LayerName.SECCOMP in hardening.reasons:
        return {}
    allowed = {numbers[name] for name in (*seccomp._ALLOWED, *FILTERED)}
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return {
        "by_name": {
            name: outcome(partial(system_call, numbers[name], *values))
            for name, values in attempts(zygote).items()
            if numbers[name] >= 0
        },
        "by_number": {n: outcome(partial(system_call, n)) for n in range(NUMBERS) if n not in allowed | UNFILTERED},
        "clone3": numbers["clone3"],
    }


def attempts(zygote: int) -> dict[str, tuple[object, ...]]:
    """Return system calls with arguments with which they would do something."""
    zeros = ctypes.create_string_buffer(4096)
    page = ctypes.addressof(ctypes.c_char.from_buffer(mmap.mmap(-1, mmap.PAGESIZE)))
    return {
        "bpf": (0, zeros, 72),
        "chdir": (b"/",),
        "clone": (signal.SIGCHLD,),
        "clone3": (zeros, 64),
        "dup": (CHANNEL,),
        "execve": (b"/bin/true", None, None),
        "fork": (),
        "futex": (zeros, 6),  # a lock with priority inheritance
        "getppid": (),
        "io_uring_setup": (1, zeros),
        "keyctl": (0, -3, 0),
        "kill": (zygote, 0),
        "memfd_create": (b"x", 0),
        "mmap": (None, mmap.PAGESIZE, EVERYTHING, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0),
        "mount": (None, b"/", None, 1 << 18, None),
        "mprotect": (page, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC),
        "openat": (-100, b"/", os.O_RDONLY),
        "perf_event_open": (zeros, 0, -1, -1, 0),
        "personality": (0xFFFFFFFF,),
        "pidfd_open": (zygote, 0),
        "prctl": (39, 0, 0, 0, 0),
        "prlimit64": (0, resource.RLIMIT_NOFILE, None, zeros),
        "process_vm_readv": (zygote, zeros, 0, zeros, 0, 0),
        "ptrace": (16, zygote),
        "recvmsg": (CHANNEL, zeros, 64),
        "sendmsg": (CHANNEL, zeros, 0),
        "setitimer": (0, zeros, 0),
        "setns": (CHANNEL, 0),
        "socket": (socket.AF_INET, socket.SOCK_STREAM, 0),
        "socketpair": (socket.AF_UNIX, socket.SOCK_STREAM, 0, zeros),
        "tgkill": (zygote, zygote, 0),
        "uname": (zeros,),
        "unshare": (0x10000000,),
        "userfaultfd": (0,),
    }


def by_layer(port: int, hardening: Hardening, channel: int, zygote: int) -> dict[str, Any]:
    """Apply what a worker applies, and try what other layers than seccomp stand against, by their names."""
    memory = ctypes.create_string_buffer(64)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(memory), len(memory))
    found: dict[str, Any] = {"network_namespace": [outcome(lambda: connect(port))]}
    hardening.descriptors.take(channel)
    for step in hardening.own_steps(zygote):
        if step.name not in hardening.reasons:
            step.apply()
        if step.name == LayerName.LANDLOCK_SCOPE:
            found["landlock_network"] = [outcome(lambda: connect(port)), outcome(bind)]
            found["landlock_scope"] = [outcome(lambda: os.kill(1, 0))]
            found["landlock_files"] = [outcome(partial(os.listdir, "/"))]
    return found | {
        "mount_namespace": [outcome(Path(sys.executable).stat), outcome(Path("/proc/self").stat)],
        "pid_namespace": [
            outcome(lambda: os.kill(zygote, 0)),
            outcome(lambda: check(LIBC.process_vm_readv(zygote, vector, 1, vector, 1, 0))),
        ],
        "task_limit": [resource.getrlimit(resource.RLIMIT_NPROC)[1]],
        "unprivileged_user": [min(*os.getresuid(), *os.getresgid()) > 0],
        "no_capabilities": [outcome(lambda: os.chroot("/")), outcome(lambda: socket.sethostname("x"))],
        "resource_limits": [outcome(os.pipe), outcome(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))],
        "write_xor_execute": [outcome(lambda: mmap.mmap(-1, mmap.PAGESIZE, prot=EVERYTHING))],
        "one_descriptor": [number for number in range(1024) if outcome(partial(os.fstat, number)) == SUCCEEDED],
        "clean_environment": list(os.environ),
    }


def connect(port: int) -> None:
    """Connect to a server on this machine."""
    with socket.socket() as tcp:
        tcp.connect(("127.0.0.1", port))


def bind() -> None:
    """Listen on any port."""
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))


def system_call(number: int, *arguments: object) -> int:
    """Make a system call through native code."""
    worker = os.getpid()
    words = (
        ctypes.c_long(item) if isinstance(item, int) else item for item in (*arguments, *(0,) * (6 - len(arguments)))
    )
    result = check(LIBC.syscall(ctypes.c_long(number), *words))
    if os.getpid() != worker:
        os._exit(0)  # a process that should not be
    return result


def check(result: int) -> int:
    """Raise the error that a call of the C library ended in."""
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result


def outcome(attempt: Callable[[], object]) -> str:
    """Return the name of the error that an attempt ends in."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except ValueError:  # what the resource module makes of EPERM
        return "EPERM"
    return SUCCEEDED


if __name__ == "__main__":
    main()
