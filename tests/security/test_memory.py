"""Methods that take memory without end, in every way there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connectors import Connector

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEMORY = "limit/memory | limit/crashed | limit/cpu_time"
OR_ERROR = f"{MEMORY} | custom_code/None"
CASES: dict[str, tuple[Any, ...]] = {
    "arrays": (MEMORY, "const a = []; while (true) a.push(new Array(1e4).fill({}))"),
    "array buffers": (OR_ERROR, "const a = []; for (;;) a.push(new Uint8Array(2 ** 26).fill(1))"),
    "array buffers whose errors are caught": (
        f"{MEMORY} | limit/wall_time",
        "const a = []; for (;;) try { a.push(new Uint8Array(2 ** 22).fill(1)) } catch {}",
    ),
    "one array buffer of all": (OR_ERROR, "return new ArrayBuffer(2 ** 52).byteLength"),
    "a resizable buffer": (
        OR_ERROR,
        "const b = new ArrayBuffer(1, { maxByteLength: 2 ** 31 }); b.resize(2 ** 31 - 1); new Uint8Array(b).fill(1); return b.byteLength",
    ),
    "a buffer transferred to more": (OR_ERROR, "return new ArrayBuffer(8).transfer(2 ** 40).byteLength"),
    "elements of a split": (OR_ERROR, 'return "a,".repeat(2 ** 27).split(",").length'),
    "elements of JSON": (OR_ERROR, 'return JSON.parse("[" + "1,".repeat(2 ** 27) + "1]").length'),
    "the longest string": (
        "limit/result_size | limit/memory | limit/crashed | custom_code/None",
        'return "x".repeat(2 ** 29 - 24)',
    ),
    "a string of strings": (OR_ERROR, 'let s = "x"; for (;;) s += s + "y"'),
    "a flattened string": (OR_ERROR, 'let s = "x".repeat(2 ** 28); return /y$/.test(s + "é" + s)'),
    "a huge error message": (f"custom_code/None | {MEMORY}", 'throw new Error("x".repeat(2 ** 28))'),
    "a long error message": ("custom_code/None", 'throw new Error("é".repeat(2 ** 20))'),
    "a map": (MEMORY, "const m = new Map(); for (let i = 0; ; i++) m.set(i, i)"),
    "a set of objects": (MEMORY, "const s = new Set(); for (;;) s.add({})"),
    "a weak map that holds itself": (
        MEMORY,
        "const w = new WeakMap(); let k = {}; for (;;) { const n = { k }; w.set(n, k); k = n }",
    ),
    "formats of Intl": (
        f"{OR_ERROR} | ok",
        'const a = []; for (let i = 0; i < 1e5; i++) a.push(new Intl.DateTimeFormat("ar-EG")); return 1',
        {"value": 1},
    ),
    "a flood of timers": ("limit/timers", "for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e9)"),
    "a flood of intervals": ("limit/timers | limit/cpu_time", "for (;;) setInterval(() => {}, 1e9)"),
    "a flood of microtasks": (MEMORY, "for (;;) queueMicrotask(() => {})"),
    "a flood of promises": (MEMORY, "for (;;) Promise.resolve().then(() => {})"),
    "a flood of promises that wait": (MEMORY, "const a = []; for (;;) a.push(new Promise(() => {}))"),
    "a flood of console lines": (
        "ok",
        "for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100)); return 1",
        {"value": 1},
    ),
    "a console line of all": (f"ok | {MEMORY}", "console.log('x'.repeat(2 ** 26)); return 1", {"value": 1}),
    "an object that is long in print": (
        f"ok | {MEMORY}",
        "const a = Array.from({ length: 1e4 }, () => ({ b: new Array(100).fill('x'.repeat(1000)) })); console.log(a, a); return 1",
        {"value": 1},
    ),
    "one megabyte left behind": ("ok", "globalThis.leak = new Array(2 ** 17).fill(1.5); return 1", {"value": 1}),
    "bigints": (OR_ERROR, "const a = []; for (let n = 1n << 20000000n; ; n += 1n) a.push(n)"),
    "symbols": (MEMORY, "for (let i = 0; ; i++) Symbol.for('x'.repeat(1000) + i)"),
    "closures in a chain": (MEMORY, "let f = () => 1; for (;;) { const g = f; f = () => g }"),
    "generators that wait": (
        MEMORY,
        "const a = []; for (;;) { const g = (function* () { yield new Array(100).fill(1) })(); g.next(); a.push(g) }",
    ),
    "properties of one object": (MEMORY, "const o = {}; for (let i = 0; ; i++) o['p' + i] = i"),
    "finalizers": (
        MEMORY,
        "const r = new FinalizationRegistry(() => { while (true) {} }); const a = []; for (;;) { r.register({}, 1); a.push(new Array(1e3).fill(1)) }",
    ),
    "Array.from of everything": (OR_ERROR, "return Array.from({ length: 2 ** 32 - 2 }).length"),
    "padding": (OR_ERROR, "const a = []; for (;;) a.push('x'.padEnd(2 ** 24, String.fromCharCode(a.length)))"),
    "a clone of much": (OR_ERROR, "let a = [1]; for (;;) a = structuredClone([a, a])"),
    "buffers of Buffer": (OR_ERROR, "const a = []; for (;;) a.push(Buffer.alloc(2 ** 24, 1))"),
    "a request body of all": (
        f"limit/request_size | limit/call_size | {OR_ERROR}",
        "await apiClient.post('x', { text: 'x'.repeat(2 ** 26) })",
        {"sent": 0},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A method that takes memory it has not got ends with its worker, and nobody else notices."""
    assert [] == await arena.check(case)


async def test_what_runs_leave_behind_goes_with_their_isolates(arena: Arena) -> None:
    """Forty runs of one customer that leave a megabyte each make their worker no larger than two do."""
    customer = arena.customer()
    leaky = Connector.from_source(
        "leaky", "module.exports = () => { globalThis.leak = new Array(2 ** 17).fill(1.5); return 1 }"
    )
    reports = [await arena.host.run(leaky, connection=customer) for _ in range(40)]
    assert [1] * 40 == [report.value for report in reports]
    assert reports[-1].usage.peak_memory_bytes - reports[1].usage.peak_memory_bytes < 20 * 2**20
