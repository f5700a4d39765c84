"""Redirects are followed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits
from runtime import RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server


def redirecting(targets: dict[str, str], status: int = 302) -> Callable[[Seen], web.Response]:
    """Answer with the redirect for a path, or with what was asked."""

    def answer(seen: Seen) -> web.Response:
        target = targets.get(seen.path.partition("?")[0])
        return web.Response(status=status, headers={"Location": target}) if target else web.json_response({})

    return answer


@pytest.mark.parametrize(
    ("status", "verb", "then", "body"),
    [
        (301, "post", "GET", b""),
        (302, "put", "GET", b""),
        (303, "delete", "GET", b""),
        (307, "post", "POST", b"{}"),
        (308, "patch", "PATCH", b"{}"),
    ],
)
async def test_a_redirect_keeps_or_drops_the_body(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int, verb: str, then: str, body: bytes
) -> None:
    """301, 302 and 303 lead to a GET without body; 307 and 308 to the same request again."""
    server = await serve(redirecting({"/a": "/b"}, status))
    reply = await runs.start({"baseUri": server.url}).ask(verb, "/a", body="{}")
    assert reply.ok
    assert (then, body) == (server.seen[1].method, server.seen[1].body)
    assert ("content-type" in server.seen[1].headers) is bool(body)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("b?x=1", "/v1/b?x=1"),
        ("/b", "/b"),
        ("?x=1", "/v1/a?x=1"),
        ("//127.0.0.1:{port}/b", "/b"),
        ("{url}/b#part", "/b"),
        ("../b", "/b"),
    ],
)
async def test_a_location_is_relative_to_the_request(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], location: str, path: str
) -> None:
    """A location is resolved as RFC 3986 says; the query of the first request does not come along."""
    targets: dict[str, str] = {}
    server = await serve(redirecting(targets))
    targets["/v1/a"] = location.format(port=server.port, url=server.url)
    run = runs.start({"baseUri": f"{server.url}/v1", "query": {"k": "1"}}, limits=Limits(redirects=1))
    await run.ask("get", "a")
    assert path == server.seen[1].path


async def test_credentials_stay_on_their_origin(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """On the same origin a redirect keeps the client's headers."""
    server = await serve(redirecting({"/a": "/b"}))
    await runs.start({"baseUri": server.url, "headers": {"X-Key": "k"}}).get("/a")
    assert "k" == server.seen[1].headers["x-key"]


async def test_each_hop_is_judged(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A redirect to a private address is refused like a request to it, and recorded."""
    server = await serve(redirecting({"/a": "http://169.254.169.254/latest"}))
    run = runs.start({"baseUri": server.url})
    assert ("egress", "address") == await run.refused("/a")
    assert [(302, None), (None, "address")] == [(exchange.status, exchange.error) for exchange in run.exchanges]


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "javascript:1", "ftp://x/", "http://a@b/", "http://[", "http://x:abc/", "http://x\\y/"],
)
async def test_a_redirect_to_nowhere_is_refused(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], location: str
) -> None:
    """What a method may not ask for, a server may not either."""
    server = await serve(redirecting({"/a": location}))
    assert ("egress", "redirect") == await runs.start({"baseUri": server.url}).refused("/a")


async def test_redirects_end(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A loop ends after as many redirects as are allowed."""
    server = await serve(redirecting({"/a": "/b", "/b": "/a"}))
    run = runs.start({"baseUri": server.url}, limits=Limits(redirects=3))
    assert ("egress", "redirects") == await run.refused("/a")
    assert 4 == len(server.seen)


async def test_as_many_redirects_as_allowed_are_followed(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The limit itself is allowed."""
    server = await serve(redirecting({"/a": "/b", "/b": "/c", "/c": "/d"}))
    assert (await runs.start({"baseUri": server.url}, limits=Limits(redirects=3)).get("/a")).ok


@pytest.mark.parametrize(
    ("most", "refused", "requests"),
    [(0, ("connection", None), 1), (1, ("egress", "redirects"), 2), (2, None, 3), (99, None, 3)],
)
async def test_a_call_may_follow_fewer(
    runs: Runs,
    serve: Callable[[Answer], Awaitable[Server]],
    most: int,
    refused: tuple[str, str | None] | None,
    requests: int,
) -> None:
    """As many redirects are followed as the call says; with `maxRedirects: 0` a redirect is an error with its status."""
    server = await serve(redirecting({"/a": "/b", "/b": "/c"}))
    run = runs.start({"baseUri": server.url}, limits=Limits(redirects=2))
    reply = await run.get("/a", options={"maxRedirects": most})
    assert refused == (None if reply.ok else (reply.value["type"], reply.value["key"]))
    assert requests == len(server.seen)
    assert most != 0 or reply.value["response"]["status"] == 302


async def test_the_runs_limit_cannot_be_raised(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A call that wants to follow more redirects than the run may is stopped at the run's limit."""
    server = await serve(redirecting({"/a": "/b", "/b": "/a"}))
    run = runs.start({"baseUri": server.url}, limits=Limits(redirects=2))
    assert ("egress", "redirects") == await run.refused("/a", options={"maxRedirects": 50})
    assert 3 == len(server.seen)


async def test_a_get_says_nothing_of_the_body_that_is_gone(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """With the body go all headers that describe it."""
    server = await serve(redirecting({"/a": "/b"}))
    headers = {"Content-Language": "en", "Content-Type": "text/plain", "X-Kind": "k"}
    await runs.start({"baseUri": server.url}).ask("post", "/a", body="{}", options={"headers": headers})
    assert {"x-kind"} == {name for name in server.seen[1].headers if name.startswith(("content-", "x-"))}


async def test_each_hop_counts(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Redirects are requests of the run."""
    server = await serve(redirecting({"/a": "/b", "/b": "/c"}))
    with pytest.raises(RunEnded) as caught:
        await runs.start({"baseUri": server.url}, limits=Limits(requests=2)).get("/a")
    assert "requests" == caught.value.failure.key


@pytest.mark.parametrize("status", [300, 302, 304])
async def test_a_redirect_without_a_location_is_an_error(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """A status from 300 to 399 that leads nowhere is a connection error."""
    server = await serve(lambda _: web.Response(status=status))
    assert ("connection", None) == await runs.start({"baseUri": server.url}).refused("/a")


async def test_an_error_after_a_redirect_names_the_last_url(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The request of an error is the one that was answered."""

    def answer(seen: Any) -> web.Response:
        return web.Response(status=302, headers={"Location": "/b"}) if seen.path == "/a" else web.Response(status=500)

    server = await serve(answer)
    value = (await runs.start({"baseUri": server.url}).get("/a")).value
    assert f"{server.url}/b" == value["request"]["url"]
