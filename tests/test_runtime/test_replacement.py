"""Workers and zygotes are replaced before they are old."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime import HostCall, HostReply, PoolPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Bench

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]

NOTHING = "module.exports = () => 0"


def zygotes() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def processes_of(bench: Bench, runs: int, *, leaving: int = 0) -> list[int]:
    """Return the worker process of each of some runs, one after the other, each of which leaves some bytes in memory."""
    found = []

    async def calls(_: HostCall) -> HostReply:
        found.extend(worker.process.process for worker in bench.sandbox._pool._alive if worker.place is not None)
        return HostReply(ok=True, value=None)

    for _ in range(runs):
        code = "module.exports = async ({ echo, n }) => { await echo(1); return new Uint8Array(n).fill(1).length }"
        assert leaving == await bench.value(code, {"n": leaving}, calls=calls)
    return found


async def test_a_worker_with_the_isolate_of_its_zygote_serves_one_run(open_bench: OpenBench) -> None:
    """There is no second run in a process where forks are cheap."""
    async with open_bench(workers=1, spares=0) as bench:
        assert 3 == len(set(await processes_of(bench, 3)))


@pytest.mark.usefixtures("own_isolates")
async def test_a_worker_serves_only_so_many_runs(open_bench: OpenBench) -> None:
    """A worker is replaced after a number of runs, which is not the same for all."""
    async with open_bench(workers=1, spares=0, policy=PoolPolicy(worker_runs=4)) as bench:
        processes = await processes_of(bench, 12)
    served = [processes.count(process) for process in dict.fromkeys(processes)]
    assert 12 == sum(served)
    assert 3 <= len(served) <= 4
    assert max(served) <= 4


@pytest.mark.usefixtures("own_isolates")
async def test_a_worker_that_is_old_serves_no_further_run(open_bench: OpenBench) -> None:
    """A worker is replaced after some time."""
    async with open_bench(workers=1, spares=0, policy=PoolPolicy(worker_age_seconds=1e-6)) as bench:
        assert 3 == len(set(await processes_of(bench, 3)))


@pytest.mark.usefixtures("own_isolates")
async def test_a_worker_that_once_took_much_memory_serves_no_further_run(open_bench: OpenBench) -> None:
    """What a run has left in a process is gone with it."""
    async with open_bench(workers=1, spares=0, policy=PoolPolicy(worker_growth_bytes=20 << 20)) as bench:
        assert 1 == len(set(await processes_of(bench, 3)))
        assert 3 == len(set(await processes_of(bench, 3, leaving=40 << 20)))


@pytest.mark.usefixtures("own_isolates")
async def test_an_idle_worker_ends(open_bench: OpenBench) -> None:
    """A worker that nobody uses for a while gives its memory back."""
    async with open_bench(workers=1, spares=0, policy=PoolPolicy(worker_idle_seconds=0.05)) as bench:
        await bench.value(NOTHING)
        (zygote,) = psutil.Process().children()
        await until(lambda: [child.name() for child in zygote.children()] in ([], ["methodhost-init"]))
        assert 0 == await bench.value(NOTHING)


@pytest.mark.parametrize("policy", [PoolPolicy(zygote_forks=3), PoolPolicy(zygote_age_seconds=0.5)])
async def test_a_zygote_is_replaced_beside_its_running_workers(policy: PoolPolicy, open_bench: OpenBench) -> None:
    """Runs go on in the workers of the old zygote, which ends with the last of them; no run fails meanwhile."""
    replaced = asyncio.Event()

    async def calls(_: HostCall) -> HostReply:
        await replaced.wait()
        return HostReply(ok=True, value="survived")

    async with open_bench(workers=8, spares=1, policy=policy) as bench:
        (old,) = zygotes()
        waits = "module.exports = ({ echo }) => echo(1)"
        waiting = [asyncio.create_task(bench.run(waits, key=f"waits {n}", calls=calls)) for n in range(2)]
        numbers = iter(range(10_000))
        while len(zygotes()) < 2:
            assert 0 == await bench.value(NOTHING, key=str(next(numbers)))
        assert old in zygotes()
        replaced.set()
        assert ["survived"] * 2 == [(await run).value for run in waiting]
        await until(lambda: old not in zygotes())
        assert 0 == await bench.value(NOTHING)


async def test_spares_of_an_old_zygote_are_replaced_too(open_bench: OpenBench) -> None:
    """When a zygote has been replaced, spares come from the new one, without a time in which there are none."""
    async with open_bench(workers=4, spares=2, policy=PoolPolicy(zygote_age_seconds=0.6)) as bench:
        pool = bench.sandbox._pool
        (old,) = zygotes()
        await until(lambda: len(pool._spares) == 2)
        fewest = 2
        while old in zygotes():
            fewest = min(fewest, len(pool._spares))
            await asyncio.sleep(0.002)
        assert 2 == fewest


async def test_a_zygote_that_cannot_be_replaced_goes_on(monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench) -> None:
    """While no new zygote can be started, the old one serves all runs; another attempt is made later."""
    monkeypatch.setattr("runtime.launcher._RETRY_SECONDS", 0.3)
    async with open_bench(workers=2, spares=0, policy=PoolPolicy(zygote_age_seconds=0.4)) as bench:
        (old,) = zygotes()
        spawn, refused = asyncio.create_subprocess_exec, []

        async def refuse_once(*arguments: object, **options: object) -> asyncio.subprocess.Process:
            if not refused:
                refused.append(arguments)
                raise OSError("no more processes")
            return await spawn(*arguments, **options)

        monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse_once)
        await until(lambda: bool(refused))
        assert 0 == await bench.value(NOTHING)
        assert {old} == zygotes()
        await until(lambda: old not in zygotes())
        assert 0 == await bench.value(NOTHING)


async def test_spares_follow_demand(open_bench: OpenBench) -> None:
    """After runs that found no spare there are more of them, but not more than four times as many as were asked for."""
    async with open_bench(workers=8, spares=1) as bench:
        assert [0] * 8 == await asyncio.gather(*[bench.value(NOTHING, key=str(n)) for n in range(8)])
        await until(lambda: len(bench.sandbox._pool._spares) == 4)
        await asyncio.sleep(0.05)
        assert 4 == len(bench.sandbox._pool._spares)
