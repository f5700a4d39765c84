"""What is recorded of each request."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server

    from bridge import Exchange


async def test_an_exchange_tells_what_happened(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Verb, URL, status and sizes of the bodies, unpacked."""
    body = gzip.compress(b"x" * 1000)
    server = await serve(lambda _: web.Response(body=body, headers={"Content-Encoding": "gzip"}))
    run = runs.start({"baseUri": server.url})
    await run.ask("post", "/x", body='"ü"')
    exchange = run.exchanges[0]
    assert ("POST", f"{server.url}/x", 200) == (exchange.method, exchange.url, exchange.status)
    assert (1, 4, 1000, None) == (exchange.attempt, exchange.request_bytes, exchange.response_bytes, exchange.error)
    assert exchange.duration_ms > 0


async def test_exchanges_are_told_as_they_happen(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A listener hears of each exchange before the call is answered, redirects and failures included."""
    told: list[Exchange] = []

    def answer(seen: Seen) -> web.Response:
        assert len(told) == (0 if seen.path == "/a" else 1)
        return web.Response(status=302, headers={"Location": "/b"}) if seen.path == "/a" else web.Response(status=500)

    server = await serve(answer)
    run = runs.start({"baseUri": server.url}, on_exchange=told.append)
    await run.get("/a")
    assert [302, 500] == [exchange.status for exchange in told]
    assert run.exchanges == told


async def test_secrets_in_urls_are_masked(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A recorded URL shows no secret, in whichever form."""
    server = await serve(lambda _: web.json_response({}))
    run = runs.start({"baseUri": server.url, "query": {"key": "s3cret/value"}}, secrets=["s3cret/value"])
    await run.get("/bot:s3cret/value/x")
    assert f"{server.url}/bot:[redacted]/x?key=[redacted]" == run.exchanges[0].url


async def test_a_cancelled_request_is_recorded(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A run that ends in the middle of a request leaves a record of it, and no connection."""
    arrived, gate = asyncio.Event(), asyncio.Event()

    async def answer(_: Seen) -> web.Response:
        arrived.set()
        await gate.wait()
        return web.json_response({})

    server = await serve(answer)
    run = runs.start({"baseUri": server.url})
    call = asyncio.create_task(run.get("/x"))
    await arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert [(None, "cancelled")] == [(exchange.status, exchange.error) for exchange in run.exchanges]
    gate.set()
