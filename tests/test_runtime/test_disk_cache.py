"""The cache on disk: what it saves, and that nothing in it or around it can harm a run."""

from __future__ import annotations

import errno
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from runtime import DiskCache, Module, Sandbox, Script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path
    from typing import Any

    from runtime import HostCall, HostReply

in_module_loop = pytest.mark.asyncio(loop_scope="module")


class ToldCache(DiskCache):
    """A cache whose folder the test chooses, and that counts what was found in it."""

    found = 0
    instead: bytes | None = None

    def read(self, key: bytes) -> bytes | None:
        """Read, and count."""
        data = self.instead or super().read(key)
        self.found += data is not None
        return data


async def no_calls(call: HostCall) -> HostReply:
    """Answer nothing."""
    raise NotImplementedError(call.operation)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Sandbox, ToldCache]]:
    """One sandbox with a cache for all tests of the module."""
    cache = ToldCache(tmp_path_factory.mktemp("start"))
    async with Sandbox(workers=4, cache=cache) as sandbox:
        yield sandbox, cache


@pytest.fixture
def bench(opened: tuple[Sandbox, ToldCache], tmp_path: Path) -> Bench:
    """The sandbox with an empty cache."""
    return Bench(*opened, tmp_path / "cache")


class Bench:
    """Runs sources, each time as a process would that has just started."""

    def __init__(self, sandbox: Sandbox, cache: ToldCache, folder: Path) -> None:
        self.sandbox = sandbox
        self.cache = cache
        cache.folder, cache.found, cache.instead = folder, 0, None
        cache._complained = False

    async def value(self, code: str) -> Any:
        """Run `code` without what is kept in memory."""
        self.sandbox._linker._transformer._kept.clear()
        script = Script(module=Module(name="list.ts", code=code), exports=("list",))
        outcome = await self.sandbox.run(script, {}, isolation_key="acme", calls=no_calls)
        return outcome.value if outcome.failure is None else outcome.failure.message

    @property
    def entries(self) -> list[Path]:
        """The files of entries."""
        return sorted(self.cache.folder.glob("*.entry"))


CODE = "export default (): number => {0}"


@in_module_loop
async def test_what_was_made_of_a_source_is_found_by_a_later_process(bench: Bench) -> None:
    """A source is transformed once; a process that comes later takes the result, errors and their places included."""
    assert 1 == await bench.value(CODE.format(1))
    assert 0 == bench.cache.found
    assert 1 == await bench.value(CODE.format(1))
    assert "Unexpected token" == (await bench.value("export default ("))[:16]
    assert "Unexpected token" == (await bench.value("export default ("))[:16]
    assert (2, 2) == (bench.cache.found, len(bench.entries))
    assert {0o600} == {file.stat().st_mode & 0o777 for file in bench.entries}
    assert 0o700 == bench.cache.folder.stat().st_mode & 0o777
    assert (bench.cache.folder / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")


def cut(file: Path, other: Path) -> None:
    """Shorten an entry."""
    file.write_bytes(file.read_bytes()[:40])


def change(file: Path, other: Path) -> None:
    """Change one byte of an entry."""
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)


def swap(file: Path, other: Path) -> None:
    """Put another entry in an entry's place."""
    file.write_bytes(other.read_bytes())


def link(file: Path, other: Path) -> None:
    """Put a link to another entry in an entry's place."""
    file.unlink()
    file.symlink_to(other)


def pipe(file: Path, other: Path) -> None:
    """Put a pipe in an entry's place that nobody writes to."""
    file.unlink()
    os.mkfifo(file)


@in_module_loop
@pytest.mark.parametrize("damage", [cut, change, swap, link, pipe])
async def test_a_damaged_entry_is_not_there(bench: Bench, damage: Callable[[Path, Path], None]) -> None:
    """What is not exactly what was written for this source is made anew."""
    assert 2 == await bench.value(CODE.format(2))
    file = bench.entries[0]
    assert 3 == await bench.value(CODE.format(3))
    other = next(entry for entry in bench.entries if entry != file)
    damage(file, other)
    assert 2 == await bench.value(CODE.format(2))
    assert 0 == bench.cache.found
    assert 3 == await bench.value(CODE.format(3))


@in_module_loop
@pytest.mark.parametrize(
    "said", [b"{}", b"[]", b"\xff", b'{"ok":true,"code":1,"columns":[]}', b'{"ok":true,"code":"","columns":[[-1,[]]]}']
)
async def test_an_entry_of_the_wrong_shape_is_not_believed(bench: Bench, said: bytes) -> None:
    """Whatever is in a file, only what a transformer could have said is taken."""
    bench.cache.instead = said
    assert 4 == await bench.value(CODE.format(4))


def beside_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file stand where the folder should be."""
    folder.write_text("x")


def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", refuse)


def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder be one in which nobody can write, not even root."""
    folder.symlink_to("/proc/self/fdinfo")


def open_to_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody write to the folder."""
    folder.mkdir()
    folder.chmod(0o777)


def of_another_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder be somebody else's."""
    folder.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)


@in_module_loop
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (beside_a_file, "Not a directory"),
        (full, "No space left on device"),
        (read_only, ""),
        (open_to_all, "other users may write to it; chmod go-w it, or remove it"),
        (of_another_user, "it belongs to another user"),
    ],
)
async def test_a_folder_that_cannot_be_used_fails_no_run(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[Path, pytest.MonkeyPatch], None],
    words: str,
) -> None:
    """The run goes on without the cache, nothing is left in the folder, and the log says once why."""
    trouble(bench.cache.folder, monkeypatch)
    with caplog.at_level(logging.WARNING):
        assert [5, 5] == [await bench.value(CODE.format(5)) for _ in range(2)]
    assert [f"The cache folder {bench.cache.folder} is not used: {words}"] == [
        text[: None if words else text.index("used:") + 6] for text in caplog.messages
    ]
    assert (0, []) == (bench.cache.found, bench.entries)


def test_the_folder_does_not_grow_without_end(tmp_path: Path) -> None:
    """What was used least recently goes first, and what is not the cache's own is left alone."""
    cache = DiskCache(tmp_path, most_bytes=10_000)
    tmp_path.chmod(0o700)
    (tmp_path / "notes.txt").write_text("mine")
    unfinished = tmp_path / f"{'0' * 64}.entry.{'0' * 16}.new"
    unfinished.write_text("x")
    os.utime(unfinished, (0, 0))
    for number in range(60):
        cache.write(b"%d" % number, bytes(900))
        for age, file in enumerate(sorted(tmp_path.glob("*.entry"), key=lambda file: file.stat().st_mtime_ns)):
            os.utime(file, (age, age))
    kept = [number for number in range(60) if cache.read(b"%d" % number) is not None]
    assert sum(file.stat().st_size for file in tmp_path.glob("*.entry")) < 11_500
    assert list(range(60 - len(kept), 60)) == kept
    assert ["CACHEDIR.TAG", "notes.txt"] == sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".entry")
    cache.write(b"long", bytes(2600))
    assert cache.read(b"long") is None


def test_many_may_use_one_folder(tmp_path: Path) -> None:
    """Who reads while others write the same entry, and make room, finds all of it or nothing."""
    caches = [DiskCache(tmp_path / "cache", most_bytes=40_000) for _ in range(4)]

    def use(number: int) -> set[bytes | None]:
        key = b"%d" % (number % 7)
        caches[number % 4].write(key, key * 5000)
        return {caches[(number + 1) % 4].read(key), key * 5000, None}

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(use, range(300)))
    assert all(len(one) == 2 for one in found)
    assert not list((tmp_path / "cache").glob("*.new"))


def test_the_folder_of_the_user_is_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a folder of one's own, the cache is where the platform keeps caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert tmp_path / "methodhost" == DiskCache.of_user().folder
