"""Secrets of a connection show up nowhere but where they belong."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import logging
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web

from connectors import Connection, Connector, EgressPolicy, Limits, MethodError, MethodHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from connectors import RunReport

MARK = "c4n4ry"
CREDENTIALS: dict[str, Any] = {
    "access_token": f"{MARK}-access/+ =&?#%\"'\\ü",
    "refresh_token": f"{MARK}-refresh:$,!()*~/",
    "username": f"{MARK}-user@example.com",
    "password": f"{MARK}-password;|<>",
    "api_key": f"{MARK}.api.key",
    "private_key": f"-----BEGIN KEY-----\n{MARK}+line/one\n{MARK}+line/two==\n-----END KEY-----\n",
    "nested": {"list": [f"{MARK}_in_a_list"], "text": f"{MARK}_in_an_object"},
    "account": 471147114711,
}
PATTERNS = [MARK, MARK.upper()[::-1], "471147114711"] + [
    base64.b64encode(b"\0" * start + MARK.encode())[-(-start * 8 // 6) : (start + len(MARK)) * 8 // 6].decode()
    for start in range(3)
]
MAKE_API_CLIENT = """
exports.makeApiClient = ({ credentials }) => ({
  baseUri: credentials.uri,
  headers: {
    Authorization: `Bearer ${encodeURIComponent(credentials.access_token)}`,
    'X-Key': encodeURIComponent(credentials.access_token).toUpperCase().split('').reverse().join(''),
    'X-Account': credentials.account,
  },
  query: { key: credentials.refresh_token, more: { inside: credentials.nested.text } },
  auth: { username: credentials.username, password: credentials.password },
});
"""
REFRESH = """
exports.refreshCredentials = async ({ apiClient, credentials }) => {
  const { access_token } = await apiClient.post('/token', credentials);
  console.log('refreshed', access_token);
  return { access_token };
};
"""
PRINT = """
console.log(credentials, JSON.stringify(credentials), `${credentials.private_key}`);
console.error(encodeURIComponent(credentials.access_token), encodeURI(credentials.refresh_token), [credentials]);
console.warn('x'.repeat(4080) + credentials.access_token, credentials.nested.list.join());
"""
FAIL = "throw Object.assign(new Error(`no ${credentials.api_key} ${credentials.private_key}`), { data: credentials })"
CODES = {
    "well": f"{PRINT} await apiClient.post('/echo', credentials); return 1",
    "a throw": f"{PRINT} {FAIL}",
    "a throw of credentials": "throw credentials",
    "a rejection that nobody sees": "Promise.reject(new Error(credentials.access_token)); return 1",
    "a result that is none": "return { [credentials.api_key]: { [credentials.access_token]: 1n } }",
    "a syntax error": "return credentials credentials",
    "an endless loop": f"{PRINT} for (;;) {{}}",
    "too much memory": f"{PRINT} const all = []; for (;;) all.push(new Array(1e5).fill(1))",
    "400": "return apiClient.get('/400')",
    "500": "return apiClient.post('/500', credentials)",
    "429": "return apiClient.get('/429')",
    "401 with new credentials": "return apiClient.get('/expired').then(() => 1)",
    "401 and no new credentials": "return apiClient.get('/401')",
    "500 after new credentials": "await apiClient.get('/expired'); return apiClient.get('/500')",
    "a cut off message": "return apiClient.get('/text')",
    "a redirect": "return apiClient.get('/redirect')",
    "a redirect to nowhere": "return apiClient.get('/far')",
    "a broken answer": "return apiClient.get('/broken')",
    "a damaged answer": "return apiClient.get('/gzip')",
    "a long answer": "return apiClient.get('/long')",
    "no answer": "return apiClient.get('/never')",
    "a closed port": "return apiClient.get(`http://127.0.0.1:2/${encodeURIComponent(credentials.access_token)}`)",
    "an address": "return apiClient.get(`http://10.0.0.1/?${credentials.api_key}`)",
    "a URL": "return apiClient.get(`http://${credentials.username}/`)",
    "a path": "return apiClient.get(`//${credentials.api_key}`)",
    "a header": "return apiClient.get('/echo', {}, { headers: { X: credentials.private_key } })",
    "a header's name": "return apiClient.get('/echo', {}, { headers: { [credentials.access_token]: '1' } })",
    "an option": "return apiClient.get('/echo', {}, { [credentials.api_key]: 1 }).then(() => 1)",
    "an option's value": "return apiClient.get('/echo', {}, { responseType: credentials.api_key })",
    "a body": "return apiClient.post('/echo', { [credentials.api_key]: 1n })",
    "a call that nobody awaits": "apiClient.get(`/never/${credentials.api_key}`); return 1",
    "too many requests": "for (;;) await apiClient.get('/echo')",
}


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    """Answer as the path says, where something is answered with all that was sent."""
    body = (await request.read()).decode()
    echo = json.dumps({"url": str(request.rel_url), "headers": dict(request.headers), "body": body})
    kind = request.path.strip("/").partition("/")[0]
    if kind == "never":
        await asyncio.sleep(60)
    if kind == "expired":
        kind = "200" if "renewed" in echo else "401"
    special = {
        "token": lambda: web.json_response({"access_token": f"{MARK}-renewed/token"}),
        "redirect": lambda: web.Response(status=302, headers={"Location": f"/500?{request.query_string}"}),
        "far": lambda: web.Response(status=302, headers={"Location": f"http://10.0.0.1/?{request.query_string}"}),
        "gzip": lambda: web.Response(body=echo.encode(), headers={"Content-Encoding": "gzip"}),
        "long": lambda: web.Response(text=echo * 1000),
        "text": lambda: web.Response(text=f"{'x' * 180}{request.headers['Authorization']}", status=400),
        "broken": lambda: web.Response(headers={"Content-Length": "1000000"}),
    }
    if kind in special:
        return special[kind]()
    status = int(kind) if kind.isdecimal() else 200
    return web.Response(text=echo, content_type="application/json", status=status, headers={"Retry-After": "30"})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def uri() -> AsyncIterator[str]:
    """A server that repeats what it is told."""
    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def host() -> AsyncIterator[MethodHost]:
    """A host whose runs soon meet a limit."""
    limits = Limits(wall_time_seconds=3, requests=20, response_bytes=100_000, request_seconds=0.5)
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.0/8"]), limits=limits, workers=2) as host:
        yield host


@pytest.fixture
def connector(tmp_path: Path) -> Callable[[str], Connector]:
    """Make a connector with one method."""

    def make(code: str) -> Connector:
        files = {
            "auth/make-api-client.js": MAKE_API_CLIENT,
            "auth/refresh-credentials.js": REFRESH,
            "operations/try/run.js": f"export default async ({{ apiClient, credentials }}) => {{\n{code}\n}}",
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Connector.load(tmp_path)

    return make


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", CODES)
async def test_no_secret_shows(
    host: MethodHost,
    connector: Callable[[str], Connector],
    uri: str,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whichever way a run ends, no credential is in its report, its events, its error or the log of the application.

    The log is that of asyncio in debug mode, told to show each callback it runs.
    """
    caplog.set_level(logging.DEBUG)
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    connection = Connection(id=name, credentials={**CREDENTIALS, "uri": uri})
    heard: list[object] = []
    report = await host.run(connector(CODES[name]), "operations/try/run", connection=connection, on_event=heard.append)
    gc.collect()
    log = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    shown = {"report": _shown(report), "events": repr(heard), "error": _raised(report), "log": log}
    found = {place: _around(text) for place, text in shown.items() if any(pattern in text for pattern in PATTERNS)}
    assert {} == found


def _shown(report: RunReport) -> str:
    """Return the report as programs and people read it, its value aside, which is the method's."""
    return report.model_copy(update={"value": None}).to_json() + repr(report.model_copy(update={"value": None}))


def _raised(report: RunReport) -> str:
    """Return what the error looks like where an application logs it."""
    try:
        report.unwrap()
    except MethodError as error:
        return "".join(traceback.format_exception(error)) + repr(vars(error))
    return ""


def _around(text: str) -> list[str]:
    """Return what stands around secrets."""
    return [text[max(0, text.find(pattern) - 100) :][:300] for pattern in PATTERNS if pattern in text]
