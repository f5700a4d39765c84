"""`fetch` and its classes in methods: plain requests through the bridge, without anything of the connection."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import EgressPolicy, Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Methods, RawAnswer, Seen, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = {"headers": {"X-Api-Key": "secret"}, "auth": {"username": "u", "password": "p"}, "query": {"key": "secret"}}
FILE = bytes(range(256)) * 1000


async def answer(seen: Seen) -> web.StreamResponse:
    """Answer as the path says."""
    path = seen.path.partition("?")[0]
    if path == "/file":
        return web.Response(body=FILE)
    if path == "/empty":
        return web.Response(status=204)
    if path == "/missing":
        return web.json_response({"error": "nope"}, status=404, reason="Not Here")
    if path == "/form":
        return web.Response(body=seen.body, headers={"Content-Type": seen.headers["content-type"]})
    if path.startswith("/redirect/"):
        status, _, target = path.removeprefix("/redirect/").partition("/")
        location = (
            f"http://127.0.0.2:{seen.headers['host'].partition(':')[2]}/echo" if target == "away" else f"/{target}"
        )
        return web.Response(status=int(status), headers={"Location": location}, text="elsewhere")
    if path == "/headers":
        response = web.Response(text="\ufeff{}", headers={"X-One": "1"})
        for value in ("a=1", "b=2"):
            response.headers.add("Set-Cookie", value)
            response.headers.add("X-Twice", value)
        return response
    headers = {
        name: value for name, value in seen.headers.items() if name not in {"host", "accept-encoding", "user-agent"}
    }
    return web.json_response(
        {"method": seen.method, "path": seen.path, "headers": headers, "body": seen.body.decode("latin-1")}
    )


@pytest.fixture
def web_methods(methods: Methods) -> Methods:
    """Methods whose server answers as its paths say; `server` is its URL."""
    methods.answer = answer
    return methods


def with_server(methods: Methods, code: str) -> str:
    """Return code that knows the URL of the server."""
    return f"const server = '{methods.server.url}';\n{code}"


READ = "const r = await fetch(`${server}/echo?a=b`); "
PROGRAMS = {
    "status and headers": (
        f"{READ} return [r.status, r.ok, r.statusText, r.redirected, r.type, r.url === `${{server}}/echo?a=b`, r.headers.get('Content-Type')]",
        [200, True, "OK", False, "basic", True, "application/json; charset=utf-8"],
    ),
    "a body, once": (
        f"{READ} const used = r.bodyUsed; const {{ path }} = await r.json(); let again; try {{ await r.text() }} catch (e) {{ again = e.name }}; return [used, path, r.bodyUsed, again]",
        [False, "/echo?a=b", True, "TypeError"],
    ),
    "a status is no error": (
        "const r = await fetch(`${server}/missing`); return [r.ok, r.status, r.statusText, await r.json()]",
        [False, 404, "Not Here", {"error": "nope"}],
    ),
    "bodies of every kind": (
        """const get = () => fetch(`${server}/file`);
        const buffer = await (await get()).arrayBuffer(); const blob = await (await get()).blob(); const bytes = await (await get()).bytes();
        return [buffer.byteLength, blob instanceof Blob && blob.size, blob.type, bytes instanceof Uint8Array, bytes[511], (await (await get()).text()).length]""",
        [len(FILE), len(FILE), "application/octet-stream", True, 255, len(FILE.decode("utf-8", "replace"))],
    ),
    "a stream": (
        """const r = await fetch(`${server}/file`); let length = 0;
        for await (const piece of r.body) length += piece.length;
        return [r.body instanceof ReadableStream, length, r.bodyUsed]""",
        [True, len(FILE), True],
    ),
    "a stream through a transformer": (
        """const r = await fetch(`${server}/echo`); let text = '';
        for await (const piece of r.body.pipeThrough(new TextDecoderStream())) text += piece;
        return JSON.parse(text).method""",
        "GET",
    ),
    "a clone": (
        f"{READ} const copy = r.clone(); return [(await r.json()).path, (await copy.json()).path, copy.url === r.url]",
        ["/echo?a=b", "/echo?a=b", True],
    ),
    "no body": (
        "const r = await fetch(`${server}/empty`); const head = await fetch(`${server}/file`, { method: 'HEAD' }); return [r.status, r.body, await r.text(), head.body, head.headers.get('content-length')]",
        [204, None, "", None, str(len(FILE))],
    ),
    "headers that come twice": (
        "const { headers } = await fetch(`${server}/headers`); return [headers.get('x-twice'), headers.getSetCookie(), [...headers.keys()].includes('x-one')]",
        ["a=1, b=2", ["a=1", "b=2"], True],
    ),
    "a byte order mark": (
        "const r = await fetch(`${server}/headers`); return [await r.clone().json(), await r.text()]",
        [{}, "{}"],
    ),
    "what is sent": (
        """const send = async (body, headers) => { const { method, headers: got, body: text } = await (await fetch(`${server}/echo`, { method: 'POST', body, headers })).json(); return [method, got['content-type'], text, got['content-length']] };
        return [await send('é'), await send('{}', { 'Content-Type': 'application/json' }), await send(new URLSearchParams({ a: 'b c' })), await send(new Uint8Array([65, 66])),
          await send(new Blob(['ab'], { type: 'text/x' })), await send(new TextEncoder().encode('x').buffer), await send(undefined)]""",
        [
            ["POST", "text/plain;charset=UTF-8", "Ã©", "2"],
            ["POST", "application/json", "{}", "2"],
            ["POST", "application/x-www-form-urlencoded;charset=UTF-8", "a=b+c", "5"],
            ["POST", None, "AB", "2"],
            ["POST", "text/x", "ab", "2"],
            ["POST", None, "x", "1"],
            ["POST", None, "", "0"],
        ],
    ),
    "a form there and back": (
        """const form = new FormData(); form.append('a', 'é'); form.append('f', new File(['abc'], 'n.txt', { type: 'text/x' }));
        const back = await (await fetch(`${server}/form`, { method: 'POST', body: form })).formData();
        const file = back.get('f'); return [back.get('a'), file instanceof File, file.name, file.type, await file.text()]""",
        ["é", True, "n.txt", "text/x", "abc"],
    ),
    "a stream that a method makes": (
        """const body = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.enqueue(new Uint8Array([66])); c.close() } });
        return (await (await fetch(`${server}/echo`, { method: 'PUT', body, duplex: 'half' })).json()).body""",
        "AB",
    ),
    "a Request": (
        """const request = new Request(`${server}/echo`, { method: 'post', headers: [['X-A', '1'], ['X-A', '2']], body: 'x' });
        const { method, headers, body } = await (await fetch(request, { headers: { 'X-B': '3' } })).json();
        return [method, headers['x-a'] ?? null, headers['x-b'], body, request.bodyUsed]""",
        ["POST", None, "3", "x", True],
    ),
    "other verbs": (
        "return Promise.all(['PATCH', 'delete', 'OPTIONS', 'PURGE'].map(async (method) => (await (await fetch(`${server}/echo`, { method })).json()).method))",
        ["PATCH", "DELETE", "OPTIONS", "PURGE"],
    ),
    "redirects that are followed": (
        """const go = async (status, method, body) => { const r = await fetch(`${server}/redirect/${status}/echo`, { method, body }); const seen = await r.json(); return [r.redirected, r.url.endsWith('/echo'), seen.method, seen.body] };
        return [await go(302, 'POST', 'x'), await go(303, 'PUT', 'x'), await go(301, 'PUT', 'x'), await go(307, 'POST', 'x')]""",
        [[True, True, "GET", ""], [True, True, "GET", ""], [True, True, "PUT", "x"], [True, True, "POST", "x"]],
    ),
    "redirects that are given": (
        "const r = await fetch(`${server}/redirect/302/echo`, { redirect: 'manual' }); return [r.status, r.headers.get('location'), r.redirected, await r.text()]",
        [302, "/echo", False, "elsewhere"],
    ),
    "redirects that are refused": (
        "try { await fetch(`${server}/redirect/302/echo`, { redirect: 'error' }) } catch (e) { return [e.name, e.message, e.cause.type, e.cause.key] }",
        ["TypeError", "fetch failed", "egress", "redirect"],
    ),
    "a redirect to another origin": (
        "const r = await fetch(`${server}/redirect/302/away`, { headers: { Authorization: 'x', 'X-Key': 'y' } }); const { headers } = await r.json(); return [headers.authorization ?? null, headers['x-key'] ?? null]",
        [None, None],
    ),
    "what a body costs that nobody reads": ("await fetch(`${server}/file`); return 'done'", "done"),
    "what cannot be asked for": (
        """const name = async (...args) => { try { await fetch(...args) } catch (e) { return e.name } };
        return [await name('/relative'), await name('http://u:p@h.example/'), await name(server, { method: 'TRACE' }), await name(server, { body: 'x' }), await name(server, { headers: { 'a b': '1' } })]""",
        ["TypeError"] * 5,
    ),
    "nobody listens": (
        "try { await fetch('http://127.0.0.1:2/') } catch (e) { return [e.name, e.message, e.cause.type, e.cause.key, e.cause.code] }",
        ["TypeError", "fetch failed", "connection", "connect", "ECONNREFUSED"],
    ),
    "an address that may not be reached": (
        "try { await fetch('http://10.0.0.1/') } catch (e) { return [e.name, e.cause.type, e.cause.key] }",
        ["TypeError", "egress", "address"],
    ),
}


@pytest.mark.parametrize(("code", "expected"), PROGRAMS.values(), ids=PROGRAMS.keys())
async def test_fetch(web_methods: Methods, code: str, expected: object) -> None:
    """fetch, Request and Response do as in Node.js, but for what is refused."""
    assert expected == await web_methods.value(with_server(web_methods, code))


DIFFERENT = {
    "redirects that are refused",
    "a redirect to another origin",
    "nobody listens",
    "an address that may not be reached",
}
"""Programs that ask for what only this host says, or that it does not send."""


async def test_fetch_is_that_of_node(web_methods: Methods, node_with_axios: str) -> None:
    """What the programs give here, they give in Node.js, but for those that are listed."""
    server = web_methods.server.url
    programs = {name: with_server(web_methods, code) for name, (code, _) in PROGRAMS.items() if name not in DIFFERENT}
    reference = Path(__file__).parents[1] / "axios" / "module_reference.js"
    plan = json.dumps({"server": server, "other": server, "programs": [f"{{ {code} }}" for code in programs.values()]})
    node = await asyncio.create_subprocess_exec(
        node_with_axios, reference, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(node.communicate(plan.encode()), 60)
    assert {name: PROGRAMS[name][1] for name in programs} == dict(zip(programs, json.loads(output), strict=True))


async def test_fetch_sends_nothing_of_the_connection(web_methods: Methods) -> None:
    """Neither credentials nor headers, query or base of the client."""
    await web_methods.value(with_server(web_methods, "await fetch(`${server}/plain`)"), config=SECRET)
    (seen,) = web_methods.server.seen
    assert "/plain" == seen.path
    assert {"host", "accept", "accept-encoding", "user-agent"} == seen.headers.keys()


async def test_requests_are_reported_and_no_stream_is_missed(web_methods: Methods) -> None:
    """Each request is an exchange like others; a body that nobody reads is no reason for a warning."""
    outcome = await web_methods.run(with_server(web_methods, "await fetch(`${server}/redirect/302/file`); return 1"))
    assert (1, ()) == (outcome.value, outcome.warnings)
    assert [("GET", 302), ("GET", 200)] == [(exchange.method, exchange.status) for exchange in web_methods.exchanges]


FAILURES = {
    "fetch": "await fetch('http://10.0.0.1/')",
    "axios": "const axios = require('axios'); await axios.get('http://10.0.0.1/')",
}


@pytest.mark.parametrize("code", FAILURES.values(), ids=FAILURES.keys())
async def test_an_error_that_nobody_catches_keeps_its_kind(web_methods: Methods, code: str) -> None:
    """The run reports egress, and what the bridge has to say of it, with the place in the method."""
    failure = (await web_methods.run(code)).failure
    assert failure is not None
    assert ("egress", "address") == (failure.type, failure.key)
    assert "10.0.0.1 leads to an address that methods may not reach" in failure.message
    assert failure.stack is not None
    assert "data/contacts/list.js:2" in failure.stack


async def test_an_error_status_of_axios_is_reported_with_its_answer(web_methods: Methods) -> None:
    """It is the external app that failed; the report tells how, and shows no query."""
    failure = (
        await web_methods.run(with_server(web_methods, "await require('axios').get(`${server}/missing?q=1`)"))
    ).failure
    assert failure is not None
    assert ("connection", None) == (failure.type, failure.key)
    data = failure.data
    assert isinstance(data, dict)
    assert {"method": "GET", "url": f"{web_methods.server.url}/missing"} == data["request"]
    assert (404, {"error": "nope"}) == (data["response"]["status"], data["response"]["data"])


LIMITS = {
    "requests": ("for (;;) await fetch(`${server}/echo`)", Limits(requests=3)),
    "response_size": ("await (await fetch(`${server}/file`)).text()", Limits(response_bytes=1000)),
    "request_size": ("await fetch(server, { method: 'POST', body: 'x'.repeat(2000) })", Limits(request_bytes=1000)),
}


@pytest.mark.parametrize(("key", "code", "limits"), [(key, *rest) for key, rest in LIMITS.items()], ids=LIMITS.keys())
async def test_limits_hold(web_methods: Methods, key: str, code: str, limits: Limits) -> None:
    """A breach ends the run as it does for apiClient; no method can catch it."""
    failure = (await web_methods.run(with_server(web_methods, f"try {{ {code} }} catch {{}}"), limits=limits)).failure
    assert failure is not None
    assert ("limit", key) == (failure.type, failure.key)


async def test_other_origins_can_be_refused(web_methods: Methods) -> None:
    """Where the client may not be used for other origins, neither may fetch."""
    policy = EgressPolicy.from_allow(["127.0.0.0/8"], other_origins="refuse")
    code = f"""const key = async (url) => {{ try {{ return (await fetch(url)).status }} catch (e) {{ return e.cause.key }} }};
      return [await key('{web_methods.server.url}/echo'), await key('{web_methods.server.other_url}/echo')]"""
    assert [200, "origin"] == await web_methods.value(code, policy=policy)


ABORTS = {
    "fetch": "const work = (signal) => fetch(server, { signal });",
    "a body": "const work = async (signal) => (await fetch(server, { signal })).text();",
    "axios": "const axios = require('axios'); const work = (signal) => axios.get(server, { signal });",
    "apiClient": "const work = (signal) => apiClient.get(server, {}, { signal });",
}
"""Whatever is waited for; the server of `a body` sends the head first."""


@pytest.mark.parametrize("name", ABORTS)
async def test_an_abort_reaches_the_socket(
    methods: Methods, serve_raw: Callable[[RawAnswer], Awaitable[Server]], name: str
) -> None:
    """The server sees the connection close while the method goes on."""
    closed = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if name == "a body":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        await reader.read()
        closed.set()

    server = await serve_raw(never)

    async def tell(_: Seen) -> web.StreamResponse:
        await closed.wait()
        return web.json_response("closed")

    methods.answer = tell
    code = f"""const server = '{server.url}/'; {ABORTS[name]}
      const controller = new AbortController(); setTimeout(() => controller.abort(), 50);
      let error; try {{ await work(controller.signal) }} catch (e) {{ error = e.name }}
      return [error, await apiClient.get('/closed')]"""
    outcome = await methods.run(code)
    error = "CanceledError" if name == "axios" else "AbortError"
    assert ([error, "closed"], ()) == (outcome.value, outcome.warnings)


async def test_a_signal_must_be_one(web_methods: Methods) -> None:
    """What is no AbortSignal is refused; one that was aborted before lets nothing out."""
    code = """const caught = async (signal) => { try { await apiClient.get('/a', {}, { signal }) } catch (e) { return e.message ?? e } };
      return [await caught({ aborted: false }), await caught(AbortSignal.abort('before')), await caught(null)]"""
    assert ["options.signal must be an AbortSignal, not an object", "before", None] == await web_methods.value(code)
    assert ["/a"] == [seen.path for seen in web_methods.server.seen]


PIPES = {
    "a body of fetch to fetch": "const { body } = await fetch(`${server}/file`); const r = await fetch(`${server}/form`, { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'a/b' } }); return (await r.bytes()).length",
    "a stream of axios to apiClient": "const { data } = await require('axios').get(`${server}/file`, { responseType: 'stream' }); return (await apiClient.post('/form', data, { responseType: 'arraybuffer' })).length",
    "a stream of apiClient to axios": "const data = await apiClient.get('/file', {}, { responseType: 'stream' }); return (await require('axios').post(`${server}/form`, data, { responseType: 'arraybuffer' })).data.length",
    "a stream of axios to the method": "const { data } = await require('axios').get(`${server}/file`, { responseType: 'stream' }); let n = 0; for await (const piece of data) n += piece.length; return n",
}


@pytest.mark.parametrize("code", PIPES.values(), ids=PIPES.keys())
async def test_streams_go_from_one_to_another(web_methods: Methods, code: str) -> None:
    """A body that nobody has touched is handed on as it is."""
    assert len(FILE) == await web_methods.value(with_server(web_methods, code))


SIGNALS = {
    "const c = new AbortController(); c.abort('why'); try { await fetch(server, { signal: c.signal }) } catch (e) { return e }": "why",
    "try { await fetch(`${server}/slow`, { signal: AbortSignal.timeout(20) }) } catch (e) { return [e.name, e.code, e instanceof DOMException] }": [
        "TimeoutError",
        23,
        True,
    ],
    "const c = new AbortController(); const s = AbortSignal.any([c.signal, AbortSignal.timeout(1e6)]); c.abort(); return [s.aborted, s.reason.name]": [
        True,
        "AbortError",
    ],
    "const order = []; const c = new AbortController(); c.signal.onabort = () => order.push(1); c.signal.addEventListener('abort', (e) => order.push(e.type)); c.abort(); c.abort(); return order": [
        1,
        "abort",
    ],
}


@pytest.mark.parametrize(("code", "expected"), SIGNALS.items())
async def test_signals(methods: Methods, code: str, expected: object) -> None:
    """Reasons, timeouts, signals of signals and their events; a timeout that nobody waits for is not missed."""

    async def slow(seen: Seen) -> web.StreamResponse:
        await asyncio.sleep(60 if seen.path == "/slow" else 0)
        return web.json_response({})

    methods.answer = slow
    outcome = await methods.run(with_server(methods, code))
    assert (expected, ()) == (outcome.value, outcome.warnings)
