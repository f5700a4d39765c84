"""The module `axios` in methods: the library itself over the bridge, beside the same library in Node.js.

Each program runs in both, against one server; what it gives and what the server sees must be the same.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from conftest import Methods, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFERENCE = Path(__file__).parents[1] / "axios" / "module_reference.js"
PATIENCE_SECONDS = 60
OURS_ALONE = {"host", "connection", "accept-encoding", "content-length"}
"""Headers that belong to the connection; lengths are those of the bodies, which are compared."""

CAUGHT = """const caught = async (work) => { try { return await work } catch (e) {
  return [e.name, e.message, e.code, e.status, axios.isAxiosError(e), axios.isCancel(e), e.response?.data, e.config?.url, e instanceof Error] } };"""
PROGRAMS = {
    "get": "const { status, statusText, data } = await axios.get(`${server}/json`); return [status, statusText, data]",
    "params": "return (await axios.get(`${server}/echo?a=1`, { params: { q: 'b c', ids: [1, 2], none: null, f: { x: 1 }, d: new Date(0) } })).data",
    "a params serializer": "return (await axios(`${server}/echo`, { params: { ids: [1, 2] }, paramsSerializer: { indexes: null } })).data",
    "a base URL and an instance": "const api = axios.create({ baseURL: `${server}/v1/`, headers: { 'X-One': '1' } }); return (await api.get('/items')).data",
    "default headers": "const api = axios.create(); api.defaults.headers.common.Authorization = 'Bearer t'; return (await api.get(`${server}/echo`)).data",
    "json": "return (await axios.post(`${server}/echo`, { a: [1, undefined], b: undefined, c: new Date(0), d: 'é' })).data",
    "text": "return (await axios.post(`${server}/echo`, 'plain')).data",
    "text as JSON": "return (await axios.put(`${server}/echo`, 'plain', { headers: { 'Content-Type': 'application/json' } })).data",
    "no body": "return [(await axios.post(`${server}/echo`)).data, (await axios.patch(`${server}/echo`, null)).data]",
    "search params": "return (await axios.post(`${server}/echo`, new URLSearchParams({ a: '1', b: 'c d' }))).data",
    "a form by its content type": "return (await axios.post(`${server}/echo`, { a: 1, b: ['x', 'y'] }, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).data",
    "bytes": "return (await axios.post(`${server}/echo`, Buffer.from([1, 2, 255]))).data",
    "a blob": "return (await axios.post(`${server}/echo`, new Blob(['abc'], { type: 'text/x' }))).data",
    "delete with a body": "return (await axios.delete(`${server}/echo`, { data: { a: 1 } })).data",
    "head and options": "const h = await axios.head(`${server}/json`); const o = await axios.options(`${server}/echo`); return [h.status, h.data, o.data]",
    "basic authentication": "return (await axios.get(`${server}/echo`, { auth: { username: 'ü', password: 'p:q' }, headers: { Authorization: 'no' } })).data",
    "authentication in the URL": "return (await axios.get(`${server}/echo`.replace('//', '//me%40x:secret@'))).data",
    "response types": """const get = async (responseType, path) => (await axios.get(server + path, { responseType })).data;
      const bytes = await get('arraybuffer', '/json');
      return [await get('text', '/json'), await get('json', '/json'), Buffer.isBuffer(bytes), bytes.toString(), await get('json', '/empty')]""",
    "a byte order mark": "return (await axios.get(`${server}/bom`)).data",
    "text that is no JSON": "return [(await axios.get(`${server}/html`)).data, (await axios.get(`${server}/empty`)).data]",
    "strict JSON": f"{CAUGHT} return (await caught(axios.get(`${{server}}/html`, {{ responseType: 'json', transitional: {{ silentJSONParsing: false }} }}))).slice(0, 6)",
    "response headers": "const { headers } = await axios.get(`${server}/headers`); return [headers['set-cookie'], headers['x-twice'], headers.get('X-Twice'), headers['content-type']]",
    "a redirect": "const r = await axios.get(`${server}/redirect`); return [r.data, r.request.res.responseUrl.slice(server.length), r.status]",
    "a redirect of a post": "return (await axios.post(`${server}/redirect`, { a: 1 })).data",
    "a redirect that keeps the body": "return (await axios.put(`${server}/redirect-307`, { a: 1 })).data",
    "a redirect to another origin": "return (await axios.get(`${server}/away`, { headers: { Authorization: 'secret' } })).data.headers.authorization ?? null",
    "no redirects": f"{CAUGHT} return caught(axios.get(`${{server}}/redirect`, {{ maxRedirects: 0 }}))",
    "too many redirects": f"{CAUGHT} return (await caught(axios.get(`${{server}}/loop`, {{ maxRedirects: 2 }}))).slice(0, 6)",
    "an error status": f"{CAUGHT} return [await caught(axios.get(`${{server}}/status/404`)), await caught(axios.post(`${{server}}/status/503`, {{}}))]",
    "validateStatus": "return (await axios.get(`${server}/status/404`, { validateStatus: (status) => status < 500 })).status",
    "request interceptors": """const api = axios.create(); const order = [];
      api.interceptors.request.use((config) => { order.push(1); config.headers['X-Signed'] = `${config.method} ${config.url.slice(server.length)}`; return config });
      api.interceptors.request.use(async (config) => { order.push(2); config.params = { page: 2 }; return config });
      return [(await api.get(`${server}/echo`)).data, order]""",
    "response interceptors": """const api = axios.create();
      api.interceptors.response.use((response) => response.data, (error) => Promise.resolve(['recovered', error.response.status]));
      return [await api.get(`${server}/json`), await api.get(`${server}/status/404`)]""",
    "a retry in an interceptor": """const api = axios.create(); let tries = 0;
      api.interceptors.response.use(undefined, (error) => (tries++ < 2 ? api(error.config) : Promise.reject(error)));
      try { await api.post(`${server}/status/500`, { a: 1 }) } catch (e) { return [tries, e.response.status, e.config.data] }""",
    "transformers": "return (await axios.post(`${server}/echo`, { a: 1 }, { transformRequest: [(d, h) => { h.set('Content-Type', 'text/x'); return JSON.stringify({ ...d, b: 2 }) }], transformResponse: (t) => JSON.parse(t).body })).data",
    "a cancelled signal": f"{CAUGHT} const c = new AbortController(); setTimeout(() => c.abort(), 20); return caught(axios.get(`${{server}}/slow`, {{ signal: c.signal }}))",
    "a signal that was cancelled before": f"{CAUGHT} return caught(axios.get(`${{server}}/json`, {{ signal: AbortSignal.abort() }}))",
    "a cancel token": f"{CAUGHT} const source = axios.CancelToken.source(); setTimeout(() => source.cancel('enough'), 20); return caught(axios.get(`${{server}}/slow`, {{ cancelToken: source.token }}))",
    "a timeout": f"{CAUGHT} return caught(axios.get(`${{server}}/slow`, {{ timeout: 30 }}))",
    "a timeout by its own name": f"{CAUGHT} return caught(axios.get(`${{server}}/slow`, {{ timeout: 30, timeoutErrorMessage: 'too slow', transitional: {{ clarifyTimeoutError: true }} }}))",
    "limits of its own": f"{CAUGHT} return [await caught(axios.get(`${{server}}/json`, {{ maxContentLength: 3 }})), await caught(axios.post(`${{server}}/echo`, 'long', {{ maxBodyLength: 3 }}))]",
    "nothing listens": f"{CAUGHT} const [name, , ...rest] = await caught(axios.get('http://127.0.0.1:2/')); return [name, ...rest]",
    "no such URL": f"{CAUGHT} return [(await caught(axios.get('/relative')))[2], (await caught(axios.get('ftp://h.example/')))[1]]",
    "no such body": f"{CAUGHT} return (await caught(axios.post(`${{server}}/echo`, 5))).slice(0, 3)",
    "errors as JSON": "try { await axios.get(`${server}/status/404`) } catch (e) { const { message, name, code, status, config } = e.toJSON(); return [message, name, code, status, config.method] }",
    "static members": "return [axios.VERSION, axios.isCancel(1), axios.isAxiosError(new axios.AxiosError('x')), axios.HttpStatusCode.Ok, axios.getUri({ url: '/a', params: { b: 1 } }), typeof axios.default.create]",
    "several at once": "const [a, b] = await axios.all([axios.get(`${server}/json`), axios.get(`${server}/echo`)]); return [a.data, b.data.path]",
    "postForm": "const { data } = await axios.postForm(`${server}/form`, { a: 1, 'b[]': ['x', 'y'], c: { d: true } }); return data",
}


async def answer(seen: Seen) -> web.StreamResponse:
    """Answer as the path says."""
    path = seen.path.partition("?")[0]
    if path.startswith("/status/"):
        return web.json_response({"error": "nope"}, status=int(path.removeprefix("/status/")))
    if path == "/slow":
        await asyncio.sleep(PATIENCE_SECONDS)
    redirects = {"/redirect": (302, "/json"), "/redirect-307": (307, "/echo"), "/loop": (302, "/loop")}
    if path in redirects:
        status, location = redirects[path]
        return web.Response(status=status, headers={"Location": location})
    if path == "/away":
        return web.Response(
            status=302, headers={"Location": f"http://127.0.0.2:{seen.headers['host'].partition(':')[2]}/echo"}
        )
    if path == "/headers":
        response = web.Response(text="{}", headers={"Content-Encoding": "identity"})
        for value in ("a=1", "b=2"):
            response.headers.add("Set-Cookie", value)
            response.headers.add("X-Twice", value)
        return response
    texts = {
        "/json": '{"ok": true}',
        "/html": "<p>",
        "/empty": "",
        "/bom": '\ufeff{"ok": 1}',
        "/form": str(seen.body.count(b"form-data")),
    }
    if path in texts:
        return web.Response(body=texts[path].encode(), content_type="text/plain")
    headers = {name: value for name, value in seen.headers.items() if name not in OURS_ALONE}
    return web.json_response({"method": seen.method, "path": seen.path, "headers": headers, "body": list(seen.body)})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def results(shared_methods: Methods, node_with_axios: str) -> dict[str, tuple[Any, Any]]:
    """What each program gave in Node.js and here."""
    shared_methods.answer = answer
    server, other = shared_methods.server.url, shared_methods.server.other_url
    plan = json.dumps({"server": server, "other": other, "programs": list(PROGRAMS.values())})
    node = await asyncio.create_subprocess_exec(
        node_with_axios, REFERENCE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(node.communicate(plan.encode()), PATIENCE_SECONDS)
    runs = ",\n".join(f"async () => {{ {program} }}" for program in PROGRAMS.values())
    code = f"""const axios = require('axios'); const server = '{server}', other = '{other}';
      const results = [];
      for (const run of [{runs}]) {{ try {{ results.push(await run()) }} catch (error) {{ results.push([`${{error.stack}}`]) }} }}
      return results"""
    ours = await shared_methods.value(code, limits=Limits(requests=2000))
    return dict(zip(PROGRAMS, zip(json.loads(output), ours, strict=True), strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_gives_what_it_gives_in_node(results: dict[str, tuple[Any, Any]], name: str) -> None:
    """Answers, errors, and requests as the server sees them."""
    theirs, ours = results[name]
    assert theirs == ours
