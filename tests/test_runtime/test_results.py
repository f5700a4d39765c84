"""How values come out of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

VALUES: dict[str, Any] = {
    "undefined": None,
    "null": None,
    "Symbol('x')": None,
    "[-0, NaN, Infinity]": [0, None, None],
    "({ a: undefined, b: null })": {"b": None},
    "new Date(0)": "1970-01-01T00:00:00.000Z",
    "'a\\u2028\\u2029\\0\"\\\\b'": 'a\u2028\u2029\0"\\b',
    "'\\ud83d\\ude00'": "😀",
    "'\\\\ud800'": "\\ud800",
    "9007199254740993": 9007199254740992,
    "1e21": 1e21,
    "[[[]]]": [[[]]],
    'JSON.parse(\'{"__proto__":{"admin":true}}\')': {"__proto__": {"admin": True}},
    "({ toJSON: () => 'own' })": "own",
    "Promise.resolve({ then: (f) => f(3) })": 3,
    "new (class { constructor() { this.x = 1 } get y() { return 2 } })()": {"x": 1},
}


@pytest.mark.parametrize(("expression", "value"), VALUES.items(), ids=VALUES.keys())
async def test_values_cross_as_json(bench: Bench, expression: str, value: Any) -> None:
    """A result crosses the wall as JSON.stringify would write it."""
    assert value == await bench.value(f"module.exports = async () => ({expression})")


REFUSED = {
    "1n": "result is a BigInt",
    "({ a: [1n] })": "result.a[0] is a BigInt",
    "() => 1": "result is a function",
    "({ f: () => 1 })": "result.f is a function",
    "new Map([[1, 2]])": "result is a Map",
    "({ records: [{ tags: new Set() }] })": "result.records[0].tags is a Set",
    "({ p: Promise.resolve() })": "result.p is a Promise that was not awaited",
    "({ 'odd key': new Uint8Array(2) })": 'result["odd key"] is a typed array',
    "new ArrayBuffer(2)": "result is an ArrayBuffer",
    "(function* () { yield 1 })()": "result is an iterator",
    "({ pages: (async function* () { yield 1 })() })": "result.pages is an asynchronous iterator",
    "'\\ud800'": "result holds half of a surrogate pair",
    "({ a: { b: 'x\\udc00' } })": "result.a.b holds half of a surrogate pair",
    "({ a: { get b() { throw new Error('no') } } })": "result.a.b could not be read: no",
    "({ a: new Proxy({}, { ownKeys() { throw new Error('no') } }) })": "result.a could not be read: no",
    "({ a: new Proxy({}, { getPrototypeOf() { throw new Error('no') } }), b: 1n })": "result.a could not be read: no",
    "(() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return { proxy } })()": "result.proxy could not",
    "({ a: { '\\udfff': 1 } })": "result.a has a key that holds half of a surrogate pair",
    "(() => { const o = {}; o.self = o; return o })()": "result.self contains itself",
}


@pytest.mark.parametrize(("expression", "reason"), REFUSED.items(), ids=REFUSED.keys())
async def test_what_json_cannot_hold_is_named_by_its_path(bench: Bench, expression: str, reason: str) -> None:
    """A result that JSON cannot hold fails the run with the path of what is wrong."""
    failure = (await bench.run(f"module.exports = async () => ({expression})")).failure
    assert failure is not None
    assert ("custom_code", "result") == (failure.type, failure.key)
    assert reason in failure.message


async def test_a_result_may_be_as_long_as_the_limit_and_no_longer(bench: Bench) -> None:
    """The size of a result is measured in bytes of its JSON text."""
    code = "module.exports = ({ n }) => 'é'.repeat(n)"
    assert "é" * 49 == await bench.value(code, {"n": 49}, result_bytes=100)
    failure = (await bench.run(code, {"n": 50}, result_bytes=100)).failure
    assert failure is not None
    assert ("limit", "result_size") == (failure.type, failure.key)
    assert {"limit": "result_size", "value": 100, "used": 102} == failure.data


async def test_the_longest_string_there_is_is_too_long(bench: Bench) -> None:
    """A result that is one huge string is refused before it is copied."""
    failure = (await bench.run("module.exports = () => 'x'.repeat(2 ** 29 - 24)")).failure
    assert failure is not None
    assert ("limit", "result_size") == (failure.type, failure.key)


@pytest.mark.parametrize("depth", [65, 300, 100_000])
async def test_a_result_nested_too_deep_is_a_limit_failure(bench: Bench, depth: int) -> None:
    """Nesting beyond the limit is `limit/result_depth` whether V8, the reader or the check stumbles on it."""
    code = "module.exports = ({ n }) => { let o = 0; for (let i = 0; i < n; i++) o = [o]; return o }"
    failure = (await bench.run(code, {"n": depth})).failure
    assert failure is not None
    assert ("limit", "result_depth") == (failure.type, failure.key)
    assert [[0]] == await bench.value(code, {"n": 2}, result_depth=2)


async def test_arguments_cross_byte_for_byte(bench: Bench) -> None:
    """Strings that could break out of JavaScript literals arrive as they were sent, and stay data."""
    texts = ["\u2028\u2029", "\0", '"\\', "`${1}`", "</script>", "');throw 1;('", "\ud800", "😀", "__proto__"]
    code = "module.exports = ({ texts }) => texts.map((t) => [...Array(t.length).keys()].map((i) => t.charCodeAt(i)))"
    utf16 = [[int.from_bytes(t.encode("utf-16-le", "surrogatepass")[i : i + 2], "little") for i in range(0, 2 * n, 2)]
             for t in texts for n in [len(t.encode("utf-16-le", "surrogatepass")) // 2]]  # fmt: skip
    assert utf16 == await bench.value(code, {"texts": texts})


async def test_a_prototype_key_in_the_arguments_is_a_plain_property(bench: Bench) -> None:
    """`__proto__` in data never changes a prototype."""
    code = "module.exports = ({ input }) => [Object.keys(input), ({}).admin === undefined]"
    assert [["__proto__"], True] == await bench.value(code, {"input": {"__proto__": {"admin": True}}})
