"""`apiClient` as a method sees it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits
from runtime import Module, Script

if TYPE_CHECKING:
    from conftest import Methods, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAUGHT = """
  .then(
    () => "no error",
    (error) => ({
      name: error.name, constructor: error.constructor.name, type: error.type, key: error.key, message: error.message,
      isError: error instanceof Error, flags: [error.isMembraneError, error.isIntegrationAppError], data: error.data,
      response: error.response, request: error.request, retryAfter: error.retryAfter, json: JSON.parse(JSON.stringify(error)),
    }),
  )
"""


def echo(seen: Seen) -> web.Response:
    """Answer with what was asked."""
    return web.json_response(
        {"method": seen.method, "path": seen.path, "body": seen.body.decode(), "type": seen.headers.get("content-type")}
    )


async def error_of(methods: Methods, call: str, **options: Any) -> dict[str, Any]:
    """Return what a method sees of the error of a call."""
    value = await methods.value(f"return {call}{CAUGHT}", **options)
    assert isinstance(value, dict), value
    return value


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        ("get('/x')", "GET", "/x", ""),
        ("get('x', { a: 1 })", "GET", "/x?a=1", ""),
        ("get('x', undefined, { query: { a: 1 } })", "GET", "/x?a=1", ""),
        ("post('/x', { a: 1 })", "POST", "/x", '{"a":1}'),
        ("put('/x', { a: 1 }, { query: { b: 2 } })", "PUT", "/x?b=2", '{"a":1}'),
        ("patch('/x', [1, null])", "PATCH", "/x", "[1,null]"),
        ("delete('/x')", "DELETE", "/x", ""),
        ("delete('/x', { a: 1 })", "DELETE", "/x", '{"a":1}'),
        ("post('/x')", "POST", "/x", ""),
        ("post('/x', null)", "POST", "/x", ""),
        (
            "post('/x', { u: undefined, n: null, d: new Date(0), nan: NaN })",
            "POST",
            "/x",
            '{"n":null,"d":"1970-01-01T00:00:00.000Z","nan":null}',
        ),
        ("post('/x', false)", "POST", "/x", "false"),
    ],
)
async def test_the_five_verbs(methods: Methods, call: str, method: str, path: str, body: str) -> None:
    """Each verb takes its arguments in its order; only a call with data has a body."""
    methods.answer = echo
    value = await methods.value(f"return apiClient.{call}")
    assert (value["method"], value["path"], value["body"]) == (method, path, body)
    assert value["type"] == ("application/json" if body else None)


async def test_it_has_two_names(methods: Methods) -> None:
    """`externalApiClient` is the same object."""
    assert [
        "get",
        "post",
        "put",
        "patch",
        "delete",
    ] == await methods.value("return apiClient === externalApiClient && Object.keys(apiClient)")


async def test_it_cannot_be_changed(methods: Methods) -> None:
    """Neither the client nor its verbs can be replaced or extended."""
    code = """
      const refusals = [];
      for (const change of [() => { apiClient.get = 1 }, () => { delete apiClient.post }, () => { apiClient.get.x = 1 }]) {
        try { change(); refusals.push("changed") } catch (error) { refusals.push(error.name) }
      }
      return refusals;
    """
    assert ["TypeError"] * 3 == await methods.value(f"return (() => {{ 'use strict'; {code} }})()")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ ids: [1, 2] }", "ids%5B%5D=1&ids%5B%5D=2"),
        ("{ filter: { a: { b: 1 } } }", "filter%5Ba%5D%5Bb%5D=1"),
        ("{ a: undefined, b: null, c: '', d: 0, e: false, f: NaN }", "c=&d=0&e=false&f=NaN"),
        ("{ at: new Date(0) }", "at=1970-01-01T00:00:00.000Z"),
        ("{ n: 1e21, m: 0.1 + 0.2, big: 12n, neg: -0 }", "n=1e%2B21&m=0.30000000000000004&big=12&neg=0"),
        ("{ b: 1, 2: 1, 1: 1 }", "1=1&2=1&b=1"),
        ("{ q: 'a b&c' }", "q=a+b%26c"),
        ("{ list: [1, null, undefined, 2] }", "list%5B%5D=1&list%5B%5D=2"),
        ("JSON.parse('{\"__proto__\": 1}')", "__proto__=1"),
        ("Object.create(null)", ""),
    ],
)
async def test_query_values_are_those_of_javascript(methods: Methods, query: str, expected: str) -> None:
    """Values are written as JavaScript writes them."""
    methods.answer = echo
    value = await methods.value(f"return apiClient.get('/x', {query})")
    assert expected == value["path"].partition("?")[2]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"a": [1, 2]}', {"a": [1, 2]}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ("[1]", [1]),
        ("7", 7),
        ('"text"', "text"),
        ("null", None),
        ("", ""),
        ("<html>", "<html>"),
        ("{broken", "{broken"),
        ("\u2028\u0000'\"\\", "\u2028\u0000'\"\\"),
    ],
)
async def test_a_response_is_json_or_text(methods: Methods, body: str, expected: Any) -> None:
    """JSON whatever the content type says, text where it is not JSON, and '' where it is empty."""
    methods.answer = lambda _: web.Response(text=body, content_type="text/plain")
    assert expected == await methods.value("return apiClient.get('/x')")


async def test_a_response_cannot_pollute_prototypes(methods: Methods) -> None:
    """A member `__proto__` of a response is a member."""
    methods.answer = lambda _: web.Response(text='{"__proto__": {"admin": true}}')
    code = "const data = await apiClient.get('/x'); return [Object.keys(data), ({}).admin === undefined]"
    assert [["__proto__"], True] == await methods.value(code)


@pytest.mark.parametrize(
    ("options", "config"),
    [("{ returnFullResponse: true }", {}), ("{}", {"returnFullResponse": True})],
    ids=["call", "client"],
)
async def test_a_full_response(methods: Methods, options: str, config: dict[str, Any]) -> None:
    """With `returnFullResponse` a call gives status and headers beside the data."""
    methods.answer = lambda _: web.json_response({"a": 1}, status=201, headers={"X-Kind": "k", "Set-Cookie": "c=1"})
    value = await methods.value(f"return apiClient.post('/x', {{}}, {options})", config=config)
    assert (value["status"], value["statusCode"], value["statusText"], value["data"]) == (201, 201, "Created", {"a": 1})
    assert (value["headers"]["x-kind"], value["headers"]["set-cookie"]) == ("k", ["c=1"])


async def test_options_of_a_call_win(methods: Methods) -> None:
    """Headers, query, auth and the kind of response of a call replace the client's."""
    methods.answer = lambda seen: web.json_response(
        [seen.headers.get("x-a"), seen.headers.get("authorization"), seen.path]
    )
    config = {"headers": {"X-A": "client"}, "auth": {"username": "c"}, "query": {"q": 1}, "returnFullResponse": True}
    options = (
        "{ headers: { 'x-a': 7 }, auth: { username: 'ann', password: 1 }, query: { q: 2 }, returnFullResponse: false }"
    )
    assert [
        "7",
        "Basic YW5uOjE=",
        "/x?q=2",
    ] == await methods.value(f"return apiClient.get('/x', null, {options})", config=config)


async def test_a_call_may_ask_for_further_attempts(methods: Methods) -> None:
    """`retries` of a call is known, without a warning, and must be a number."""
    statuses = iter([503, 200])
    methods.answer = lambda _: web.Response(status=next(statuses), headers={"Retry-After": "0"}, text="{}")
    outcome = await methods.run("return apiClient.get('/x', {}, { retries: 1 })")
    assert ({}, (), 2) == (outcome.value, outcome.warnings, len(methods.server.seen))
    refused = await methods.value("return apiClient.get('/x', {}, { retries: '1' }).catch((error) => error.message)")
    assert refused == "options.retries must be a whole number, not '1'"


async def test_an_error_tells_everything(methods: Methods) -> None:
    """A status that is no success is a ConnectionError with data, response and request, safe to turn into JSON."""
    methods.answer = lambda _: web.json_response({"errors": ["not found"]}, status=404)
    url = f"{methods.server.url}/deals/7"
    message = f'GET {url} was answered with 404 Not Found: {{"errors": ["not found"]}}'
    error = await error_of(methods, "apiClient.get('/deals/7')")
    assert ("ConnectionError",) * 2 + (
        "connection",
        None,
    ) == (error["name"], error["constructor"], error["type"], error.get("key"))
    assert (error["message"], error["isError"], error["flags"]) == (message, True, [True, True])
    assert {"type": "connection", "message": message, "data": {"errors": ["not found"]}} == error["data"]
    assert (error["response"]["status"], error["response"]["statusCode"], error["response"]["data"]) == (
        404,
        404,
        {"errors": ["not found"]},
    )
    assert {"method": "GET", "url": url} == error["request"]
    assert error["data"] == error["json"]


@pytest.mark.parametrize(
    ("status", "key", "retry_after"),
    [(401, "access_token_expired", None), (429, "rate_limit_exceeded", 7), (500, None, None)],
)
async def test_statuses_have_keys(methods: Methods, status: int, key: str | None, retry_after: float | None) -> None:
    """401 and 429 are told by their key; 429 tells when to come again."""
    methods.answer = lambda _: web.Response(status=status, headers={"Retry-After": "7"} if status == 429 else {})
    error = await error_of(methods, "apiClient.get('/x')")
    assert (key, key, retry_after) == (error.get("key"), error["data"].get("key"), error.get("retryAfter"))


@pytest.mark.parametrize(
    ("call", "name", "key"),
    [
        ("get()", "RequestError", "url"),
        ("get(null)", "RequestError", "url"),
        ("get(1)", "RequestError", "url"),
        ("get({})", "RequestError", "url"),
        ("get('//evil.example/x')", "RequestError", "url"),
        ("get('/x', 'a=1')", "RequestError", "invalid"),
        ("get('/x', [1])", "RequestError", "invalid"),
        ("get('/x', { f() {} })", "RequestError", "invalid"),
        ("get('/x', { get a() { throw 1 } })", "RequestError", "invalid"),
        ("get('/x', { at: new Date(NaN) })", "RequestError", "invalid"),
        ("get('/x', (() => { const a = {}; a.a = a; return a })())", "RequestError", "invalid"),
        ("get('/x', {}, 'options')", "RequestError", "invalid"),
        ("get('/x', {}, { get headers() { throw 1 } })", "RequestError", "invalid"),
        ("get('/x', {}, new Proxy({}, { ownKeys() { throw 1 } }))", "RequestError", "invalid"),
        ("get('/x', {}, { headers: 'X: 1' })", "RequestError", "header"),
        ("get('/x', {}, { headers: { 'X Y': '1' } })", "RequestError", "header"),
        ("get('/x', {}, { headers: { X: {} } })", "RequestError", "header"),
        ("get('/x', {}, { headers: { X: 'a\\r\\nb' } })", "RequestError", "header"),
        ("get('/x', {}, { baseUri: 1 })", "RequestError", "url"),
        ("get('/x', {}, { baseUri: 'evil' })", "RequestError", "url"),
        ("get('/x', {}, { auth: 'ann' })", "RequestError", "invalid"),
        ("get('/x', {}, { query: 1 })", "RequestError", "invalid"),
        ("get('/x', {}, { responseType: 'document' })", "RequestError", "invalid"),
        ("post('/x', { a: [{ b: 1n }] })", "RequestError", "invalid"),
        ("post('/x', (() => { const a = {}; a.a = a; return a })())", "RequestError", "invalid"),
        ("post('/x', { get a() { throw new Error('no') } })", "RequestError", "invalid"),
        ("post('/x', () => 1)", "RequestError", "invalid"),
        ("post('/x', Symbol('s'))", "RequestError", "invalid"),
        ("get('http://169.254.169.254/latest')", "EgressError", "address"),
        ("get('http://10.0.0.1/')", "EgressError", "address"),
    ],
)
async def test_what_cannot_be_asked_rejects(methods: Methods, call: str, name: str, key: str) -> None:
    """A call that makes no sense never throws: its promise rejects with a kind of ConnectionError, and nothing is sent."""
    error = await error_of(methods, f"apiClient.{call}")
    assert (error["name"], error["constructor"], error["type"]) == (name, name, name.removesuffix("Error").lower())
    assert (error["key"], error["flags"]) == (key, [True, True])
    assert [] == methods.server.seen


async def test_a_refusal_is_a_connection_error(methods: Methods) -> None:
    """What a method can catch as ConnectionError includes what was refused."""
    code = """
      const errors = [];
      for (const path of ['//x', 'http://10.0.0.1/']) await apiClient.get(path).catch((error) => errors.push(error));
      return errors.map((error) => Object.getPrototypeOf(error.constructor).name);
    """
    assert ["ConnectionError", "ConnectionError"] == await methods.value(code)


async def test_a_body_that_is_no_json_is_told_by_its_path(methods: Methods) -> None:
    """The message names the member that cannot be sent."""
    error = await error_of(methods, "apiClient.post('/x', { items: [{}, { id: 1n }] })")
    assert "data.items[1].id is a BigInt, which JSON cannot hold" == error["message"]


async def test_an_error_that_nobody_catches_is_the_runs(methods: Methods) -> None:
    """The run fails with the error's type, key and data, at the line of the call."""
    methods.answer = lambda _: web.json_response({"no": 1}, status=401, headers={"X-A": "1", "Set-Cookie": "s=new"})
    outcome = await methods.run("await null;\nreturn apiClient.get('/x')")
    failure = outcome.failure
    assert failure is not None
    assert ("connection", "access_token_expired") == (failure.type, failure.key)
    assert isinstance(failure.data, dict)
    assert {"method": "GET", "url": f"{methods.server.url}/x"} == failure.data["request"]
    response: Any = failure.data["response"]
    headers = response.pop("headers")
    assert {"status": 401, "statusText": "Unauthorized", "data": {"no": 1}} == response
    assert ("1", False) == (headers["x-a"], "set-cookie" in headers)
    assert failure.location is not None
    assert ("data/contacts/list.js", 3) == (failure.location.file, failure.location.line)


async def test_unknown_options_are_told(methods: Methods) -> None:
    """An option that does not exist is ignored with a warning; TLS cannot be switched off."""
    outcome = await methods.run("return apiClient.get('/x', {}, { timeout: 1e12, verify: false })")
    assert outcome.failure is None
    assert (
        tuple(f"apiClient.get does not know the option {name}; it was ignored" for name in ("timeout", "verify"))
        == outcome.warnings
    )


async def test_an_axios_config_as_query_is_told(methods: Methods) -> None:
    """The second argument of `get` is the query, whatever it looks like."""
    methods.answer = echo
    outcome = await methods.run("return apiClient.get('/x', { params: { a: 1 } })")
    assert "/x?params%5Ba%5D=1" == outcome.value["path"]
    assert "axios" in outcome.warnings[0]


async def test_missing_credentials_are_explained(methods: Methods) -> None:
    """A request that goes to another origin without the client's credentials says so."""
    outcome = await methods.run(
        f"return apiClient.get('{methods.server.other_url}/x')", config={"headers": {"X-Key": "secret"}}
    )
    assert "x-key" not in methods.server.seen[0].headers
    assert "were not sent to http://127.0.0.2" in outcome.warnings[0]


async def test_a_body_has_a_longest_length(methods: Methods) -> None:
    """A body of the limit is sent; one byte more ends the run, which no method can catch."""
    limits = Limits(request_bytes=1000)
    sent = await methods.run("await apiClient.post('/x', ['ü'.repeat(498)]); return 1", limits=limits)
    assert (1, 1000) == (sent.value, len(methods.server.seen[0].body))
    outcome = await methods.run(
        "try { await apiClient.post('/x', ['x'.repeat(997)]) } catch { } return 1", limits=limits
    )
    assert outcome.failure is not None
    assert ("limit", "request_size") == (outcome.failure.type, outcome.failure.key)


async def test_a_large_body_of_quotes_is_sent(methods: Methods) -> None:
    """A body within its limit never breaks another one by being escaped on its way."""
    limits = Limits(request_bytes=1_000_000, call_bytes=1_000)
    outcome = await methods.run("await apiClient.post('/x', ['\"'.repeat(499_000)]); return 1", limits=limits)
    assert (None, 998_004) == (outcome.failure, len(methods.server.seen[0].body))


async def test_a_flood_of_calls_ends_the_run(methods: Methods) -> None:
    """More calls than allowed are a breach, whether they are awaited or not."""
    outcome = await methods.run("for (let i = 0; i < 1000; i++) apiClient.get('/x'); await new Promise(() => {})")
    assert outcome.failure is not None
    assert ("limit", "requests") == (outcome.failure.type, outcome.failure.key)


async def test_answers_find_their_calls(methods: Methods) -> None:
    """Each of many calls under way gets its own answer, in whichever order they come."""

    async def answer(seen: Seen) -> web.Response:
        await asyncio.sleep((20 - int(seen.path[1:])) / 2000)
        return web.json_response({"path": seen.path})

    methods.answer = answer
    code = "return Promise.all(Array.from({ length: 20 }, (_, i) => apiClient.get(`/${i}`).then((data) => data.path)))"
    assert [f"/{i}" for i in range(20)] == await methods.value(code)


@pytest.mark.parametrize(
    "sabotage",
    [
        "JSON.parse = JSON.stringify = () => { throw 1 }",
        "Object.defineProperty(Array.prototype, '0', { set() { throw 1 }, get() { return 'evil' } })",
        "Object.prototype.toJSON = () => 'evil'",
        "Object.keys = Object.entries = () => ['evil']",
        "Promise.prototype.then = () => { throw 1 }; Promise.resolve = null",
        "Object.prototype.retryAfter = Object.prototype.full = true",
        "String = Number = Error = Date = undefined",
        "delete Array.prototype[Symbol.iterator]",
    ],
)
async def test_broken_prototypes_break_nothing(methods: Methods, sabotage: str) -> None:
    """Whatever a method does to the language, its calls go out as they are; only `toJSON` has a say in bodies."""
    methods.answer = echo
    await methods.run(f"{sabotage}; return await apiClient.post('/x', {{ a: [1, 'b'] }}, {{ query: {{ q: [1] }} }})")
    sent = methods.server.seen[0]
    assert ("/x?q%5B%5D=1", b'"evil"' if "toJSON" in sabotage else b'{"a":[1,"b"]}') == (sent.path, sent.body)


async def test_without_settings_there_is_no_client(methods: Methods) -> None:
    """A method that has no client sees none."""
    code = "export default (args) => ['apiClient' in args, typeof apiClient]"

    async def refuse(_: object) -> Any:
        pytest.fail("called")

    outcome = await methods.sandbox.run(
        Script(module=Module(name="m.js", code=code)),
        {},
        isolation_key="acme",
        calls=refuse,
        limits=Limits(),
        settings={},
    )
    assert [False, "undefined"] == outcome.value
