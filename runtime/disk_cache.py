"""DiskCache: what took time to make, kept in files that processes of one user share."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from platformdirs import user_cache_path

from .limits import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_APPLICATION: Final = "methodhost"
_MOST_BYTES: Final = 256 * MIB
_ENTRY: Final = re.compile(r"[0-9a-f]{64}\.entry(?:\.[0-9a-f]{16}\.new)?")
_UNFINISHED: Final = ".new"
_DIGEST_BYTES: Final = 32
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OWNER_ONLY: Final = 0o600
_OWNER_ONLY_FOLDER: Final = 0o700
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_UNUSED_SECONDS: Final = 3600.0
"""Entries whose last use is longer ago are marked as used; so old are the unfinished ones that nobody will finish."""
_TAG: Final = "CACHEDIR.TAG"
_TAG_TEXT: Final = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of methodhost; see https://bford.info/cachedir/\n"
)

_logger = logging.getLogger(__name__)


class DiskCache:
    """Entries by key, in one folder.

    The folder must belong to this process's user, and nobody else may write to it: what is in it becomes the code of
    methods. Files are read and written through the opened folder, so that no other can be put in its place in between.
    An entry is written to a new file that then takes its name; one that is damaged, or was made for another key, is
    not there. Whatever the disk refuses is logged once and otherwise ignored. All of it may be used by threads and
    processes at the same time.

    Args:
        folder: Where the entries are; made when it is needed.
        most_bytes: How much of the disk to use, about. The entries that were used least recently go first.
    """

    def __init__(self, folder: str | Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = Path(folder)
        self._most_bytes = most_bytes
        self._unmeasured_bytes = most_bytes
        self._complained = False

    @classmethod
    def of_user(cls) -> Self:
        """Return the cache in the folder where this system keeps caches of a user (`~/.cache/methodhost` on Linux)."""
        return cls(user_cache_path(_APPLICATION, appauthor=False))

    def read(self, key: bytes) -> bytes | None:
        """Return what was written for a key; None where that is not there, or not what was written."""
        name = _name_of(key)
        try:
            with self._opened() as folder, _file(name, _READ, folder) as file:
                content = self._content(file)
                if content is not None and hmac.compare_digest(content[:_DIGEST_BYTES], _seal(key, content)):
                    _mark_as_used(file)
                    return content[_DIGEST_BYTES:]
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            self._complain(error)
        return None

    def write(self, key: bytes, data: bytes) -> None:
        """Keep `data` for a key, unless it is too long or the disk refuses."""
        if len(data) > self._most_entry_bytes:
            return
        try:
            self.folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
            with self._opened() as folder:
                _write(_TAG, _TAG_TEXT, folder, replace=False)
                _write(_name_of(key), _seal(key, bytes(_DIGEST_BYTES) + data) + data, folder, replace=True)
                self._unmeasured_bytes += len(data)
                if self._unmeasured_bytes > self._most_bytes // 8:
                    self._unmeasured_bytes = 0
                    self._make_room(folder)
        except OSError as error:
            self._complain(error)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Open the folder, if it is safe to use."""
        if not self.folder.is_absolute() and str(self.folder).startswith("~"):
            raise PermissionError(None, "this user has no home folder")
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            facts = os.fstat(folder)
            if facts.st_uid != os.geteuid():
                raise PermissionError(None, "it belongs to another user")
            if facts.st_mode & _OTHERS_MAY_WRITE:
                raise PermissionError(None, "other users may write to it; chmod go-w it, or remove it")
            yield folder
        finally:
            os.close(folder)

    def _content(self, file: int) -> bytes | None:
        """Return all of an entry; None where it cannot be one."""
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.geteuid():
            return None
        with os.fdopen(os.dup(file), "rb") as stream:
            content = stream.read(_DIGEST_BYTES + self._most_entry_bytes + 1)
        return content if len(content) <= _DIGEST_BYTES + self._most_entry_bytes else None

    @property
    def _most_entry_bytes(self) -> int:
        return self._most_bytes // 4

    def _make_room(self, folder: int) -> None:
        """Remove what was used least recently where there is too much, and what nobody finished."""
        entries = []
        for name in os.listdir(folder):
            if _ENTRY.fullmatch(name):
                with suppress(FileNotFoundError):
                    facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    entries.append((facts.st_mtime, facts.st_size, name))
        entries.sort()
        total = sum(size for _, size, _ in entries)
        most = self._most_bytes if total <= self._most_bytes else self._most_bytes * 3 // 4
        for used, size, name in entries:
            if total > most or (name.endswith(_UNFINISHED) and time.time() - used > _UNUSED_SECONDS):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
                total -= size

    def _complain(self, error: OSError) -> None:
        """Say once why the cache cannot be used."""
        if not self._complained:
            self._complained = True
            _logger.warning("The cache folder %s is not used: %s", self.folder, error.strerror)


def _name_of(key: bytes) -> str:
    return f"{hashlib.sha256(key).hexdigest()}.entry"


def _seal(key: bytes, content: bytes) -> bytes:
    """Return the digest with which an entry begins: damage shows, and so does an entry under a name not its own."""
    return hashlib.sha256(hashlib.sha256(key).digest() + content[_DIGEST_BYTES:]).digest()


@contextmanager
def _file(name: str, flags: int, folder: int) -> Iterator[int]:
    file = os.open(name, flags, _OWNER_ONLY, dir_fd=folder)
    try:
        yield file
    finally:
        os.close(file)


def _write(name: str, content: bytes, folder: int, *, replace: bool) -> None:
    """Put a file in place whole, or not at all."""
    if not replace and _exists(name, folder):
        return
    new = f"{name}.{secrets.token_hex(8)}{_UNFINISHED}"
    try:
        with _file(new, _CREATE, folder) as file, os.fdopen(os.dup(file), "wb") as stream:
            stream.write(content)
        os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _mark_as_used(file: int) -> None:
    if time.time() - os.fstat(file).st_mtime > _UNUSED_SECONDS:
        with suppress(OSError):  # a disk that can only be read
            os.utime(file)
