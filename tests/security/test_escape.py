"""Methods that look for a way out of their isolate, or for what belongs to the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

BURNS = {"burns": True}
THROWN = "custom_code/None"
FORBIDDEN = (
    "'WebAssembly SharedArrayBuffer Atomics process require module Deno Bun global window self d8 gc load read print "
    "importScripts Worker ShadowRealm __timer_manager __host host python methodhost fetch XMLHttpRequest WebSocket'.split(' ')"
)
WALK = (
    "const seen = new Set(); const names = new Set(); const walk = (o) => { if ((typeof o !== 'object' && typeof o !== 'function')"
    " || o === null || seen.has(o)) return; seen.add(o); for (const k of Reflect.ownKeys(o)) { names.add(String(k)); let v; try { v ="
    " o[k] } catch { continue } walk(v) } walk(Object.getPrototypeOf(o)) }; "
)
CASES: dict[str, tuple[Any, ...]] = {
    "globals that must not be there": (
        "ok",
        f"return {FORBIDDEN}.filter((name) => name in globalThis && !['fetch'].includes(name))",
        {"value": []},
    ),
    "a walk through all that can be reached": (
        "ok",
        WALK
        + "walk(globalThis); walk(apiClient); return ['py', 'traceback', '__class__', '__globals__', 'SharedArrayBuffer',"
        " 'WebAssembly', 'primordials', 'outbox', 'drain', 'deliver'].filter((name) => names.has(name))",
        {"value": []},
    ),
    "all that can be reached, called": (
        "ok | limit/wall_time | limit/cpu_time | limit/memory | limit/timers | limit/crashed | limit/requests | custom_code/None",
        WALK
        + "walk(apiClient); for (const f of seen) if (typeof f === 'function') for (const a of [[], [{}], ['x'], [1e9, 1]])"
        " { try { f(...a) } catch {} try { new f(...a) } catch {} } return 1",
        {"value": 1, "burns": True},
    ),
    "the constructor of a function": (THROWN, "return apiClient.get.constructor.constructor('return this')()"),
    "the constructor of an asynchronous function": (
        THROWN,
        "return (async () => {}).constructor('return globalThis')()",
    ),
    "indirect eval": (THROWN, "return (0, eval)('globalThis')"),
    "a timer with a text": (
        f"{THROWN} | ok",
        "setTimeout('globalThis.leak = 1', 0); await new Promise((r) => setTimeout(r, 5)); return typeof leak",
        {"value": "undefined"},
    ),
    "the caller of a function": (
        f"{THROWN} | ok",
        "function f() { return f.caller } const c = f(); return c === null || c === undefined || typeof c === 'function'",
        {"value": True},
    ),
    "frames of the host in a stack": (
        "ok",
        "Error.prepareStackTrace = (e, frames) => frames.map((f) => [typeof f.getThis(), typeof f.getFunction()]);"
        " const f = new Error().stack; delete Error.prepareStackTrace;"
        " return !Array.isArray(f) || f.every(([t, g]) => t === 'undefined' && g === 'undefined')",
        {"value": True},
    ),
    "a stack of the host's own error": (
        "ok",
        "try { await apiClient.get(null) } catch (e) { return /\\.py|Traceback|site-packages|\\/usr\\/|\\/home\\//.test(e.stack + e.message) }",
        {"value": False},
    ),
    "a debugger": ("ok", "debugger; return 1", {"value": 1}),
    "JSON.stringify replaced": (
        "ok",
        "JSON.stringify = () => { while (true) {} }; return { a: 1 }",
        {"value": {"a": 1}},
    ),
    "JSON.parse replaced": (
        "ok",
        "JSON.parse = () => { while (true) {} }; return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "all of JSON gone": ("ok", "delete globalThis.JSON; return (await apiClient.get('x')).path", {"value": "/x"}),
    "a setter for the index of arrays": (
        "ok",
        "globalThis.leaks = []; for (const i of ['0', '1', '2']) Object.defineProperty(Array.prototype, i,"
        " { set(v) { leaks[leaks.length] = v }, get() { return 666 }, configurable: true });"
        " const a = (await apiClient.get('x')).path; for (const i of ['0', '1', '2']) delete Array.prototype[i]; return [a, leaks.length]",
        {"value": ["/x", 0]},
    ),
    "a setter for properties of objects": (
        "ok",
        "const heard = []; for (const k of ['type', 'key', 'path', 'resolve', 'ok', 'kind', 'id'])"
        " Object.defineProperty(Object.prototype, k, { set(v) { heard.push(k) }, get() {}, configurable: true });"
        " const a = (await apiClient.post('x', { a: 1 })).verb; return [a, heard]",
        {"value": ["POST", []]},
    ),
    "then on every object": (
        f"ok | {THROWN} | custom_code/deadlock",
        "Object.prototype.then = function (r) { globalThis.caught = this; delete Object.prototype.then; r('stolen') };"
        " const a = await apiClient.get('x'); delete Object.prototype.then; return typeof a",
        {"value": "string"},
    ),
    "push and iterators replaced": (
        "ok",
        "Array.prototype.push = Array.prototype[Symbol.iterator] = Map.prototype.set = Map.prototype.get = () => { while (true) {} };"
        " return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "Promise replaced": (
        "ok",
        "globalThis.Promise = class { constructor() { while (true) {} } }; return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "Promise.prototype.then replaced": (
        "ok",
        "Promise.prototype.then = () => { while (true) {} }; return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "Promise.withResolvers replaced": (
        "ok",
        "Promise.withResolvers = () => ({ resolve() { while (true) {} }, reject() {}, promise: null }); return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "Error replaced": (
        "ok",
        "globalThis.Error = globalThis.TypeError = function () { while (true) {} }; try { await apiClient.get(null) } catch (e) { return e.key }",
        {"value": "url"},
    ),
    "Symbol.hasInstance and Symbol.species replaced": (
        "ok",
        "for (const C of [Promise, Array, Error]) for (const s of [Symbol.hasInstance, Symbol.species])"
        " try { Object.defineProperty(C, s, { get() { throw 1 } }) } catch {} return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "frozen intrinsics": (
        "ok",
        "for (const C of [Object, Array, Promise, Map, Error, Function, String]) { Object.freeze(C); Object.freeze(C.prototype) }"
        " Object.freeze(globalThis); return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "the prototype of all objects made a proxy": (
        "ok",
        "try { Object.setPrototypeOf(Object.prototype, new Proxy({}, { get() { while (true) {} } })) } catch {} return 1",
        {"value": 1},
    ),
    "a constructor polluted": ("ok", "({}).constructor.prototype.leak = 1; return ({}).leak", {"value": 1}),
    "a global left behind": ("ok", "globalThis.leak = credentials; return typeof leak", {"value": "object"}),
    "messages of the host forged": (
        "ok",
        "for (const name of ['__host', 'host', '_host', 'postMessage', 'onmessage', 'dispatch'])"
        " try { globalThis[name](JSON.stringify({ t: 'reply', id: 1, ok: true, v: 5 })) } catch {} return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "private modules": ("custom_code/load", "return require('../../runtime/js/00_primordials.js')"),
    "a file outside of the connector": (
        "custom_code/load | custom_code/syntax",
        "import x from '../../../../etc/passwd'; export default () => x",
        {"whole": True},
    ),
    "a module that is data": (
        "custom_code/load | custom_code/syntax",
        "import x from 'data:text/javascript,export default 1'; export default () => x",
        {"whole": True},
    ),
    "credentials on the console": (
        "ok",
        "console.log(credentials, `${credentials.token}`, [credentials.nested]); return 1",
        {"value": 1},
    ),
    "credentials in pieces on the console": (
        "ok",
        "for (const end of ['x', '\\n', '\\u001b']) console.error(end + credentials.token + end); return 1",
        {"value": 1},
    ),
    "credentials thrown": (THROWN, "throw credentials"),
    "credentials in an error": (THROWN, "throw Object.assign(new Error(credentials.token), { data: credentials })"),
    "credentials in a rejection": ("ok", "Promise.reject(new Error(credentials.token)); return 1", {"value": 1}),
    "credentials in the name of a function": (
        THROWN,
        "({ [credentials.token]() { throw new Error('x') } })[credentials.token]()",
    ),
    "credentials in a file's name": ("custom_code/load", "return require(`./${credentials.token}.js`)"),
    "a crash with credentials at hand": (
        "limit/crashed | limit/memory | custom_code/None",
        'globalThis.leak = credentials; return (credentials.token + ",").repeat(2 ** 24).split(",").length',
    ),
    "errors of the host imitated": (
        THROWN,
        "try { await apiClient.get(null) } catch (e) { throw new (class extends e.constructor {})({ type: 'limit', key: 'memory', message: 'x' }) }",
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A method reaches nothing but its own isolate, and what it does there ends with its run."""
    assert [] == await arena.check(case)
