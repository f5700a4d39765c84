"""(c) GETs of 2 kB of JSON one after the other in a run, and (d) all at the same time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import aiohttp
import httpx
from measuring import OURS, PAUSE_SECONDS, Contender, Row, Target, alternate, repeated
from rivals.jsrun_runner import JSRUN
from rivals.node import ISOLATED, WARM
from runners import absent, ours, rivals

from connectors import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arena import Arena

_AIOHTTP: Final = "aiohttp alone"
_HTTPX: Final = "httpx alone"
_RUNNERS: Final = (WARM, ISOLATED, JSRUN)


async def sequential(arena: Arena) -> list[Row]:
    """Make 1, 10 and 100 GETs, each after the answer of the one before."""

    async def in_turn(get: Callable[[], Awaitable[object]], times: int) -> None:
        for _ in range(times):
            await get()

    rows = []
    targets = {WARM: Target(1.0), _AIOHTTP: Target(1.35)}
    for number, times in ((1, 40), (10, 20), (100, 4)):
        work = f"{number} sequential GET{'s' * (number > 1)} of 2 kB JSON in a run"
        rows += await _compare(arena, "c", work, ("gets", in_turn), number, times, targets)
    return rows


async def parallel(arena: Arena) -> list[Row]:
    """Make 20 and 100 GETs at the same time."""

    async def together(get: Callable[[], Awaitable[object]], times: int) -> None:
        await asyncio.gather(*(get() for _ in range(times)))

    rows = []
    for number, times, targets in ((20, 20, {WARM: Target(1.2)}), (100, 4, {})):
        work = f"{number} GETs at the same time in a run"
        rows += await _compare(arena, "d", work, ("parallel_gets", together), number, times, targets)
    return rows


async def _compare(
    arena: Arena,
    letter: str,
    work: str,
    doing: tuple[str, Callable[[Callable[[], Awaitable[object]], int], Awaitable[None]]],
    number: int,
    times: int,
    targets: dict[str, Target],
) -> list[Row]:
    """Let a method make GETs, on all runners, and let clients in Python do it by themselves.

    Args:
        arena: Where.
        letter: Of the benchmark.
        work: What it is, for the table.
        doing: The method's name, and the same in Python.
        number: Of GETs.
        times: In each round.
        targets: What must be reached, by the rival's name.
    """
    method, by_hand = doing
    limits = Limits(concurrent_requests=100)
    async with (
        arena.host(limits=limits) as host,
        rivals(arena, _RUNNERS) as runners,
        aiohttp.ClientSession(arena.items, connector=aiohttp.TCPConnector(limit=0)) as session,
        httpx.AsyncClient(base_url=arena.items) as client,
    ):

        async def get_by_aiohttp() -> None:
            async with session.get("/items") as response:
                await response.json()

        async def get_by_httpx() -> None:
            (await client.get("/items")).json()

        def contender(name: str, run: Callable[[], Awaitable[object]]) -> Contender:
            return repeated(name, run, arena.times(times), PAUSE_SECONDS)

        contenders = [contender(OURS, partial(ours(host, arena.connection("acme")), method, times=number))]
        contenders += (contender(name, partial(run, method, times=number)) for name, run in runners.items())
        contenders += (
            contender(_AIOHTTP, partial(by_hand, get_by_aiohttp, number)),
            contender(_HTTPX, partial(by_hand, get_by_httpx, number)),
        )
        figures = await alternate(contenders, arena.rounds(5))
    return figures.rows(letter, f"{work}: p50", "p50", targets=targets, absent=absent(arena, _RUNNERS))
