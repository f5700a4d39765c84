"""A server that has had too many requests of one run gets none from the others of its connection."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import Limits
from bridge.deadline import Deadline
from bridge.origin import Origin
from bridge.rate_gate import RateGates

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server

ORIGIN = Origin(scheme="https", host="api.example.com", port=443)
KEY = ("acme", ORIGIN)


def busy(retry_after: str) -> Answer:
    """Answer the first request with 429 and the others well."""
    first = [True]

    def answer(_: Seen) -> web.Response:
        if first.pop() if first else False:
            return web.Response(status=429, headers={"Retry-After": retry_after})
        return web.json_response({})

    return answer


@pytest.fixture
async def limited(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> Server:
    """A server that has told a run of the connection `acme` to come again in half a minute."""
    server = await serve(busy("30"))
    assert ("connection", "rate_limit_exceeded") == await runs.start({"baseUri": server.url}).refused("/x")
    return server


async def test_other_runs_are_held_back(runs: Runs, limited: Server) -> None:
    """A run that has no time to wait is told at once, and sends nothing."""
    run = runs.start({"baseUri": limited.url}, mode="async", seconds=10.0)
    value = (await run.get("/x?token=abc")).value
    message = f"GET {limited.url}/x was not sent: the server has had too many requests of this connection."
    assert ("connection", "rate_limit_exceeded", message) == (value["type"], value["key"], value["message"])
    assert 20 < value["retryAfter"] <= 30
    assert ([], 1) == (run.exchanges, len(limited.seen))


async def test_a_limit_bounds_the_wait_of_other_runs(runs: Runs, limited: Server) -> None:
    """A wait beyond the limit is not begun, however long the run may take."""
    limits = Limits(retry_after_seconds=5.0)
    run = runs.start({"baseUri": limited.url}, mode="async", seconds=1000.0, limits=limits)
    assert ("connection", "rate_limit_exceeded") == await run.refused("/x")


async def test_runs_in_sync_mode_are_not_held(runs: Runs, limited: Server) -> None:
    """Somebody waits for the run: it asks the server itself."""
    assert (await runs.start({"baseUri": limited.url}).get("/x")).ok


async def test_other_connections_are_not_held(runs: Runs, limited: Server) -> None:
    """A limit belongs to one customer's credentials."""
    run = runs.start({"baseUri": limited.url}, mode="async", connection="globex")
    assert (await run.get("/x")).ok


async def test_other_servers_are_not_held(runs: Runs, limited: Server) -> None:
    """A server that has had too many requests does not hold up requests to another one."""
    assert (await runs.start({"baseUri": limited.other_url}, mode="async").get("/x")).ok


async def test_runs_that_wait_go_on(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """When the server is ready again, each run that waited gets its answer."""
    server = await serve(busy("0.02"))
    await runs.start({"baseUri": server.url}).refused("/x")
    waiting = [runs.start({"baseUri": server.url}, mode="async").get(f"/{i}") for i in range(3)]
    assert [True] * 3 == [reply.ok for reply in await asyncio.gather(*waiting)]


async def test_without_a_hint_others_wait_as_long_as_the_first(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """A 429 without `retry-after` closes the gate for as long as the run that met it backs off."""
    server = await serve(lambda _: web.Response(status=429))
    gates = runs.gates.get("acme")
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(attempts=2))
    call = asyncio.create_task(run.refused("/x"))
    while not run.exchanges:
        await asyncio.sleep(0)
    origin = Origin(scheme="http", host="127.0.0.1", port=server.port)
    assert await gates.wait(origin, Deadline(monotonic=0.0), 60.0) is not None
    call.cancel()


async def test_a_server_cannot_close_the_gate_for_long(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """However long a server asks others to stay away, one of them asks again after the longest wait."""
    server = await serve(busy("99999999"))
    await runs.start({"baseUri": server.url}, limits=Limits(retry_after_seconds=0.01)).refused("/x")
    assert (await runs.start({"baseUri": server.url}, mode="async").get("/x")).ok


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record how long was slept instead of sleeping."""
    slept: list[float] = []
    moment = [1000.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return slept


DEADLINE = Deadline(monotonic=1100.0)


async def test_those_who_wait_go_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a gate opens, turns are a tenth of a second apart, give or take a random half of it."""
    gates = RateGates()
    gates.close(KEY, 5.0)
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(20):
        assert await gates.wait(KEY, Deadline(monotonic=time.monotonic() + 60), 60.0) is None
    assert asked == sorted(asked)
    assert all(4.5 + i / 10 < seconds < 5.06 + i / 10 for i, seconds in enumerate(asked))
    assert len(set(asked)) == 20


async def test_who_is_told_no_takes_no_turn(naps: list[float]) -> None:
    """A crowd that cannot wait does not make others wait longer."""
    gates = RateGates()
    gates.close(KEY, 5.0)
    assert [5.0] * 100 == [await gates.wait(KEY, DEADLINE, 1.0) for _ in range(100)]
    assert await gates.wait(KEY, DEADLINE, 60.0) is None
    assert naps[0] < 5.06


async def test_a_gate_that_closes_again_keeps_those_who_wait(
    naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits looks again when its turn has come: the first of those who went may have met another 429."""
    gates = RateGates()
    gates.close(KEY, 5.0)
    sleep = asyncio.sleep

    async def meanwhile(seconds: float) -> None:
        await sleep(seconds)
        if len(naps) == 1:
            gates.close(KEY, 20.0)

    monkeypatch.setattr(asyncio, "sleep", meanwhile)
    assert await gates.wait(KEY, DEADLINE, 60.0) is None
    assert 2 == len(naps)
    assert 20.0 <= naps[1] < 20.06


async def test_a_gate_never_opens_earlier(naps: list[float]) -> None:
    """A shorter wait that another server's answer asks for does not shorten a longer one."""
    gates = RateGates()
    gates.close(KEY, 5.0)
    gates.close(KEY, 0.0)
    assert await gates.wait(KEY, DEADLINE, 60.0) is None
    assert naps[0] >= 5.0


async def test_an_open_gate_is_forgotten(naps: list[float]) -> None:
    """Gates that are open again take no memory."""
    gates = RateGates()
    for i in range(1000):
        gates.close((f"connection {i}", ORIGIN), 5.0)
    await asyncio.sleep(6.0)
    gates.close(KEY, 5.0)
    assert 1 == len(gates._ways)
    assert [6.0] == naps
