"""How runs share a host, how long they may take, and how a host closes."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from connectors import Connection, Connector, EgressPolicy, HostClosedError, Limits, MethodHost, PoolPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

WAITS = Connector.from_source("waits", "module.exports = ({ n }) => new Promise((r) => setTimeout(r, n, n))")
COUNTS = Connector.from_source("counts", "export default () => 1")


class SlowServer:
    """A server that answers `/ms` after so many milliseconds, and remembers who came and who left before that."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.left: list[str] = []
        self.answered: list[str] = []
        self.url = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer, late."""
        name = f"{request.method} {request.path}"
        self.came.append(name)
        try:
            await asyncio.sleep(int(request.path.strip("/")) / 1000)
        except asyncio.CancelledError:
            self.left.append(name)
            raise
        self.answered.append(name)
        return web.json_response({})


@pytest.fixture
async def slow() -> AsyncIterator[SlowServer]:
    """Start a slow server."""
    server = SlowServer()
    handler = web.Server(server.answer, access_log=None, handler_cancellation=True)
    runner = web.ServerRunner(handler, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def connection(server: SlowServer) -> Connection:
    return Connection(id="acme", apiClient={"baseUri": server.url})


async def test_waiting_for_answers_costs_no_cpu_time(host: MethodHost, slow: SlowServer) -> None:
    """A method may wait for longer than the CPU time that it has."""
    connector = Connector.from_source(
        "m", "export default async ({ apiClient }) => { await apiClient.get('/700'); return 1 }"
    )

    report = await host.run(connector, connection=connection(slow), limits=Limits(cpu_time_seconds=0.4))

    assert 1 == report.value
    assert report.usage.wall_ms >= 700
    assert report.usage.cpu_ms < 400


async def test_calls_not_awaited_are_cancelled_and_leave_their_sockets(host: MethodHost, slow: SlowServer) -> None:
    """When the method has returned, requests under way are broken off, and later ones are never sent."""
    code = """export default async ({ apiClient }) => {
      apiClient.post('/60000', {})
      apiClient.get('/59000').then(() => apiClient.post('/1', {}))
      setTimeout(() => apiClient.post('/2', {}), 600)
      await apiClient.get('/50')
      return 1
    }"""

    report = await host.run(Connector.from_source("m", code), connection=connection(slow))

    assert 1 == report.value
    assert any("returned before 2 of its calls were answered (m.js:2:17)" in warning for warning in report.warnings)
    await until(lambda: len(slow.left) == 2)
    await asyncio.sleep(0.6)
    assert ["GET /50", "GET /59000", "POST /60000"] == sorted(slow.came)
    assert {None, "cancelled"} == {request.error for request in report.requests}


async def test_a_call_under_way_when_time_is_up_is_broken_off_and_told(host: MethodHost, slow: SlowServer) -> None:
    """The request is sent once, its socket is closed, and the error says which line waited for it."""
    code = "export default async ({ apiClient }) => {\n  await apiClient.post('/60000', {})\n}"

    report = await host.run(
        Connector.from_source("m", code), connection=connection(slow), limits=Limits(wall_time_seconds=0.5)
    )

    assert report.error is not None
    assert ("limit", "wall_time") == (report.error.type, report.error.key)
    assert [("apiClient.post", "m.js:2:19")] == [(work["what"], work["site"]) for work in report.error.data["pending"]]
    assert report.error.location is not None
    assert 2 == report.error.location.line
    await until(lambda: slow.left)
    assert ["POST /60000"] == slow.came == slow.left


async def test_waiting_for_a_worker_is_a_figure_of_its_own() -> None:
    """The report tells queue and wall time apart, and a run that waits too long is refused without blame."""
    async with MethodHost(workers=1, spares=0) as host:
        assert 1 == (await host.run(WAITS, args={"n": 1})).value
        first = asyncio.create_task(host.run(WAITS, args={"n": 500}))
        await asyncio.sleep(0)
        second = asyncio.create_task(host.run(WAITS, args={"n": 1}, limits=Limits(wall_time_seconds=0.4)))
        refused = await host.run(WAITS, args={"n": 1}, limits=Limits(queue_time_seconds=0.05))
        assert [500, 1] == [(await first).value, (await second).value]
    assert (await second).usage.queue_ms > (await second).usage.wall_ms
    assert refused.error is not None
    assert ("limit", "queue_time") == (refused.error.type, refused.error.key)
    assert "The host is busy" in refused.error.message
    assert 0 == refused.usage.wall_ms
    assert refused.usage.queue_ms >= 50


async def test_the_flood_of_one_connection_does_not_delay_another() -> None:
    """Runs of one connection have half of the workers at most, others start at once."""
    async with MethodHost(workers=2, spares=1) as host:
        flood = [
            asyncio.create_task(host.run(WAITS, connection=Connection(id="a"), args={"n": 60_000})) for _ in range(50)
        ]
        await asyncio.sleep(0)
        reports = [await host.run(COUNTS, connection=Connection(id="b")) for _ in range(3)]
        for run in flood:
            run.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
    assert [1, 1, 1] == [report.value for report in reports]


async def test_a_policy_reaches_the_workers() -> None:
    """How workers are shared can be chosen where the host is made."""
    async with MethodHost(workers=1, spares=0, policy=PoolPolicy(waiting_runs=1)) as host:
        runs = [host.run(WAITS, args={"n": 50}) for _ in range(4)]
        keys = [report.error and report.error.key for report in await asyncio.gather(*runs)]
    assert [None, None, "queue_full", "queue_full"] == keys


async def test_closing_lets_runs_end_in_time_and_ends_the_others() -> None:
    """A host that drains takes no new runs; those under way have some time, and each caller one report."""
    async with MethodHost(workers=8) as host:
        runs = [asyncio.create_task(host.run(WAITS, args={"n": n})) for n in (100, 60_000)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(host.aclose(drain_seconds=1.5))
        await asyncio.sleep(0)
        with pytest.raises(HostClosedError):
            await host.run(COUNTS)
        quick, slow_one = await asyncio.gather(*runs)
        await closing
    assert 100 == quick.value
    assert slow_one.error is not None
    assert ("internal", "closed") == (slow_one.error.type, slow_one.error.key)


async def test_closing_a_host_with_nothing_to_do_takes_no_time() -> None:
    """Draining waits for runs, and for nothing else."""
    async with asyncio.timeout(10), MethodHost(spares=0, drain_seconds=3600) as host:
        assert 1 == (await host.run(COUNTS)).value


async def test_closing_breaks_off_requests_without_blaming_anybody(slow: SlowServer) -> None:
    """A run that waits for an answer when its host closes is closed, and not a failure of the host or the server."""
    code = "export default async ({ apiClient }) => { try { await apiClient.get('/60000') } catch {} return 1 }"
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=2) as host:
        run = asyncio.create_task(host.run(Connector.from_source("m", code), connection=connection(slow)))
        await until(lambda: slow.came)
    report = await run
    assert report.error is not None
    assert ("internal", "closed") == (report.error.type, report.error.key)
    await until(lambda: slow.left)


def test_the_blocking_door_drains_too() -> None:
    """Closing from another thread gives the run its time."""
    host = MethodHost(spares=0, drain_seconds=30)
    values: list[Any] = []
    assert 1 == host.run_sync(COUNTS).value
    thread = threading.Thread(target=lambda: values.append(host.run_sync(WAITS, args={"n": 300}).value))
    thread.start()
    while not host._runs._count:
        pass
    host.close()
    thread.join()
    assert [300] == values


async def test_limits_hold_for_all_parts_of_a_run_together(
    load_folder: Callable[[Mapping[str, str]], Connector],
) -> None:
    """What the making of the client took is told, and counted."""
    connector = load_folder(
        {
            "auth/make-api-client.js": "export default () => new Promise((r) => setTimeout(r, 300, { baseUri: 'https://x.example' }))",
            "auth/test.js": "export default () => new Promise((r) => setTimeout(r, 60_000))",
        }
    )
    async with MethodHost(spares=1, workers=2) as host:
        report = await host.run(
            connector, "auth/test", connection=Connection(id="a"), limits=Limits(wall_time_seconds=1)
        )
    assert report.error is not None
    assert ("limit", "wall_time", 1.0) == (report.error.type, report.error.key, report.error.data["value"])
    assert report.error.data["used"] >= 1
    assert "had taken 0.3" in report.error.message
