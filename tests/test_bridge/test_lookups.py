"""Names are looked up in threads that are counted."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits
from bridge.lookups import NameLookups

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from conftest import Answer, Runs, Server


class Names:
    """What the system knows: names that start with `stalled` are not answered until `release`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.most = 0
        self._released = threading.Event()
        self._waiting = 0
        self._lock = threading.Lock()

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        """Stand in for `socket.getaddrinfo`."""
        with self._lock:
            self.asked.append(host)
            self._waiting += 1
            self.most = max(self.most, self._waiting)
        if host.startswith("stalled"):
            self._released.wait()
        with self._lock:
            self._waiting -= 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def release(self) -> None:
        """Answer every name, and wait until no thread is left."""
        self._released.set()
        while any(thread.name == "name lookup" for thread in threading.enumerate()):
            await asyncio.sleep(0.001)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """Put names in place of the system's."""
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    yield names
    asyncio.run(names.release())


async def test_stalled_names_of_one_connection_hold_up_no_other(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], names: Names
) -> None:
    """A customer whose names are never answered takes four threads, and another one's are answered at once."""
    server = await serve(lambda _: web.json_response({}))
    limits = Limits(connect_seconds=0.1, concurrent_requests=50)
    hostile = runs.start(connection="hostile", limits=limits)
    calls = [hostile.refused(f"http://stalled-{i}.example/") for i in range(50)]
    calls += [hostile.refused("http://fine.example/")]
    assert {("connection", "timeout")} == set(await asyncio.gather(*calls))
    assert (4, 4) == (len(names.asked), names.most)
    assert (await runs.start(connection="acme").get(f"http://fine.example:{server.port}/")).ok
    await names.release()
    assert (await runs.start(connection="hostile").get(f"http://fine.example:{server.port}/")).ok


async def test_all_connections_together_have_so_many_threads(names: Names) -> None:
    """However many connections ask for stalled names, the threads are bounded, and free again when they end."""
    lookups = NameLookups(most_threads=10)
    asking = [
        asyncio.create_task(lookups.of_one_connection().addresses("stalled.example", 80, socket.AF_UNSPEC))
        for _ in range(30)
    ]
    while len(names.asked) < 10:
        await asyncio.sleep(0.001)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    late = asyncio.create_task(lookups.of_one_connection().addresses("fine.example", 80, socket.AF_UNSPEC))
    await asyncio.sleep(0)
    assert (10, False) == (names.most, late.done())
    await names.release()
    assert 1 == len(await late)
    assert 10 == names.most


async def test_the_threads_of_the_application_are_its_own(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], names: Names
) -> None:
    """A name that is never answered takes none of the threads that asyncio keeps for the application."""
    asking = asyncio.create_task(runs.start().get("http://stalled.example/"))
    while not names.asked:
        await asyncio.sleep(0.001)
    assert "done" == await asyncio.to_thread(lambda: "done")
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "name lookup")
    asking.cancel()
    await names.release()


@pytest.mark.parametrize(
    "error",
    [socket.gaierror(socket.EAI_NONAME, "secret"), socket.gaierror(socket.EAI_AGAIN, "secret"), OSError("secret")],
)
async def test_a_name_without_an_answer_is_a_connect_error(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """A name that nobody knows and a name server that fails are told alike, and free their place."""

    def getaddrinfo(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    run = runs.start()
    for _ in range(6):
        reply = await run.get("http://nobody.example/")
        assert ("connection", "connect") == (reply.value["type"], reply.value["key"])
        assert "secret" not in str(reply.value)


async def test_without_a_thread_there_is_no_connection(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can start no thread refuses the call, and counts none."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    run = runs.start()
    assert [("connection", "connect")] * 6 == [await run.refused("http://nobody.example/") for _ in range(6)]


async def test_of_a_thousand_addresses_few_are_judged_and_dialled(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with a thousand addresses is one with the first of them; what is not judged is not dialled."""
    server = await serve(lambda _: web.json_response({}))
    found = ["127.0.0.1", *(f"127.0.{i // 250}.{i % 250 + 2}" for i in range(999)), "10.0.0.1"]

    def getaddrinfo(_: str, port: int, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert (await runs.start().get(f"http://many.example:{server.port}/")).ok
    found[31] = "10.0.0.1"
    assert ("egress", "address") == await runs.start(connection="b").refused(f"http://many.example:{server.port}/")
