"""Methods that compute, or wait, for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

BURNS = {"burns": True}
CPU = {"limits": {"cpu_time_seconds": 0.5}}
CASES: dict[str, tuple[Any, ...]] = {
    "a loop": ("limit/wall_time", "while (true) {}", BURNS),
    "a loop at the top of the file": ("limit/wall_time", "while (true) {}", {"burns": True, "whole": True}),
    "a loop after an await": ("limit/wall_time", "await null; while (true) {}", BURNS),
    "microtasks without end": (
        "limit/wall_time",
        "await new Promise(() => { (function f() { Promise.resolve().then(f) })() })",
        BURNS,
    ),
    "awaits without end": ("limit/wall_time", "for (;;) await null", BURNS),
    "queueMicrotask without end": (
        "limit/wall_time",
        "(function f() { queueMicrotask(f) })(); await new Promise(() => {})",
        BURNS,
    ),
    "an exponential regular expression": ("ok", 'return /^(a+)+$/.test("a".repeat(40) + "b")', {"value": False}),
    "an exponential regular expression that refers back": (
        "limit/wall_time",
        'return /^(a+)+\\1$/.test("a".repeat(40) + "b")',
        BURNS,
    ),
    "an exponential expression in replaceAll": (
        "ok | limit/wall_time",
        'return "a".repeat(40).replaceAll(/(a*)*b/g, "x")',
        {"burns": True, "value": "a" * 40},
    ),
    "a builtin that cannot be interrupted": (
        "limit/wall_time",
        "await null; return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)",
        BURNS,
    ),
    "a builtin that cannot be interrupted, at once": (
        "limit/wall_time",
        "return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        BURNS,
    ),
    "a giant fill": (
        "limit/memory | limit/crashed | limit/wall_time | custom_code/None",
        "return new Array(2 ** 27).fill(0).length",
        BURNS,
    ),
    "a swallowed termination": (
        "limit/wall_time",
        "while (true) { try { while (true) {} } catch (e) {} finally { continue } }",
        BURNS,
    ),
    "a loop in a generator's return": (
        "limit/wall_time",
        "function* g() { try { yield 1 } finally { while (true) {} } } for (const x of g()) break",
        BURNS,
    ),
    "Atomics.wait": (
        "custom_code/None",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    ),
    "a sort without order": (
        "limit/wall_time | limit/memory",
        "return Array.from({ length: 2e6 }, Math.random).sort(() => Math.random() - 0.5).length",
        BURNS,
    ),
    "a comparator that never returns": ("limit/wall_time", "[3, 1, 2].sort(() => { while (true) {} })", BURNS),
    "a source made while it runs": ("custom_code/None", 'eval("var x=1;".repeat(2 ** 22))'),
    "a Function made while it runs": ("custom_code/None", 'return new Function("while (true) {}")()'),
    "an async generator's constructor": (
        "custom_code/None",
        'return Object.getPrototypeOf(async function* () {}).constructor("yield 1")().next()',
    ),
    "a loop in a timer": (
        "limit/wall_time",
        "await new Promise(() => setTimeout(() => { while (true) {} }, 1))",
        BURNS,
    ),
    "an interval that never ends": ("limit/wall_time", "await new Promise(() => setInterval(() => {}, 0))", BURNS),
    "timers that set timers": (
        "limit/wall_time",
        "await new Promise(() => (function f() { setTimeout(f, 0); })())",
        BURNS,
    ),
    "a timer of three weeks": ("limit/wall_time", "await new Promise((resolve) => setTimeout(resolve, 2e9))", BURNS),
    "a promise that nothing settles": ("custom_code/deadlock", "await new Promise(() => {})"),
    "a wait for itself": (
        "custom_code/deadlock",
        "const p = new Promise((r) => setTimeout(() => r(p2), 0)); const p2 = p.then(() => p2); return p2",
    ),
    "CPU time": ("limit/cpu_time", "while (true) {}", CPU),
    "CPU time after a wait": ("limit/cpu_time", "await apiClient.get('after/0.3'); while (true) {}", CPU),
    "CPU time with short breaks": (
        "limit/cpu_time",
        "for (;;) { const end = Date.now() + 20; while (Date.now() < end); await new Promise((r) => setTimeout(r, 1)) }",
        CPU,
    ),
    "a wait that costs no CPU time": (
        "ok",
        "await apiClient.get('after/0.8'); const end = Date.now() + 10; while (Date.now() < end); return 1",
        {"value": 1, "limits": {"cpu_time_seconds": 0.5}},
    ),
    "a very long number": ("limit/wall_time | custom_code/None | limit/memory", "let n = 3n; for (;;) n *= n", BURNS),
    "a Date that parses for long": ("ok", "return Number.isNaN(Date.parse('1'.repeat(1e6)))", {"value": True}),
    "normalising for ever": ("limit/wall_time", "for (;;) '\\u1e9b\\u0323'.repeat(1e5).normalize('NFKD')", BURNS),
    "collating for ever": (
        "limit/wall_time",
        "for (;;) 'a\\u0301'.repeat(1e5).localeCompare('\\u00e1'.repeat(1e5), 'de')",
        BURNS,
    ),
    "a thenable that never calls back": ("custom_code/deadlock", "await { then() {} }"),
    "a thenable that loops": ("limit/wall_time", "return { then() { while (true) {} } }", BURNS),
    "a thenable of thenables": ("limit/wall_time", "const t = { then(r) { r(t) } }; return t", BURNS),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A method that takes time it has not got is ended, and nobody else notices."""
    assert [] == await arena.check(case)
