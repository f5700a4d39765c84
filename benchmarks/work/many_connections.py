"""(e) 200 runs at the same time, of as many connections, and (l) what runs cost with ever more connections."""

from __future__ import annotations

import asyncio
import statistics
import time
from functools import partial
from itertools import count, cycle
from typing import TYPE_CHECKING, Final

import psutil
from measuring import OURS, Contender, Row, Sample, Target, alternate, durations
from memory import MB, look, watched
from rivals.node import ISOLATED, WARM
from runners import absent, ours, rivals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arena import Arena
    from runners import Run

_RUNS: Final = 200
_GETS: Final = 5
_RATE: Final = "runs a second"
_DEFAULT_WORKERS: Final = 32
_GROWTH: Final = (1, 10, 100, 1000)
_GROWTH_RUNS: Final = 200


async def together(arena: Arena) -> list[Row]:
    """Make 200 runs at the same time, each with a connection and a worker of its own, and five GETs."""
    number, names = arena.times(_RUNS), (WARM, ISOLATED)
    async with arena.host(workers=number) as warm, rivals(arena, names) as runners:
        runs = [ours(warm, arena.connection(f"customer-{index}")) for index in range(number)]
        contenders = [_rate(OURS, lambda: runs)]
        contenders += (_rate(name, partial(_same, run, number)) for name, run in runners.items())
        figures = await alternate(contenders, arena.rounds(5))
        with watched() as peak:
            for _ in range(3):
                await _all(runs)
    work = f"{number} runs at the same time with {_GETS} GETs each, of as many connections"
    rows = figures.rows(
        "e", work, _RATE, unit=_RATE, targets={WARM: Target(0.8, least=True)}, absent=absent(arena, names)
    )
    each = [peak.workers / peak.workers_then / MB]
    rows.append(Row("e", "peak memory of a worker meanwhile (PSS)", "MB", each, target=Target(15, of="value")))
    return [*rows, *await _strangers(arena, number)]


async def _strangers(arena: Arena, number: int) -> list[Row]:
    """Do the same with connections that are new each time, so that each run needs a worker to be made for it."""
    numbers = count()
    async with arena.host() as host, rivals(arena, [WARM]) as runners:

        def strangers() -> list[Run]:
            return [ours(host, arena.connection(f"stranger-{next(numbers)}")) for _ in range(number)]

        contenders = [_rate(OURS, strangers)]
        contenders += (_rate(name, partial(_same, run, number)) for name, run in runners.items())
        figures = await alternate(contenders, arena.rounds(5))
    work = f"the same, of connections never seen before, {_DEFAULT_WORKERS} workers at a time"
    return figures.rows("e", work, _RATE, unit=_RATE)


async def growth(arena: Arena) -> list[Row]:
    """Let ever more connections take turns, one run after the other with one GET each, on as many workers as usual."""
    one, rows = [0.0], []
    for connections in _GROWTH[: 3 if arena.quick else 4]:
        taken, held = await _taking_turns(arena, connections)
        one = taken if connections == 1 else one
        number = f"{connections:,} connection{'s' * (connections > 1)}"
        rows.append(Row("l", f"{number} in turn: a run with a GET", "ms", taken, "ours, 1 connection", one))
        rows.append(Row("l", f"{number} in turn: memory of the application", "MB", [held]))
    return rows


async def _taking_turns(arena: Arena, connections: int) -> tuple[list[float], float]:
    """Return the milliseconds of a run, in each of some rounds, and the application's memory in MB afterwards."""
    async with arena.host() as host:
        runs = [ours(host, arena.connection(f"customer-{index}")) for index in range(connections)]
        each = max(connections, arena.times(_GROWTH_RUNS))
        turns = cycle(runs)
        await durations(lambda: next(turns)("gets", times=1), connections)
        rounds = arena.rounds(3)
        taken = [
            statistics.fmean(await durations(lambda: next(turns)("gets", times=1), each // rounds))
            for _ in range(rounds)
        ]
        return taken, look(psutil.Process()).application / MB


def _same(run: Run, number: int) -> list[Run]:
    return [run] * number


def _rate(name: str, runs: Callable[[], Sequence[Run]]) -> Contender:
    async def measure() -> Sample:
        given = runs()
        start = time.perf_counter()
        await _all(given)
        return {_RATE: len(given) / (time.perf_counter() - start)}

    return Contender(name, measure)


async def _all(runs: Sequence[Run]) -> None:
    await asyncio.gather(*(run("gets", times=_GETS) for run in runs))
