"""Sink: where a command puts what it made."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import Protocol

from .errors import DefinitionError

STANDARD_OUTPUT = "-"


class Sink(Protocol):
    """Takes the bytes of a result. Each method may raise OSError."""

    def write(self, piece: bytes) -> None:
        """Take some of them."""
        ...

    def keep(self) -> None:
        """Take what was written for the whole result."""
        ...

    def discard(self) -> None:
        """Leave nothing of what was written, where that is possible; do nothing after `keep`."""
        ...


def open_sink(target: str, *, option: str = "--output") -> Sink:
    """Open what an option names: a file, or standard output for `-`.

    A file appears when it is complete, and has a name of its own until then. Devices and pipes are written directly.

    Args:
        target: What it names.
        option: Its name, for errors.

    Raises:
        DefinitionError: It cannot be written.
    """
    if target == STANDARD_OUTPUT:
        return _Direct(sys.stdout.fileno())
    path = Path(target).resolve()
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(None, "it is not writable")
        if path.exists() and not path.is_file():
            return _Device(os.open(path, os.O_WRONLY))
        return _Replacing(path)
    except OSError as caught:
        raise DefinitionError(f"{target} cannot be written: {caught.strerror}.", key=option) from caught


class _Direct:
    """A descriptor, from which nothing can be taken back and which lives as long as the command."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, piece: bytes) -> None:
        _write_all(self._descriptor, piece)

    def keep(self) -> None:
        """Keep it: it was written already."""

    def discard(self) -> None:
        """Leave it."""


class _Device(_Direct):
    """A descriptor of our own, which is closed at the end."""

    def discard(self) -> None:
        os.close(self._descriptor)


class _Replacing:
    """A file that takes its place when it is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
        self._file = self._draft.open("xb")

    def write(self, piece: bytes) -> None:
        _write_all(self._file.fileno(), piece)

    def keep(self) -> None:
        self._file.close()
        if self._path.exists():
            shutil.copymode(self._path, self._draft)
        self._draft.replace(self._path)

    def discard(self) -> None:
        try:
            self._file.close()
        finally:
            self._draft.unlink(missing_ok=True)


def _write_all(descriptor: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
