"""(f) 10 MB of JSON parsed and mapped, (g) 100 MB from server to server, and (h) 16 MB in and out as bytes."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

import aiohttp
import psutil
from measuring import OURS, Contender, Row, Sample, Target, alternate, repeated
from memory import MB, Peak, look, watched
from rivals.node import ISOLATED, WARM
from runners import absent, ours, rivals

from connectors import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arena import Arena

    from connectors import MethodHost

_AIOHTTP: Final = "aiohttp alone"
_RATE: Final = "MB/s"
_REST_SECONDS: Final = 0.3
_PIPED: Final = 100 * MB
_BUFFER: Final = 16 * 2**20
_numbers: Final = count()
_RECORDS: Final = Limits(heap_bytes=256 * 2**20, memory_bytes=512 * 2**20, cpu_time_seconds=20)
_BYTES: Final = Limits(request_bytes=2 * _BUFFER, response_bytes=2 * _BUFFER, memory_bytes=512 * 2**20)


async def records(arena: Arena) -> list[Row]:
    """Get 10 MB of JSON, and map its 34,000 records."""
    names, times = (WARM, ISOLATED), 2
    async with arena.host(limits=_RECORDS) as host, rivals(arena, names) as runners:
        contenders = [repeated(OURS, partial(ours(host, arena.connection("acme")), "records"), times)]
        contenders += (repeated(name, partial(run, "records"), times) for name, run in runners.items())
        figures = await alternate(contenders, arena.rounds(5))
    work = "10 MB JSON response parsed and mapped"
    return figures.rows("f", work, "p50", targets={WARM: Target(1.2)}, absent=absent(arena, names))


async def pipe(arena: Arena) -> list[Row]:
    """Send 100 MB from one server to another through a method, which hands the stream of one response to a request."""
    length = arena.times(_PIPED)
    async with (
        arena.host(limits=Limits(wall_time_seconds=300)) as host,
        rivals(arena, [WARM], arena.files) as runners,
        aiohttp.ClientSession(arena.files) as session,
    ):
        run = ours(host, arena.connection("acme", arena.files))
        by_methods = {OURS: run, **runners}
        contenders = [_rate(name, length, partial(one, "pipe", bytes=length)) for name, one in by_methods.items()]
        contenders.append(_rate(_AIOHTTP, length, partial(_copy, session, length)))
        figures = await alternate(contenders, arena.rounds(5))
        small, large = [await _growth(arena, host, "pipe", part) for part in (length // 10, length)]
    work = f"{length // MB} MB from server to server through a method"
    targets = {_AIOHTTP: Target(0.7, least=True)}
    rows = figures.rows("g", work, _RATE, unit=_RATE, targets=targets, absent=absent(arena, [WARM]))
    most = Target(length / 10 / MB, of="value")
    more = (large.together - small.together) / MB
    return [*rows, Row("g", "memory that this takes, beyond that for a tenth of it", "MB", [more], target=most)]


async def in_and_out(arena: Arena) -> list[Row]:
    """Get 16 MB as an ArrayBuffer, and send them away again."""
    async with (
        arena.host(limits=_BYTES) as host,
        rivals(arena, [WARM], arena.files) as runners,
    ):
        run = ours(host, arena.connection("acme", arena.files))
        contenders = [repeated(OURS, partial(run, "bytes", bytes=_BUFFER), 2)]
        contenders += (repeated(name, partial(one, "bytes", bytes=_BUFFER), 2) for name, one in runners.items())
        figures = await alternate(contenders, arena.rounds(5))
        grown = [await _growth(arena, host, "bytes", _BUFFER) for _ in range(arena.rounds(3))]
    rows = figures.rows("h", "16 MB in as an ArrayBuffer and out again", "p50", absent=absent(arena, [WARM]))
    copies = {
        "copies of them in application and worker at the same time": [one.together for one in grown],
        "most copies in the application": [one.application for one in grown],
        "most copies in the worker": [one.workers for one in grown],
    }
    target: Target | None = Target(3, of="value")
    for work, values in copies.items():
        rows.append(Row("h", work, "copies", [value / _BUFFER for value in values], target=target))
        target = None
    return rows


async def _growth(arena: Arena, host: MethodHost, method: str, length: int) -> Peak:
    """Return by how much memory grew beyond what was held before, at most, in a run on a fresh worker."""
    run = ours(host, arena.connection(f"stranger-{next(_numbers)}", arena.files))
    await run("empty")
    await asyncio.sleep(_REST_SECONDS)  # until workers have their next isolates
    before = look(psutil.Process())
    with watched() as peak:
        await run(method, bytes=length)
    return peak.beyond(before)


async def _copy(session: aiohttp.ClientSession, length: int) -> None:
    async with session.get(f"/file?bytes={length}") as response:
        await session.put("/file", data=response.content.iter_any())


def _rate(name: str, length: int, work: Callable[[], Awaitable[object]]) -> Contender:
    async def measure() -> Sample:
        start = time.perf_counter()
        await work()
        return {_RATE: length / MB / (time.perf_counter() - start)}

    return Contender(name, measure)
