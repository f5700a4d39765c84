"""Methods that want more than they may have."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from runtime import SandboxLimits

if TYPE_CHECKING:
    from conftest import Bench


asynchronous = pytest.mark.asyncio(loop_scope="module")

HOSTILE = {
    "loop": ("while (true) {}", "wall_time"),
    "loop after an await": ("module.exports = async () => { await null; while (true) {} }", "wall_time"),
    "loop after a call": ("module.exports = async ({ echo }) => { await echo(1); while (true) {} }", "wall_time"),
    "loop in a timer": (
        "module.exports = () => new Promise(() => { setTimeout(() => { while (true) {} }, 1) })",
        "wall_time",
    ),
    "endless microtasks": (
        "module.exports = () => new Promise(() => { (function f() { Promise.resolve().then(f) })() })",
        "wall_time",
    ),
    "swallowed termination": (
        "module.exports = () => { while (true) { try { while (true) {} } catch {} finally { continue } } }",
        "wall_time",
    ),
    "uninterruptible builtin": (
        "module.exports = () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "wall_time",
    ),
    "exponential backreference": ("module.exports = () => /^(a+)+\\1$/.test('a'.repeat(40) + 'b')", "wall_time"),
    "loop in a getter of the result": ("module.exports = () => ({ get a() { while (true) {} } })", "wall_time"),
    "loop in toJSON": ("module.exports = () => ({ toJSON() { while (true) {} } })", "wall_time"),
    "loop in prepareStackTrace": (
        "module.exports = () => { Error.prepareStackTrace = () => { while (true) {} }; throw new Error() }",
        "wall_time",
    ),
    "array buffers": (
        "module.exports = () => { const a = []; for (;;) a.push(new Uint8Array(2 ** 24).fill(1)) }",
        "memory",
    ),
    "one huge array buffer": ("module.exports = () => new ArrayBuffer(2 ** 33).byteLength", "memory"),
    "strings": ("module.exports = () => { const a = []; for (;;) a.push('x'.repeat(2 ** 20) + a.length) }", "memory"),
}


@asynchronous
@pytest.mark.parametrize(("code", "key"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_each_abuse_has_its_own_limit(bench: Bench, code: str, key: str) -> None:
    """A method that loops or hoards is ended, whatever it does to prevent that, and the next run works."""
    failure = (await bench.run(code, wall_time_seconds=30 if key == "memory" else 0.3, heap_bytes=32 << 20)).failure
    assert failure is not None
    assert ("limit", key) == (failure.type, failure.key)
    assert "fine" == await bench.value("module.exports = () => 'fine'")


@asynchronous
async def test_a_map_bomb_is_a_limit_failure(bench: Bench) -> None:
    """Objects on the JavaScript heap are bounded."""
    failure = (
        await bench.run("module.exports = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, {}) }")
    ).failure
    assert failure is not None
    assert ("limit", "memory") == (failure.type, failure.key)


@asynchronous
async def test_cpu_time_is_not_wall_time(bench: Bench) -> None:
    """Waiting costs no CPU time; computing does, and has an error of its own."""
    waits = "module.exports = async ({ echo }) => { await echo({ after: 0.4 }); return 1 }"
    assert 1 == await bench.value(waits, cpu_time_seconds=0.2)
    failure = (await bench.run("while (true) {}", cpu_time_seconds=0.2)).failure
    assert failure is not None
    assert ("limit", "cpu_time") == (failure.type, failure.key)
    assert isinstance(failure.data, dict)
    assert 0.2 == failure.data["value"]


@asynchronous
@pytest.mark.parametrize(
    "code",
    [
        "module.exports = () => 'a,'.repeat(2 ** 27).split(',')",
        "module.exports = () => JSON.parse('[' + '1,'.repeat(2 ** 27) + '1]')",
        "module.exports = () => new Array(2 ** 27).fill(0).length",
    ],
)
async def test_one_huge_allocation_ends_only_its_worker(bench: Bench, code: str) -> None:
    """Where V8 aborts the process, that is an answer too."""
    failure = (await bench.run(code, wall_time_seconds=20)).failure
    assert failure is not None
    assert "limit" == failure.type
    assert failure.key in {"memory", "crashed", "cpu_time"}


@asynchronous
async def test_linear_patterns_need_no_limit(bench: Bench) -> None:
    """A pattern that would backtrack without end is matched in linear time where that can be."""
    assert await bench.value("module.exports = () => /^(a+)+$/.test('a'.repeat(40) + 'b')") is False


@asynchronous
async def test_stack_overflow_is_the_methods_own_error(bench: Bench) -> None:
    """Endless recursion is an ordinary RangeError."""
    failure = (await bench.run("module.exports = () => (function f() { f() })()")).failure
    assert failure is not None
    assert ("custom_code", "Maximum call stack size exceeded") == (failure.type, failure.message)


@asynchronous
async def test_a_breach_cannot_be_caught(bench: Bench) -> None:
    """Once an extension reports a breach, the run is over, whatever the method does next."""
    code = "module.exports = async ({ breach, echo }) => { breach('widgets'); try { await echo(1) } catch {} return 1 }"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert ("limit", "widgets", "as asked") == (failure.type, failure.key, failure.message)


@asynchronous
async def test_a_call_that_is_too_long_is_a_breach(bench: Bench) -> None:
    """The payload of a host call is bounded in bytes."""
    code = "module.exports = async ({ echo, n }) => (await echo('é'.repeat(n))).length"
    assert 49 == await bench.value(code, {"n": 49}, call_bytes=100)
    failure = (await bench.run(code, {"n": 50}, call_bytes=100)).failure
    assert failure is not None
    assert ("limit", "call_size") == (failure.type, failure.key)


@asynchronous
async def test_others_go_on_while_one_is_hostile(bench: Bench) -> None:
    """Runs of another key complete unharmed beside loops and bombs."""
    attacks = [
        bench.run(code, key=f"bad{i}", wall_time_seconds=1, cpu_time_seconds=1)
        for i, (code, _) in enumerate(HOSTILE.values())
    ]
    good = "module.exports = async ({ echo }) => { for (let i = 0; i < 5; i++) await echo({ after: 0.01 }); return 7 }"
    outcomes = await asyncio.gather(*[bench.run(good, key="good") for _ in range(20)], *attacks)
    assert [7] * 20 == [outcome.value for outcome in outcomes[:20]]
    assert {"limit"} == {outcome.failure.type for outcome in outcomes[20:] if outcome.failure}


def test_a_limit_must_be_above_zero() -> None:
    """A limit of zero or less is refused where it is set."""
    with pytest.raises(ValueError, match="wall_time_seconds must be above zero"):
        SandboxLimits(wall_time_seconds=0)


TOLD = {
    "wall_time": ("while (true) {}", {"wall_time_seconds": 0.2}, "wall_time", 0.2),
    "cpu_time": ("while (true) {}", {"cpu_time_seconds": 0.2}, "cpu_time", 0.2),
    "memory": ("module.exports = () => { const a = []; for (;;) a.push(new Uint8Array(2 ** 22).fill(1)) }", {"memory_bytes": 50 << 20}, "memory", 50 << 20),
    "heap": ("module.exports = () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, {}) }", {"heap_bytes": 20 << 20}, "heap", 20 << 20),
    "result_size": ("module.exports = () => ['x'.repeat(100)]", {"result_bytes": 100}, "result_size", 100),
    "result_containers": ("module.exports = () => Array.from({ length: 25e3 }, () => [])", {"result_containers": 9}, "result_containers", 9),
    "result_depth": ("module.exports = () => [[[[1]]]]", {"result_depth": 3}, "result_depth", 3),
    "call_size": ("module.exports = ({ echo }) => echo('x'.repeat(99))", {"call_bytes": 100}, "call_size", 100),
    "timers": ("module.exports = () => { for (let i = 0; i < 20; i++) setTimeout(() => {}, 1e9) }", {"timers": 9}, "timers", 9),
}  # fmt: skip


@asynchronous
@pytest.mark.parametrize(("code", "limits", "limit", "value"), TOLD.values(), ids=TOLD.keys())
async def test_a_breach_tells_the_limit_its_value_and_what_was_used(
    bench: Bench, code: str, limits: dict[str, float], limit: str, value: float
) -> None:
    """A program learns which limit was hit, how large it was, and what the run came to."""
    failure = (await bench.run(code, **limits)).failure
    assert failure is not None
    assert "limit" == failure.type
    data: Any = failure.data
    assert (limit, value) == (data["limit"], data["value"])
    assert data["used"] >= (0.5 * value if limit == "memory" else 0 if limit == "heap" else value)
