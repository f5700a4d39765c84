"""Servers that break the rules."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import RawAnswer, Runs, Server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def resetting(data: bytes) -> RawAnswer:
    """Write bytes and reset the connection."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    return answer


async def forever(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Write a piece again and again until nobody listens."""
    while not writer.is_closing():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)


BROKEN = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "short body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    "huge length": b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000000000000\r\n\r\nshort",
    "cut off chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "bad chunk length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "huge chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab",
    "status 000": b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n",
    "status 99": b"HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n",
    "status abc": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "status 999": b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    "status 1000": b"HTTP/1.1 1000 OK\r\nContent-Length: 0\r\n\r\n",
    "status 20": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "status 101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "only 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "only 103": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2,
    "no head": b"<html>hello</html>",
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "header without colon": b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n",
    "null in a header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
    "long reason": b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
    "long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "reset at once": resetting(b""),
    "reset in the body": resetting(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
}


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_a_protocol_error(
    runs: Runs, serve_raw: Callable[[RawAnswer | bytes], Awaitable[Server]], name: str, verb: str
) -> None:
    """Whatever is not a whole HTTP response rejects the call, and nothing is sent again unasked."""
    server = await serve_raw(BROKEN[name])
    run = runs.start({"baseUri": server.url})
    assert ("connection", "protocol") == await run.refused("/x", verb=verb, body="{}")
    assert 1 == len(server.seen)
    assert ["protocol"] == [exchange.error for exchange in run.exchanges]


@pytest.mark.parametrize(
    "start",
    [
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000,
    ],
    ids=["silent", "drip", "100", "103", "a flood of 103"],
)
async def test_a_slow_answer_is_a_timeout(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]], start: bytes | None
) -> None:
    """A request has one deadline, however often a byte arrives."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(start or b"")
        await forever(writer, b"x" if start and b" 200 " in start else start or b"")

    server = await serve_raw(answer)
    run = runs.start({"baseUri": server.url}, limits=Limits(request_seconds=0.1))
    assert ("connection", "timeout") == await run.refused("/x")
    assert ["timeout"] == [exchange.error for exchange in run.exchanges]


async def test_a_request_ends_with_its_run(runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> None:
    """A request never takes longer than the run has left."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        await forever(writer, b"")

    server = await serve_raw(answer)
    assert ("connection", "timeout") == await runs.start({"baseUri": server.url}, seconds=0.1).refused("/x")


async def test_a_closed_port_is_a_connect_error(runs: Runs) -> None:
    """Nobody listens: `connection/connect`."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert ("connection", "connect") == await runs.start().refused(f"http://127.0.0.1:{port}/")


async def test_a_name_that_is_too_long_is_a_connect_error(public_runs: Runs) -> None:
    """A label that the name system cannot hold never reaches it."""
    assert ("connection", "connect") == await public_runs.start().refused(f"http://{'a' * 64}.example/")


@pytest.mark.parametrize("late", [False, True], ids=["with the first answer", "later"])
async def test_bytes_after_a_response_are_nobodys_answer(
    runs: Runs,
    serve_raw: Callable[[RawAnswer], Awaitable[Server]],
    late: bool,  # noqa: FBT001
) -> None:
    """A second response that nobody asked for is not taken for the answer to the next request."""
    poison = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON"
    poisoned = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK if late else OK + poison)
        await writer.drain()
        if late:
            await asyncio.sleep(0.02)
            writer.write(poison)
            await writer.drain()
        poisoned.set()
        await reader.read()

    server = await serve_raw(answer)
    run = runs.start({"baseUri": server.url})
    texts = []
    for _ in range(3):
        poisoned.clear()
        texts.append((await run.get("/x")).text)
        await poisoned.wait()
        await asyncio.sleep(0.01)
    assert ["ok", "ok", "ok"] == texts


async def test_interim_responses_are_passed_over(
    runs: Runs, serve_raw: Callable[[RawAnswer | bytes], Awaitable[Server]]
) -> None:
    """What a server says before its answer is not the answer."""
    server = await serve_raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + OK)
    assert "ok" == (await runs.start({"baseUri": server.url}).get("/x")).text


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("200 OK", b"", ""),
        ("200 OK\r\nContent-Type: application/json", b"<html>", "<html>"),
        ("200 OK\r\nContent-Type: text/html", b'{"a": 1}', '{"a": 1}'),
        ("200 OK\r\nContent-Encoding: gzip", b"", ""),
        ("200 OK\r\nContent-Encoding: br", b"", ""),
        ("204 No Content", b"", ""),
        ("204 No Content", b"hello", ""),
        ("204 No Content\r\nContent-Encoding: zstd", b"", ""),
        ("204 No Content", OK, ""),
    ],
)
async def test_what_a_body_is_said_to_be_does_not_matter(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]], head: str, body: bytes, expected: str
) -> None:
    """A body that is not what its headers promise, or not there, or there where there is none, is no error.

    What came after a status without a body is not the answer to the next request.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await reader.readuntil(b"\r\n\r\n")

    server = await serve_raw(answer)
    run = runs.start({"baseUri": server.url})
    assert [expected] * 2 == [(await run.get("/x")).text for _ in range(2)]


async def test_errors_hold_no_foreign_text(
    runs: Runs, serve_raw: Callable[[RawAnswer | bytes], Awaitable[Server]]
) -> None:
    """A message names the request without its query, and nothing of Python."""
    server = await serve_raw(b"garbage\r\n\r\n")
    reply = await runs.start({"baseUri": server.url}).get("/x?token=abcdef")
    assert f"GET {server.url}/x got an answer that is not valid HTTP." == reply.value["message"]
    assert "token" not in str(reply.value)
