"""Who waits for a worker, for how long, and who is refused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from runtime import HostCall, HostReply, PoolPolicy, RunEnded
from runtime.fair_queue import FairQueue, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Bench

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]

ASKS = "module.exports = ({ echo, n }) => echo(n)"


class Gate:
    """Holds up host calls until it is opened, and remembers which came in which order."""

    def __init__(self) -> None:
        self.came: list[object] = []
        self._open = asyncio.Event()

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call with its payload, when the gate is open."""
        self.came.append(call.payload)
        await self._open.wait()
        return HostReply(ok=True, value=call.payload)

    def open(self) -> None:
        """Answer all."""
        self._open.set()

    async def until(self, count: int) -> None:
        """Wait until so many calls came."""
        while len(self.came) < count:
            await asyncio.sleep(0.005)


async def settle() -> None:
    """Let tasks that were just made come to where they wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_flood_of_one_key_does_not_hold_up_another(open_bench: OpenBench) -> None:
    """A key has half of the workers at most, so that the run of another key starts at once."""
    gate = Gate()
    async with open_bench(workers=4, spares=0) as bench:
        flood = [asyncio.create_task(bench.run(ASKS, {"n": n}, key="flood", calls=gate)) for n in range(20)]
        await gate.until(2)
        await settle()
        assert [0, 1] == sorted(gate.came)
        assert "fine" == await bench.value("module.exports = () => 'fine'", key="other")
        gate.open()
        assert list(range(20)) == [(await run).value for run in flood]


async def test_keys_take_turns(open_bench: OpenBench) -> None:
    """With one worker, the runs of a key that came later are not behind all runs of the key that came first."""
    gate = Gate()
    async with open_bench(workers=1, spares=0) as bench:
        runs = [
            asyncio.create_task(bench.run(ASKS, {"n": f"{key}{n}"}, key=key, calls=gate))
            for key in "abc"
            for n in "123"
        ]
        await gate.until(1)
        gate.open()
        await asyncio.gather(*runs)
    assert ["a1", "a2", "b1", "c1", "a3", "b2", "c2", "b3", "c3"] == gate.came


async def test_the_share_of_a_key_can_be_chosen(open_bench: OpenBench) -> None:
    """A policy says how many workers one key has at most."""
    gate = Gate()
    async with open_bench(workers=4, spares=0, policy=PoolPolicy(workers_per_key=3)) as bench:
        runs = [asyncio.create_task(bench.run(ASKS, {"n": n}, calls=gate)) for n in range(5)]
        await gate.until(3)
        await settle()
        assert 3 == len(gate.came)
        gate.open()
        await asyncio.gather(*runs)


async def test_a_run_that_waits_too_long_is_not_started(open_bench: OpenBench) -> None:
    """Waiting for a worker has a limit and an error of its own, and is no part of the wall time."""
    gate = Gate()
    async with open_bench(workers=1, spares=0) as bench:
        first = asyncio.create_task(bench.run(ASKS, {"n": 1}, calls=gate))
        await gate.until(1)
        late = await bench.run(ASKS, {"n": 2}, calls=gate, queue_time_seconds=0.05)
        patient = asyncio.create_task(bench.run(ASKS, {"n": 3}, calls=gate, wall_time_seconds=0.2))
        await asyncio.sleep(0.3)
        gate.open()
        assert [1, 3] == [(await first).value, (await patient).value]
    assert late.failure is not None
    assert ("limit", "queue_time") == (late.failure.type, late.failure.key)
    assert {"limit": "queue_time", "value": 0.05, "used": 0.05} == late.failure.data
    assert (0.0, 0.0) == (late.usage.wall_seconds, late.usage.cpu_seconds)
    assert late.usage.queue_seconds >= 0.05
    assert (await patient).usage.queue_seconds >= 0.3
    assert [1, 3] == gate.came


async def test_a_full_queue_refuses_at_once_those_who_have_most_in_it(open_bench: OpenBench) -> None:
    """The flood that fills the queue is refused, and the run of another key takes the place of its newest."""
    gate = Gate()
    async with open_bench(workers=1, spares=0, policy=PoolPolicy(waiting_runs=3)) as bench:
        flood = [asyncio.create_task(bench.run(ASKS, {"n": n}, key="flood", calls=gate)) for n in range(6)]
        await gate.until(1)
        others = [asyncio.create_task(bench.run(ASKS, {"n": key}, key=key, calls=gate)) for key in ("b", "c", "d")]
        await settle()
        refused = [run for run in (*flood, *others) if run.done()]
        gate.open()
        values = [(await run).value for run in (*flood, *others)]
    assert [0, 1, None, None, None, None, "b", "c", None] == values
    failures = [(await run).failure for run in refused]
    assert [("limit", "queue_full")] * 5 == [(failure.type, failure.key) for failure in failures if failure]
    assert {"limit": "waiting_runs", "value": 3, "used": 3} == (failures[0] and failures[0].data)


async def test_an_inner_run_does_not_wait_for_the_run_that_waits_for_it(open_bench: OpenBench) -> None:
    """Where every worker serves a run that waits for another one, that one still has a worker, and goes first."""
    async with open_bench(workers=1, inner_workers=1, spares=0) as bench:

        async def calls(_: HostCall) -> HostReply:
            inner = await bench.run("export default () => 'inner'", inner=True)
            return HostReply(ok=True, value=inner.value)

        runs = [bench.run("module.exports = ({ echo }) => echo(1)", calls=calls) for _ in range(3)]
        outcomes = await asyncio.gather(*runs)
    assert ["inner"] * 3 == [outcome.value for outcome in outcomes]


async def test_giving_up_while_waiting_takes_nothing_from_others(open_bench: OpenBench) -> None:
    """Callers that are cancelled in the queue leave it, also in the moment in which it is their turn."""
    gate = Gate()
    async with open_bench(workers=1, spares=0) as bench:
        first = asyncio.create_task(bench.run(ASKS, {"n": 1}, calls=gate))
        await gate.until(1)
        waiting = [asyncio.create_task(bench.run(ASKS, {"n": n}, key=str(n), calls=gate)) for n in range(2, 6)]
        await settle()
        waiting[0].cancel()
        first.cancel()
        waiting[1].cancel()
        gate.open()
        assert [4, 5] == [(await run).value for run in waiting[2:]]
        assert "fine" == await bench.value("module.exports = () => 'fine'")
    assert [True] * 3 == [run.cancelled() for run in (first, *waiting[:2])]


async def test_compiling_waits_in_the_queue_of_its_own_key(open_bench: OpenBench) -> None:
    """What one key has yet to compile does not hold up another key with the same source."""
    gate = Gate()
    async with open_bench(workers=2, spares=0) as bench:
        held = asyncio.create_task(bench.run(ASKS, {"n": 1}, key="flood", calls=gate))
        await gate.until(1)
        module = "export default () => 'compiled'"
        behind = asyncio.create_task(bench.run(module, key="flood"))
        await settle()
        assert "compiled" == await bench.value(module, key="other")
        assert not behind.done()
        gate.open()
        assert "compiled" == (await behind).value
        await held


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_policy_has_no_value_of_nothing(value: float) -> None:
    """What would make a pool that serves nobody is refused where it is set."""
    with pytest.raises(ValueError, match="waiting_runs must be above zero"):
        PoolPolicy(waiting_runs=value)  # type: ignore[arg-type]


async def test_a_place_given_to_somebody_who_just_left_goes_to_the_next() -> None:
    """Between being given a place and having it, a caller may be cancelled; the place is not lost."""
    queue = FairQueue(places=1, inner_places=0, per_key=1, most_waiting=9)
    place = Place("a")
    await queue.take(place, 1)
    leaving, next_one = [asyncio.create_task(queue.take(Place(key), 5)) for key in "bc"]
    await settle()
    queue.give_back(place)
    leaving.cancel()
    await next_one
    assert leaving.cancelled()
    with pytest.raises(RunEnded):
        await queue.take(place, 0.01)
    queue.give_back(Place("c"))
    await queue.take(place, 0.01)
