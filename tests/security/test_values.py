"""Values that must not cross the wall as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

BURNS = {"burns": True}
WRONG = "custom_code/result"
THROWN = "custom_code/None"
STRANGE = "a\u2028\u2029\0\"\\' </script> ${x} \ufeff \U0001f600"
CASES: dict[str, tuple[Any, ...]] = {
    "a BigInt": (WRONG, "return 1n"),
    "a BigInt deep inside": (WRONG, "return { a: [{ b: 1n }] }"),
    "a BigInt with a toJSON of its own": (
        f"ok | {WRONG}",
        "BigInt.prototype.toJSON = () => 'forged'; return 1n",
        {"value": "forged"},
    ),
    "a BigInt in a body": (
        "ok",
        "try { await apiClient.post('x', { a: 1n }) } catch (e) { return [e.type, e.key] }",
        {"value": ["request", "invalid"], "sent": 0},
    ),
    "a lone surrogate": (WRONG, 'return "a\\ud800b"'),
    "a lone surrogate in a key": (WRONG, 'return { "a\\udfffb": 1 }'),
    "a lone surrogate in an error": (THROWN, 'throw new Error("a\\ud800b")'),
    "a lone surrogate on the console": ("ok", 'console.log("a\\ud800b"); return 1', {"value": 1}),
    "a lone surrogate in a path": ("ok | request/url", 'await apiClient.get("a\\ud800b"); return 1', {"value": 1}),
    "numbers that JSON has not": ("ok", "return [-0, NaN, Infinity, -Infinity]", {"value": [0, None, None, None]}),
    "undefined": ("ok", "return undefined", {"value": None}),
    "a function": (f"ok | {WRONG}", "return () => 1"),
    "a symbol": (f"ok | {WRONG}", 'return Symbol("x")'),
    "a date that is none": ("ok", "return new Date(NaN)", {"value": None}),
    "a buffer": (WRONG, "return new Uint8Array(8).buffer"),
    "a buffer that is detached later": (
        WRONG,
        "const b = new ArrayBuffer(64); setTimeout(() => b.transfer(0), 0); return b",
    ),
    "a detached buffer in a body": (
        f"ok | {THROWN} | request/invalid",
        "const b = new Uint8Array(64); b.buffer.transfer(0); await apiClient.post('x', b); return 1",
        {"value": 1},
    ),
    "a buffer that shrinks while it is sent": (
        f"ok | {THROWN} | request/invalid",
        "const b = new ArrayBuffer(64, { maxByteLength: 64 }); const p = apiClient.post('x', new Uint8Array(b)); b.resize(0); await p; return 1",
        {"value": 1},
    ),
    "a map and a set": (WRONG, "return [new Map([[1, 2]]), new Set([1])]"),
    "a cycle": (WRONG, "const o = {}; o.o = o; return o"),
    "a getter that throws": (WRONG, "return { get a() { throw 1 } }"),
    "a getter that loops": ("limit/wall_time", "return { get a() { while (true) {} } }", BURNS),
    "a toJSON that loops": ("limit/wall_time", "return { toJSON() { while (true) {} } }", BURNS),
    "a proxy that throws": (WRONG, "return new Proxy({}, { ownKeys() { throw 1 } })"),
    "a proxy that lies about its length": (
        f"{WRONG} | limit/result_size | limit/memory | limit/wall_time | limit/crashed | custom_code/None",
        "return new Proxy([], { get: (o, k) => (k === 'length' ? 2 ** 32 : k === 'toJSON' ? undefined : 1) })",
        BURNS,
    ),
    "a revoked proxy": (
        f"{WRONG} | {THROWN}",
        "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy",
    ),
    "a result that throws when it is awaited": (THROWN, "return { get then() { throw new Error('x') } }"),
    "null thrown": (THROWN, "throw null"),
    "undefined thrown": (THROWN, "throw undefined"),
    "a symbol thrown": (THROWN, "throw Symbol()"),
    "a BigInt thrown": (THROWN, "throw 1n"),
    "a proxy thrown": (THROWN, "throw new Proxy(new Error('x'), { get() { throw 1 }, getPrototypeOf() { throw 2 } })"),
    "an error whose properties throw": (
        THROWN,
        "throw { get stack() { throw 1 }, get message() { throw 2 }, toString() { throw 3 } }",
    ),
    "an error whose properties loop": (
        "limit/wall_time",
        "throw { get message() { while (true) {} }, toString() { while (true) {} } }",
        BURNS,
    ),
    "an error whose data is hostile": (
        THROWN,
        "throw Object.assign(new Error('x'), { data: { get a() { throw 1 } }, toJSON() { throw 2 } })",
    ),
    "an error whose cause is itself": (THROWN, "const e = new Error('x'); e.cause = e; throw e"),
    "an error of ten thousand errors": (
        THROWN,
        "throw new AggregateError(Array.from({ length: 1e4 }, () => new Error('x'.repeat(100))), 'many')",
    ),
    "an error that claims a type": (THROWN, "throw Object.assign(new Error('x'), { type: 'limit', key: 'wall_time' })"),
    "a stack that is written by a loop": (
        "limit/wall_time | custom_code/None",
        "Error.prepareStackTrace = () => { while (true) {} }; throw Error()",
        BURNS,
    ),
    "a stack without end": (THROWN, "Error.stackTraceLimit = Infinity; (function f() { f() })()"),
    "an own __proto__ in an answer": (
        "ok",
        "const a = await apiClient.get('prototype'); return [({}).leak === undefined, Object.hasOwn(a, '__proto__'), Object.getPrototypeOf(a) === Object.prototype]",
        {"value": [True, True, True]},
    ),
    "an own __proto__ in arguments": (
        "ok",
        "return [({}).leak === undefined, input.__proto__, Object.getPrototypeOf(input) === Object.prototype]",
        {"value": [True, {"leak": 1}, True], "args": {"input": {"__proto__": {"leak": 1}}}},
    ),
    "an own __proto__ in a result": (
        "ok",
        'return JSON.parse(\'{"__proto__":{"leak":1}}\')',
        {"value": {"__proto__": {"leak": 1}}},
    ),
    "strange characters": ("ok", "return input.text", {"value": STRANGE, "args": {"input": {"text": STRANGE}}}),
    "a text as long as a result may be": (
        "ok",
        "return 'x'.repeat(998)",
        {"value": "x" * 998, "limits": {"result_bytes": 1000}},
    ),
    "a text longer than a result may be": (
        "limit/result_size",
        "return 'x'.repeat(999)",
        {"limits": {"result_bytes": 1000}},
    ),
    "a text of wide characters": (
        "limit/result_size",
        "return '\\u20ac'.repeat(400)",
        {"limits": {"result_bytes": 1000}},
    ),
    "control characters everywhere": (
        THROWN,
        "console.log('\\u001b[2J\\r\\n{\"ok\":true}\\u2028'); throw new Error('\\u001b]0;x\\u0007\\r\\nfake: line')",
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A value that is none ends its own run at most, and nobody else notices."""
    assert [] == await arena.check(case)
