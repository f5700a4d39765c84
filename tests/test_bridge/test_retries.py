"""Requests that are tried again because that was asked for."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiohttp import web

from bridge import ClientConfig, ConfigurationError, ConnectionFailedError, Deadline, Limits, RunRandom
from bridge.allowance import Allowance
from bridge.attempts import Attempts
from bridge.classification import refuse_unsuccessful
from bridge.outgoing import OutgoingRequest
from bridge.rate_gate import RateGates
from bridge.response import Response
from bridge.target import Target
from runtime import Clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, RawAnswer, Runs, Seen, Server

    from bridge import Exchange

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def failing(times: int, status: int, **headers: str) -> Answer:
    """Answer with a status so many times, and then well."""
    left = [times]

    def answer(_: Seen) -> web.Response:
        left[0] -= 1
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return web.Response(status=status, headers=named) if left[0] >= 0 else web.json_response({})

    return answer


@pytest.mark.parametrize(
    ("config", "options"),
    [({"retries": 2}, {}), ({}, {"retries": 2}), ({"retries": 5}, {"retries": 2})],
    ids=["client", "call", "call over client"],
)
@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_5xx_is_tried_again_when_asked_for(
    runs: Runs,
    serve: Callable[[Answer], Awaitable[Server]],
    config: dict[str, Any],
    options: dict[str, Any],
    mode: str,
) -> None:
    """The option `retries` of a client or of a call says how many attempts may follow."""
    server = await serve(failing(2, 503, Retry_After="0"))
    run = runs.start({"baseUri": server.url, **config}, mode=mode)
    assert (await run.get("/x", options=options)).ok
    assert [(503, 1), (503, 2), (200, 3)] == [(exchange.status, exchange.attempt) for exchange in run.exchanges]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
async def test_without_being_asked_for_nothing_is_tried_again(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """A status of 500 and more is the method's business."""
    server = await serve(failing(1, status, Retry_After="0"))
    assert ("connection", None) == await runs.start({"baseUri": server.url}, mode="async").refused("/x")
    assert 1 == len(server.seen)


@pytest.mark.parametrize(("verb", "requests"), [("get", 2), ("put", 2), ("delete", 2), ("post", 1), ("patch", 1)])
async def test_only_idempotent_verbs_are_tried_again(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], verb: str, requests: int
) -> None:
    """What may have happened already is never asked for twice: no POST and no PATCH."""
    server = await serve(failing(1, 503, Retry_After="0"))
    reply = await runs.start({"baseUri": server.url, "retries": 3}).ask(verb, "/x", body='"body"')
    assert (requests == 2, requests) == (reply.ok, len(server.seen))
    assert [b'"body"'] * requests == [seen.body for seen in server.seen]


@pytest.mark.parametrize("status", [400, 404, 409, 429])
async def test_other_statuses_are_not_tried_again(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """A status below 500 stays what it is; a 429 is an error at once where somebody waits."""
    server = await serve(failing(1, status, Retry_After="0"))
    await runs.start({"baseUri": server.url, "retries": 3}).refused("/x")
    assert 1 == len(server.seen)


@pytest.mark.parametrize(("verb", "connections"), [("get", 2), ("post", 1)])
async def test_a_broken_connection_is_tried_again(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]], verb: str, connections: int
) -> None:
    """A network error is followed by another attempt where asking twice does no harm."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        if len(server.seen) > 1:
            writer.write(OK)

    server = await serve_raw(answer)
    # The first wait is random, up to a second: the longest allowed wait bounds it.
    run = runs.start({"baseUri": server.url, "retries": 1}, limits=Limits(retry_after_seconds=0.01))
    reply = await run.ask(verb, "/x")
    assert (connections == 2, connections) == (reply.ok, len(server.seen))
    assert ["protocol", None][:connections] == [exchange.error for exchange in run.exchanges]


async def test_a_closed_port_is_tried_again(runs: Runs) -> None:
    """A connection that could not be made is tried as often as was asked for."""
    run = runs.start({"retries": 2}, limits=Limits(retry_after_seconds=0.01))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/x"
        assert ("connection", "connect") == await run.refused(url, options={"retries": 1})
    assert ["connect", "connect"] == [exchange.error for exchange in run.exchanges]


async def test_what_is_refused_is_not_tried_again(runs: Runs) -> None:
    """An address that may not be reached is not asked for twice."""
    run = runs.start({"retries": 5}, limits=Limits(retry_after_seconds=0.01))
    assert ("egress", "address") == await run.refused("http://10.0.0.1/x")
    assert 1 == len(run.exchanges)


async def test_a_limit_bounds_what_may_be_asked_for(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A server that always fails gets three requests, whatever was asked for."""
    server = await serve(failing(99, 503, Retry_After="0"))
    await runs.start({"baseUri": server.url, "retries": 5}).refused("/x")
    assert 3 == len(server.seen)


async def test_a_wait_beyond_the_run_is_not_begun(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """What would be tried after the end of the run fails now."""
    server = await serve(failing(1, 503, Retry_After="30"))
    run = runs.start({"baseUri": server.url, "retries": 2}, seconds=10.0)
    value = (await run.get("/x")).value
    assert ("connection", None, 30.0) == (value["type"], value["key"], value["retryAfter"])
    assert 1 == len(server.seen)


async def test_a_run_that_ends_tries_nothing_again(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A call that is cancelled while it waits sends nothing more."""
    told: asyncio.Queue[Exchange] = asyncio.Queue()
    server = await serve(failing(1, 503, Retry_After="5"))
    run = runs.start({"baseUri": server.url, "retries": 2}, on_exchange=told.put_nowait)
    call = asyncio.create_task(run.get("/x"))
    await told.get()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert 1 == len(server.seen)


@pytest.mark.parametrize("retries", [-1, 6, 1.5, "2", True, None])
def test_a_client_has_a_whole_number_of_retries(retries: object) -> None:
    """A client's `retries` is 0 to 5."""
    with pytest.raises(ConfigurationError, match="retries"):
        ClientConfig.parse({"retries": retries}, "make-api-client")  # type: ignore[dict-item]


@pytest.mark.parametrize("retries", [-1, 6, 1.5, "2", True])
async def test_a_call_has_a_whole_number_of_retries(runs: Runs, retries: object) -> None:
    """A worker that was taken over cannot ask for more than a method can."""
    assert ("request", "invalid") == await runs.start().refused("http://127.0.0.1:9/", options={"retries": retries})


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("status", [429, 503])
async def test_a_body_that_is_gone_is_not_sent_again(mode: Any, status: int) -> None:
    """A request whose body was read while it was sent has one attempt, whatever the answer."""
    limits, sent = Limits(), 0
    clock, random = Clock(), RunRandom(b"seed")
    attempts = Attempts(
        mode=mode,
        deadline=Deadline.after(clock, 60.0),
        limits=limits,
        allowance=Allowance(limits),
        gate=RateGates().get("acme", clock, random),
        random=random,
    )
    body: Any = iter([b"a stream"])
    request = OutgoingRequest(
        verb="PUT",
        target=Target.of(httpx.URL("https://x.example/")),
        headers={},
        body=body,
        carries_client=False,
        retries=5,
    )
    response = Response(status=status, reason="", headers=(("retry-after", "0"),), body=b"")

    async def send(_: OutgoingRequest) -> None:
        nonlocal sent
        sent += 1
        refuse_unsuccessful("PUT x", response, clock.now_ms())

    with pytest.raises(ConnectionFailedError):
        await attempts(request, send)
    assert 1 == sent
