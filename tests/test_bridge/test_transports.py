"""Sockets of connections are kept apart, kept open, and closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
from aiohttp import web

from bridge import EgressPolicy, Limits, Transports

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, RawAnswer, Runs, Seen, Server


@pytest.fixture
async def counting(serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> Server:
    """A server that counts connections: it sees the first request of each."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await reader.readuntil(b"\r\n\r\n")

    return await serve_raw(answer)


async def test_a_connection_keeps_its_sockets(runs: Runs, counting: Server) -> None:
    """Runs of one connection use one socket one after the other."""
    for _ in range(3):
        assert (await runs.start({"baseUri": counting.url}).get("/x")).ok
    assert 1 == len(counting.seen)


async def test_a_socket_with_half_a_request_on_it_is_closed(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """A server that answers before it has taken a request is sent the next one on another socket."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.wait_closed()

    server = await serve_raw(answer)
    for _ in range(2):
        run = runs.start({"baseUri": server.url}, limits=Limits(request_seconds=5))
        assert "ok" == (await run.ask("post", "/x", body=f'"{"x" * 9_000_000}"')).text
    assert 2 == len(server.seen)


async def test_connections_share_no_socket(runs: Runs, counting: Server) -> None:
    """Runs of two connections to one origin use different sockets."""
    for connection in ("acme", "globex", "acme", "globex"):
        await runs.start({"baseUri": counting.url}, connection=connection).get("/x")
    assert 2 == len(counting.seen)


async def test_the_least_recently_used_sockets_are_closed(counting: Server) -> None:
    """Only so many connections keep sockets that nobody is using."""
    transports = Transports(policy=EgressPolicy.from_allow(["127.0.0.1"]), most_kept=2)
    for connection in ("a", "b", "c", "b", "a"):
        response = await transports.get(connection).handle_async_request(_request(counting))
        assert 200 == response.status_code
        await response.aclose()
    assert 4 == len(counting.seen)
    await transports.aclose()


async def test_sockets_in_use_stay_open(serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A transport whose response is being read is not closed to make room."""
    gate = asyncio.Event()

    async def answer(seen: Seen) -> web.Response:
        if seen.path == "/slow":
            await gate.wait()
        return web.Response(text=seen.path)

    server = await serve(answer)
    transports = Transports(policy=EgressPolicy.from_allow(["127.0.0.1"]), most_kept=1)
    slow = asyncio.create_task(_text(transports, "a", server, "/slow"))
    for connection in ("b", "c"):
        assert "/fast" == await _text(transports, connection, server, "/fast")
    gate.set()
    assert "/slow" == await slow
    await transports.aclose()


async def test_closing_ends_what_is_being_read(serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> None:
    """Whoever waits for the rest of a body when all sockets are closed is told so at once."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
        await reader.read()

    server = await serve_raw(answer)
    transports = Transports(policy=EgressPolicy.from_allow(["127.0.0.1"]))
    reading = asyncio.create_task(_text(transports, "acme", server, "/x"))
    while not server.seen:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    await transports.aclose()
    with pytest.raises(aiohttp.ClientError):
        await reading


async def test_closed_transports_send_nothing(counting: Server) -> None:
    """After closing, a request is an error of the application."""
    transports = Transports()
    transport = transports.get("acme")
    await transports.aclose()
    with pytest.raises(RuntimeError):
        await transport.handle_async_request(_request(counting))


def _request(server: Server, path: str = "/x") -> httpx.Request:
    """Return a request for a transport."""
    return httpx.Request("GET", f"{server.url}{path}")


async def _text(transports: Transports, connection: str, server: Server, path: str) -> str:
    """Return the body of a response."""
    response = await transports.get(connection).handle_async_request(_request(server, path))
    try:
        return b"".join([chunk async for chunk in response.stream]).decode()  # type: ignore[union-attr]
    finally:
        await response.aclose()
