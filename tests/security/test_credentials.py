"""Credentials and headers that must not go, or come, where they do not belong. More: `tests/test_product/test_canaries.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.calls import refused

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWS = "r.headers.some((line) => line.includes('c4n4ry')) || r.target.includes('c4n4ry')"
OWN = "r.headers.filter((line) => line.startsWith('authorization:'))"


def redirected(status: int) -> tuple[Any, ...]:
    """A redirect to another origin, which must see nothing of the first."""
    call = f"apiClient.post('to-other-{status}', {{}}, {{ headers: {{ Cookie: 'a=b', 'Proxy-Authorization': 'x', 'X-Token': 'x' }} }})"
    return (
        "ok",
        f"const r = await {call}; return [{SHOWS}, r.headers.some((line) => /^(cookie|proxy)/.test(line))]",
        {"value": [False, False], "sent": 2},
    )


CASES: dict[str, tuple[Any, ...]] = {
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
    "framing headers": (
        "ok | custom_code/None | request/header",
        "const headers = { 'content-length': '0', 'transfer-encoding': 'chunked', connection: 'upgrade', upgrade: 'h2c', te: 'x', expect: '100-continue' };"
        " return (await apiClient.post('x', { a: 1 }, { headers })).body",
        {"value": '{"a":1}'},
    ),
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
    "another origin": (
        "ok",
        f"const r = await apiClient.get(credentials.other + 'x'); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "its own server under another name": (
        "ok",
        f"const r = await apiClient.get(credentials.own.replace('127.0.0.1', 'open.test') + 'x'); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "another name with a dot at its end": (
        "ok",
        f"const r = await apiClient.get(credentials.own.replace('127.0.0.1', 'OPEN.test.') + 'x'); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "another base": (
        "ok",
        f"const r = await apiClient.get('x', {{}}, {{ baseUri: credentials.other }}); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "its own origin by its full URL": (
        "ok",
        f"const r = await apiClient.get(credentials.own + 'x'); return {SHOWS}",
        {"value": True, "sent": 1},
    ),
    "a redirect of 301 elsewhere": redirected(301),
    "a redirect of 302 elsewhere": redirected(302),
    "a redirect of 303 elsewhere": redirected(303),
    "a redirect of 307 elsewhere": redirected(307),
    "a redirect of 308 elsewhere": redirected(308),
    "a stream from elsewhere": (
        "ok",
        "for await (const piece of await apiClient.get('to-other-302', {}, { responseType: 'stream' })); return 1",
        {"value": 1, "sent": 2},
    ),
    "an Authorization of its own": (
        "ok",
        f"const r = await apiClient.get('x', {{}}, {{ headers: {{ AUTHORIZATION: 'mine', authorization: 'mine' }} }}); return {OWN}",
        {"value": ["authorization: mine"]},
    ),
    "headers whom to trust": (
        "ok",
        "const names = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via', 'proxy-authorization', 'proxy-connection', 'host'];"
        " const r = await apiClient.get('x', {}, { headers: Object.fromEntries(names.map((name) => [name, 'evil'])) });"
        " return r.headers.filter((line) => line.endsWith('evil'))",
        {"value": []},
    ),
    "names that no header has": (
        "ok",
        "const out = []; for (const name of ['', 'X Y', 'a:b', 'a\\0b', '\\u00e9', 'a\\tb', '(x)', 'a\\nb', '\\ud800'])"
        " try { await apiClient.get('x', {}, { headers: { [name]: '1' } }); out.push(name) } catch (e) { if (e.key !== 'header') out.push(e.key) } return out",
        {"value": [], "sent": 0},
    ),
    "values that no header has": (
        "ok",
        "const out = []; for (const text of ['a\\0b', 'a\\nb', '\\u2028', '\\ud800', 'a\\x7fb', '\\u010a'])"
        " try { await apiClient.get('x', {}, { headers: { a: text } }); out.push(text) } catch (e) { if (e.key !== 'header') out.push(e.key) } return out",
        {"value": [], "sent": 0},
    ),
    "values that are none": (
        "ok",
        "const out = []; for (const value of [{}, [], () => 1, Symbol('x'), 1n, NaN])"
        " try { await apiClient.get('x', {}, { headers: { a: value } }) } catch (e) { if (e.type !== 'request') out.push(String(e)) } return out",
        {"value": []},
    ),
    "a long header": refused("apiClient.get('x', {}, { headers: { a: 'x'.repeat(2e4) } })", "request", "header"),
    "a query that injects": (
        "ok",
        "const { target } = await apiClient.get('x?a=1', { b: 'x&admin=1#f', c: '\\r\\n', '&d=': '=' }); return [/[?&]admin=/.test(target), target.includes('a=1'), /[\\r\\n#]/.test(target)]",
        {"value": [False, True, False]},
    ),
    "a key of the client in the query": (
        "ok",
        "const { target } = await apiClient.get('x', { key: 'mine' }); return target.match(/key=[^&]*/g)",
        {"value": ["key=mine"]},
    ),
    "a server that repeats secrets in an error": ("connection/None", "await apiClient.get('echo-400')", {"sent": 1}),
    "a server that repeats secrets in a status line": (
        "connection/None | connection/protocol",
        "await apiClient.get('echo-reason')",
        {"sent": 1},
    ),
    "a server that repeats secrets in a redirect": refused(
        "apiClient.get('echo-redirect')", "egress", "address", sent=1
    ),
    "a server that repeats secrets on the console": (
        "ok",
        "const r = await apiClient.get('x'); console.log(r); console.error(JSON.stringify(r), r.headers.join(), [r.target]); return 1",
        {"value": 1},
    ),
    "a server that repeats secrets in what is thrown": (
        "custom_code/None",
        "const r = await apiClient.get('x'); throw Object.assign(new Error(r.headers.join()), { data: r, name: r.target })",
    ),
    "credentials in a user's name": refused(
        "apiClient.get(`http://${credentials.token}:x@10.0.0.1/`)", "request", "url"
    ),
    "credentials in a bad header": (
        "request/header",
        "await apiClient.get('x', {}, { headers: { a: `${credentials.token}\\n` } })",
        {"sent": 0},
    ),
    "credentials in a bad body": (
        "request/invalid",
        "await apiClient.post('x', { [credentials.token]: 1n })",
        {"sent": 0},
    ),
    "credentials in a bad verb": (
        "request/invalid",
        "await apiClient.makeApiRequest({ path: 'x', method: credentials.token })",
        {"sent": 0},
    ),
    "credentials in an address": (
        "egress/address",
        "await apiClient.get(`http://10.0.0.1/${credentials.token}?q=${credentials.token}`)",
        {"sent": 0},
    ),
    "credentials in a call that takes too long": (
        "limit/wall_time | connection/timeout",
        "apiClient.get(`never?q=${credentials.token}`); await apiClient.post('never', credentials)",
        {"burns": True},
    ),
    "credentials in a call that nobody awaits": (
        "ok",
        "apiClient.get(`never?q=${credentials.token}`); return 1",
        {"value": 1},
    ),
    "credentials spelt otherwise": (
        "custom_code/None",
        "const t = credentials.token; throw new Error([encodeURIComponent(t), JSON.stringify({ t }), `Bearer ${t}`, t + t].join())",
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A secret is shown to nobody but its own origin, and a header is what it says."""
    assert [] == await arena.check(case)
