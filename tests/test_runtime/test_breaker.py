"""Methods that keep destroying their workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from runtime import PoolPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Bench

    from runtime import Failure

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]

BOMB = "module.exports = ({ bad = true }) => bad ? new ArrayBuffer(2 ** 33).byteLength : 'good'"
POLICY = PoolPolicy(breaches=2, cool_down_seconds=0.4, longest_cool_down_seconds=0.8)


async def failure_of(bench: Bench, code: str = BOMB, **options: str) -> Failure:
    failure = (await bench.run(code, **options)).failure
    assert failure is not None
    return failure


async def test_a_method_that_keeps_destroying_workers_is_refused(open_bench: OpenBench) -> None:
    """After some breaches its runs cost nothing any more; other methods and other keys are not concerned."""
    async with open_bench(workers=2, policy=POLICY) as bench:
        assert ["memory", "memory"] == [(await failure_of(bench)).key for _ in range(2)]
        outcome = await bench.run(BOMB, {"bad": False})
        assert outcome.failure is not None
        assert ("limit", "circuit_open") == (outcome.failure.type, outcome.failure.key)
        assert isinstance(outcome.failure.data, dict)
        retry_after = outcome.failure.data.pop("retryAfter")
        assert {"limit": "breaches", "value": 2, "used": 2} == outcome.failure.data
        assert isinstance(retry_after, float)
        assert 0 < retry_after <= 0.4
        assert (0.0, 0.0) == (outcome.usage.wall_seconds, outcome.usage.cpu_seconds)
        assert "good" == await bench.value(BOMB, {"bad": False}, key="other")
        assert "good" == await bench.value(BOMB, {"bad": False}, name="data/contacts/other.js")
        assert "good" == await bench.value(f"{BOMB} // repaired", {"bad": False})


async def test_one_run_is_tried_after_the_cool_down(open_bench: OpenBench) -> None:
    """A trial that succeeds lets all pass again; while it goes on others are still refused."""
    slow = BOMB.replace("'good'", "new Promise((r) => setTimeout(r, 50, 'good'))")
    async with open_bench(workers=2, policy=POLICY) as bench:
        assert ["memory", "memory"] == [(await failure_of(bench, slow)).key for _ in range(2)]
        await asyncio.sleep(0.45)
        trial, other = await asyncio.gather(*[bench.run(slow, {"bad": False}) for _ in range(2)])
        assert "good" == trial.value
        assert other.failure is not None
        assert "circuit_open" == other.failure.key
        assert "good" == await bench.value(slow, {"bad": False})
        assert "memory" == (await failure_of(bench, slow)).key


async def test_the_cool_down_grows(open_bench: OpenBench) -> None:
    """Each trial that fails doubles the time until the next, up to a most; a trial that was given up does not count."""
    async with open_bench(workers=2, policy=POLICY) as bench:
        assert ["memory", "memory"] == [(await failure_of(bench)).key for _ in range(2)]
        await asyncio.sleep(0.45)
        given_up = asyncio.create_task(bench.run(BOMB))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        assert "memory" == (await failure_of(bench)).key
        await asyncio.sleep(0.45)
        assert "circuit_open" == (await failure_of(bench)).key
        await asyncio.sleep(0.45)
        assert "memory" == (await failure_of(bench)).key


async def test_what_costs_no_worker_opens_no_circuit(open_bench: OpenBench) -> None:
    """Errors of the method, waiting too long, and breaches among many good runs are no reason to refuse it."""
    async with open_bench(workers=2, policy=POLICY) as bench:
        throws = "module.exports = () => { throw new Error() }"
        assert [None] * 4 == [(await failure_of(bench, throws)).key for _ in range(4)]
        waits = "module.exports = ({ echo }) => echo({ after: 60 })"
        waiting = [await bench.run(waits, wall_time_seconds=0.05) for _ in range(4)]
        assert ["wall_time"] * 4 == [outcome.failure.key for outcome in waiting if outcome.failure]
        for _ in range(3):
            assert ["good"] * 3 == [await bench.value(BOMB, {"bad": False}) for _ in range(3)]
            assert "memory" == (await failure_of(bench)).key
        loops = [await bench.run("while (true) {}", wall_time_seconds=0.1) for _ in range(3)]
        assert ["wall_time", "wall_time", "circuit_open"] == [run.failure.key for run in loops if run.failure]
