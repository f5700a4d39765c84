# Trusted: applied once in the zygote, and inherited by every worker.
"""Privileges that a worker does without: root, capabilities, gaining any by starting a program, being read."""

from __future__ import annotations

import ctypes
import errno
import os
from typing import Final

from .layer import LayerName
from .libc import call, prctl
from .step import Step, fails

_PR_GET_DUMPABLE: Final = 3
_PR_SET_DUMPABLE: Final = 4
_PR_SET_KEEPCAPS: Final = 8
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_GET_NO_NEW_PRIVS: Final = 39
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
_CAPABILITY_VERSION: Final = 0x20080522
_NOBODY: Final = 65534


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySet(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def unprivileged_user_step() -> Step:
    """Return the step that makes root nobody. It keeps capabilities, which namespaces take, and which go after them."""
    return Step(LayerName.UNPRIVILEGED_USER, _leave_root, lambda: 0 not in (*os.getresuid(), *os.getresgid()))


def privilege_steps() -> list[Step]:
    """Return the steps that come after namespaces were entered, which takes capabilities."""
    return [
        Step(LayerName.NO_CAPABILITIES, _drop_capabilities, _has_no_capability),
        Step(
            LayerName.NO_NEW_PRIVILEGES,
            lambda: prctl(_PR_SET_NO_NEW_PRIVS, 1),
            lambda: prctl(_PR_GET_NO_NEW_PRIVS) == 1,
        ),
        Step(LayerName.NOT_DUMPABLE, lambda: prctl(_PR_SET_DUMPABLE, 0), lambda: prctl(_PR_GET_DUMPABLE) == 0),
    ]


def _leave_root() -> None:
    if 0 not in (*os.getresuid(), *os.getresgid()):
        return
    prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    sets = _capabilities()
    for part in sets:
        part.effective = part.permitted
    _set_capabilities(sets)


def _drop_capabilities() -> None:
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    _set_capabilities((_CapabilitySet * 2)())


def _has_no_capability() -> bool:
    none = not any(part.effective or part.permitted or part.inheritable for part in _capabilities())
    return none and fails(lambda: os.chroot("/"), errno.EPERM)


def _capabilities() -> ctypes.Array[_CapabilitySet]:
    sets = (_CapabilitySet * 2)()
    call("capget", ctypes.byref(_CapabilityHeader(_CAPABILITY_VERSION, 0)), sets)
    return sets


def _set_capabilities(sets: ctypes.Array[_CapabilitySet]) -> None:
    call("capset", ctypes.byref(_CapabilityHeader(_CAPABILITY_VERSION, 0)), sets)
