"""What happens when the server says that the credentials have expired."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import ClientConfig, Limits
from runtime import RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server


def guarded(seen: Seen) -> web.Response:
    """Answer only those who have the new token."""
    welcome = seen.headers.get("authorization") == "Bearer new"
    return web.json_response({"body": seen.body.decode()}, status=200 if welcome else 401)


class Credentials:
    """Gives a configuration with a new token, and counts how often it is asked."""

    def __init__(self, server: Server, issued: str | None = "new") -> None:
        self.asked = 0
        self._server = server
        self._issued = issued

    async def refresh(self) -> ClientConfig | None:
        """Give the new configuration."""
        self.asked += 1
        await asyncio.sleep(0)
        return ClientConfig.parse(self.config(self._issued), "new") if self._issued else None

    def config(self, token: str) -> dict[str, Any]:
        """Return a configuration with a token."""
        return {"baseUri": self._server.url, "headers": {"Authorization": f"Bearer {token}"}}


async def test_the_failed_request_is_tried_again(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """After a 401 the client is refreshed and the one request sent again, body included."""
    server = await serve(guarded)
    credentials = Credentials(server)
    run = runs.start(credentials.config("old"), refresh=credentials.refresh)
    reply = await run.ask("post", "/x", body="{}")
    assert (True, '{"body": "{}"}') == (reply.ok, reply.text)
    assert [(401, 1), (200, 2)] == [(exchange.status, exchange.attempt) for exchange in run.exchanges]


async def test_calls_under_way_share_one_refresh(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Of many calls that fail together, one refreshes and all are tried again."""
    server = await serve(guarded)
    credentials = Credentials(server)
    run = runs.start(credentials.config("old"), refresh=credentials.refresh)
    replies = await asyncio.gather(*(run.get(f"/{i}") for i in range(10)))
    assert all(reply.ok for reply in replies)
    assert 1 == credentials.asked
    assert (await run.get("/later")).ok
    assert 1 == run.exchanges[-1].attempt


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_there_is_one_refresh_in_a_run(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], token: str | None
) -> None:
    """Without new credentials, or when those are refused too, the 401 is the method's; nobody asks again."""
    server = await serve(guarded)
    credentials = Credentials(server, token)
    run = runs.start(credentials.config("old"), refresh=credentials.refresh)
    for _ in range(2):
        assert ("connection", "access_token_expired") == await run.refused("/x")
    assert 1 == credentials.asked


async def test_without_refresh_a_401_is_an_error(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A run that cannot refresh sends nothing twice."""
    server = await serve(guarded)
    run = runs.start(Credentials(server).config("old"))
    assert ("connection", "access_token_expired") == await run.refused("/x")
    assert 1 == len(server.seen)


async def test_a_stranger_cannot_cause_a_refresh(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A 401 from an origin that never saw the credentials says nothing about them."""
    server = await serve(guarded)
    credentials = Credentials(server)
    run = runs.start(credentials.config("old"), refresh=credentials.refresh)
    assert ("connection", "access_token_expired") == await run.refused(f"{server.other_url}/x")
    assert 0 == credentials.asked


async def test_a_retry_counts(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """The second request after a refresh is a request of the run."""
    server = await serve(guarded)
    credentials = Credentials(server)
    run = runs.start(credentials.config("old"), refresh=credentials.refresh, limits=Limits(requests=1))
    with pytest.raises(RunEnded):
        await run.get("/x")
