"""Clocks of runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from runtime import Clock, VirtualClock, VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Coroutine


def in_virtual_time(work: Coroutine[None, None, object]) -> object:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)


def test_a_virtual_day_takes_no_time() -> None:
    """A wait of a day is over at once, and the clock has moved by it."""

    async def wait() -> float:
        clock = VirtualClock(1000.0)
        await clock.sleep(86_400)
        return clock.now_ms()

    assert in_virtual_time(wait()) == 86_401_000.0


def test_sleepers_wake_in_order() -> None:
    """Sleepers wake by their time, and those of one moment in the order in which they went to sleep."""

    async def wake() -> list[str]:
        clock, woken = VirtualClock(0.0), []

        async def sleep(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(f"{name} {clock.time():g}")

        await asyncio.gather(sleep("late", 60), sleep("first", 5), sleep("second", 5), sleep("now", 0))
        return woken

    assert in_virtual_time(wake()) == ["now 0", "first 5", "second 5", "late 60"]


def test_time_stands_still_during_work() -> None:
    """While something is at work no time passes; while it rests, it does."""

    async def work() -> list[float]:
        clock, seen = VirtualClock(0.0), []
        sleeper = asyncio.create_task(clock.sleep(30))
        with clock.working():
            await asyncio.sleep(0.01)
            seen.append(clock.time())
            with clock.resting():
                await sleeper
        seen.append(clock.time())
        return seen

    assert in_virtual_time(work()) == [0.0, 30.0]


def test_clocks_do_not_know_each_other() -> None:
    """Of two runs in one loop, each has its own time."""

    async def both() -> tuple[float, float]:
        one, other = VirtualClock(0.0), VirtualClock(0.0)
        await asyncio.gather(one.sleep(10), other.sleep(600))
        return one.time(), other.time()

    assert in_virtual_time(both()) == (10.0, 600.0)


@pytest.mark.parametrize("virtual", [True, False])
def test_timeouts_can_be_put_off(*, virtual: bool) -> None:
    """A timeout fires on the clock it belongs to, at the moment that was set last."""

    async def expire() -> bool:
        clock = VirtualClock(0.0) if virtual else Clock()
        timeout = clock.timeout_at(clock.time() + 1000)

        async def wait() -> None:
            async with timeout:
                clock.reschedule(timeout, clock.time() + (5000 if virtual else 0.001))
                await clock.sleep(4000 if virtual else 0)
                await clock.sleep(4000)

        with pytest.raises(TimeoutError):
            await wait()
        return timeout.expired()

    work = expire()
    assert in_virtual_time(work) if virtual else asyncio.run(work)


def test_virtual_time_needs_its_loop() -> None:
    """In an ordinary event loop nothing would ever jump: that is told at once."""

    async def make() -> None:
        VirtualClock(0.0)

    with pytest.raises(TypeError, match="VirtualTimeLoop"):
        asyncio.run(make())


def test_a_clock_on_which_nothing_is_to_happen_is_asked_no_more() -> None:
    """A loop in which a thousand runs have ended goes on as fast as one in which one has."""

    async def clocks_left() -> int:
        loop = asyncio.get_running_loop()
        clocks = [VirtualClock(0.0) for _ in range(3)]
        for clock in clocks:
            await clock.sleep(60)
        await asyncio.sleep(0.001)
        assert isinstance(loop, VirtualTimeLoop)
        return len(loop._clocks)

    assert in_virtual_time(clocks_left()) == 0


def test_the_event_loop_may_count_from_another_moment() -> None:
    """A run waits as long as it asked for, and no less, in a loop whose clock is none of the machine's."""

    class Ahead(asyncio.SelectorEventLoop):
        def time(self) -> float:
            return super().time() + 1000

    async def slept() -> float:
        clock = Clock()
        began = clock.time()
        async with clock.timeout_at(clock.time() + 20) as timeout:
            clock.reschedule(timeout, clock.time() + 30)
            await clock.sleep(0.02)
        return clock.time() - began

    with asyncio.Runner(loop_factory=Ahead) as runner:
        assert runner.run(slept()) >= 0.02
