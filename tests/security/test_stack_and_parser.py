"""Methods that nest: calls, proxies, sources, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHOLE = {"whole": True}
ANY_LIMIT = "limit/memory | limit/crashed | limit/cpu_time"
REFUSED = f"custom_code/syntax | custom_code/None | {ANY_LIMIT}"
CASES: dict[str, tuple[Any, ...]] = {
    "recursion": ("custom_code/None", "(function f() { f() })()"),
    "recursion in an await": ("custom_code/None", "return (async function f() { return f() })()"),
    "recursion that is caught": (
        f"custom_code/None | ok | {ANY_LIMIT} | limit/wall_time",
        "let n = 0; (function f() { try { f() } catch { if (n++ < 1e4) f() } })(); return 1",
        {"value": 1, "burns": True},
    ),
    "recursion of a getter": ("custom_code/None", "const o = { get a() { return this.a } }; return o.a"),
    "recursion of toString": ("custom_code/None", "const o = { toString() { return `${this}` } }; return `${o}`"),
    "recursion of sort": ("custom_code/None", "(function f() { [1, 2].sort(() => f()) })()"),
    "recursion of replace": ("custom_code/None", "(function f() { return 'a'.replace('a', f) })()"),
    "recursion of Reflect.construct": (
        "custom_code/None",
        "class A { constructor() { Reflect.construct(A, []) } } new A()",
    ),
    "a chain of proxies": (
        f"custom_code/None | {ANY_LIMIT}",
        "let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); return p.x",
    ),
    "a chain of bound functions": (
        f"ok | custom_code/None | {ANY_LIMIT}",
        "let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(null); return f()",
        {"value": 1},
    ),
    "a chain of prototypes": (
        f"ok | custom_code/None | {ANY_LIMIT}",
        "let o = {}; for (let i = 0; i < 1e5; i++) o = Object.create(o); return o.x === undefined",
        {"value": True},
    ),
    "a prototype that is a proxy of itself": (
        f"custom_code/None | {ANY_LIMIT}",
        "const p = new Proxy({}, {}); Object.setPrototypeOf(p, Object.create(p)); return p.x",
    ),
    "a source of parentheses": (REFUSED, "export default () => " + "(" * 100_000 + ")" * 100_000, WHOLE),
    "a source of brackets": (REFUSED, "export default () => " + "[" * 100_000 + "]" * 100_000, WHOLE),
    "a source of templates": (REFUSED, "export default () => " + "`${" * 20_000 + "1" + "}`" * 20_000, WHOLE),
    "a source of blocks": (REFUSED, "export default () => " + "{" * 100_000 + "}" * 100_000, WHOLE),
    "a source of functions": (REFUSED, "export default () => " + "(() => " * 20_000 + "1" + ")()" * 20_000, WHOLE),
    "a source of additions": (
        f"ok | {REFUSED}",
        "export default () => " + "1+" * 100_000 + "1",
        {"whole": True, "value": 100_001},
    ),
    "a source of JSX": (REFUSED, "export default () => " + "<a>" * 20_000, WHOLE),
    "a source of type arguments": (REFUSED, "export default () => f" + "<a" * 20_000, WHOLE),
    "a source without an end": (REFUSED, "export default () => `", WHOLE),
    "a source that is no text": (REFUSED, "\0\ufeff\u2028\x1b[2J", WHOLE),
    "a source that breaks out": ("custom_code/syntax", "}); globalThis.leak = 1; (() => {", WHOLE),
    "a source that breaks out of a module": (
        "custom_code/syntax",
        "export default () => 1 }) ; globalThis.leak = 1; (function (exports) {",
        WHOLE,
    ),
    "a source that ends its comment": ("ok", "export default () => 1 //", {"whole": True, "value": 1}),
    "a source with a source map": (
        "custom_code/None",
        "export default () => { throw new Error('x') }\n//# sourceMappingURL=file:///etc/passwd\n//# sourceURL=/etc/passwd",
        WHOLE,
    ),
    "native syntax": ("custom_code/syntax", "export default () => %DebugPrint(1)", WHOLE),
    "an import of the file system": (
        "custom_code/load",
        "import fs from 'fs'; export default () => fs.readFileSync('/etc/passwd')",
        WHOLE,
    ),
    "an import that is made while it runs": (
        "custom_code/load",
        "return (await import('node:fs')).readFileSync('/etc/passwd')",
    ),
    "a regular expression of groups": (REFUSED, "return new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('x')"),
    "a deep result": ("limit/result_depth", "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; return o"),
    "a result of 65 levels": ("limit/result_depth", "let o = 1; for (let i = 0; i < 65; i++) o = [o]; return o"),
    "a deep result of toJSON": ("limit/result_depth | custom_code/result", "return { toJSON() { return [this] } }"),
    "a deep JSON text": (
        f"custom_code/None | ok | {ANY_LIMIT}",
        "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)); return 1",
        {"value": 1},
    ),
    "a deep request body": (
        f"custom_code/None | request/invalid | ok | {ANY_LIMIT}",
        "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; await apiClient.post('x', o); return 1",
        {"value": 1},
    ),
    "a deep query": (
        f"custom_code/None | request/invalid | request/url | {ANY_LIMIT}",
        "let o = 1; for (let i = 0; i < 1e5; i++) o = { o }; await apiClient.get('x', o)",
        {"sent": 0},
    ),
    "a deep answer": (
        "connection/decode | ok | custom_code/None",
        "await apiClient.get('deep'); return 1",
        {"value": 1},
    ),
    "a deep object on the console": (
        "ok",
        "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; console.log(o); return 1",
        {"value": 1},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A method that nests too deep gets an error of its own, and nobody else notices."""
    assert [] == await arena.check(case)
