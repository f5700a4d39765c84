"""The layers around a worker: their names, and for one that is not active why not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LayerName(StrEnum):
    """What stands between a method's code and the machine."""

    V8_NO_JIT = "v8_no_jit"
    V8_NO_CODE_FROM_STRINGS = "v8_no_code_from_strings"
    V8_LINEAR_REGEXP = "v8_linear_regexp"
    V8_MEMORY_CAGE = "v8_memory_cage"
    REMOVED_GLOBALS = "removed_globals"
    CLEAN_ENVIRONMENT = "clean_environment"
    ONE_DESCRIPTOR = "one_descriptor"
    RESOURCE_LIMITS = "resource_limits"
    MEMORY_LIMIT = "memory_limit"
    CPU_LIMIT = "cpu_limit"
    TASK_LIMIT = "task_limit"
    OOM_VICTIM = "oom_victim"
    UNPRIVILEGED_USER = "unprivileged_user"
    NO_CAPABILITIES = "no_capabilities"
    NO_NEW_PRIVILEGES = "no_new_privileges"
    NOT_DUMPABLE = "not_dumpable"
    PARENT_DEATH_SIGNAL = "parent_death_signal"
    USER_NAMESPACE = "user_namespace"
    NETWORK_NAMESPACE = "network_namespace"
    PID_NAMESPACE = "pid_namespace"
    IPC_NAMESPACE = "ipc_namespace"
    MOUNT_NAMESPACE = "mount_namespace"
    LANDLOCK_FILES = "landlock_files"
    LANDLOCK_NETWORK = "landlock_network"
    LANDLOCK_SCOPE = "landlock_scope"
    SECCOMP = "seccomp"
    WRITE_XOR_EXECUTE = "write_xor_execute"
    CGROUP = "cgroup"

    @property
    def effect(self) -> str:
        """What the layer does, in words."""
        return _EFFECTS[self]


_EFFECTS = {
    LayerName.V8_NO_JIT: "V8 makes no machine code, and has no WebAssembly",
    LayerName.V8_NO_CODE_FROM_STRINGS: "`eval` and `new Function` throw",
    LayerName.V8_LINEAR_REGEXP: "a regular expression that backtracks too much is carried out in linear time",
    LayerName.V8_MEMORY_CAGE: "a corrupted heap stays in V8's own cage",
    LayerName.REMOVED_GLOBALS: "no shared memory, and nothing that blocks a thread",
    LayerName.CLEAN_ENVIRONMENT: "the environment is empty",
    LayerName.ONE_DESCRIPTOR: "the channel is the one open descriptor",
    LayerName.RESOURCE_LIMITS: "the kernel gives no new descriptor, lets no file grow, and writes no core file",
    LayerName.MEMORY_LIMIT: "the kernel bounds all data memory, not only V8's heap",
    LayerName.CPU_LIMIT: "the kernel says when the CPU time of a run is over",
    LayerName.TASK_LIMIT: "the kernel bounds the threads and processes of all workers of one zygote together",
    LayerName.OOM_VICTIM: "when the machine's memory is short, workers are ended before the application",
    LayerName.UNPRIVILEGED_USER: "a worker does not run as root, even where the application does",
    LayerName.NO_CAPABILITIES: "a worker holds no capability",
    LayerName.NO_NEW_PRIVILEGES: "no program it might start could gain any",
    LayerName.NOT_DUMPABLE: "no other process of the same user may read its memory",
    LayerName.PARENT_DEATH_SIGNAL: "it ends with its zygote",
    LayerName.USER_NAMESPACE: "it is nobody in a user namespace of its zygote's own",
    LayerName.NETWORK_NAMESPACE: "it has no network, not even the machine's own",
    LayerName.PID_NAMESPACE: "it can name no process of the machine, and ends with the first one of its namespace",
    LayerName.IPC_NAMESPACE: "it sees none of the machine's shared memory segments and message queues",
    LayerName.MOUNT_NAMESPACE: "its root is an empty folder that cannot be written to",
    LayerName.LANDLOCK_FILES: "no file or folder may be opened, made, moved or removed",
    LayerName.LANDLOCK_NETWORK: "no TCP port may be bound or connected to",
    LayerName.LANDLOCK_SCOPE: "it can send no signal to another process, nor connect to an abstract socket of one",
    LayerName.SECCOMP: "only system calls of an allow-list are carried out, with the arguments they are needed with",
    LayerName.WRITE_XOR_EXECUTE: "no memory is both writable and executable, and none can become executable",
    LayerName.CGROUP: "a control group bounds memory and tasks of all workers together",
}


EVERYWHERE = frozenset({
    LayerName.V8_NO_JIT,
    LayerName.V8_NO_CODE_FROM_STRINGS,
    LayerName.V8_LINEAR_REGEXP,
    LayerName.V8_MEMORY_CAGE,
    LayerName.REMOVED_GLOBALS,
    LayerName.CLEAN_ENVIRONMENT,
    LayerName.CPU_LIMIT,
    LayerName.ONE_DESCRIPTOR,
    LayerName.RESOURCE_LIMITS,
})  # fmt: skip
"""Layers that need no Linux."""


class LayerReason(StrEnum):
    """Why a layer is not active."""

    NOT_LINUX = "not_linux"
    NOT_IN_KERNEL = "not_in_kernel"
    REFUSED = "refused"
    LIBRARY_MISSING = "library_missing"
    NOT_DELEGATED = "not_delegated"
    DEPENDS = "depends"
    NO_EFFECT = "no_effect"

    @property
    def text(self) -> str:
        """The reason in words."""
        return _TEXTS[self]


_TEXTS = {
    LayerReason.NOT_LINUX: "only Linux has it",
    LayerReason.NOT_IN_KERNEL: "the kernel is too old for it, or was built or started without it",
    LayerReason.REFUSED: "the host refuses it to this process",
    LayerReason.LIBRARY_MISSING: "libseccomp is not installed, or too old",
    LayerReason.NOT_DELEGATED: "no control group of version 2 with memory and pids is delegated to this process",
    LayerReason.DEPENDS: "it needs another layer that is not active",
    LayerReason.NO_EFFECT: "it had no effect when a worker tried it on itself",
}

_USER_NAMESPACES = (
    "allow unprivileged user namespaces (the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and "
    "kernel.apparmor_restrict_unprivileged_userns; in a container a seccomp profile that permits unshare)"
)
_REPORT = "report it with the output of `methodhost doctor --json`: a layer that is applied must have its effect"
_REMEDIES = {
    LayerReason.NOT_LINUX: "run the application on Linux",
    LayerReason.NOT_IN_KERNEL: "use a newer kernel, or one that is built and started with it",
    LayerReason.REFUSED: "let the service manager or the container of the application permit it",
    LayerReason.LIBRARY_MISSING: "install libseccomp (the package is called libseccomp2 or libseccomp)",
    LayerReason.NOT_DELEGATED: (
        "run the application as a service with Delegate=memory pids and DelegateSubgroup=, or in a group whose parent "
        "it may write to"
    ),
    LayerReason.DEPENDS: _USER_NAMESPACES,
    LayerReason.NO_EFFECT: _REPORT,
}
_IN_NAMESPACES = frozenset({
    LayerName.USER_NAMESPACE,
    LayerName.NETWORK_NAMESPACE,
    LayerName.PID_NAMESPACE,
    LayerName.IPC_NAMESPACE,
    LayerName.MOUNT_NAMESPACE,
})  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """One layer around the workers of a sandbox.

    Attributes:
        name: Which.
        reason: Why it is not active; None where a worker tried it on itself and found it effective.
    """

    name: LayerName
    reason: LayerReason | None = None

    @property
    def active(self) -> bool:
        """Whether it has its effect."""
        return self.reason is None

    @property
    def remedy(self) -> str | None:
        """What an operator can do to have it; None where it is active."""
        if self.reason is None:
            return None
        if self.reason is LayerReason.REFUSED and self.name in _IN_NAMESPACES:
            return _USER_NAMESPACES
        return _REMEDIES[self.reason]
