"""How much a run may ask for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import Limits
from runtime import RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server


async def test_requests_are_counted(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """One request more than allowed ends the run, and is not sent."""
    server = await serve(lambda _: web.json_response({}))
    run = runs.start({"baseUri": server.url}, limits=Limits(requests=2))
    assert [True, True] == [(await run.get("/x")).ok for _ in range(2)]
    with pytest.raises(RunEnded) as caught:
        await run.get("/x")
    assert ("limit", "requests") == (caught.value.failure.type, caught.value.failure.key)
    assert {"limit": "requests", "value": 2, "used": 3} == caught.value.failure.data
    assert 2 == len(server.seen)


async def test_a_flood_ends_the_run_before_it_is_sent(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Calls count when they are made, also those that wait for their turn."""
    gate = asyncio.Event()

    async def answer(_: Seen) -> web.Response:
        await gate.wait()
        return web.json_response({})

    server = await serve(answer)
    run = runs.start({"baseUri": server.url}, limits=Limits(requests=50, concurrent_requests=1))
    calls = [asyncio.create_task(run.get("/x")) for _ in range(51)]
    done, pending = await asyncio.wait(calls, return_when=asyncio.FIRST_EXCEPTION)
    assert [RunEnded] == [type(task.exception()) for task in done]
    gate.set()
    await asyncio.gather(*pending)


async def test_only_so_many_at_a_time(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Calls beyond the limit wait; all are answered, each with its own answer."""
    under_way = most = 0

    async def answer(seen: Seen) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return web.Response(text=seen.path)

    server = await serve(answer)
    run = runs.start({"baseUri": server.url}, limits=Limits(concurrent_requests=3))
    replies = await asyncio.gather(*(run.get(f"/{i}") for i in range(12)))
    assert [f"/{i}" for i in range(12)] == [reply.text for reply in replies]
    assert 3 == most


def test_a_call_holds_the_largest_body() -> None:
    """`call_bytes` grows with `request_bytes`: a body is escaped on its way out of the sandbox."""
    limits = Limits(request_bytes=100_000_000)
    assert limits.call_bytes > 200_000_000


@pytest.mark.parametrize("name", ["requests", "response_bytes", "connect_seconds", "wall_time_seconds"])
def test_a_limit_is_above_zero(name: str) -> None:
    """A limit of zero is a mistake."""
    with pytest.raises(ValueError, match=name):
        Limits(**{name: 0})
