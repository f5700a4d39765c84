"""Processes come, go, die and are never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime import HostReply, Sandbox, SandboxClosedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Bench

    from runtime import HostCall

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]

LOOP = "module.exports = () => { while (true) {} }"
HANGS = "module.exports = ({ echo }) => echo({ after: 600 })"


def without_init(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return the processes but for those that do nothing but keep a pid namespace, one for each zygote."""
    return [process for process in processes if _name(process) not in {"methodhost-init", None}]


def _name(process: psutil.Process) -> str | None:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return None


def descendants() -> list[psutil.Process]:
    return without_init(psutil.Process().children(recursive=True))


class Late:
    """Answers a call when it is told to, and knows how many there were: the run has begun then."""

    def __init__(self) -> None:
        self.called = asyncio.Event()
        self.answering = asyncio.Event()
        self.number = 0

    async def __call__(self, _: HostCall) -> HostReply:
        """Wait."""
        self.number += 1
        self.called.set()
        await self.answering.wait()
        return HostReply(ok=True, value="late")


async def test_a_killed_worker_is_noticed_at_once_and_its_run_goes_on(open_bench: OpenBench) -> None:
    """The run of a worker that dies goes on in a new one, and no call of it is made again."""
    async with open_bench() as bench:
        calls = Late()
        run = asyncio.create_task(bench.run(HANGS, calls=calls))
        other = asyncio.create_task(bench.run("module.exports = ({ echo }) => echo({ after: 0.3 })", key="other"))
        await calls.called.wait()
        busy = [
            worker
            for worker in bench.sandbox._pool._alive
            if worker.lease is not None and worker.lease.isolation_key == "acme"
        ]
        os.kill(busy[0].process.process, signal.SIGKILL)
        calls.answering.set()
        assert ("late", 1) == ((await run).value, calls.number)
        assert 2 == await bench.value("module.exports = () => 2")
        assert {"after": 0.3} == (await other).value


async def test_the_zygote_is_restarted_when_it_dies(open_bench: OpenBench) -> None:
    """Runs after the zygote's death have a new one, and so does the rest of a run that it took down."""
    async with open_bench() as bench:
        calls = Late()
        run = asyncio.create_task(bench.run(HANGS, calls=calls))
        await calls.called.wait()
        zygote = psutil.Process().children()[0]
        zygote.kill()
        calls.answering.set()
        assert ("late", 1) == ((await run).value, calls.number)
        assert 3 == await bench.value("module.exports = () => 3")
        living = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
        assert 1 == len(living)
        assert living[0].pid != zygote.pid


@pytest.mark.parametrize("code", [LOOP, HANGS])
async def test_cancelling_the_caller_kills_the_run(code: str, open_bench: OpenBench) -> None:
    """A cancelled task ends its run, whatever the method does, and leaves the sandbox usable."""
    async with open_bench(workers=1, spares=0) as bench:
        run = asyncio.create_task(bench.run(code))
        await asyncio.sleep(0.1)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert 4 == await bench.value("module.exports = () => 4")


async def test_closing_answers_every_caller_once(open_bench: OpenBench) -> None:
    """Runs under way when the sandbox closes fail with `internal/closed`; so do those that still wait for a worker."""
    async with open_bench(workers=2, spares=0) as bench:
        runs = [asyncio.create_task(bench.run(code, key=code)) for code in (LOOP, HANGS)]
        waiting = asyncio.create_task(bench.run(f"{LOOP} // third", key="third"))
        await asyncio.sleep(0.2)
    failures = [(await run).failure for run in (*runs, waiting)]
    assert [("internal", "closed")] * 3 == [(failure.type, failure.key) for failure in failures if failure]
    assert [] == descendants()


async def test_a_sandbox_that_is_not_open_refuses_runs(open_bench: OpenBench) -> None:
    """Running before entering or after leaving the block says what to do."""
    async with open_bench() as bench:
        pass
    with pytest.raises(SandboxClosedError, match="not open"):
        await bench.run(LOOP)
    with pytest.raises(SandboxClosedError, match="open the sandbox first"):
        _ = Sandbox().report


async def test_runs_wait_for_a_worker_and_keys_take_turns(open_bench: OpenBench) -> None:
    """With one worker, runs of several keys follow each other, each in a process of its own."""
    async with open_bench(workers=1, spares=0) as bench:
        outcomes = await asyncio.gather(
            *[bench.run(f"module.exports = ({{ echo }}) => echo({n})", key=str(n % 3)) for n in range(9)]
        )
        assert list(range(9)) == [outcome.value for outcome in outcomes]
        assert len(descendants()) <= 2


@pytest.mark.usefixtures("own_isolates")
async def test_a_key_keeps_its_worker(open_bench: OpenBench) -> None:
    """Where workers make their own isolates, runs of one key follow each other in one process, and take no spare."""
    async with open_bench(workers=1) as bench:
        assert [0] * 20 == [await bench.value("module.exports = () => 0") for _ in range(20)]
        (zygote,) = psutil.Process().children()
        (worker,) = without_init(zygote.children())
        await bench.value("module.exports = () => 0")
        assert [worker] == without_init(zygote.children())


async def test_many_runs_with_kills_leave_nothing(open_bench: OpenBench) -> None:
    """Processes and descriptors after a hundred runs, a fifth of them killed, are those of before."""
    async with open_bench(workers=4) as bench:
        await bench.run("module.exports = () => 0")
        before = psutil.Process().num_fds()
        for _ in range(5):
            runs = [
                bench.run(LOOP if n % 5 == 0 else "module.exports = () => 1", key=str(n % 4), wall_time_seconds=0.05)
                for n in range(20)
            ]
            await asyncio.gather(*runs)
        most_descriptors, most_processes = before + 2 * 4, 1 + 4
        deadline = time.monotonic() + 5
        await asyncio.sleep(0.05)  # until spares are started in place of those that were taken
        while time.monotonic() < deadline and (
            bench.sandbox._pool._tasks
            or psutil.Process().num_fds() > most_descriptors
            or len(descendants()) > most_processes
        ):
            await asyncio.sleep(0.01)
        assert psutil.Process().num_fds() <= most_descriptors
        assert len(descendants()) <= most_processes
