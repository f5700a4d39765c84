"""What happens when the server has had too many requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server


def limiting(times: int, retry_after: str | None = "0") -> Answer:
    """Answer 429 so many times, and then well."""
    left = [times]

    def answer(_: Seen) -> web.Response:
        left[0] -= 1
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return web.Response(status=429, headers=headers) if left[0] >= 0 else web.json_response({})

    return answer


async def test_in_sync_mode_it_is_an_error_at_once(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Somebody waits: the method is told when to come again."""
    server = await serve(limiting(1, "7"))
    reply = await runs.start({"baseUri": server.url}).get("/x")
    assert ("rate_limit_exceeded", 7.0) == (reply.value["key"], reply.value["retryAfter"])
    assert 1 == len(server.seen)


@pytest.mark.parametrize("retry_after", ["0", "0.01", format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)])
async def test_in_async_mode_the_request_is_tried_again(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], retry_after: str
) -> None:
    """Nobody waits: the run waits as long as the server asks, up to three attempts."""
    server = await serve(limiting(2, retry_after))
    run = runs.start({"baseUri": server.url}, mode="async")
    assert (await run.get("/x")).ok
    assert [(429, 1), (429, 2), (200, 3)] == [(exchange.status, exchange.attempt) for exchange in run.exchanges]


async def test_without_a_hint_the_wait_is_random(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """Without `retry-after` the run backs off, never longer than the limit."""
    server = await serve(limiting(2, None))
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(retry_after_seconds=0.01))
    assert (await run.get("/x")).ok


@pytest.mark.parametrize("retry_after", ["31", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_a_wait_beyond_the_limit_fails_now(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], retry_after: str
) -> None:
    """A server cannot make a run wait longer than the limit: the method is told what it asked for."""
    server = await serve(limiting(1, retry_after))
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(retry_after_seconds=30), seconds=1000.0)
    value = (await run.get("/x")).value
    assert "rate_limit_exceeded" == value["key"]
    assert value["retryAfter"] > 30
    assert 1 == len(server.seen)


@pytest.mark.parametrize(("limits", "attempts"), [(Limits(), 3), (Limits(attempts=1), 1), (Limits(attempts=5), 5)])
async def test_a_server_that_never_has_time_is_left_alone(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], limits: Limits, attempts: int
) -> None:
    """A server that answers 429 for ever gets three requests, or as many as the limits say."""
    server = await serve(limiting(99))
    run = runs.start({"baseUri": server.url}, mode="async", limits=limits)
    assert ("connection", "rate_limit_exceeded") == await run.refused("/x")
    assert attempts == len(server.seen)


async def test_one_request_of_five_may_be_another_attempt(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """All further attempts of a run together are at most a fifth of the requests that it may make."""
    server = await serve(limiting(99))
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(requests=20))
    for _ in range(10):
        await run.refused("/x")
    assert 10 + 20 // 5 == len(server.seen)


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
async def test_any_verb_is_tried_again(runs: Runs, serve: Callable[[Answer], Awaitable[Server]], verb: str) -> None:
    """A server that answers 429 has not done what was asked, so even a POST is sent again, with its body."""
    server = await serve(limiting(1))
    reply = await runs.start({"baseUri": server.url}, mode="async").ask(verb, "/x", body='{"a": 1}')
    assert reply.ok
    assert [(verb.upper(), b'{"a": 1}')] * 2 == [(seen.method, seen.body) for seen in server.seen]


async def test_a_wait_beyond_the_run_fails_now(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """What would be tried after the end of the run is not waited for."""
    server = await serve(limiting(1, "30"))
    run = runs.start({"baseUri": server.url}, mode="async", seconds=10.0)
    assert ("connection", "rate_limit_exceeded") == await run.refused("/x")
    assert 1 == len(server.seen)


async def test_other_errors_are_not_tried_again(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A 503 is the method's business, even with `retry-after`."""
    server = await serve(lambda _: web.Response(status=503, headers={"Retry-After": "0"}))
    assert ("connection", None) == await runs.start({"baseUri": server.url}, mode="async").refused("/x")
    assert 1 == len(server.seen)


def in_seconds(seconds: float) -> datetime:
    """Return a moment from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


YEAR = timedelta(days=365).total_seconds()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "5"}, 5),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": lambda: format_datetime(in_seconds(1000), usegmt=True)}, 1000),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"X-RateLimit-Reset": "30"}, 30),
        ({"X-RateLimit-Reset": lambda: str(int(in_seconds(1000).timestamp()))}, 1000),
        ({"X-RateLimit-Reset": lambda: str(int(in_seconds(1000).timestamp() * 1000))}, 1000),
        ({"X-RateLimit-Reset": lambda: in_seconds(1000).isoformat()}, 1000),
        ({"X-RateLimit-Reset": lambda: in_seconds(1000).strftime("%Y-%m-%dT%H:%M:%SZ")}, 1000),
        ({"X-Rate-Limit-Reset": "30"}, 30),
        ({"RateLimit-Reset": "30"}, 30),
        ({"X-RateLimit-Reset-After": "30.25"}, 30.25),
        ({"X-RateLimit-Reset-Requests": "6m0s"}, 360),
        ({"X-RateLimit-Reset-Tokens": "1h2m3.5s"}, 3723.5),
        ({"X-RateLimit-Reset-Tokens": "20ms"}, 0.02),
        ({"RateLimit": '"default";r=0;t=30'}, 30),
        ({"RateLimit": '"a, b;t=9";r=0;t=30, "daily";r=12;t=80000'}, 30),
        ({"RateLimit": '"burst";r=0;t=5, "daily";r=0;t=600'}, 600),
        ({"RateLimit": "limit=100, remaining=0, reset=30"}, 30),
        ({"Retry-After": "5", "X-RateLimit-Reset": "30"}, 30),
        ({"Retry-After": "30", "X-RateLimit-Reset": "5"}, 30),
        ({"Retry-After": "30", "X-RateLimit-Reset": "5000", "X-RateLimit-Remaining": "17"}, 30),
        ({"X-RateLimit-Reset": "5000", "X-RateLimit-Remaining": "0"}, 5000),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "30"}, 30),
        ({"Retry-After": "99999999999"}, YEAR),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, YEAR),
        ({"X-RateLimit-Reset": "99999999999999999999"}, YEAR),
        ({"X-RateLimit-Reset": "9999-12-31T23:59:59-23:59"}, YEAR),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "NaN"}, None),
        ({"Retry-After": "Infinity"}, None),
        ({"Retry-After": "1e309"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "9" * 400 + "h"}, None),
        ({"Retry-After": "\uff15"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "Fri, 32 Dec 9999 23:59:59 GMT"}, None),
        ({"RateLimit": '"default";r=3;t=30'}, None),
        ({"RateLimit": "???"}, None),
        ({"X-RateLimit-Limit": "100"}, None),
        ({}, None),
    ],
    ids=lambda value: repr(value) if isinstance(value, float | int) else "headers",
)
async def test_limit_headers_are_read_with_care(
    runs: Runs,
    serve: Callable[[Answer], Awaitable[Server]],
    headers: dict[str, str | Callable[[], str]],
    expected: float | None,
) -> None:
    """The longest time that makes sense counts: seconds, moments and durations, of quotas that are used up."""
    texts = {name: text if isinstance(text, str) else text() for name, text in headers.items()}
    server = await serve(lambda _: web.Response(status=429, headers=texts))
    seconds = (await runs.start({"baseUri": server.url}).get("/x")).value["retryAfter"]
    assert seconds == expected or expected - 60 < seconds <= expected


@pytest.mark.parametrize("status", [429, 503])
async def test_a_status_that_passes_tells_when(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int
) -> None:
    """429 and 503 tell the method when the server is ready again."""
    server = await serve(lambda _: web.Response(status=status, headers={"Retry-After": "7"}))
    assert 7 == (await runs.start({"baseUri": server.url}).get("/x")).value["retryAfter"]
