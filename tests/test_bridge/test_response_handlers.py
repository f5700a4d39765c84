"""Handlers of a client judge responses before the default rules do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiohttp import web

from bridge import ClientConfig, FormulaCompat, Limits
from runtime import HostCall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Run, Runs, Seen, Server

    from runtime import HostReply

    Faked = Callable[..., Run]

BASE = "https://api.example.com"
STATUS_OK: Any = {"$eval": {"$var": "response.data.ok"}, "is": False}


def answering(body: Any, status: int = 200, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """Answer everything with this body."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx.Response(status, content=content, headers=headers)


async def ask(
    faked: Faked, answer: Callable[[httpx.Request], httpx.Response], *handlers: Any, **options: Any
) -> HostReply:
    """Make a call of a client with these handlers."""
    payload = {"options": options.pop("call", {})}
    return await faked(answer, {"baseUri": BASE, "responseHandlers": list(handlers)}, **options).get("/x", **payload)


async def test_a_good_status_may_be_an_error(faked: Faked) -> None:
    """A handler's error has its message, key and data, and the response beside it."""
    error = {
        "message": {"$concat": ["No more: ", {"$var": "response.data.reason"}]},
        "key": "connection_is_defunct",
        "data": {"reason": {"$var": "response.data.reason"}, "code": {"$var": "response.data.code"}},
    }
    reply = await ask(faked, answering({"ok": False, "reason": "closed"}), {"match": STATUS_OK, "error": error})

    assert not reply.ok
    assert ("connection", "connection_is_defunct") == (reply.value["type"], reply.value["key"])
    assert "No more: closed" == reply.value["message"]
    assert {"data": {"reason": "closed"}} == reply.value["built"]
    assert (200, '{"ok": false, "reason": "closed"}') == (
        reply.value["response"]["status"],
        reply.text,
    )


async def test_an_error_has_defaults(faked: Faked) -> None:
    """Without message, key and data it is as if the status had been an error: no data takes the body's place."""
    reply = await ask(faked, answering({"ok": False}), {"match": STATUS_OK})
    assert (None, None) == (reply.value["key"], reply.value.get("built"))
    assert f'GET {BASE}/x was answered with 200 OK: {{"ok": false}}' == reply.value["message"]


async def test_an_error_may_be_a_text(faked: Faked) -> None:
    """A formula that gives the message alone."""
    reply = await ask(faked, answering({}), {"match": True, "error": {"$concat": ["no ", "luck"]}})
    assert "no luck" == reply.value["message"]


async def test_a_bad_status_may_be_a_success(faked: Faked) -> None:
    """The call gives what the handler built; no body crosses beside it."""
    handler = {"match": {"$eval": {"$var": "response.status"}, "is": 404}, "isSuccess": True, "data": {"found": False}}
    reply = await ask(faked, answering({"error": "none"}, 404), handler, call={"returnFullResponse": True})
    assert reply.ok
    assert (True, 404, {"data": {"found": False}}) == (
        reply.value["full"],
        reply.value["status"],
        reply.value["built"],
    )
    assert (None, None) == (reply.text, reply.data)


@pytest.mark.parametrize(
    "handler",
    [{}, {"data": {"$var": "response.data.missing"}}],
)
async def test_a_success_gives_the_body_by_default(faked: Faked, handler: dict[str, Any]) -> None:
    """Where nothing is built the body goes to the method as it came."""
    reply = await ask(
        faked, answering(b'{"big": 12345678901234567890}', 500), {"match": True, "isSuccess": True, **handler}
    )
    assert (True, '{"big": 12345678901234567890}') == (reply.ok, reply.text)
    assert "built" not in reply.value


async def test_null_is_data(faked: Faked) -> None:
    """A handler may say that there is nothing."""
    reply = await ask(faked, answering({}, 404), {"match": True, "isSuccess": True, "data": None})
    assert {"data": None} == reply.value["built"]


async def test_bytes_stay_bytes(faked: Faked) -> None:
    """A good response that was asked for as bytes is given as such, unless a handler built something."""
    call = {"responseType": "arraybuffer"}
    assert b"\xff" == (await ask(faked, answering(b"\xff", 404), {"match": True, "isSuccess": True}, call=call)).data
    reply = await ask(faked, answering(b"\xff"), {"match": True, "isSuccess": True, "data": 1}, call=call)
    assert (None, {"data": 1}) == (reply.data, reply.value["built"])


async def test_the_first_match_wins(faked: Faked) -> None:
    """Handlers are asked in their order."""
    handlers = [
        {"match": {"$eval": {"$var": "response.status"}, "is": 500}, "isSuccess": True, "data": "first"},
        {"match": {"$eval": {"$var": "response.statusCode"}, "is": 404}, "isSuccess": True, "data": "second"},
        {"match": True, "isSuccess": True, "data": "third"},
    ]
    built = [(await ask(faked, answering({}, status), *handlers)).value["built"] for status in (200, 404, 500)]
    assert [{"data": "third"}, {"data": "second"}, {"data": "first"}] == built


@pytest.mark.parametrize(
    "match",
    [
        None,
        False,
        {"$var": "response.data.missing"},
        {"$var": "response.data.zero"},
        {"$and": []},
        {"$eval": {"$var": "response.status"}},
        {"$eval": {"$var": "response.status"}, "equals": 404},
        {"$and": [{"$eval": {"$var": "response.status"}, "is": 500}, {"$eval": 1}]},
    ],
)
async def test_what_is_undefined_does_not_match(faked: Faked, match: Any) -> None:
    """Nor does an `$eval` without a comparison, which is true everywhere else; the default rules hold then."""
    reply = await ask(faked, answering({"zero": 0}, 404), {"match": match, "isSuccess": True})
    assert (False, None) == (reply.ok, reply.value["key"])
    assert (await ask(faked, answering({"zero": 0}), {"match": match})).ok


@pytest.mark.parametrize("match", [True, {"$var": "response.data.list"}, {"$or": [{"$eval": 1}, True]}])
async def test_what_is_truthy_matches(faked: Faked, match: Any) -> None:
    """A match need not be a boolean."""
    assert not (await ask(faked, answering({"list": []}), {"match": match})).ok


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a": [1, 1.5, true, null]}', {"a": [1, 1.5, True, None]}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b'"text"', "text"),
        (b"7", 7),
        (b"12345678901234567890", 1.2345678901234567e19),
        (b"1e999", None),
        (b"9" * 400, None),
        (b"", ""),
        (b"NaN", "NaN"),
        (b"<html>", "<html>"),
        (b"\xff", "\ufffd"),
        (b"text: " + b"[" * 100_000, "text: " + "[" * 100_000),
    ],
)
async def test_handlers_see_the_data_that_methods_see(faked: Faked, body: bytes, data: Any) -> None:
    """JSON whatever the content type, text where it is not JSON, numbers as doubles."""
    handler = {"match": True, "isSuccess": True, "data": {"got": {"$var": "response.data"}}}
    reply = await ask(faked, answering(body), handler)
    assert {"data": {"got": data}} == reply.value["built"]


async def test_handlers_see_headers(faked: Faked) -> None:
    """Names are in lower case; a dot or a dash in a name is no matter."""
    data = {"left": {"$var": "response.headers.x-left"}}
    reply = await ask(faked, answering({}, **{"X-Left": "3"}), {"match": True, "isSuccess": True, "data": data})
    assert {"data": {"left": "3"}} == reply.value["built"]


async def test_handlers_see_variables_of_the_connection(faked: Faked) -> None:
    """Formulas are computed for each response, with the credentials in scope, and the bugs that were chosen."""
    handlers = [{"match": {"$eval": {"$var": "response.data.items[0]"}, "is": {"$var": "credentials.zero"}}}]
    config = ClientConfig.parse({"baseUri": BASE, "responseHandlers": handlers}, "client")
    run = faked(answering({"items": [0]}))
    for compat, ok in ((FormulaCompat(), True), (FormulaCompat(lose_falsy_items=False), False)):
        run.client._renewal.client = config.with_variables({"credentials": {"zero": 0}}, compat)
        assert ok is (await run.get("/x")).ok


async def test_secrets_in_messages_are_masked(faked: Faked) -> None:
    """What a handler quotes of a response or of the credentials does not get into a report."""
    error = {"message": {"$concat": ["bad token ", {"$var": "response.data.token"}]}}
    reply = await ask(
        faked, answering({"token": "s3cret-4711"}), {"match": True, "error": error}, secrets=["s3cret-4711"]
    )
    assert "bad token [redacted]" == reply.value["message"]


@pytest.mark.parametrize(
    ("error", "message", "key"),
    [
        ({"message": "x" * 10_000}, "x" * 4096, None),
        ({"message": 7, "key": 8}, "7", "8"),
        ({"message": None, "key": ""}, f"GET {BASE}/x was answered with 200 OK: {{}}", None),
    ],
)
async def test_parts_of_an_error_become_texts(faked: Faked, error: Any, message: str, key: str | None) -> None:
    """Message and key are texts of a bounded length, whatever the handler built."""
    reply = await ask(faked, answering({}), {"match": True, "error": error})
    assert (message, key) == (reply.value["message"], reply.value["key"])


EXPIRED = {
    "match": {"$eval": {"$var": "response.data.category"}, "is": "EXPIRED"},
    "error": {"message": "Log in again", "key": "access_token_expired"},
}


async def test_an_expired_token_is_refreshed(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A handler's key `access_token_expired` does what a 401 does, whatever the status was."""

    def answer(seen: Seen) -> web.Response:
        return web.json_response({} if seen.headers.get("x-key") == "new" else {"category": "EXPIRED"})

    server = await serve(answer)

    def config(key: str) -> dict[str, Any]:
        return {"baseUri": server.url, "headers": {"X-Key": key}, "responseHandlers": [EXPIRED]}

    async def refresh() -> ClientConfig:
        return ClientConfig.parse(config("new"), "client")

    run = runs.start(config("old"), refresh=refresh)
    assert (await run.get("/x")).ok
    assert [("old", 1), ("new", 2)] == [
        (seen.headers["x-key"], exchange.attempt) for seen, exchange in zip(server.seen, run.exchanges, strict=True)
    ]
    reply = await runs.start(config("old")).get("/x")
    assert ("access_token_expired", "Log in again") == (reply.value["key"], reply.value["message"])


async def test_a_401_may_mean_something_else(faked: Faked) -> None:
    """A handler that makes no `access_token_expired` of it prevents the refresh."""

    async def refresh() -> ClientConfig | None:
        raise AssertionError("nothing has expired")

    reply = await ask(faked, answering({}, 401), {"match": True, "error": {"message": "no such user"}}, refresh=refresh)
    assert (None, "no such user") == (reply.value["key"], reply.value["message"])


async def test_a_rate_limit_is_waited_for(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A handler's key `rate_limit_exceeded` does what a 429 does: `retry-after` holds, in both modes."""
    handler = {"match": {"$var": "response.data.busy"}, "error": {"key": "rate_limit_exceeded"}}
    answers = [True, True, False, True]

    def answer(_: Seen) -> web.Response:
        return web.json_response({"busy": answers.pop(0)}, headers={"Retry-After": "0"})

    server = await serve(answer)
    config = {"baseUri": server.url, "responseHandlers": [handler]}
    assert (await runs.start(config, mode="async").get("/x")).ok
    reply = await runs.start(config).get("/x")
    assert ("rate_limit_exceeded", 0) == (reply.value["key"], reply.value["retryAfter"])


async def test_a_handler_that_cannot_be_computed_fails_the_call(faked: Faked) -> None:
    """The error is one of the configuration and names the handler; the response is there to look at."""
    endless: Any = {"$var": "response.data"}
    for _ in range(3):
        endless = {"$iterate": {"source": {"$var": "parent.response.data"}, "item": endless}}
    handlers = [{"match": False}, {"match": {"$iterate": {"source": {"$var": "response.data"}, "item": endless}}}]
    reply = await ask(faked, answering(list(range(1, 200))), *handlers)
    assert ("configuration", None) == (reply.value["type"], reply.value["key"])
    assert f"GET {BASE}/x: responseHandlers[1]: The formula takes more than 20000 steps." == reply.value["message"]
    assert 200 == reply.value["response"]["status"]


async def test_data_may_be_nested_too_deeply(faked: Faked) -> None:
    """What a server nests so deeply that it could not be passed on fails the call and nothing else."""
    data: Any = {"$var": "response.data"}
    for _ in range(60):
        data = [data]
    handler = {"match": True, "isSuccess": True, "data": data}
    limits = Limits(response_depth=2000)
    for depth in range(600, 1000, 20):
        reply = await ask(faked, answering(b"[" * depth + b"]" * depth), handler, limits=limits)
        assert reply.ok or "configuration" == reply.value["type"]
        json.dumps([[1, reply.ok, reply.value]])


async def test_data_of_a_response_costs_one_look(faked: Faked) -> None:
    """What is passed on as it is takes no work, however much there is of it."""
    handler = {"match": True, "isSuccess": True, "data": {"items": {"$var": "response.data"}}}
    reply = await ask(faked, answering([[0]] * 50_000), handler)
    assert 50_000 == len(reply.value["built"]["data"]["items"])


async def test_long_bodies_are_not_taken_apart(faked: Faked) -> None:
    """Handlers see no data of a body that would hold up other runs, and the method's author is told."""
    body = json.dumps(["x" * 2_200_000]).encode()
    handlers = [
        {"match": {"$eval": {"$var": "response.data"}, "isNotEmpty": True}},
        {"match": {"$eval": {"$var": "response.status"}, "is": 404}, "isSuccess": True},
    ]
    for status in (200, 404, 500):
        reply = await ask(faked, answering(body, status), *handlers)
        assert (status != 500) is reply.ok
        assert any("responseHandlers did not see it" in warning for warning in reply.value["warnings"])


async def test_a_redirect_is_followed_first(faked: Faked) -> None:
    """Handlers judge what a chain of redirects ends with."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/x":
            return httpx.Response(302, headers={"Location": "/y"})
        return httpx.Response(200, json={"ok": False})

    reply = await ask(faked, answer, {"match": STATUS_OK, "error": {"message": "told"}})
    assert ("told", f"{BASE}/y") == (reply.value["message"], reply.value["request"]["url"])


async def test_responses_of_others_are_judged_too(faked: Faked) -> None:
    """A handler is asked about every response; what it says of an origin without the credentials refreshes nothing."""

    async def refresh() -> ClientConfig | None:
        raise AssertionError("the credentials have not been there")

    run = faked(answering({"category": "EXPIRED"}), {"baseUri": BASE, "responseHandlers": [EXPIRED]}, refresh=refresh)
    assert ("connection", "access_token_expired") == await run.refused("https://other.example/x")


async def test_a_retry_of_a_handler_counts(faked: Faked) -> None:
    """A body that always says busy is asked for three times and no more."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={})

    handler = {"match": True, "error": {"key": "rate_limit_exceeded"}}
    limits = Limits(retry_after_seconds=0.01)
    reply = await ask(faked, answer, handler, mode="async", limits=limits)
    assert ("rate_limit_exceeded", 3) == (reply.value["key"], len(asked))


async def test_the_call_itself_is_read_as_ever(faked: Faked) -> None:
    """Handlers change nothing about calls that are refused before anything is sent."""
    run = faked(answering({}), {"responseHandlers": [{"match": True, "isSuccess": True}]})
    reply = await run.client(HostCall(operation="apiClient.get", payload={"path": "/x"}, site=None))
    assert "configuration" == reply.value["type"]
