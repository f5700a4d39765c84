"""Methods that abuse their client, and servers that abuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Arena, Case

pytestmark = pytest.mark.asyncio(loop_scope="module")


def refused(call: str, *expected: str | None, sent: int = 0, **options: Any) -> tuple[Any, ...]:
    """A call whose error the method catches: type and key."""
    code = f"try {{ await {call} }} catch (e) {{ return [e.type, e.key ?? null] }}"
    return "ok", code, {"value": list(expected), "sent": sent, **options}


def fails(path: str, *expected: str | None, **options: Any) -> tuple[Any, ...]:
    """A call that the server answers in its own way, once."""
    return refused(f"apiClient.get({path!r})", *expected, **{"sent": 1, **options})


LATE = "limit/wall_time | connection/timeout"  # two clocks of the same length
SHORT = {"limits": {"request_seconds": 0.5}}
CASES: dict[str, tuple[Any, ...]] = {
    "a flood of calls": (
        "limit/requests | limit/memory | limit/cpu_time",
        "for (;;) apiClient.get('x')",
        {"slow": True},
    ),
    "a flood of calls that are awaited": (
        "limit/requests",
        "for (;;) await apiClient.get('x')",
        {"sent": 100, "slow": True},
    ),
    "a flood of calls whose errors are caught": (
        "limit/requests",
        "for (;;) try { await apiClient.get('x') } catch {}",
        {"slow": True},
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
    "a number for an address": refused("apiClient.get('http://2130706433/')", "egress", "address"),
    "a hexadecimal address": refused("apiClient.get('http://0x7f.1/')", "egress", "address"),
    "an octal address": refused("apiClient.get('http://017700000001/')", "egress", "address"),
    "a short address": refused("apiClient.get('http://127.1:1/')", "egress", "address"),
    "an address in IPv6": refused("apiClient.get('http://[::ffff:10.0.0.1]/')", "egress", "address"),
    "an address behind NAT64": refused("apiClient.get('http://[64:ff9b::a00:1]/')", "egress", "address"),
    "the metadata of a cloud": refused("apiClient.get('http://169.254.169.254/latest')", "egress", "address"),
    "a private address": refused("apiClient.get('http://10.0.0.1/')", "egress", "address"),
    "an address in wide digits": refused("apiClient.get('http://\\uff11\\uff10.0.0.1/')", "request", "url"),
    "another port of this machine": refused("apiClient.get('http://127.0.0.1:1/')", "egress", "address"),
    "a scheme of files": refused("apiClient.get('file:///etc/passwd')", "request", "url"),
    "a scheme of scripts": refused("apiClient.get('javascript:1')", "request", "url"),
    "a password in a URL": refused("apiClient.get('http://good.com@10.0.0.1/')", "request", "url"),
    "line breaks in a path": (
        "ok",
        "const out = []; for (const p of ['x\\r\\ny', 'x\\ty', 'x\\0']) try { await apiClient.get(p) } catch (e) { out.push(e.key) } return out",
        {"value": ["url", "url", "url"], "sent": 0},
    ),
    "line breaks in a header": refused(
        "apiClient.get('x', {}, { headers: { a: 'b\\r\\nc: d' } })", "request", "header"
    ),
    "line breaks in a header's name": refused(
        "apiClient.get('x', {}, { headers: { 'a\\r\\nb': '1' } })", "request", "header"
    ),
    "too many headers": refused(
        "apiClient.get('x', {}, { headers: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`h${i}`, 'x'])) })",
        "request",
        "header",
    ),
    "a long URL": refused("apiClient.get('x'.repeat(1e5))", "request", "url"),
    "a long query": refused("apiClient.get('x', { q: 'x'.repeat(1e6) })", "request", "url"),
    "a long body": (
        "limit/request_size | limit/call_size | limit/memory",
        "await apiClient.post('x', 'x'.repeat(2e6))",
        {"sent": 0, "limits": {"request_bytes": 1000}},
    ),
    "framing headers": (
        "ok | custom_code/None | request/header",
        "const headers = { 'content-length': '0', 'transfer-encoding': 'chunked', connection: 'upgrade', upgrade: 'h2c', te: 'x', expect: '100-continue' };"
        " return (await apiClient.post('x', { a: 1 }, { headers })).body",
        {"value": '{"a":1}'},
    ),
    "a redirect to metadata": fails("to-metadata", "egress", "address"),
    "a redirect to a private address": fails("to-private", "egress", "address"),
    "a redirect to a file": fails("to-file", "egress", "redirect"),
    "a redirect to itself": fails("to-itself", "egress", "redirects", sent=6),
    "a broken length": fails("huge-length", "connection", "protocol"),
    "a short body": fails("short", "connection", "protocol"),
    "a broken chunk": fails("bad-chunk", "connection", "protocol"),
    "two lengths": fails("two-lengths", "connection", "protocol"),
    "status 000": fails("status-000", "connection", "protocol"),
    "status 999": fails("status-999", "connection", "protocol"),
    "another protocol": fails("not-http", "connection", "protocol"),
    "nothing": fails("silence", "connection", "protocol"),
    "a reset": fails("reset", "connection", "protocol"),
    "ten thousand headers": fails("many-headers", "connection", "protocol"),
    "no answer": fails("never", "connection", "timeout", **SHORT),
    "a body in drips": fails("drip", "connection", "timeout", **SHORT),
    "early hints without end": fails("interim", "connection", "timeout", **SHORT),
    "a body without end": (
        "limit/response_size",
        "await apiClient.get('endless')",
        {"sent": 1, "limits": {"response_bytes": 2**20}},
    ),
    "a bomb in gzip": ("limit/response_size", "await apiClient.get('bomb')", {"sent": 1}),
    "a bomb in a bomb": (
        "ok | limit/response_size",
        "try { await apiClient.get('bombs') } catch (e) { return e.key }",
        {"value": "decode", "sent": 1},
    ),
    "a damaged body": fails("damaged", "connection", "decode"),
    "an unknown encoding": fails("unknown-encoding", "connection", "decode"),
    "a codec of Python for a charset": (
        "ok | custom_code/None",
        "return typeof (await apiClient.get('codec'))",
        {"value": "string"},
    ),
    "a charset that hides text": ("ok", "return typeof (await apiClient.get('utf-7'))", {"value": "string"}),
    "an answer that is no JSON": ("ok", "return await apiClient.get('html')", {"value": "<html>"}),
    "an empty answer": ("ok", "return await apiClient.get('empty')", {"value": ""}),
    "bytes after an answer": (
        "ok",
        "return [await apiClient.get('pipelined'), (await apiClient.get('x')).path, await apiClient.get('pipelined')]",
        {"value": ["mine", "/x", "mine"]},
    ),
    "a wait of three thousand years": fails("rate-limited", "connection", "rate_limit_exceeded", mode="async"),
    "a wait without end": fails(
        "rate-limited-1e309", "connection", "rate_limit_exceeded", mode="async", sent=None, slow=True
    ),
    "a page that follows itself": (
        "limit/requests",
        "let p = 'x'; while (p) p = (await apiClient.get(p)).path.slice(1)",
        {"sent": 20, "limits": {"requests": 20}},
    ),
    "a message of control characters": ("connection/None", "await apiClient.get('400')", {"sent": 1}),
    "a long message": ("connection/None", "await apiClient.get('500')", {"sent": 1}),
    "credentials in a path": (
        "connection/None | ok | custom_code/None",
        "await apiClient.get('500', { q: credentials.token }); return 1",
        {"value": 1},
    ),
    "credentials in a host's name": refused(
        "apiClient.get(`http://${credentials.token}.invalid:1/`)", "egress", "address"
    ),
    "credentials in an option's name": (
        "ok | custom_code/None | request/invalid",
        "await apiClient.get('x', {}, { [credentials.token]: 1 }); return 1",
        {"value": 1},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """Whatever is asked of the client, or answered, becomes an error of its own, and nobody else notices."""
    assert [] == await arena.check(case)
