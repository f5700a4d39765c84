"""What goes over the wire: headers, bodies, authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from conftest import Answer, Runs, Server

Serve = "Callable[[Answer], Awaitable[Server]]"


@pytest.fixture
async def server(serve: Callable[[Answer], Awaitable[Server]]) -> Server:
    """A server that answers everything with an empty object."""
    return await serve(lambda _: web.json_response({}))


async def test_a_get_has_these_headers(runs: Runs, server: Server) -> None:
    """A request says what axios says, and nothing that the method or the environment did not ask for."""
    await runs.start({"baseUri": server.url}).get("/x")
    headers = dict(server.seen[0].headers)
    agent = headers.pop("user-agent")
    assert agent.startswith("methodhost/")
    assert {
        "host": f"127.0.0.1:{server.port}",
        "accept": "application/json, text/plain, */*",
        "accept-encoding": "gzip, deflate, br",
    } == headers


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
async def test_a_body_goes_out_as_the_sandbox_made_it(runs: Runs, server: Server, verb: str) -> None:
    """The JSON text of a body is neither parsed nor written anew."""
    await runs.start({"baseUri": server.url}).ask(verb, "/x", body='{"b": 1.0, "a":"ü"}')
    seen = server.seen[0]
    assert (verb.upper(), '{"b": 1.0, "a":"ü"}'.encode()) == (seen.method, seen.body)
    assert "application/json" == seen.headers["content-type"]
    assert "20" == seen.headers["content-length"]


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
async def test_without_a_body_there_is_no_content_type(runs: Runs, server: Server, verb: str) -> None:
    """A call without data sends no body and no content type."""
    await runs.start({"baseUri": server.url}).ask(verb, "/x")
    assert b"" == server.seen[0].body
    assert "content-type" not in server.seen[0].headers


@pytest.mark.parametrize(("path", "sent"), [("/a?", "/a"), ("/a??", "/a??"), ("/a%2Fb?c=%3F?", "/a%2Fb?c=%3F?")])
async def test_a_query_is_sent_as_it_is_unless_it_is_empty(
    runs: Runs, serve_raw: Callable[[bytes], Awaitable[Server]], path: str, sent: str
) -> None:
    """As in Node.js, nothing is changed but a question mark that nothing follows."""
    server = await serve_raw(b"HTTP/1.1 204 No Content\r\n\r\n")
    await runs.start().get(f"{server.url}{path}")
    assert sent == server.seen[0].path


async def test_a_large_body_is_sent_whole(runs: Runs, server: Server) -> None:
    """A body larger than any buffer arrives."""
    body = f'"{"x" * 3_000_000}"'
    await runs.start({"baseUri": server.url}).ask("post", "/x", body=body)
    assert body.encode() == server.seen[0].body


async def test_the_url_arrives_verbatim(runs: Runs, server: Server) -> None:
    """What is encoded stays encoded, down to the socket."""
    await runs.start({"baseUri": server.url}).get("/a%2Fb%7Ec?sig=a%3Fb%2Bc+d&x[]=1")
    assert "/a%2Fb%7Ec?sig=a%3Fb%2Bc+d&x[]=1" == server.seen[0].path


@pytest.mark.parametrize("verb", ["head", "connect", "trace", "options", "GET", "request"])
async def test_other_verbs_cannot_be_expressed(runs: Runs, server: Server, verb: str) -> None:
    """A worker that was taken over can still ask for five verbs only."""
    assert ("request", "invalid") == await runs.start({"baseUri": server.url}).refused("/x", verb=verb)
    assert [] == server.seen


@pytest.mark.parametrize(
    "payload",
    [
        {"path": None},
        {"query": []},
        {"body": {}},
        {"options": {"verify": False}},
        {"verb": "TRACE", "extra": 1},
        {"options": None},
    ],
)
async def test_a_call_that_the_extension_does_not_make_is_refused(
    runs: Runs, server: Server, payload: dict[str, Any]
) -> None:
    """A payload is read strictly."""
    assert (
        "request",
        "invalid",
    ) == await runs.start({"baseUri": server.url}).refused(**{"path": "/x", **payload, "verb": "get"})
    assert [] == server.seen


async def test_header_names_do_not_depend_on_case(runs: Runs, server: Server) -> None:
    """A call's header replaces the client's whatever the case, and null deletes it."""
    config = {"baseUri": server.url, "headers": {"X-Kind": "client", "X-Gone": "client", "X-Number": 1}}
    await runs.start(config).get("/x", options={"headers": {"x-kind": "call", "X-GONE": None}})
    headers = server.seen[0].headers
    assert (headers["x-kind"], headers["x-number"]) == ("call", "1")
    assert "x-gone" not in headers


async def test_a_call_may_replace_default_headers(runs: Runs, server: Server) -> None:
    """Accept, content type and user agent are defaults."""
    headers = {"Accept": "text/csv", "content-type": "application/vnd.api+json", "User-Agent": "me"}
    await runs.start({"baseUri": server.url}).ask("post", "/x", body="{}", options={"headers": headers})
    seen = server.seen[0].headers
    assert [seen["accept"], seen["content-type"], seen["user-agent"]] == list(headers.values())


@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "Keep-Alive",
        "Host",
        "Proxy-Authorization",
        "Proxy-Connection",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Real-IP",
        "Forwarded",
        "Accept-Encoding",
    ],
)
async def test_headers_of_the_host_are_left_out(runs: Runs, server: Server, name: str) -> None:
    """A method cannot set what frames a message or vouches for it; a warning says so."""
    reply = await runs.start({"baseUri": server.url}).ask("post", "/x", body="{}", options={"headers": {name: "evil"}})
    assert "evil" not in server.seen[0].headers.values()
    assert [f"The header {name.lower()} was not sent: it belongs to the host."] == reply.value["warnings"]


@pytest.mark.parametrize("name", ["", "X Y", "X\r\nY", "X:Y", "Ä"])
async def test_a_header_name_cannot_inject(runs: Runs, server: Server, name: str) -> None:
    """A name that is no token is refused."""
    assert (
        "request",
        "header",
    ) == await runs.start({"baseUri": server.url}).refused("/x", options={"headers": {name: "1"}})


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\x7fb", "€"])
async def test_a_header_value_cannot_inject(runs: Runs, server: Server, value: str) -> None:
    """A value with a line break, a control character, or one that headers cannot hold is refused."""
    assert (
        "request",
        "header",
    ) == await runs.start({"baseUri": server.url}).refused("/x", options={"headers": {"X": value}})
    assert [] == server.seen


async def test_headers_are_limited(runs: Runs, server: Server) -> None:
    """More than the allowed headers, or a longer one, are refused."""
    run = runs.start({"baseUri": server.url}, limits=Limits(header_count=5, header_bytes=100))
    many = {f"x-{i}": "1" for i in range(3)}
    assert ("request", "header") == await run.refused("/x", options={"headers": many})
    assert ("request", "header") == await run.refused("/x", options={"headers": {"x": "1" * 100}})


@pytest.mark.parametrize(
    ("config", "options", "expected"),
    [
        ({"auth": {"username": "ann", "password": "pä"}}, {}, "Basic YW5uOnDDpA=="),
        ({"auth": {"username": "ann"}}, {}, "Basic YW5uOg=="),
        ({"headers": {"Authorization": "Bearer c"}, "auth": {"username": "ann"}}, {}, "Bearer c"),
        ({"headers": {"Authorization": "Bearer c"}}, {"auth": {"username": "ann"}}, "Basic YW5uOg=="),
        ({"auth": {"username": "ann"}}, {"headers": {"authorization": "Bearer o"}}, "Bearer o"),
        ({}, {"headers": {"AUTHORIZATION": "Bearer o"}, "auth": {"username": "ann"}}, "Bearer o"),
        ({"auth": {"username": "ann"}}, {"headers": {"Authorization": None}}, None),
        ({"headers": {"Authorization": "Bearer c"}}, {"headers": {"authorization": None}}, None),
    ],
)
async def test_there_is_one_authorization(
    runs: Runs, server: Server, config: dict[str, Any], options: dict[str, Any], expected: str | None
) -> None:
    """The call beats the client; within each, the header beats `auth`; null sends none."""
    await runs.start({"baseUri": server.url, **config}).get("/x", options=options)
    assert expected == server.seen[0].headers.get("authorization")


async def test_the_environment_does_not_matter(
    runs: Runs, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither proxies nor passwords are taken from the environment."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    assert (await runs.start({"baseUri": server.url}).get("/x")).ok
    assert "authorization" not in server.seen[0].headers


async def test_no_cookie_is_kept(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """What a server sets is given to the method and sent with no later request."""
    server = await serve(lambda _: web.json_response({}, headers={"Set-Cookie": "session=1"}))
    run = runs.start({"baseUri": server.url})
    await run.get("/x")
    await run.get("/x")
    assert "cookie" not in server.seen[1].headers
