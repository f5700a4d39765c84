"""FileCredentialStore: credentials as files, which the processes of one machine may share."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import AsyncFileLock, FileLock, Timeout
from pydantic import ValidationError

from .credential_store import StoredCredentials, check_version
from .errors import CredentialStoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from .credential_store import Credentials

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
LONGEST_SAVE_SECONDS = 10.0
"""Saving takes milliseconds; who holds a file's lock for longer has been stopped, and must not stop everybody else."""


class FileCredentialStore:
    """Keeps the credentials of each connection in a file of its own, which only its owner may read.

    Files are replaced whole, and are safe on disk before `save` returns. Locks are those of the operating system: they
    end with the process that holds them. The folder must be on a local disk.

    Args:
        folder: Where the files are; made when it is needed. Nothing else should be in it.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    async def load(self, connection_id: str) -> StoredCredentials | None:
        """Return what is in the connection's file.

        Raises:
            CredentialStoreError: The file cannot be read.
        """
        return await asyncio.to_thread(self._read, self._file(connection_id))

    async def save(
        self,
        connection_id: str,
        credentials: Credentials,
        *,
        expected_version: int,
        expires_at: datetime | None = None,
    ) -> StoredCredentials:
        """Replace the connection's file.

        Raises:
            CredentialConflictError: It holds another version.
            CredentialStoreError: It cannot be replaced.
        """
        record = StoredCredentials(credentials=dict(credentials), version=expected_version + 1, expires_at=expires_at)
        await asyncio.to_thread(self._replace, self._file(connection_id), record)
        return record

    @asynccontextmanager
    async def lease(self, connection_id: str) -> AsyncIterator[None]:
        """Hold the lock of the connection's lease.

        Raises:
            CredentialStoreError: There can be no lock in the folder.
        """
        file = self._file(connection_id).with_suffix(".lease")
        await asyncio.to_thread(self._make_folder)
        lock = AsyncFileLock(file, mode=OWNER_ONLY, fallback_to_soft=False)
        try:
            await lock.acquire()
        except OSError as caught:
            raise _failure(file, caught) from caught
        try:
            yield
        finally:
            await lock.release()

    def _file(self, connection_id: str) -> Path:
        """Return the connection's file. No part of an id is part of a path."""
        return self._folder / f"{hashlib.sha256(connection_id.encode('utf-8', 'surrogatepass')).hexdigest()}.json"

    def _make_folder(self) -> None:
        """Make the folder where it is not there yet."""
        try:
            self._folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        except OSError as caught:
            raise _failure(self._folder, caught) from caught

    def _read(self, file: Path) -> StoredCredentials | None:
        """Read a file; runs in a thread."""
        try:
            return StoredCredentials.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as caught:
            raise _failure(file, caught) from caught
        except ValidationError:
            message = f"{file} holds no credentials that were saved here; restore it, or remove it to begin anew."
            raise CredentialStoreError(message) from None

    def _replace(self, file: Path, record: StoredCredentials) -> None:
        """Write a file in place of the version before; runs in a thread."""
        self._make_folder()
        lock = FileLock(
            file.with_suffix(".lock"), mode=OWNER_ONLY, timeout=LONGEST_SAVE_SECONDS, fallback_to_soft=False
        )
        try:
            with lock:
                check_version(self._read(file), record.version - 1)
                _write(file, record.model_dump_json())
        except Timeout as caught:
            raise CredentialStoreError(f"{file} is being saved by a process that does not go on.") from caught
        except OSError as caught:
            raise _failure(file, caught) from caught


def _write(file: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old text or the new one, also after a power failure."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)  # of a process that was killed just here
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)
    new.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _failure(file: Path, caught: OSError) -> CredentialStoreError:
    """Return the error to raise when the operating system refuses."""
    return CredentialStoreError(f"{file} cannot be used: {caught.strerror}.")
