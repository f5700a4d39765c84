# Hostile side of the wall: prepared in the zygote, applied in every worker.
"""Landlock: a worker gives up files, TCP and signals to others, each from the version of the kernel that has it.

The constants are those of linux/landlock.h; the numbers of these system calls are the same on all architectures.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from typing import Final

from .layer import LayerName, LayerReason
from .libc import Prepared, call
from .step import Step, UnavailableError, fails

_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1
_NO_LOG: Final = 1

_FILES_ABI: Final = 1
_NETWORK_ABI: Final = 4
_SCOPE_ABI: Final = 6
_NO_LOG_ABI: Final = 7
_FILE_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""By the version that brought them: all there are, so that a new one of the kernel's is the only one not given up."""
_BIND_AND_CONNECT: Final = 0b11
_SOCKETS_AND_SIGNALS: Final = 0b11


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class Landlock:
    """A ruleset without a single rule: nothing it handles is allowed. Made once, in the zygote."""

    def __init__(self) -> None:
        self._error: OSError | None = None
        self._version = 0
        try:
            self._version = call("syscall", _CREATE_RULESET, None, 0, _VERSION)
            attributes = ctypes.byref(self._attributes())
            ruleset = call("syscall", _CREATE_RULESET, attributes, ctypes.sizeof(_Attributes), 0)
            flags = _NO_LOG if self._version >= _NO_LOG_ABI else 0
            self._give_up = Prepared("syscall", _RESTRICT_SELF, ruleset, flags)
        except OSError as error:
            self._error = error

    def steps(self, outsider: int) -> list[Step]:
        """Return the layers; the first one's step applies all there are.

        Args:
            outsider: A process that is not restricted by it, by a number that has a meaning in the worker.
        """
        return [
            Step(LayerName.LANDLOCK_FILES, self._restrict, _no_files),
            Step(LayerName.LANDLOCK_NETWORK, lambda: self._require(_NETWORK_ABI), _no_tcp),
            Step(LayerName.LANDLOCK_SCOPE, lambda: self._require(_SCOPE_ABI), lambda: _no_signals(outsider)),
        ]

    def _attributes(self) -> _Attributes:
        rights = 0
        for version, added in _FILE_RIGHTS.items():
            if version <= self._version:
                rights |= added
        return _Attributes(
            rights,
            _BIND_AND_CONNECT if self._version >= _NETWORK_ABI else 0,
            _SOCKETS_AND_SIGNALS if self._version >= _SCOPE_ABI else 0,
        )

    def _restrict(self) -> None:
        self._require(_FILES_ABI)
        self._give_up()

    def _require(self, version: int) -> None:
        if self._error is not None:
            raise self._error
        if self._version < version:
            raise UnavailableError(LayerReason.NOT_IN_KERNEL)


def _no_files() -> bool:
    return fails(lambda: os.open("/", os.O_RDONLY | os.O_DIRECTORY), errno.EACCES)


def _no_tcp() -> bool:
    with socket.socket() as tcp:
        return fails(lambda: tcp.bind(("127.0.0.1", 0)), errno.EACCES)


def _no_signals(outsider: int) -> bool:
    return fails(lambda: os.kill(outsider, 0), errno.EPERM)
