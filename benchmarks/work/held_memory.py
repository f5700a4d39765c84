"""(k) what is held while nothing happens: by warm workers, and by runs that are suspended."""

from __future__ import annotations

import asyncio
import statistics
from typing import TYPE_CHECKING, Final

import psutil
from measuring import Row
from memory import MB, look, pss, workers_of
from rivals.node import WARM
from runners import absent, connector, ours, rivals

if TYPE_CHECKING:
    from arena import Arena

    from connectors import MethodHost

_WORKERS: Final = 32
_SUSPENDED: Final = 100
_SETTLE_SECONDS: Final = 2.0


async def held(arena: Arena) -> list[Row]:
    """Hold workers that wait for a run, and then the journals of suspended runs."""
    application, number = psutil.Process(), arena.times(_WORKERS)
    async with arena.host(workers=number, spares=number) as host, rivals(arena, [WARM]):
        await ours(host, arena.connection("customer"))("gets", times=1)
        await asyncio.sleep(_SETTLE_SECONDS)
        warm = [pss(worker) / MB for worker in workers_of(application)]
        node = [pss(child) / MB for child in application.children() if "warm.js" in " ".join(child.cmdline())]
    rows = [Row("k", "memory of a warm worker (PSS)", "MB", [statistics.median(warm)], WARM, node[:1])]
    rows += (Row("k", rows[0].work, "MB", rows[0].ours, name, note=why) for name, why in absent(arena, [WARM]).items())
    return [*rows, *await _suspended(arena, application)]


async def _suspended(arena: Arena, application: psutil.Process) -> list[Row]:
    number = arena.times(_SUSPENDED)
    async with arena.host(suspend_after_seconds=1.0) as host:
        kept = [await _journal(arena, host, "first")]
        await asyncio.sleep(_SETTLE_SECONDS)
        before = look(application)
        kept += [await _journal(arena, host, f"customer-{index}") for index in range(number)]
        await asyncio.sleep(_SETTLE_SECONDS)
        grown = look(application).application - before.application
    text = sum(map(len, kept[1:])) / MB
    work = f"memory of the application for {number} suspended runs, kept as text"
    return [Row("k", work, "MB", [max(0, grown) / MB], "characters of that text", [text])]


async def _journal(arena: Arena, host: MethodHost, name: str) -> str:
    """Return the text of the journal of a run that made a GET, set a timer, and was suspended."""
    report = await host.run(connector("waits"), connection=arena.connection(name), mode="async")
    assert report.suspended is not None
    return report.journal.to_text()
