"""Timers, which belong to the host, and microtasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_timers_fire_in_order_of_time_then_of_setting(bench: Bench) -> None:
    """Earlier timers fire first; timers of the same time fire in the order they were set; arguments are passed on."""
    code = """module.exports = async () => {
      const seen = [];
      setTimeout((x) => seen.push(x), 30, "late");
      setTimeout((x) => seen.push(x), 5, "first");
      setTimeout((x) => seen.push(x), 5, "second");
      setTimeout((x, y) => seen.push(x + y), 0, "at", " once");
      await new Promise((resolve) => setTimeout(resolve, 40));
      return seen;
    }"""
    assert ["at once", "first", "second", "late"] == await bench.value(code)


async def test_microtasks_run_between_two_timers(bench: Bench) -> None:
    """A timer's microtasks run before the next timer, as everywhere else."""
    code = """module.exports = async () => {
      const seen = [];
      setTimeout(() => { seen.push("t1"); Promise.resolve().then(() => seen.push("m1")); queueMicrotask(() => seen.push("m2")) }, 1);
      setTimeout(() => seen.push("t2"), 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return seen;
    }"""
    assert ["t1", "m1", "m2", "t2"] == await bench.value(code)


async def test_intervals_repeat_until_cleared(bench: Bench) -> None:
    """setInterval fires again and again, and clearing it in its own callback stops it."""
    code = """module.exports = () => new Promise((resolve) => {
      let n = 0;
      const id = setInterval(() => { if (++n === 3) { clearInterval(id); setTimeout(() => resolve(n), 5) } }, 1);
    })"""
    assert 3 == await bench.value(code)


async def test_a_cleared_timer_never_fires(bench: Bench) -> None:
    """clearTimeout takes a timer back; unknown ids are ignored."""
    code = """module.exports = async () => {
      let fired = false;
      clearTimeout(setTimeout(() => { fired = true }, 1));
      clearTimeout(12345); clearTimeout(undefined); clearInterval("x");
      await new Promise((resolve) => setTimeout(resolve, 5));
      return fired;
    }"""
    assert await bench.value(code) is False


@pytest.mark.parametrize(
    "how",
    ["setTimeout(() => { throw new TypeError('late') }, 1)", "queueMicrotask(() => { throw new TypeError('late') })"],
)
async def test_a_throw_in_a_callback_fails_the_run(bench: Bench, how: str) -> None:
    """An error that nobody can catch ends the run, with its place."""
    failure = (await bench.run(f"module.exports = () => new Promise(() => {{ {how} }})")).failure
    assert failure is not None
    assert ("custom_code", "late") == (failure.type, failure.message)
    assert failure.location is not None


@pytest.mark.parametrize("call", ["setTimeout('code', 1)", "setInterval()", "queueMicrotask(5)"])
async def test_only_functions_can_be_scheduled(bench: Bench, call: str) -> None:
    """A string is no callback: there is no code generation from strings."""
    failure = (await bench.run(f"module.exports = () => {{ {call} }}")).failure
    assert failure is not None
    assert "needs a function" in failure.message


async def test_timers_left_at_the_end_are_cancelled_with_a_warning(bench: Bench) -> None:
    """A method's end is the end of its timers, and the report says so."""
    outcome = await bench.run("module.exports = () => { setTimeout(() => console.log('never'), 1); return 1 }")
    assert 1 == outcome.value
    assert [] == bench.lines
    assert (
        "The method returned while 1 of its timers were waiting (data/contacts/list.js:1:26); they were cancelled.",
    ) == outcome.warnings


@pytest.mark.parametrize(
    "flood",
    [
        "for (let i = 0; i < 1e5; i++) setTimeout(() => {}, 1e9)",
        "for (;;) setInterval(() => {}, 1e9)",
        "for (;;) try { setTimeout(() => {}, 1e9) } catch {} finally { continue }",
        "(async () => { for (;;) { setTimeout(() => {}, 1e9); await null } })()",
    ],
)
async def test_a_flood_of_timers_is_a_limit_failure(bench: Bench, flood: str) -> None:
    """More waiting timers than the limit end the run, also where the method never comes to the end of its turn."""
    outcome = await bench.run(f"module.exports = () => {{ console.log('before'); {flood} }}")
    assert outcome.failure is not None
    assert ("limit", "timers") == (outcome.failure.type, outcome.failure.key)
    assert {"limit": "timers", "value": 1000, "used": 1001} == outcome.failure.data
    assert ["before"] == [line.message for line in bench.lines]


async def test_calls_that_are_too_long_end_an_endless_loop(bench: Bench) -> None:
    """The run ends as what it broke first, not as what it used up since."""
    code = "module.exports = ({ echo }) => { for (;;) try { echo('x'.repeat(1000)) } catch {} }"
    failure = (await bench.run(code, call_bytes=500)).failure
    assert failure is not None
    assert ("limit", "call_size") == (failure.type, failure.key)


async def test_timers_that_were_cleared_count_no_more(bench: Bench) -> None:
    """A method may set and clear far more timers than may wait at the same time, at once or one after the other."""
    code = """module.exports = async ({ echo }) => {
      for (let i = 0; i < 50; i++) {
        const timers = Array.from({ length: 50 }, () => setTimeout(() => {}, 60_000));
        if (i % 2) await echo(i);
        timers.forEach(clearTimeout);
      }
      return "done";
    }"""
    assert "done" == await bench.value(code, timers=60)
