"""Stores of credentials: what each of them promises, and what the files of one are like."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from connectors import (
    CredentialConflictError,
    CredentialStoreError,
    FileCredentialStore,
    MemoryCredentialStore,
    StoredCredentials,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors import CredentialStore

    MakeStore = Callable[[], CredentialStore]

SECRET = "canary-4711-xyz"
LEASE_HOLDER = """
import asyncio, sys
from connectors import FileCredentialStore

async def hold():
    async with FileCredentialStore(sys.argv[1]).lease("acme"):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


def file_in(folder: Path) -> Path:
    """Return the one file of credentials in a folder."""
    (file,) = folder.glob("*.json")
    return file


def files_under(folder: Path) -> list[Path]:
    """Return all files in a folder and below."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(params=["memory", "files"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Give stores that share what they store: one object in memory, several for the same files."""
    memory = MemoryCredentialStore()
    return (lambda: memory) if request.param == "memory" else (lambda: FileCredentialStore(tmp_path / "credentials"))


async def test_what_is_saved_is_loaded(make_store: MakeStore) -> None:
    """Credentials come back whole, with a version and the time they expire; others' are not there."""
    credentials: dict[str, Any] = {"token": SECRET, "nested": {"list": [1, None, "ü\u2028"]}}
    expires_at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)

    saved = await make_store().save("acme", credentials, expected_version=0, expires_at=expires_at)

    assert StoredCredentials(credentials=credentials, version=1, expires_at=expires_at) == saved
    assert saved == await make_store().load("acme")
    assert await make_store().load("other") is None
    assert SECRET not in repr(saved)


@pytest.mark.parametrize("expected_version", [0, 2])
async def test_a_save_that_knows_another_version_is_refused(make_store: MakeStore, expected_version: int) -> None:
    """Who did not see what is stored does not replace it."""
    await make_store().save("acme", {"token": 1}, expected_version=0)

    with pytest.raises(CredentialConflictError) as caught:
        await make_store().save("acme", {"token": SECRET}, expected_version=expected_version)

    assert SECRET not in str(caught.value)
    stored = await make_store().load("acme")
    assert stored is not None
    assert ({"token": 1}, 1) == (stored.credentials, stored.version)


async def test_nothing_is_replaced_where_nothing_is(make_store: MakeStore) -> None:
    """A version that is not there cannot be replaced."""
    with pytest.raises(CredentialConflictError):
        await make_store().save("acme", {}, expected_version=1)

    assert await make_store().load("acme") is None


async def test_one_of_many_saves_wins(make_store: MakeStore) -> None:
    """Of those who saw the same version, one saves."""
    saves = (make_store().save("acme", {"token": n}, expected_version=0) for n in range(20))

    results = await asyncio.gather(*saves, return_exceptions=True)

    winners = [result for result in results if isinstance(result, StoredCredentials)]
    assert 1 == len(winners)
    assert 19 == sum(isinstance(result, CredentialConflictError) for result in results)
    assert winners[0] == await make_store().load("acme")


async def test_what_was_loaded_is_a_copy(make_store: MakeStore) -> None:
    """Whoever changes what a store gave, or took, changes nothing in it."""
    credentials: dict[str, Any] = {"nested": {"token": 1}}
    saved = await make_store().save("acme", credentials, expected_version=0)

    credentials["nested"]["token"] = saved.credentials["nested"] = "changed"

    stored = await make_store().load("acme")
    assert stored is not None
    assert {"nested": {"token": 1}} == stored.credentials


async def test_a_lease_excludes_others(make_store: MakeStore) -> None:
    """One holds it at a time; leases of other connections do not wait for it."""
    inside: list[str] = []

    async def hold() -> None:
        async with make_store().lease("acme"):
            inside.append("me")
            await asyncio.sleep(0)
            assert ["me"] == inside
            inside.clear()

    async with make_store().lease("other"):
        await asyncio.gather(*(hold() for _ in range(5)))


async def test_a_lease_ends_with_an_exception(make_store: MakeStore) -> None:
    """Who fails in it does not keep it, and who gives up waiting does not get it."""

    async def fail() -> None:
        async with make_store().lease("acme"):
            waiting = asyncio.create_task(make_store().lease("acme").__aenter__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait([waiting])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with asyncio.timeout(5), make_store().lease("acme"):
        pass


async def test_a_killed_holder_of_a_lease_does_not_keep_it(tmp_path: Path) -> None:
    """The lease of a process ends with it, however that ends."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LEASE_HOLDER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert b"held\n" == await holder.stdout.readline()
    lease = FileCredentialStore(tmp_path).lease("acme")
    waiting = asyncio.create_task(lease.__aenter__())
    await asyncio.wait([waiting], timeout=0.2)
    assert not waiting.done()

    holder.kill()

    async with asyncio.timeout(5):
        await waiting
    await lease.__aexit__(None, None, None)
    await holder.communicate()


@pytest.mark.parametrize("connection_id", ["acme", "../../evil", "/etc/passwd", "a\0b", "ü" * 256])
async def test_files_are_the_owners_alone(tmp_path: Path, connection_id: str) -> None:
    """Whatever the id is, all files are in the folder, under names that are none of its parts, readable by nobody else."""
    before = os.umask(0)
    try:
        store = FileCredentialStore(tmp_path / "a" / "credentials")
        await store.save(connection_id, {"token": SECRET}, expected_version=0)
        await store.save(connection_id, {"token": SECRET}, expected_version=1)
        async with store.lease(connection_id):
            pass
    finally:
        os.umask(before)

    files = files_under(tmp_path)
    assert {tmp_path / "a" / "credentials"} == {path.parent for path in files}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in files}
    assert 0o700 == (tmp_path / "a" / "credentials").stat().st_mode & 0o777
    assert 1 == len({path.stem for path in files})
    assert 64 == len(files[0].stem)


async def test_what_a_killed_process_left_does_not_matter(tmp_path: Path) -> None:
    """A file that was being written when its process died is neither read nor in the way, nor are its rights kept."""
    store = FileCredentialStore(tmp_path)
    await store.save("acme", {"token": 1}, expected_version=0)
    file = file_in(tmp_path)
    file.with_suffix(".new").write_text('{"cred')
    file.with_suffix(".new").chmod(0o666)

    stored = await store.load("acme")
    await store.save("acme", {"token": 2}, expected_version=1)

    assert stored is not None
    assert {"token": 1} == stored.credentials
    assert 0o600 == file.stat().st_mode & 0o777
    assert not file.with_suffix(".new").exists()


@pytest.mark.parametrize(
    "text", ["", "{", f'{{"token": "{SECRET}"}}', f'{{"credentials": ["{SECRET}"], "version": 1}}', "[" * 100_000]
)
async def test_a_spoilt_file_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    """The error says which file it is and what to do, and nothing of what is in it."""
    store = FileCredentialStore(tmp_path)
    await store.save("acme", {}, expected_version=0)
    file = file_in(tmp_path)
    file.write_text(text)

    for attempt in (store.load("acme"), store.save("acme", {}, expected_version=1)):
        with pytest.raises(CredentialStoreError) as caught:
            await attempt
        assert str(file) in str(caught.value)
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file in the folder's place is an error of the store, whatever is tried."""
    (tmp_path / "credentials").write_text("")
    store = FileCredentialStore(tmp_path / "credentials")

    async def enter() -> None:
        async with store.lease("acme"):
            pass

    for attempt in (store.load("acme"), store.save("acme", {}, expected_version=0), enter()):
        with pytest.raises(CredentialStoreError, match="credentials"):
            await attempt


async def test_a_save_does_not_wait_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stopped in the middle of a save stops nobody else for long."""
    monkeypatch.setattr("connectors.file_credential_store.LONGEST_SAVE_SECONDS", 0.01)
    store = FileCredentialStore(tmp_path)
    await store.save("acme", {}, expected_version=0)

    with FileLock(file_in(tmp_path).with_suffix(".lock")), pytest.raises(CredentialStoreError, match="does not go on"):
        await store.save("acme", {}, expected_version=1)


@pytest.mark.parametrize("suffix", [".lease", ".lock", ".new"])
async def test_a_file_that_cannot_be_made_is_named(tmp_path: Path, suffix: str) -> None:
    """What stands in a file's place is an error of the store, with the place."""
    store = FileCredentialStore(tmp_path)
    await store.save("acme", {}, expected_version=0)
    in_the_way = file_in(tmp_path).with_suffix(suffix)
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()

    async def renew() -> None:
        async with store.lease("acme"):
            await store.save("acme", {}, expected_version=1)

    with pytest.raises(CredentialStoreError, match=in_the_way.stem):
        await renew()
