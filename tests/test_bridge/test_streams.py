"""Bodies of responses that are read as they come."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from aiohttp import web

from bridge import Limits
from runtime import HostCall, RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, RawAnswer, Run, Runs, Server

    from bridge import Exchange

PIECE = 256 * 1024


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Return a chunked response."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + end


async def test_a_stream_is_read_piece_by_piece(runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> None:
    """A piece is given as soon as it has come, while the server has not even sent the rest."""
    gate = asyncio.Event()

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(chunked(b"first", end=b""))
        await gate.wait()
        writer.write(b"4\r\nlast\r\n0\r\n\r\n")

    run = runs.start({"baseUri": (await serve_raw(answer)).url})
    stream = await run.stream("/x")
    reply = await asyncio.wait_for(run.read(stream), 5)
    assert ({"done": False}, b"first") == (reply.value, reply.data)
    gate.set()
    assert b"last" == await run.read_all(stream)
    assert {"done": True} == (await run.read(stream)).value


async def test_the_head_stands_beside_a_stream(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Status and headers are there before the body."""
    server = await serve(lambda _: web.Response(body=b"abc", status=201, headers={"X-A": "1"}))
    reply = await runs.start({"baseUri": server.url}).get(
        "/x", options={"responseType": "stream", "returnFullResponse": True}
    )
    assert (201, "1", None, None) == (reply.value["status"], reply.value["headers"]["x-a"], reply.text, reply.data)


async def test_pieces_are_bounded_and_gathered(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """No piece is longer than 256 KiB, and what has come already is given together."""
    server = await serve(lambda _: web.Response(body=bytes(5_000_000)))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    lengths = []
    while (piece := (await run.read(stream)).data) is not None:
        lengths.append(len(piece))
        await asyncio.sleep(0.01)
    assert 5_000_000 == sum(lengths)
    assert PIECE == max(lengths)
    assert len(lengths) < 60


def test_pieces_of_any_transport_are_bounded(faked: Callable[..., Run]) -> None:
    """A transport may give all at once; pieces are cut."""

    async def read() -> list[int]:
        run = faked(lambda _: httpx.Response(200, content=bytes(2 * PIECE + 1)), {"baseUri": "http://127.0.0.1"})
        stream = await run.stream("/x")
        return [len((await run.read(stream)).data or b"") for _ in range(4)]

    assert [PIECE, PIECE, 1, 0] == asyncio.run(read())


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_stream_is_unpacked(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    """What was packed on the way is unpacked, in pieces."""
    body = b"".join(b"%d," % number for number in range(300_000))
    server = await serve(lambda _: web.Response(body=pack(body), headers={"Content-Encoding": encoding}))
    run = runs.start({"baseUri": server.url})
    assert body == await run.read_all(await run.stream("/x"))


async def test_a_stream_has_no_longest_length_and_takes_little_memory(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The limit of responses does not hold for streams: 200 MB, packed to little, pass through a few MB."""
    packed = gzip.compress(bytes(200_000_000), 1)
    server = await serve(lambda _: web.Response(body=packed, headers={"Content-Encoding": "gzip"}))
    run = runs.start({"baseUri": server.url}, limits=Limits(response_bytes=1000))
    stream = await run.stream("/x")
    length = 0
    tracemalloc.start()
    while (piece := (await run.read(stream)).data) is not None:
        length += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 200_000_000 == length
    assert peak < 4_000_000


async def test_other_runs_go_on_beside_a_body_that_unpacks_to_a_long_one(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """Between two pieces that are there already the event loop turns."""
    packed = gzip.compress(bytes(20 * PIECE))
    server = await serve(lambda _: web.Response(body=packed, headers={"Content-Encoding": "gzip"}))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await run.read_all(stream)
    counting.cancel()
    assert turns >= 20


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_the_body_of_an_error_is_read_whole(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """A call that fails has its body as always, also where a stream was asked for."""
    server = await serve(lambda _: web.json_response({"a": 1}, status=status))
    run = runs.start({"baseUri": server.url})
    reply = await run.get("/x", options={"responseType": "stream"})
    assert (False, '{"a": 1}') == (reply.ok, reply.text)
    assert [(status, 8)] == [(exchange.status, exchange.response_bytes) for exchange in run.exchanges]


async def test_the_body_of_an_error_is_bounded(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """An endless error is none that can be streamed."""
    server = await serve(lambda _: web.Response(body=bytes(2000), status=500))
    with pytest.raises(RunEnded):
        await runs.start({"baseUri": server.url}, limits=Limits(response_bytes=1000)).stream("/x")


async def test_redirects_of_a_stream_are_followed(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Only the last response is a stream."""
    server = await serve(
        lambda seen: (
            web.Response(status=302, headers={"Location": "/b"}) if seen.path == "/a" else web.Response(body=b"b")
        )
    )
    run = runs.start({"baseUri": server.url})
    assert b"b" == await run.read_all(await run.stream("/a"))


BROKEN = {
    "short": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "protocol"),
    "cut off chunk": (chunked(b"short", end=b"5\r\nab"), "protocol"),
    "no last chunk": (chunked(b"short", end=b""), "protocol"),
    "damaged": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"short")[:-8] + bytes(8),
        "decode",
    ),
    "packed, and cut off": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"short")[:-4],
        "decode",
    ),
}


@pytest.mark.parametrize(("answer", "key"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_stream_that_breaks_rejects_reading(
    runs: Runs, serve_raw: Callable[[RawAnswer | bytes], Awaitable[Server]], answer: RawAnswer | bytes, key: str
) -> None:
    """What came is given, then the error, and it again to whoever reads on: a part is never taken for the whole."""
    server = await serve_raw(answer)
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x?token=abcdef")
    replies = [await run.read(stream) for _ in range(4)]
    assert b"shortab".startswith(b"".join(reply.data or b"" for reply in replies))
    errors = [reply.value for reply in replies if not reply.ok]
    assert len(errors) >= 2
    assert {("connection", key)} == {(error["type"], error["key"]) for error in errors}
    assert {"method": "GET", "url": f"{server.url}/x"} == errors[0]["request"]
    assert "abcdef" not in str(errors)
    assert [(200, key)] == [(exchange.status, exchange.error) for exchange in run.exchanges]


async def test_an_encoding_that_was_not_asked_for_is_an_error_of_the_call(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """What cannot be unpacked is no stream."""
    server = await serve(lambda _: web.Response(body=b"x", headers={"Content-Encoding": "zstd"}))
    run = runs.start({"baseUri": server.url})
    assert ("connection", "decode") == await run.refused("/x", options={"responseType": "stream"})


async def dripping(writer: asyncio.StreamWriter) -> None:
    """Send a byte again and again until nobody listens."""
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


def endless(then: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> RawAnswer:
    """Begin a long response, and go on with `then`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx")
        await then(writer)
        await reader.read()

    return answer


async def silent(_: asyncio.StreamWriter) -> None:
    """Send nothing more."""


async def test_each_wait_for_bytes_has_a_limit(runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> None:
    """A server that falls silent is not waited for longer than a request may take."""
    server = await serve_raw(endless(silent))
    run = runs.start({"baseUri": server.url}, limits=Limits(request_seconds=0.5))
    stream = await run.stream("/x")
    assert b"x" == (await run.read(stream)).data
    reply = await asyncio.wait_for(run.read(stream), 5)
    assert ("connection", "timeout") == (reply.value["type"], reply.value["key"])


async def test_a_drip_is_read_until_the_end_of_the_run(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """A stream that goes on may take longer than a request, but not longer than its run."""
    server = await serve_raw(endless(dripping))
    run = runs.start({"baseUri": server.url}, limits=Limits(request_seconds=0.5), seconds=1.2)
    stream = await run.stream("/x")
    started, received, reply = asyncio.get_running_loop().time(), 0, await run.read(stream)
    while reply.ok and received < 1000:
        received += len(reply.data or b"")
        reply = await run.read(stream)
    assert asyncio.get_running_loop().time() - started > 0.5
    assert ("connection", "timeout") == (reply.value["type"], reply.value["key"])
    assert received > 10


async def test_a_stream_gives_its_slot_back(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Open streams do not hinder other requests, however few at a time are allowed."""
    server = await serve(lambda _: web.Response(body=bytes(1_000_000)))
    run = runs.start({"baseUri": server.url}, limits=Limits(concurrent_requests=1))
    async with asyncio.timeout(5):
        streams = [await run.stream("/x") for _ in range(3)]
    assert [1_000_000] * 3 == [len(await run.read_all(stream)) for stream in streams]


async def test_open_streams_are_bounded_by_the_limit_of_requests(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """Each stream is a request; reading it is none."""
    server = await serve(lambda _: web.Response(body=bytes(10 * PIECE)))
    run = runs.start({"baseUri": server.url}, limits=Limits(requests=2))
    for _ in range(2):
        assert 10 * PIECE == len(await run.read_all(await run.stream("/x")))
    with pytest.raises(RunEnded):
        await run.stream("/x")


async def test_cancelling_closes_the_socket(runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]) -> None:
    """The server sees the end of the connection, a read that waits sees the end of the stream, and so do others."""
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
        await reader.read()
        ended.set()

    run = runs.start({"baseUri": (await serve_raw(answer)).url})
    stream = await run.stream("/x")
    await run.read(stream)
    waiting = asyncio.create_task(run.read(stream))
    await asyncio.sleep(0.01)
    for _ in range(2):
        assert (await run.cancel(stream)).ok
    assert {"done": True} == (await waiting).value
    assert {"done": True} == (await run.read(stream)).value
    await asyncio.wait_for(ended.wait(), 5)
    assert [(200, 1, "cancelled")] == [_told(exchange) for exchange in run.exchanges]


async def test_reads_are_answered_in_order(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Reads that wait at the same time get consecutive pieces."""
    body = b"".join(b"%06d" % number for number in range(200_000))
    server = await serve(lambda _: web.Response(body=body))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    pieces: list[bytes] = []
    while pieces[-1:] != [b""]:
        pieces += [reply.data or b"" for reply in await asyncio.gather(*(run.read(stream) for _ in range(8)))]
    assert body == b"".join(pieces)


@pytest.mark.parametrize("payload", [{}, {"id": 7}, {"id": "1"}, {"id": 1.5}, {"id": [1]}, [], None, {"id": None}])
async def test_only_streams_of_the_run_can_be_read(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], payload: Any
) -> None:
    """Numbers are those of the run; whatever else the sandbox says is refused."""
    server = await serve(lambda _: web.Response(body=b"x"))
    other, run = runs.start({"baseUri": server.url}), runs.start({"baseUri": server.url})
    await other.stream("/x")
    for operation in ("read", "cancel"):
        reply = await run.client(HostCall(operation=f"apiClient.stream.{operation}", payload=payload, site=None))
        assert ("request", "invalid") == (reply.value["type"], reply.value["key"])
    assert ("request", "invalid") == await run.refused("/x", verb="post", body={"kind": "stream", "id": 1})


async def test_a_flood_of_waiting_reads_ends_the_run(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """Reads cost the application memory while they wait: no worker that is honest has more than a few."""
    server = await serve_raw(endless(silent))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    reads = [asyncio.create_task(run.read(stream)) for _ in range(1000)]
    done, pending = await asyncio.wait(reads, return_when=asyncio.FIRST_EXCEPTION)
    failures = [task.exception() for task in done if task.exception()]
    assert isinstance(failures[0], RunEnded)
    assert ("limit", "protocol") == (failures[0].failure.type, failures[0].failure.key)
    assert len(pending) <= 16
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


@pytest.mark.parametrize("operation", ["read", "cancel"])
async def test_a_flood_of_calls_for_nothing_ends_the_run(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], operation: str
) -> None:
    """Calls about streams are no requests, so those that bring nothing have a limit of their own."""
    server = await serve(lambda _: web.Response(body=b"x"))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    ask = run.read if operation == "read" else run.cancel

    async def flood() -> None:
        for _ in range(1000):
            await ask(stream)

    with pytest.raises(RunEnded):
        await flood()


async def test_an_exchange_is_recorded_when_its_stream_has_ended(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """It tells the bytes that came, unpacked; a listener hears of it then, not before."""
    told: list[Exchange] = []
    packed = gzip.compress(bytes(1_000_000))
    server = await serve(lambda _: web.Response(body=packed, headers={"Content-Encoding": "gzip"}))
    run = runs.start({"baseUri": server.url}, on_exchange=told.append)
    stream = await run.stream("/x")
    await run.read(stream)
    assert [] == told
    await run.read_all(stream)
    assert [(200, 1_000_000, None)] == [_told(exchange) for exchange in told]
    assert await run.client.aclose() == []
    assert told == run.exchanges
    assert 1 == len(told)


async def test_the_end_of_the_run_closes_what_is_left(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """No descriptor is left, the exchanges are recorded, and the author is told of what was forgotten."""
    server = await serve(lambda _: web.Response(body=bytes(5_000_000)))
    before = psutil.Process().num_fds()
    run = runs.start({"baseUri": server.url})
    forgotten, half_read = await run.stream("/a?key=secret"), await run.stream("/b")
    read, cancelled = await run.stream("/c"), await run.stream("/d")
    await run.read(half_read)
    await run.read_all(read)
    await run.cancel(cancelled)
    warnings = await run.client.aclose()
    told = "was neither read to its end nor cancelled; it was closed when the run ended."
    assert [f"The stream of GET {server.url}{path} {told}" for path in ("/a", "/b")] == warnings
    assert ["/c", "/d", "/a", "/b"] == [httpx.URL(exchange.url).path for exchange in run.exchanges]
    assert [None, "cancelled", "cancelled", "cancelled"] == [exchange.error for exchange in run.exchanges]
    await runs.transports.aclose()
    await _settled(lambda: psutil.Process().num_fds() <= before)
    assert forgotten != half_read


async def test_streams_of_a_cancelled_call_are_closed(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """A read that is cancelled loses bytes, so its stream is closed, and whoever reads on gets an error."""
    server = await serve_raw(endless(silent))
    run = runs.start({"baseUri": server.url})
    stream = await run.stream("/x")
    await run.read(stream)
    task = asyncio.create_task(run.read(stream))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    reply = await run.read(stream)
    assert (False, "request", "invalid") == (reply.ok, reply.value["type"], reply.value["key"])
    assert ["cancelled"] == [exchange.error for exchange in run.exchanges]


async def test_a_socket_whose_stream_was_read_to_its_end_is_used_again(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """Streams do not cost a connection each."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await reader.readuntil(b"\r\n\r\n")

    server = await serve_raw(answer)
    run = runs.start({"baseUri": server.url})
    for _ in range(3):
        assert b"ok" == await run.read_all(await run.stream("/x"))
    assert 1 == len(server.seen)


async def test_sockets_of_streams_are_not_closed_to_make_room(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """A connection id with an open stream keeps its transport, whoever else comes."""
    server = await serve(lambda _: web.Response(body=bytes(2_000_000)))
    runs.transports._most_kept = 1
    first = runs.start({"baseUri": server.url}, connection="a")
    stream = await first.stream("/x")
    for connection in ("b", "c", "d"):
        assert (await runs.start({"baseUri": server.url}, connection=connection).get("/x")).ok
    assert 2_000_000 == len(await first.read_all(stream))


def _told(exchange: Exchange) -> tuple[int | None, int, str | None]:
    return exchange.status, exchange.response_bytes, exchange.error


async def _settled(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)
