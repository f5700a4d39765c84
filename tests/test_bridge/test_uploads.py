"""Streams that are the body of another call."""

from __future__ import annotations

import asyncio
import gzip
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from aiohttp import web

from bridge import ClientConfig, Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from conftest import Answer, RawAnswer, Run, Runs, Seen, Server

    Serve = Callable[[Answer], Awaitable[Server]]
    ServeRaw = Callable[[RawAnswer], Awaitable[Server]]

FILE = b"".join(b"%06d" % number for number in range(100_000))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def file_or_echo(seen: Seen) -> web.Response:
    """Give a file, and tell what came."""
    if seen.method == "GET":
        return web.Response(body=FILE, content_type="text/csv")
    return web.json_response(
        {"path": seen.path, "length": len(seen.body), "whole": seen.body == FILE, "headers": seen.headers}
    )


@dataclass(kw_only=True)
class Received:
    """What a raw server was sent before the connection ended."""

    body: bytearray = field(default_factory=bytearray)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, _: Any) -> None:
        """Take what comes until the connection ends."""
        try:
            while data := await reader.read(65536):
                self.body += data
                self.started.set()
        except ConnectionError:
            pass
        self.ended.set()


def is_whole(body: bytes) -> bool:
    """Whether a chunked body has its last chunk."""
    return body.endswith(b"0\r\n\r\n")


async def test_a_stream_goes_from_one_call_to_another(runs: Runs, serve: Serve) -> None:
    """Its bytes arrive as they are, with the length and the type that their server said."""
    server = await serve(file_or_echo)
    run = runs.start({"baseUri": server.url})
    reply = await run.pipe(await run.stream("/file"), "/upload?a=1")
    assert reply.ok, reply.value
    seen = server.seen[-1]
    assert ("POST", "/upload?a=1", FILE) == (seen.method, seen.path, seen.body)
    assert (str(len(FILE)), "text/csv") == (seen.headers["content-length"], seen.headers["content-type"])
    assert "transfer-encoding" not in seen.headers
    assert [("POST", len(FILE)), ("GET", 0)] == sorted(
        ((exchange.method, exchange.request_bytes) for exchange in run.exchanges), reverse=True
    )
    assert len(FILE) == next(exchange.response_bytes for exchange in run.exchanges if exchange.method == "GET")


async def test_a_stream_of_unknown_length_is_sent_in_chunks(runs: Runs, serve: Serve) -> None:
    """What is unpacked on the way has another length than the server said."""

    def answer(seen: Seen) -> web.Response:
        if seen.method == "GET":
            return web.Response(body=gzip.compress(FILE), headers={"Content-Encoding": "gzip"})
        return file_or_echo(seen)

    server = await serve(answer)
    run = runs.start({"baseUri": server.url})
    assert (await run.pipe(await run.stream("/file"), "/upload", verb="put")).ok
    headers = server.seen[-1].headers
    assert ("chunked", FILE) == (headers["transfer-encoding"], server.seen[-1].body)
    assert not {"content-length", "content-encoding"} & set(headers)


@pytest.mark.parametrize("length", [0, 1])
async def test_a_short_stream_is_sent_too(runs: Runs, serve: Serve, length: int) -> None:
    """There need not be any bytes."""
    server = await serve(lambda seen: web.Response(body=b"x" * length) if seen.method == "GET" else web.Response())
    run = runs.start({"baseUri": server.url})
    assert (await run.pipe(await run.stream("/file"), "/upload")).ok
    assert (b"x" * length, str(length)) == (server.seen[-1].body, server.seen[-1].headers["content-length"])


@pytest.mark.parametrize(
    ("source", "own", "client", "expected"),
    [
        ("text/csv", {}, {}, "text/csv"),
        ("text/csv", {}, {"Content-Type": "application/json"}, "text/csv"),
        ("text/csv", {"Content-Type": "image/png"}, {}, "image/png"),
        ("text/csv", {"content-type": None}, {}, None),
        (None, {}, {}, "application/octet-stream"),
        (None, {}, {"content-type": "application/json"}, "application/octet-stream"),
        ("text/csv; name=\u20ac", {}, {}, "application/octet-stream"),
    ],
)
async def test_the_type_is_the_calls_or_the_sources(
    runs: Runs,
    serve_raw: ServeRaw,
    serve: Serve,
    source: str | None,
    own: dict[str, Any],
    client: dict[str, Any],
    expected: str | None,
) -> None:
    """The call's own header wins, then what the stream's server said; what the client says of every body does not."""
    head = b"" if source is None else b"Content-Type: " + source.encode() + b"\r\n"

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 1\r\n\r\nx")

    origin, target = await serve_raw(answer), await serve(lambda _: web.Response())
    run = runs.start({"baseUri": target.url, "headers": client})
    stream = await run.stream(f"{origin.url}/file")
    assert (await run.pipe(stream, "/upload", options={"headers": own})).ok
    assert expected == target.seen[-1].headers.get("content-type")


async def test_a_stream_is_used_once(runs: Runs, serve: Serve) -> None:
    """Sending it twice, reading what is sent, sending what was read: `request/invalid`, and nothing is sent."""
    server = await serve(file_or_echo)
    run = runs.start({"baseUri": server.url})
    sent, read, cancelled = [await run.stream("/file") for _ in range(3)]
    await run.pipe(sent, "/upload")
    await run.read(read)
    await run.cancel(cancelled)
    posted = len(server.seen)
    for stream, use in ((sent, "sent as the body of a request"), (read, "read"), (cancelled, "cancelled")):
        reply = await run.pipe(stream, "/upload")
        assert ("request", "invalid") == (reply.value["type"], reply.value["key"])
        assert f"The stream of GET {server.url}/file can be used once: it was {use}." == reply.value["message"]
    for ask in (run.read, run.cancel):
        assert not (await ask(sent)).ok
    assert posted == len(server.seen)


BREAKS = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "with a length": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
    "packed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(FILE)[:1000],
}


@pytest.mark.parametrize("name", BREAKS)
async def test_a_source_that_breaks_breaks_the_upload(runs: Runs, serve_raw: ServeRaw, name: str) -> None:
    """The receiving server sees the end of the connection before the end of the body, and the call says why."""
    received = Received()

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(BREAKS[name])
        await writer.drain()
        if name != "packed":  # nothing comes out of the beginning of what is packed
            await received.started.wait()

    source, target = await serve_raw(answer), await serve_raw(received.take)
    run = runs.start({"baseUri": target.url})
    reply = await run.pipe(await run.stream(f"{source.url}/file?key=abcdef"), "/upload")
    key = "decode" if name == "packed" else "protocol"
    assert ("connection", key) == (reply.value["type"], reply.value["key"])
    assert reply.value["message"].startswith(f"POST {target.url}/upload was broken off: ")
    assert "abcdef" not in str(reply.value)
    await asyncio.wait_for(received.ended.wait(), 5)
    assert not is_whole(received.body)
    assert len(received.body) < 100 or name == "packed"
    assert [key, key] == [exchange.error for exchange in run.exchanges]


@pytest.mark.parametrize("extra", [-1, 1])
async def test_a_source_that_lies_about_its_length_breaks_the_upload(faked: Callable[..., Run], extra: int) -> None:
    """A length that was passed on must be true; a transport may not check it."""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-length": str(5 + extra)}, content=pieces())

    async def pieces() -> AsyncIterator[bytes]:
        yield b"hello"

    run = faked(answer, {"baseUri": "http://127.0.0.1"})
    reply = await run.pipe(await run.stream("/file"), "/upload")
    assert ("connection", "protocol") == (reply.value["type"], reply.value["key"])
    assert "not as long as its server said" in reply.value["message"]


async def test_an_upload_that_is_cancelled_closes_both_sockets(runs: Runs, serve_raw: ServeRaw) -> None:
    """A run that ends in the middle of an upload leaves no socket, and no server with a whole body."""
    received, source_ended = Received(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await reader.read()
        source_ended.set()

    source, target = await serve_raw(answer), await serve_raw(received.take)
    run = runs.start({"baseUri": target.url})
    task = asyncio.create_task(run.pipe(await run.stream(f"{source.url}/file"), "/upload"))
    await asyncio.wait_for(received.started.wait(), 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(asyncio.gather(received.ended.wait(), source_ended.wait()), 5)
    assert not is_whole(received.body)
    assert ["cancelled", "cancelled"] == [exchange.error for exchange in run.exchanges]


EARLY_SERVER = """
import socket, struct, sys, threading
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(100)
print(listener.getsockname()[1], flush=True)
def serve(connection):
    data = b""
    while b"\\r\\n\\r\\n" not in data:
        data += connection.recv(65536)
    connection.sendall(b"HTTP/1.1 413 Too Much\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nbig")
    if sys.argv[1] == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


@pytest.fixture(params=["hang up", "reset"])
def early_uri(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start a server in a process of its own that answers before it has read a body, and hangs up."""
    command = [sys.executable, "-c", EARLY_SERVER, request.param]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


@pytest.mark.parametrize("kind", ["a stream", "bytes"])
async def test_a_server_that_answers_early_and_hangs_up_is_heard(
    runs: Runs, serve: Serve, early_uri: str, kind: str
) -> None:
    """A 413 in the middle of a body is a 413, although the connection breaks while the rest is written."""
    source = await serve(lambda _: web.Response(body=bytes(5_000_000)))
    for _ in range(20):
        run = runs.start({"baseUri": early_uri})
        if kind == "bytes":
            reply = await run.ask("post", "/upload", body="x" * 5_000_000)
        else:
            reply = await run.pipe(await run.stream(f"{source.url}/file"), "/upload")
        assert (413, "big") == (reply.value["response"]["status"], reply.text)
        await run.client.aclose()


async def test_a_server_that_answers_early_and_stays_gets_no_more(runs: Runs, serve_raw: ServeRaw) -> None:
    """An answer ends the upload: the rest of the source is not read, and both sockets are closed."""
    source_ended, target_ended = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
        await reader.read()
        source_ended.set()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Too Much\r\nContent-Length: 3\r\n\r\nbig")
        while await reader.read(65536):
            pass
        target_ended.set()

    source, target = await serve_raw(answer), await serve_raw(refuse)
    run = runs.start({"baseUri": target.url})
    reply = await run.pipe(await run.stream(f"{source.url}/file"), "/upload")
    assert 413 == reply.value["response"]["status"]
    await asyncio.wait_for(asyncio.gather(source_ended.wait(), target_ended.wait()), 5)


@pytest.mark.parametrize("kind", ["a stream", "bytes"])
async def test_a_server_that_takes_nothing_is_a_timeout(
    runs: Runs, serve: Serve, serve_raw: ServeRaw, kind: str
) -> None:
    """What is left to write is not waited for: the socket is closed, whatever the server does."""

    async def stare(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    source = await serve(lambda _: web.Response(body=bytes(20_000_000)))
    target = await serve_raw(stare)
    run = runs.start({"baseUri": target.url}, limits=Limits(request_seconds=0.6, request_bytes=50_000_000))
    async with asyncio.timeout(10):
        if kind == "bytes":
            reply = await run.ask("post", "/upload", body="x" * 20_000_000)
        else:
            reply = await run.pipe(await run.stream(f"{source.url}/file"), "/upload")
    assert ("connection", "timeout") == (reply.value["type"], reply.value["key"])
    assert reply.value["message"].startswith(f"POST {target.url}/upload was not answered in time")
    async with asyncio.timeout(5):
        while _connected_to(target.port):
            await asyncio.sleep(0.01)


async def test_a_source_that_falls_silent_is_a_timeout(runs: Runs, serve_raw: ServeRaw) -> None:
    """The wait for the source is the source's; the call says so."""
    received = Received()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
        await reader.read()

    source, target = await serve_raw(answer), await serve_raw(received.take)
    run = runs.start({"baseUri": target.url}, limits=Limits(request_seconds=0.2))
    reply = await run.pipe(await run.stream(f"{source.url}/file"), "/upload")
    assert ("connection", "timeout") == (reply.value["type"], reply.value["key"])
    assert f"was broken off: GET {source.url}/file was not answered in time." in reply.value["message"]
    await asyncio.wait_for(received.ended.wait(), 5)
    assert len(received.body) < 1000


async def test_an_upload_that_goes_on_may_take_longer_than_a_request(
    runs: Runs, serve: Serve, serve_raw: ServeRaw
) -> None:
    """Each wait has the limit of a request, not all of them together; the answer may take as long again."""

    async def drip(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
        for _ in range(12):
            await asyncio.sleep(0.05)
            writer.write(b"x")
            await writer.drain()

    async def slow(seen: Seen) -> web.Response:
        await asyncio.sleep(0.15)
        return web.Response(text=seen.body.decode())

    source, target = await serve_raw(drip), await serve(slow)
    run = runs.start({"baseUri": target.url}, limits=Limits(request_seconds=0.6))
    assert "x" * 12 == (await run.pipe(await run.stream(f"{source.url}/file"), "/upload")).text


async def test_an_upload_ends_with_its_run(runs: Runs, serve_raw: ServeRaw) -> None:
    """However steadily a source drips, the run's deadline holds."""
    received = Received()

    async def drip(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    source, target = await serve_raw(drip), await serve_raw(received.take)
    run = runs.start({"baseUri": target.url}, seconds=0.4)
    reply = await run.pipe(await run.stream(f"{source.url}/file"), "/upload")
    assert ("connection", "timeout") == (reply.value["type"], reply.value["key"])
    await asyncio.wait_for(received.ended.wait(), 5)


@pytest.mark.parametrize(("status", "verb"), [(307, "POST"), (308, "PUT"), (303, "POST"), (302, "POST")])
async def test_a_redirect_cannot_ask_for_a_stream_again(runs: Runs, serve: Serve, status: int, verb: str) -> None:
    """307 and 308 would have the body sent once more: `egress/redirect`. Others go on without it, as always."""

    def answer(seen: Seen) -> web.Response:
        if seen.path == "/upload":
            return web.Response(status=status, headers={"Location": "/there"})
        return file_or_echo(seen) if seen.path == "/file" else web.Response(text=f"{seen.method} {len(seen.body)}")

    server = await serve(answer)
    run = runs.start({"baseUri": server.url})
    reply = await run.pipe(await run.stream("/file"), "/upload", verb=verb.lower())
    if status in {307, 308}:
        assert ("egress", "redirect") == (reply.value["type"], reply.value["key"])
        assert "/there" not in [seen.path for seen in server.seen]
    else:
        assert "GET 0" == reply.text


async def test_a_refused_stream_is_not_sent_again(runs: Runs, serve: Serve) -> None:
    """After a 429 there is no other attempt in either mode: the bytes are gone."""
    server = await serve(lambda seen: web.Response(body=b"x") if seen.method == "GET" else web.Response(status=429))
    run = runs.start({"baseUri": server.url}, mode="async")
    reply = await run.pipe(await run.stream("/file"), "/upload")
    assert ("connection", "rate_limit_exceeded") == (reply.value["type"], reply.value["key"])
    assert ["GET", "POST"] == [seen.method for seen in server.seen]


async def test_new_credentials_are_fetched_for_the_next_call(runs: Runs, serve: Serve) -> None:
    """After a 401 a stream is not sent again, but what is called next has new credentials."""

    def answer(seen: Seen) -> web.Response:
        if seen.path == "/file":
            return web.Response(body=b"x")
        return web.Response(status=200 if seen.headers["authorization"] == "new" else 401)

    async def refresh() -> ClientConfig:
        return ClientConfig.parse({"baseUri": server.url, "headers": {"authorization": "new"}}, "x")

    server = await serve(answer)
    run = runs.start({"baseUri": server.url, "headers": {"authorization": "old"}}, refresh=refresh)
    reply = await run.pipe(await run.stream("/file"), "/upload")
    assert ("connection", "access_token_expired") == (reply.value["type"], reply.value["key"])
    assert (await run.pipe(await run.stream("/file"), "/upload")).ok
    assert 2 == len([seen for seen in server.seen if seen.path == "/upload"])


async def test_a_call_that_cannot_be_made_closes_its_stream(runs: Runs, serve_raw: ServeRaw) -> None:
    """Nothing was sent, but the stream had its use."""
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
        await reader.read()
        ended.set()

    source = await serve_raw(answer)
    run = runs.start({"baseUri": source.url})
    stream = await run.stream("/file")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        reply = await run.pipe(stream, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert ("connection", "connect") == (reply.value["type"], reply.value["key"])
    await asyncio.wait_for(ended.wait(), 5)


async def test_a_request_and_its_response_can_both_be_streams(runs: Runs, serve_raw: ServeRaw) -> None:
    """A server may answer while it is still being sent to: then the upload goes on as the response is read."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        await writer.drain()
        await answered.wait()
        writer.write(b"world")

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        for _ in range(2):
            writer.write((await reader.readexactly(5)).upper())
            await writer.drain()

    answered = asyncio.Event()
    source, target = await serve_raw(answer), await serve_raw(echo)
    run = runs.start({"baseUri": target.url}, limits=Limits(request_seconds=5))
    stream = await run.stream(f"{source.url}/file")
    echoed = await run.stream("/upload", verb="post", body={"kind": "stream", "id": stream})
    assert b"HELLO" == (await run.read(echoed)).data
    answered.set()
    assert b"WORLD" == await run.read_all(echoed)
    assert {("POST", 10, 10), ("GET", 0, 10)} == {
        (exchange.method, exchange.request_bytes, exchange.response_bytes) for exchange in run.exchanges
    }


async def test_closing_a_response_ends_its_upload(runs: Runs, serve_raw: ServeRaw) -> None:
    """Whoever cancels what comes back does not want to send any more, also while nobody takes what is sent."""
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000))
        try:
            await reader.read()
        finally:
            ended.set()

    async def begin(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        await asyncio.Event().wait()

    source, target = await serve_raw(answer), await serve_raw(begin)
    run = runs.start({"baseUri": target.url})
    stream = await run.stream(f"{source.url}/file")
    response = await run.stream("/upload", verb="post", body={"kind": "stream", "id": stream})
    await asyncio.sleep(0.05)
    await run.cancel(response)
    await asyncio.wait_for(ended.wait(), 5)


def _connected_to(port: int) -> bool:
    """Whether this process has a connection to a port as its client."""
    return any(
        connection.raddr and connection.raddr.port == port for connection in psutil.Process().net_connections("tcp4")
    )
