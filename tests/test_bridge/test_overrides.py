"""What a client's overrides change in requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

    Faked = Callable[..., Run]

BASE = "https://api.example.com/v1"


@pytest.fixture
def sent() -> list[httpx.Request]:
    """The requests that were sent."""
    return []


@pytest.fixture
def start(faked: Faked, sent: list[httpx.Request]) -> Callable[..., Run]:
    """Start a run whose client has overrides."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    return lambda *overrides, **config: faked(answer, {"baseUri": BASE, "overrides": list(overrides), **config})


@pytest.mark.parametrize(
    ("match", "verb", "path", "changed"),
    [
        ({"path": "contacts", "method": "GET"}, "get", "contacts", True),
        ({"path": "/contacts", "method": "get"}, "get", "contacts", True),
        ({"path": "contacts"}, "delete", "/contacts?limit=1#x", True),
        ({"path": "/contacts?ignored=1"}, "get", "/contacts", True),
        ({"method": "Get"}, "get", "/anything", True),
        ({}, "patch", "/anything", True),
        ({"path": ""}, "get", "", True),
        ({"path": "contacts"}, "get", "contacts/", False),
        ({"path": "contacts"}, "get", "Contacts", False),
        ({"path": "contacts"}, "get", "contacts/7", False),
        ({"path": "contacts", "method": "POST"}, "get", "contacts", False),
        ({"path": f"{BASE}/contacts"}, "get", f"{BASE}/contacts", True),
    ],
)
async def test_path_and_verb_say_which_requests_are_meant(
    start: Callable[..., Run],
    sent: list[httpx.Request],
    match: Any,
    verb: str,
    path: str,
    changed: bool,  # noqa: FBT001 (a table)
) -> None:
    """The path without query and leading slash, the verb in any case; what is not given does not matter."""
    await start({"match": match, "patch": {"headers": {"X-Patched": "1"}}}).ask(verb, path)
    assert changed is ("x-patched" in sent[0].headers)


async def test_query_and_headers_win_over_the_calls_own(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """Null takes a parameter or a header away; the URL's own query stays."""
    patch = {"query": {"a": "patched", "b": None, "e": [1, 2]}, "headers": {"X-A": 7, "x-b": None}}
    options = {"query": {"b": "option", "c": "option"}, "headers": {"x-a": "own", "X-B": "own", "X-C": "own"}}
    run = start({"patch": patch}, headers={"X-B": "client"}, query={"d": "client"})

    await run.get("/x?a=path", query={"a": "own", "b": "own"}, options=options)

    assert "a=path&d=client&c=option&a=patched&e%5B%5D=1&e%5B%5D=2" == sent[0].url.query.decode()
    assert ("7", "own") == (sent[0].headers["x-a"], sent[0].headers["x-c"])
    assert "x-b" not in sent[0].headers


@pytest.mark.parametrize(
    ("body", "patched"),
    [
        ('{"a":1,"c":"ü"}', '{"a":2,"c":"ü","b":{"x":null}}'),
        ("{}", '{"a":2,"b":{"x":null}}'),
        (None, '{"a":2,"b":{"x":null}}'),
    ],
)
async def test_data_is_merged_into_an_object(
    start: Callable[..., Run], sent: list[httpx.Request], body: str | None, patched: str
) -> None:
    """Members take the place of the body's own; without a body they are one."""
    await start({"patch": {"data": {"a": 2, "b": {"x": None}}}}).ask("post", "/x", body=body)
    assert patched == sent[0].content.decode()
    assert "application/json" == sent[0].headers["content-type"]


async def test_data_is_merged_into_a_form(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """An object that is sent as a form takes members as text; its files stay."""
    body = {"kind": "fields", "encoding": "form", "members": {"a": "1", "file": 0}, "files": [{"length": 1}]}
    patch = {"data": {"a": None, "b": {"c": [1.0, True]}}}
    await start({"patch": patch}).ask("post", "/x", body=body, data=b"x")
    assert b"file=eA%3D%3D&b%5Bc%5D%5B0%5D=1&b%5Bc%5D%5B1%5D=true" == sent[0].content


async def test_a_written_query_is_patched(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """Parameters of a URLSearchParams are replaced and taken away like others."""
    run = start({"patch": {"query": {"a": "patched", "b": None}}})
    await run.get("/x", query="a=1&b=1&c=1&a=2", options={"query": "a=0&d=%2c"})
    assert b"a=patched&d=%2c&c=1" == sent[0].url.query


async def test_overrides_follow_each_other(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """A later one changes what an earlier one made."""
    await start({"patch": {"data": {"a": 1, "b": 1}}}, {"patch": {"data": {"b": 2}}}).ask("post", "/x", body="{}")
    assert {"a": 1, "b": 2} == json.loads(sent[0].content)


async def test_a_body_that_is_not_changed_is_not_read(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """Without data for it, what the method sent goes out as it is."""
    await start({"patch": {"query": {"a": 1}}}).ask("post", "/x", body='{ "big": 12345678901234567890 ')
    assert b'{ "big": 12345678901234567890 ' == sent[0].content


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "text", "text": "{}"},
        {"kind": "bytes"},
        "[1]",
        '"text"',
        "null",
        "{",
        '{"a":"' + "x" * 2_100_000 + '"}',
        "[" * 100_000,
    ],
)
async def test_data_needs_an_object(start: Callable[..., Run], sent: list[httpx.Request], body: Any) -> None:
    """Nothing is sent where the data has no place, or the body is too long to be taken apart."""
    refused = await start({"patch": {"data": {"a": 1}}}).refused("/x", verb="post", body=body)
    assert ("request", "invalid") == refused
    assert not sent


async def test_strangers_get_nothing_of_it(start: Callable[..., Run], sent: list[httpx.Request]) -> None:
    """What overrides add is as secret as the client's headers: other origins never see it."""
    patch = {"headers": {"X-Key": "s3cret"}, "query": {"key": "s3cret"}, "data": {"key": "s3cret"}}
    run = start({"patch": patch})
    await run.ask("post", "https://other.example/x", body="{}")
    await run.ask("post", "/x", body="{}", options={"baseUri": "https://other.example"})
    for request in sent:
        assert ("other.example", b"{}", b"") == (request.url.host, request.content, request.url.query)
        assert "x-key" not in request.headers


@pytest.mark.parametrize(
    ("status", "location", "verb", "outcome"),
    [
        (307, "https://other.example/y", "post", ("egress", "redirect")),
        (308, "https://other.example/y", "put", ("egress", "redirect")),
        (302, "https://other.example/y", "post", None),
        (307, "/y", "post", None),
    ],
)
async def test_a_changed_body_does_not_leave_its_origin(
    faked: Faked, status: int, location: str, verb: str, outcome: tuple[str, str] | None
) -> None:
    """A redirect to another origin that would take the client's data along is refused."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, headers={"Location": location}) if len(sent) == 1 else httpx.Response(200)

    run = faked(answer, {"baseUri": BASE, "overrides": [{"patch": {"data": {"key": "s3cret"}}}]})
    reply = await run.ask(verb, "/x", body="{}")
    assert outcome == (None if reply.ok else (reply.value["type"], reply.value["key"]))
    assert all(b"s3cret" not in request.content for request in sent if request.url.host != "api.example.com")
