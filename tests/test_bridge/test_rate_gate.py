"""A server that has had too many requests of one run gets none from the others of its connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import Deadline, Limits, RateGates, RunRandom
from bridge.origin import Origin
from runtime import Clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server

    from bridge.rate_gate import RateGate

ORIGIN = Origin(scheme="https", host="api.example.com", port=443)


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
    gate = runs.gates.get("acme", Clock(), RunRandom(b"seed"))
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(attempts=2))
    call = asyncio.create_task(run.refused("/x"))
    while not run.exchanges:
        await asyncio.sleep(0)
    origin = Origin(scheme="http", host="127.0.0.1", port=server.port)
    assert await gate.wait(origin, Deadline(clock=Clock(), when=0.0), 60.0) is not None
    call.cancel()


async def test_a_server_cannot_close_the_gate_for_long(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """However long a server asks others to stay away, one of them asks again after the longest wait."""
    server = await serve(busy("99999999"))
    await runs.start({"baseUri": server.url}, limits=Limits(retry_after_seconds=0.01)).refused("/x")
    assert (await runs.start({"baseUri": server.url}, mode="async").get("/x")).ok


class NappingClock(Clock):
    """Notes how long was slept instead of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []
        self.moment = 1000.0
        self.on_nap: Callable[[], None] = lambda: None
        self.time = lambda: self.moment

    async def sleep(self, seconds: float, *, attempts: int = 0) -> None:
        """Take a nap."""
        assert not attempts
        self.naps.append(seconds)
        self.moment += seconds
        self.on_nap()


@dataclass
class Gate:
    """The gate of one connection, for a run that has a hundred seconds."""

    clock: NappingClock
    gates: RateGates = field(default_factory=RateGates)
    random: RunRandom = field(default_factory=lambda: RunRandom(b"seed"))

    def of(self, connection: str) -> RateGate:
        """Return the gate of a connection, as a run on this clock has it."""
        return self.gates.get(connection, self.clock, self.random)

    def close(self, seconds: float) -> None:
        """Close the gate."""
        self.of("acme").close(ORIGIN, seconds)

    async def wait(self, most_seconds: float = 60.0) -> float | None:
        """Wait for a turn."""
        return await self.of("acme").wait(ORIGIN, Deadline(clock=self.clock, when=1100.0), most_seconds)


@pytest.fixture
async def gate() -> Gate:
    """A gate on a clock of its own."""
    return Gate(NappingClock())


async def test_those_who_wait_go_one_after_the_other(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a gate opens, turns are a tenth of a second apart, give or take a random half of it."""
    gate.close(5.0)
    asked: list[float] = []

    async def sleep(seconds: float, *, attempts: int) -> None:
        asked.append(seconds)

    monkeypatch.setattr(gate.clock, "sleep", sleep)
    for _ in range(20):
        assert await gate.wait() is None
    assert asked == sorted(asked)
    assert all(4.5 + i / 10 < seconds < 5.06 + i / 10 for i, seconds in enumerate(asked))
    assert len(set(asked)) == 20


async def test_who_is_told_no_takes_no_turn(gate: Gate) -> None:
    """A crowd that cannot wait does not make others wait longer."""
    gate.close(5.0)
    assert [5.0] * 100 == [await gate.wait(1.0) for _ in range(100)]
    assert await gate.wait() is None
    assert gate.clock.naps[0] < 5.06


async def test_a_gate_that_closes_again_keeps_those_who_wait(gate: Gate) -> None:
    """Who waits looks again when its turn has come: the first of those who went may have met another 429."""
    gate.close(5.0)
    gate.clock.on_nap = lambda: gate.close(20.0) if len(gate.clock.naps) == 1 else None
    assert await gate.wait() is None
    assert 2 == len(gate.clock.naps)
    assert 20.0 <= gate.clock.naps[1] < 20.06


async def test_a_gate_never_opens_earlier(gate: Gate) -> None:
    """A shorter wait that another server's answer asks for does not shorten a longer one."""
    gate.close(5.0)
    gate.close(0.0)
    assert await gate.wait() is None
    assert gate.clock.naps[0] >= 5.0


async def test_an_open_gate_is_forgotten(gate: Gate) -> None:
    """Gates that are open again take no memory."""
    for i in range(1000):
        gate.of(f"connection {i}").close(ORIGIN, 5.0)
    await gate.clock.sleep(6.0)
    gate.close(5.0)
    assert 1 == len(gate.gates._ways)
