"""(e) 200 runs at the same time, of as many connections, and (l) what runs cost with ever more connections."""

from __future__ import annotations

import asyncio
import statistics
import time
from functools import partial
from itertools import count, cycle
from typing import TYPE_CHECKING, Final

import psutil
from measuring import OURS, Contender, Figures, Row, Sample, Target, alternate, durations
from memory import MB, look, watched
from rivals.node import ISOLATED, WARM
from runners import absent, ours, rivals

from connectors import MethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arena import Arena
    from runners import Run

_RUNS: Final = 200
_GETS: Final = 5
_FAILED: Final = "failed"
_REST_SECONDS: Final = 2.0
_RATE: Final = "runs a second"
_DEFAULT_WORKERS: Final = 32
_STARTED_TOGETHER: Final = 8
_GROWTH: Final = (1, 10, 100, 1000)
_GROWTH_RUNS: Final = 200


async def together(arena: Arena) -> list[Row]:
    """Make 200 runs at the same time, each with a connection and a worker of its own, and five GETs; then keep on."""
    number, names, rows = arena.times(_RUNS), (WARM, ISOLATED), []
    targets = {WARM: Target(0.8, least=True)}
    async with arena.host(workers=number) as host, rivals(arena, names) as runners:
        runs = [ours(host, arena.connection(f"customer-{index}")) for index in range(number)]
        for few in range(0, number, _STARTED_TOGETHER):
            await _all(runs[few : few + _STARTED_TOGETHER], 1)
        for each, what, rounds in ((1, "a run each", 3), (2, "two each, in a row", 2)):
            contenders = [_rate(OURS, lambda: runs, each)]
            contenders += (_rate(name, partial(_same, run, number), each) for name, run in runners.items())
            figures = await alternate(contenders, arena.rounds(rounds), _REST_SECONDS)
            work = f"{number} connections at once, {what}, {_GETS} GETs a run"
            rows += _rows(figures, work, targets, absent(arena, names))
        await asyncio.sleep(_REST_SECONDS)
        with watched() as peak:
            await _all(runs, 1)
    memory = [peak.workers / max(1, peak.workers_then) / MB]
    rows.append(Row("e", "peak memory of a worker meanwhile (PSS)", "MB", memory, target=Target(15, of="value")))
    return [*rows, *await _strangers(arena, number)]


async def _strangers(arena: Arena, number: int) -> list[Row]:
    """Do the same with connections that are new each time, so that each run needs a worker to be made for it."""
    numbers = count()
    async with arena.host() as host, rivals(arena, [WARM]) as runners:

        def strangers() -> list[Run]:
            return [ours(host, arena.connection(f"stranger-{next(numbers)}")) for _ in range(number)]

        contenders = [_rate(OURS, strangers, 1)]
        contenders += (_rate(name, partial(_same, run, number), 1) for name, run in runners.items())
        figures = await alternate(contenders, arena.rounds(2), _REST_SECONDS)
    return _rows(figures, f"{number} never seen before, a run each, {_DEFAULT_WORKERS} workers", {}, {})


def _rows(figures: Figures, work: str, targets: dict[str, Target], missing: dict[str, str]) -> list[Row]:
    rows = figures.rows("e", work, _RATE, unit=_RATE, targets=targets, absent=missing)
    failed = figures.values(OURS, _FAILED)
    return [*rows, Row("e", "of these failed", "runs a round", failed)] if any(failed) else rows


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


def _rate(name: str, runs: Callable[[], Sequence[Run]], each: int) -> Contender:
    async def measure() -> Sample:
        given = runs()
        start = time.perf_counter()
        failed = await _all(given, each)
        return {_RATE: (len(given) * each - failed) / (time.perf_counter() - start), _FAILED: failed}

    return Contender(name, measure)


async def _all(runs: Sequence[Run], each: int) -> int:
    """Let all begin together, and each be followed by further ones of its connection; return how many failed."""
    return sum(await asyncio.gather(*(_in_turn(run, each) for run in runs)))


async def _in_turn(run: Run, times: int) -> int:
    failed = 0
    for _ in range(times):
        try:
            await run("gets", times=_GETS)
        except MethodError:
            failed += 1
    return failed
