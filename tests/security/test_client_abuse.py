"""Methods that abuse their client. Hostile frames in its place: `tests/test_runtime/test_hostile_frames.py`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from harness.calls import refused

from connectors import Connector

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATE = "limit/wall_time | connection/timeout"  # two clocks of the same length
BURNS = {"burns": True}
MEMORY = "limit/memory | limit/crashed | limit/cpu_time"
CASES: dict[str, tuple[Any, ...]] = {
    "a flood of calls": (
        "limit/requests | limit/memory | limit/cpu_time",
        "for (;;) apiClient.get('x')",
    ),
    "a flood of calls that are awaited": (
        "limit/requests",
        "for (;;) await apiClient.get('x')",
        {"sent": 100},
    ),
    "a flood of calls whose errors are caught": (
        "limit/requests",
        "for (;;) try { await apiClient.get('x') } catch {}",
    ),
    "calls after the result": (
        "ok",
        "setTimeout(() => apiClient.post('pay'), 0); Promise.resolve().then(() => setTimeout(() => apiClient.post('pay'), 1)); return 1",
        {"value": 1, "sent": 0},
    ),
    "a call that is killed": (LATE, "await apiClient.post('never', {})", {"burns": True}),
    "calls that are killed": (
        LATE,
        "await Promise.all(Array.from({ length: 50 }, () => apiClient.get('never')))",
        {"burns": True},
    ),
    "calls of a method that crashes": (
        "limit/crashed | limit/memory | custom_code/None",
        'for (let i = 0; i < 9; i++) apiClient.get("never"); await apiClient.get("x"); return "a,".repeat(2 ** 27).split(",").length',
    ),
    "a call that nobody awaits": ("ok", "apiClient.get('never'); return 1", {"value": 1}),
    "options whose getter throws": refused(
        "apiClient.get('x', {}, { get headers() { throw new Error('x') } })", "request", "invalid"
    ),
    "options whose getter loops": (
        "limit/wall_time",
        "await apiClient.get('x', {}, { get headers() { while (true) {} } })",
        {"burns": True, "sent": 0},
    ),
    "options that are a proxy": (
        "ok | limit/wall_time | custom_code/None",
        "try { await apiClient.get('x', {}, new Proxy({}, { ownKeys() { throw new Error('x') } })) } catch { return 1 }",
        {"value": 1, "burns": True},
    ),
    "a null path": refused("apiClient.get(null)", "request", "url"),
    "no path": refused("apiClient.get()", "request", "url"),
    "a number for a path": refused("apiClient.get(1)", "request", "url"),
    "an object for a path": refused("apiClient.get({})", "request", "url"),
    "a path that throws": refused("apiClient.get({ toString() { throw new Error('x') } })", "request", "url"),
    "options that would weaken the client": (
        "ok",
        "const out = []; for (const o of [{ verify: false }, { timeout: 1e12 }, { proxies: 'http://127.0.0.1:1' }, { rejectUnauthorized: false },"
        " { httpsAgent: {} }, { socketPath: '/var/run/docker.sock' }, { maxBodyLength: Infinity }])"
        " try { out.push((await apiClient.get('x', {}, o)).path) } catch (e) { out.push(e.type === 'request' ? '/x' : e) } return new Set(out).size",
        {"value": 1},
    ),
    "a client that is changed": (
        "ok",
        "for (const f of [() => { apiClient.get = () => 1 }, () => { delete apiClient.get }, () => Object.setPrototypeOf(apiClient, null)])"
        " try { f() } catch {} return (await apiClient.get('x')).path",
        {"value": "/x"},
    ),
    "answers out of order": (
        "ok",
        "const wait = (i) => apiClient.get(`after/${(10 - (i % 10)) / 50}`, { i });"
        " const all = await Promise.all(Array.from({ length: 40 }, (_, i) => wait(i)));"
        " return all.every((a, i) => a.path === `/after/${(10 - (i % 10)) / 50}`)",
        {"value": True, "sent": 40},
    ),
    "a long body": (
        "limit/request_size | limit/call_size | limit/memory",
        "await apiClient.post('x', 'x'.repeat(2e6))",
        {"sent": 0, "limits": {"request_bytes": 1000}},
    ),
    "a page that follows itself": (
        "limit/requests",
        "let p = 'x'; while (p) p = (await apiClient.get(p)).path.slice(1)",
        {"sent": 20, "limits": {"requests": 20}},
    ),
    "two hundred calls at once": (
        "limit/requests",
        "await Promise.all(Array.from({ length: 200 }, () => apiClient.get('x')))",
    ),
    "a flood of calls that are never sent": (
        "limit/requests | limit/cpu_time | limit/memory | limit/wall_time",
        "for (;;) try { await apiClient.get('http://10.0.0.1/') } catch {}",
        {"sent": 0, "limits": {"wall_time_seconds": 1.0}},
    ),
    "a flood of calls that nobody can make": (
        "limit/requests | limit/cpu_time | limit/memory | limit/wall_time",
        "for (;;) try { await apiClient.get(null) } catch {}",
        {"sent": 0, "limits": {"wall_time_seconds": 1.0}},
    ),
    "a path that loops": refused("apiClient.get({ [Symbol.toPrimitive]() { while (true) {} } })", "request", "url"),
    "a body that loops": (
        "limit/wall_time",
        "await apiClient.post('x', { toJSON() { while (true) {} } })",
        {"burns": True, "sent": 0},
    ),
    "a body that throws": refused("apiClient.post('x', { get a() { throw new Error('x') } })", "request", "invalid"),
    "a body that is a function": (
        "ok",
        "try { return (await apiClient.post('x', () => 1)).body } catch (e) { return e.type === 'request' ? '' : e }",
        {"value": ""},
    ),
    "a query that contains itself": refused(
        "(() => { const q = {}; q.q = q; return apiClient.get('x', q) })()", "request", "invalid"
    ),
    "a query of a million": (
        f"ok | {MEMORY} | limit/call_size",
        "try { await apiClient.get('x', Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [i, i]))) } catch (e) { return ['url', 'invalid'].includes(e.key) }",
        {"value": True, "sent": 0},
    ),
    "headers by the hundred thousand": (
        f"ok | {MEMORY} | limit/call_size",
        "try { await apiClient.get('x', {}, { headers: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['h' + i, i])) }) } catch (e) { return e.key }",
        {"value": "header", "sent": 0},
    ),
    "a list of a million in a query": (
        f"ok | {MEMORY} | limit/call_size",
        "try { await apiClient.get('x', { a: new Array(1e6).fill(1) }) } catch (e) { return ['url', 'invalid'].includes(e.key) }",
        {"value": True, "sent": 0},
    ),
    "a query written by hand": (
        f"ok | {MEMORY} | limit/call_size",
        "try { await apiClient.get('x', new URLSearchParams('a=1&'.repeat(1e6))) } catch (e) { return ['url', 'invalid'].includes(e.key) }",
        {"value": True, "sent": 0},
    ),
    "a form of a hundred thousand fields": (
        f"ok | {MEMORY} | limit/call_size | limit/request_size",
        "const form = Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['f' + i, i]));"
        " try { await apiClient.post('form', form, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }) } catch (e) { return e.key }",
        {"value": "invalid", "sent": 0},
    ),
    "a form of twenty thousand parts": (
        f"ok | {MEMORY} | limit/call_size | limit/request_size",
        "const form = new FormData(); for (let i = 0; i < 2e4; i++) form.append('f' + i, 'x'); try { await apiClient.post('form', form) } catch (e) { return e.key }",
        {"value": "invalid", "sent": 0},
    ),
    "a client of its own of twenty thousand headers": (
        f"ok | {MEMORY} | limit/call_size",
        "const { RestApiClient } = require('@membranehq/sdk'); const headers = Object.fromEntries(Array.from({ length: 2e4 }, (_, i) => ['h' + i, 'x']));"
        " try { await new RestApiClient({ baseUri: credentials.own, headers }).get('x') } catch (e) { return e.key }",
        {"value": "invalid", "sent": 0},
    ),
    "options of a thousand keys": (
        "ok",
        "try { await apiClient.get('x', {}, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['o' + i, i]))) } catch (e) { if (e.type !== 'request') throw e } return 1",
        {"value": 1},
    ),
    "an option that is the prototype": (
        "ok",
        "try { await apiClient.get('x', {}, JSON.parse('{\"__proto__\": {\"headers\": {\"leak\": 1}}}')) } catch (e) { if (e.type !== 'request') throw e } return ({}).headers === undefined",
        {"value": True},
    ),
    "options behind the prototype": (
        "ok",
        "Object.prototype.headers = { leak: '1' }; Object.prototype.baseUri = 'http://10.0.0.1'; const r = await apiClient.get('x');"
        " return [r.path, r.headers.some((h) => h.startsWith('leak'))]",
        {"value": ["/x", False]},
    ),
    "retries without end": (
        "ok",
        "try { await apiClient.get('500', {}, { retries: 1e9 }) } catch (e) { return ['request', 'connection'].includes(e.type) }",
        {"value": True},
    ),
    "redirects without end": (
        "ok",
        "try { await apiClient.get('to-itself', {}, { maxRedirects: 1e9 }) } catch (e) { return ['request', 'egress'].includes(e.type) }",
        {"value": True},
    ),
    "a client of its own for others": (
        "ok",
        "const { RestApiClient } = require('@membranehq/sdk'); try { await new RestApiClient({ baseUri: 'http://10.0.0.1/' }).get('x') } catch (e) { return [e.type, e.key] }",
        {"value": ["egress", "address"]},
    ),
    "a client of its own that hooks itself": (
        "ok | limit/requests | custom_code/None | custom_code/deadlock | limit/cpu_time | limit/memory | limit/wall_time",
        "const { RestApiClient } = require('@membranehq/sdk'); const c = new RestApiClient({ baseUri: credentials.own, dynamicOptions: () => c.get('x') });"
        " await c.get('x'); return 1",
        {"value": 1, "limits": {"wall_time_seconds": 2.0}},
    ),
    "a stream that nobody reads": (
        "ok",
        "await apiClient.get('endless', {}, { responseType: 'stream' }); return 1",
        {"value": 1, "sent": 1},
    ),
    "a stream without end that is read": (
        "limit/wall_time | limit/memory | connection/timeout",
        "for await (const piece of await apiClient.get('endless', {}, { responseType: 'stream' }));",
        BURNS,
    ),
    "a stream without end that is kept": (
        "limit/wall_time | limit/memory | limit/crashed | connection/timeout",
        "const all = []; for await (const piece of await apiClient.get('endless', {}, { responseType: 'stream' })) all.push(piece)",
        BURNS,
    ),
    "a stream that is sent to where it comes from": (
        f"{LATE} | ok | connection/None | connection/protocol | connection/connect",
        "await apiClient.post('x', await apiClient.get('drip', {}, { responseType: 'stream' })); return 1",
        {"value": 1, "burns": True},
    ),
    "fifty streams at once": (
        f"ok | {LATE} | limit/requests",
        "const all = await Promise.all(Array.from({ length: 50 }, () => apiClient.get('drip', {}, { responseType: 'stream' }))); return all.length",
        {"value": 50, "burns": True},
    ),
    "functions of the client elsewhere": (
        "ok | custom_code/None",
        "const { get } = apiClient; const out = []; for (const that of [null, {}, Object.create(apiClient), new Proxy(apiClient, {})])"
        " try { out.push((await get.call(that, 'x')).path) } catch (e) { out.push('/x') } return out",
        {"value": ["/x"] * 4},
    ),
    "a request whose verb is none": (
        "ok",
        "const out = []; for (const method of ['connect', 'trace', 'CONNECT', 'get x', 'GET\\r\\nX: y', '__proto__', 'constructor', {}])"
        " try { await apiClient.makeApiRequest({ path: 'x', method }); out.push(method) } catch (e) { if (e.type !== 'request') out.push(e.type) } return out",
        {"value": [], "sent": 0},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """Whatever is asked of the client becomes an error of its own, and nobody else notices."""
    assert [] == await arena.check(case)


async def test_a_hostile_run_among_those_of_its_customer_fails_alone(arena: Arena) -> None:
    """Runs of one customer do not fail because one of them does."""
    customer = arena.customer()
    good = Connector.from_source("good", "module.exports = async ({ apiClient }) => (await apiClient.get('x')).path")
    bad = Connector.from_source("bad", "module.exports = ({ apiClient }) => { for (;;) apiClient.get('x') }")
    hostile, *others = await asyncio.gather(
        arena.host.run(bad, connection=customer), *(arena.host.run(good, connection=customer) for _ in range(20))
    )
    assert "limit" == hostile.error.type
    assert ["/x"] * 20 == [other.value for other in others]
    assert [] == await arena.left()
