# Trusted: entered once by the zygote, and inherited by every worker.
"""Namespaces of the zygote's own, with nothing in them.

They are entered once, not by each worker: to make them takes longer than all else that a worker does before V8 starts,
and what workers could do to each other in a shared one is ruled out by seccomp and Landlock.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .layer import LayerName
from .libc import call, prctl
from .step import Step, fails

if TYPE_CHECKING:
    from collections.abc import Callable

_CLONE_NEWNS: Final = 0x00020000
_CLONE_NEWIPC: Final = 0x08000000
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWPID: Final = 0x20000000
_CLONE_NEWNET: Final = 0x40000000

_MS_RDONLY: Final = 1
_MS_NOSUID: Final = 2
_MS_NODEV: Final = 4
_MS_NOEXEC: Final = 8
_MS_REC: Final = 16384
_MS_PRIVATE: Final = 1 << 18
_MNT_DETACH: Final = 2

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
INIT_NAME: Final = "methodhost-init"
"""What lists of processes call the first process of the namespace, which does nothing but keep it."""
_MOST_DESCRIPTORS: Final = 1 << 16
_ANY_PORT: Final = 9


class Namespaces:
    """The namespaces to enter.

    Args:
        proc: A descriptor of the machine's `/proc`, for the time after there is none.
    """

    def __init__(self, proc: int) -> None:
        self._proc = proc
        self._before = {kind: self._identity(kind) for kind in ("user", "ipc")}

    def steps(self) -> list[Step]:
        """Return the layers; the first one gives the right to enter the others, where the application has none."""
        return [
            Step(LayerName.USER_NAMESPACE, _enter(_CLONE_NEWUSER), lambda: self._has_left("user")),
            Step(LayerName.NETWORK_NAMESPACE, _enter(_CLONE_NEWNET), _has_no_network),
            Step(LayerName.IPC_NAMESPACE, _enter(_CLONE_NEWIPC), lambda: self._has_left("ipc")),
            Step(LayerName.PID_NAMESPACE, _enter(_CLONE_NEWPID), lambda: os.getppid() == 0),
            Step(LayerName.MOUNT_NAMESPACE, _enter_mount, _has_empty_root),
        ]

    def _has_left(self, kind: str) -> bool:
        return self._identity(kind) != self._before[kind]

    def _identity(self, kind: str) -> str:
        return os.readlink(f"self/ns/{kind}", dir_fd=self._proc)


def _enter(kind: int) -> Callable[[], None]:
    return lambda: _unshare(kind)


def _unshare(kind: int) -> None:
    call("unshare", kind)


def start_init() -> None:
    """Start the first process of the pid namespace that was entered; without one there can be no other.

    It is started last, when the zygote has given up what workers do without.
    """
    alive, _ = os.pipe()
    if os.fork() == 0:
        _keep_namespace(alive)
    os.close(alive)


def _keep_namespace(alive: int) -> None:
    """Be the first process of the namespace until the zygote ends; the kernel then ends all others in it."""
    try:
        os.dup2(alive, 0)
        os.closerange(1, _MOST_DESCRIPTORS)
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(_PR_SET_NAME, INIT_NAME.encode())
        os.read(0, 1)  # nobody writes: it returns when the zygote's end closes
    finally:
        os._exit(0)


def _enter_mount() -> None:
    _unshare(_CLONE_NEWNS)
    call("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    call("mount", b"none", b"/proc", b"tmpfs", flags, b"mode=0555,size=4k,nr_inodes=2")
    os.chdir("/proc")
    call("pivot_root", b".", b".")  # the old root lies on the new one then
    call("umount2", b".", _MNT_DETACH)
    os.chdir("/")


def _has_empty_root() -> bool:
    root = Path("/")
    return not list(root.iterdir()) and fails((root / "folder").mkdir, errno.EROFS)


def _has_no_network() -> bool:
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    with socket.socket() as tcp:
        return not others and fails(lambda: tcp.connect(("127.0.0.1", _ANY_PORT)), errno.ENETUNREACH)
