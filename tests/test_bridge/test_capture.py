"""What is captured of the exchanges of a run."""

from __future__ import annotations

import asyncio
import gzip
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from bridge import Capture, CapturingTransport, Limits
from runtime import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from conftest import Answer, RawAnswer, Run, Runs, Seen, Server

    Serve = Callable[[Answer], Awaitable[Server]]
    ServeRaw = Callable[[RawAnswer | bytes], Awaitable[Server]]
    Capturing = Callable[..., Run]

LONG = bytes(range(256)) * 1024


@pytest_asyncio.fixture
async def capture() -> Capture:
    """Keep at most 100,000 bytes of a body, and 150,000 altogether."""
    return Capture(most_bytes=100_000, most_total_bytes=150_000)


@pytest_asyncio.fixture
async def capturing(runs: Runs, over: Callable[..., Run], capture: Capture) -> AsyncIterator[Capturing]:
    """Start a run whose exchanges are captured."""
    started: list[Run] = []

    def start(config: dict[str, Any] | None = None, **options: Any) -> Run:
        transport = CapturingTransport(runs.transports.get("acme"), capture, Clock())
        started.append(over(transport, config, **options))
        return started[-1]

    yield start
    for run in started:
        await run.client.aclose()


async def test_an_exchange_is_captured_as_it_was_on_the_wire(
    capturing: Capturing, capture: Capture, serve: Serve
) -> None:
    """Verb, URL, headers and bodies are those that were sent and received, secrets included; bodies are unpacked."""
    packed = gzip.compress(b'{"a": 1}')
    headers = {"Content-Encoding": "gzip", "Set-Cookie": "a=1", "X-Name": "ü"}
    server = await serve(lambda _: web.Response(status=201, reason="Made", body=packed, headers=headers))
    run = capturing({"baseUri": server.url, "auth": {"type": "bearer", "token": "s3cret"}}, secrets=["s3cret"])
    assert (await run.ask("post", "/x?a=s3cret", body='{"b":2}')).ok
    (exchange,) = capture.exchanges
    assert ("POST", f"{server.url}/x?a=s3cret") == (exchange.verb, exchange.url)
    assert (201, "Made") == (exchange.status, exchange.reason)
    sent, received = dict(exchange.request_headers), dict(exchange.response_headers)
    assert ("Bearer s3cret", "7") == (sent["authorization"], sent["content-length"])
    assert ("gzip", "a=1", "ü") == tuple(received[name] for name in ("content-encoding", "set-cookie", "x-name"))
    assert (b'{"b":2}', b'{"a": 1}') == (exchange.request_body, exchange.response_body)
    assert (None, False) == (exchange.fault, exchange.truncated)
    assert "s3cret" not in repr(exchange)


async def test_exchanges_stand_in_the_order_of_sending(capturing: Capturing, capture: Capture, serve: Serve) -> None:
    """An answer that comes late does not change the order; what still goes on has no status yet."""
    arrived, gate = asyncio.Event(), asyncio.Event()

    async def answer(seen: Seen) -> web.Response:
        if seen.path == "/slow":
            arrived.set()
            await gate.wait()
        return web.json_response({})

    server = await serve(answer)
    run = capturing({"baseUri": server.url})
    slow = asyncio.create_task(run.get("/slow"))
    await arrived.wait()
    await run.get("/fast")
    paths = [(httpx.URL(exchange.url).path, exchange.status, exchange.response_body) for exchange in capture.exchanges]
    assert [("/slow", None, None), ("/fast", 200, b"{}")] == paths
    gate.set()
    await slow
    assert [200, 200] == [exchange.status for exchange in capture.exchanges]


async def test_each_hop_and_each_attempt_is_captured(capturing: Capturing, capture: Capture, serve: Serve) -> None:
    """Redirects and further attempts are exchanges of their own, with their own times."""
    answers = [302, 503, 302, 200]

    def answer(_: Seen) -> web.Response:
        return web.Response(status=answers.pop(0), headers={"Location": "/b", "Retry-After": "0"})

    server = await serve(answer)
    assert (await capturing({"baseUri": server.url, "retries": 1}).get("/a")).ok
    exchanges = capture.exchanges
    assert ["/a", "/b", "/a", "/b"] == [httpx.URL(exchange.url).path for exchange in exchanges]
    assert sorted(exchanges, key=lambda exchange: exchange.started_ms) == exchanges
    assert all(0 < (exchange.waited_ms or 0) <= exchange.duration_ms for exchange in exchanges)


async def test_a_stream_and_an_upload_are_captured_while_they_flow(
    capturing: Capturing, capture: Capture, serve: Serve
) -> None:
    """What one server gives and another takes is captured on both ways."""
    server = await serve(lambda _: web.Response(body=LONG[:50_000]))
    run = capturing({"baseUri": server.url})
    assert (await run.pipe(await run.stream("/file"), "/upload")).ok
    given, taken = capture.exchanges
    assert LONG[:50_000] == given.response_body == taken.request_body
    assert (False, False) == (given.truncated, taken.truncated)


@pytest.mark.parametrize("packed", [False, True])
async def test_bodies_are_captured_within_bounds(
    capturing: Capturing, capture: Capture, serve: Serve, *, packed: bool
) -> None:
    """Of a long body the beginning is kept, of all bodies together as much as is allowed; the method gets all of it."""
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    server = await serve(lambda _: web.Response(body=gzip.compress(LONG) if packed else LONG, headers=encoding))
    run = capturing({"baseUri": server.url})
    for _ in range(3):
        assert LONG == await run.read_all(await run.stream("/x"))
    assert [100_000, 50_000, 0] == [len(exchange.response_body or b"") for exchange in capture.exchanges]
    assert [True] * 3 == [exchange.truncated for exchange in capture.exchanges]
    assert LONG.startswith(capture.exchanges[0].response_body or b"-")


async def test_a_stream_that_is_cancelled_is_not_whole(capturing: Capturing, capture: Capture, serve: Serve) -> None:
    """What the method did not read is not here, and nothing went wrong."""
    server = await serve(lambda _: web.Response(body=LONG * 10))
    run = capturing({"baseUri": server.url})
    await run.cancel(await run.stream("/x"))
    (exchange,) = capture.exchanges
    assert (None, True) == (exchange.fault, exchange.truncated)


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("answer", "fault", "status"),
    [
        (b"", "reset", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "truncated", 200),
        (b"nonsense\r\n\r\n", "protocol", None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", "decode", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\nhalf", "decode", 200),
    ],
)
async def test_what_went_wrong_is_captured(
    capturing: Capturing, capture: Capture, serve_raw: ServeRaw, answer: bytes, fault: str, status: int | None
) -> None:
    """A fault says what happened on the wire, beside the body that came until then."""
    server = await serve_raw(answer)
    assert not (await capturing({"baseUri": server.url}).get("/x")).ok
    (exchange,) = capture.exchanges
    assert (fault, status) == (exchange.fault, exchange.status)
    assert exchange.response_body in {None, b"half", b""}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (f"http://127.0.0.1:{closed_port()}/x", "refused"),
        ("http://a-name-that-is-not-known.invalid/x", "unknown_host"),
    ],
    ids=["closed port", "unknown name"],
)
async def test_requests_that_were_not_sent_are_captured(
    capturing: Capturing, capture: Capture, url: str, fault: str
) -> None:
    """There is an exchange for what could not be sent."""
    assert not (await capturing().get(url)).ok
    assert [(fault, None)] == [(exchange.fault, exchange.waited_ms) for exchange in capture.exchanges]


async def test_an_address_that_is_refused_is_captured(
    public_runs: Runs, over: Callable[..., Run], capture: Capture
) -> None:
    """Also what the egress policy refused because of what a name led to."""
    run = over(CapturingTransport(public_runs.transports.get("acme"), capture, Clock()))
    assert ("egress", "address") == await run.refused("http://localhost:8000/x")
    assert [("address", None)] == [(exchange.fault, exchange.waited_ms) for exchange in capture.exchanges]


@pytest.mark.parametrize("path", ["/head", "/body", "/stream"])
async def test_a_server_that_is_too_slow_timed_out(
    capturing: Capturing, capture: Capture, serve_raw: ServeRaw, path: str
) -> None:
    """Whether the head, the body or more of a stream was waited for: time was up."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if path != "/head":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
            await writer.drain()
        await asyncio.Event().wait()

    server = await serve_raw(answer)
    run = capturing({"baseUri": server.url}, limits=Limits(request_seconds=0.5))
    if path == "/stream":
        assert not (await run.read(await run.stream(path))).ok
    else:
        assert ("connection", "timeout") == await run.refused(path)
    assert ["timeout"] == [exchange.fault for exchange in capture.exchanges]


async def test_what_the_run_does_not_wait_for_was_cancelled(
    capturing: Capturing, capture: Capture, serve_raw: ServeRaw
) -> None:
    """A run that ends in the middle of a request cancels it, which is no fault of a server."""
    arrived = asyncio.Event()

    async def answer(*_: Any) -> None:
        arrived.set()
        await asyncio.Event().wait()

    server = await serve_raw(answer)
    call = asyncio.create_task(capturing({"baseUri": server.url}).get("/x"))
    await arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ["cancelled"] == [exchange.fault for exchange in capture.exchanges]
