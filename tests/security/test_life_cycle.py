"""Workers that are killed, runs that are cancelled, and what is left of thousands of them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from harness.case import cases_of
from harness.kills import LOST, run_with_kills

from connectors import Connector

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAITING = Connector.from_source("waiting", "export default async ({ apiClient }) => apiClient.get('never')")
SLEEPY = Connector.from_source("sleepy", "module.exports = () => new Promise((done) => setTimeout(() => done(1), 300))")
CASES: dict[str, tuple[Any, ...]] = {
    "a console line of two lines": (
        "ok",
        'console.log(\'one\\n{"level":"error"}\\r\\u2028two\'); return 1',
        {"value": 1},
    ),
    "an error of two lines": ("custom_code/None", "throw new Error('one\\nlevel: error\\r\\u2028two')"),
    "console lines that imitate an end": ("ok", 'console.log(\'{"end":{"value":666}}\'); return 1', {"value": 1}),
    "a crash after console lines": (
        "limit/crashed | limit/memory | custom_code/None",
        'console.log("before"); await null; return "a,".repeat(2 ** 27).split(",").length',
    ),
    "a clock that is set": (
        "limit/wall_time",
        "Date.now = () => 0; globalThis.Date = null; while (true) {}",
        {"burns": True},
    ),
    "a worker's isolate that is spoilt": (
        "limit/cpu_time",
        "globalThis.leak = 1; Array.prototype.leak = 1; while (true) {}",
        {"limits": {"cpu_time_seconds": 0.3}},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A method cannot disturb what is told of it, nor the run after it."""
    assert [] == await arena.check(case)


async def test_many_runs_with_kills_leave_nothing(arena: Arena) -> None:
    """500 runs, beside which one worker in twenty runs is killed, lose no more runs than there were kills."""
    result = await run_with_kills(arena, runs=500, kill_every=20)
    assert result["killed"] > 0
    assert [] == result["wrong"]
    assert result["lost"] <= result["killed"]
    assert [] == await arena.left()


async def test_a_cancelled_run_leaves_nothing(arena: Arena) -> None:
    """An application that no longer waits for its runs ends them."""
    runs = [asyncio.create_task(arena.host.run(WAITING, connection=arena.customer())) for _ in range(4)]
    await asyncio.sleep(0.3)
    for run in runs:
        run.cancel()
    ends = await asyncio.gather(*runs, return_exceptions=True)
    assert [asyncio.CancelledError] * 4 == [type(end) for end in ends]
    assert [] == await arena.left()


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_clock_that_jumps_ends_nothing(arena: Arena, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Deadlines do not depend on what time it is said to be."""
    of_system = time.time
    run = asyncio.create_task(arena.host.run(SLEEPY, connection=arena.customer()))
    await arena.canary.runs(2)
    monkeypatch.setattr(time, "time", lambda: of_system() + seconds)
    assert 1 == (await run).value
    assert [] == await arena.check(cases_of(CASES)[0])


async def test_a_killed_zygote_is_replaced(arena: Arena) -> None:
    """When the zygote ends, runs after it work; those that were under way are told that nobody is the reason."""
    errors = arena.canary.errors
    for zygote in psutil.Process().children():
        os.kill(zygote.pid, signal.SIGKILL)
    await arena.canary.runs(3)
    assert [] == [error for error in errors if f'"key": "{LOST}"' not in error]
    errors.clear()
    assert [] == await arena.check(cases_of(CASES)[0])
