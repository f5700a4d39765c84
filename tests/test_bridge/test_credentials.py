"""Where a client's credentials go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Run, Runs, Server

SECRET = "s3cret-value"
CONFIG = {"headers": {"X-Api-Key": SECRET}, "query": {"key": SECRET}, "auth": {"username": "ann", "password": SECRET}}


def leaked(request: httpx.Request) -> bool:
    """Whether a request carries anything of the client's."""
    return SECRET in str(request.url) or SECRET in str(request.headers.raw) or "authorization" in request.headers


@pytest.mark.parametrize(
    ("base", "path", "to"),
    [
        ("https://api.good.example/v1", "x", "owner"),
        ("https://api.good.example/v1", "https://api.good.example/other", "owner"),
        ("https://api.good.example/v1", "https://API.GOOD.example:443/other", "owner"),
        ("http://api.good.example", "https://api.good.example/x", "owner"),
        ("https://api.good.example", "http://api.good.example/x", "stranger"),
        ("https://api.good.example", "https://api.good.example:8443/x", "stranger"),
        ("https://api.good.example", "https://api.good.example./x", "stranger"),
        ("https://api.good.example", "https://good.example/x", "stranger"),
        ("https://api.good.example", "https://sub.api.good.example/x", "stranger"),
        ("https://api.good.example", "https://api.g\u043e\u043ed.example/x", "stranger"),
        ("https://api.good.example", "https://evil.example/x", "stranger"),
        ("http://api.good.example:8080", "https://api.good.example/x", "stranger"),
        (None, "https://api.good.example/x", "stranger"),
    ],
)
async def test_credentials_go_to_the_clients_origin_only(
    faked: Callable[..., Run], base: str | None, path: str, to: str
) -> None:
    """Headers, query and auth of the client leave for the origin of its base, and for no other."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    reply = await faked(answer, {**CONFIG, **({"baseUri": base} if base else {})}).get(path)
    assert leaked(requests[0]) is (to == "owner")
    assert len(reply.value["warnings"]) == (0 if to == "owner" else 1)


async def test_a_calls_own_base_gets_no_credentials(faked: Callable[..., Run]) -> None:
    """The origin that counts is that of the client's base, not of the call's."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    run = faked(answer, {**CONFIG, "baseUri": "https://api.good.example"})
    await run.get("x", options={"baseUri": "https://evil.example"})
    assert not leaked(requests[0])


async def test_what_the_method_adds_goes_where_it_says(faked: Callable[..., Run]) -> None:
    """A header of a call goes to the URL of the call."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={})

    run = faked(answer, {**CONFIG, "baseUri": "https://api.good.example"})
    await run.get("https://other.example/x", options={"headers": {"Authorization": "Bearer mine", "Cookie": "a=1"}})
    assert "Bearer mine" == requests[0].headers["authorization"]
    assert "a=1" == requests[0].headers["cookie"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_origin_carries_no_secret(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """Nothing of the client's and no key of the call's follows a redirect to another origin."""

    def answer(seen: Any) -> web.Response:
        elsewhere = seen.path.startswith("/there")
        return (
            web.json_response({})
            if elsewhere
            else web.Response(status=status, headers={"Location": f"{server.other_url}/there"})
        )

    server = await serve(answer)
    run = runs.start({**CONFIG, "baseUri": server.url})
    options = {"headers": {"Cookie": SECRET, "X-Call-Key": SECRET, "Proxy-Authorization": SECRET, "Accept": "text/csv"}}
    reply = await run.ask("post", "/x", body="{}", options=options)
    assert reply.ok
    there = server.seen[1]
    assert SECRET not in str(there)
    assert "authorization" not in there.headers
    assert "text/csv" == there.headers["accept"]


async def test_credentials_do_not_come_back(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A chain that leaves the origin and returns stays without credentials."""

    def answer(seen: Any) -> web.Response:
        target = {"/start": f"{server.other_url}/there", "/there": f"{server.url}/end"}.get(seen.path.partition("?")[0])
        return web.Response(status=302, headers={"Location": target}) if target else web.json_response({})

    server = await serve(answer)
    await runs.start({**CONFIG, "baseUri": server.url}).get("/start")
    assert [True, False, False] == [SECRET in str(seen) for seen in server.seen]
