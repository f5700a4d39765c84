"""(a) an empty method on a warm worker, (b) on a fresh one, and (j) from the start of a host to its first result."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measuring import OURS, PAUSE_SECONDS, Row, Target, alternate, repeated
from rivals.jsrun_runner import JSRUN
from rivals.node import ISOLATED, ONCE, WARM
from runners import absent, ours, rivals

if TYPE_CHECKING:
    from arena import Arena

    from connectors import MethodHost

_TIMES: Final = {ONCE: 10, ISOLATED: 30, JSRUN: 30}
_START: Final = Path(__file__).with_name("start.py")
_numbers: Final = count()


async def warm(arena: Arena) -> list[Row]:
    """Run an empty method on a warm worker of its connection, with pauses and without."""
    names, rows = (ONCE, WARM, ISOLATED, JSRUN), []
    targets = {OURS: Target(1.5, of="value"), ONCE: Target(1 / 20)}
    async with arena.host() as host, rivals(arena, names) as runners:
        runners = {OURS: ours(host, arena.connection("acme")), **runners}
        for work, pause in (("empty method, warm worker", PAUSE_SECONDS), ("the same, one after the other", 0.0)):
            contenders = [
                repeated(name, partial(run, "empty"), arena.times(_TIMES.get(name, 100)), pause)
                for name, run in runners.items()
            ]
            figures = await alternate(contenders, arena.rounds())
            rows += figures.rows("a", f"{work}: p50", "p50", targets=targets, absent=absent(arena, names))
            rows += figures.rows("a", f"{work}: p99", "p99")
    return rows


async def fresh(arena: Arena) -> list[Row]:
    """Run an empty method on a worker that was made for it, of a connection that was never seen."""
    rows, names = [], (ONCE, ISOLATED)
    for work, spares in (("empty method, fresh worker", 2), ("the same, no spare workers", 0)):
        async with arena.host(workers=8, spares=spares) as host, rivals(arena, names) as runners:
            contenders = [repeated(OURS, partial(_run_stranger, arena, host), arena.times(30))]
            for name, run in runners.items():
                contenders.append(repeated(name, partial(run, "empty"), arena.times(_TIMES[name])))
            figures = await alternate(contenders, arena.rounds())
        rows += figures.rows("b", f"{work}: p50", "p50", absent=absent(arena, names))
    return rows


async def start(arena: Arena) -> list[Row]:
    """Open a host and run an empty method; in this process, and in one that is started for it."""

    async def open_and_run() -> None:
        async with arena.host() as host:
            await _run_stranger(arena, host)

    rows, targets = [], {OURS: Target(400, of="value")}
    works = {"start of a host to its first result": open_and_run, "the same, from the start of Python": _start_python}
    for work, start_ours in works.items():
        async with rivals(arena, [ONCE]) as runners:
            contenders = [repeated(OURS, start_ours, 1)]
            contenders += (repeated(name, partial(run, "empty"), 1) for name, run in runners.items())
            figures = await alternate(contenders, arena.rounds())
        rows += figures.rows("j", work, "p50", targets=targets, absent=absent(arena, [ONCE]))
        targets = {}
    return rows


async def _run_stranger(arena: Arena, host: MethodHost) -> None:
    await ours(host, arena.connection(f"stranger-{next(_numbers)}"))("empty")


async def _start_python() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, _START, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0
