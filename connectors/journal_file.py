"""JournalFile: the journal of a run on disk, a line at a time."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from .errors import JournalError

MOST_BYTES = 64 * 1024 * 1024


class JournalFile:
    """Takes the lines of a journal, each of which is with the system when `write_line` returns.

    So they survive the end of this process, but not that of the machine. Only the user may read the file.

    Args:
        path: As the user named it.
        descriptor: The open file.
    """

    def __init__(self, path: str, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def create(cls, path: str) -> Self:
        """Begin a journal.

        Raises:
            JournalError: There is such a file already, or it cannot be written.
        """
        return cls._open(path, os.O_CREAT | os.O_EXCL)

    @classmethod
    def append(cls, path: str) -> tuple[Self, str]:
        """Return a journal that goes on, and what is in it already; half a last line is cut off.

        Raises:
            JournalError: It cannot be read or written.
        """
        try:
            if Path(path).stat().st_size > MOST_BYTES:
                raise JournalError(f"is longer than {MOST_BYTES} bytes", file=path)
            data = Path(path).read_bytes()
            text = data.decode()
        except UnicodeDecodeError:
            raise JournalError("is no text in UTF-8", file=path) from None
        except OSError as caught:
            raise JournalError(f"cannot be read: {caught.strerror}", file=path) from caught
        with suppress(OSError):  # what cannot be written is told when it is opened
            os.truncate(path, data.rfind(b"\n") + 1)
        return cls._open(path, 0), text

    def write_line(self, line: str) -> None:
        """Keep a line.

        Raises:
            JournalError: It cannot be written.
        """
        data = f"{line}\n".encode()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as caught:
            raise JournalError(f"cannot be written: {caught.strerror}", file=self._path) from caught

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    @classmethod
    def _open(cls, path: str, flags: int) -> Self:
        try:
            return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | flags, 0o600))
        except FileExistsError:
            raise JournalError("is there already; resume it, or name another file", file=path) from None
        except OSError as caught:
            raise JournalError(f"cannot be written: {caught.strerror}", file=path) from caught
