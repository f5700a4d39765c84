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


async def test_a_long_wait_is_cut_to_the_limit(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A server cannot make a run wait longer than the limit."""
    server = await serve(limiting(1, "99999999"))
    run = runs.start({"baseUri": server.url}, mode="async", limits=Limits(retry_after_seconds=0.01))
    assert (await run.get("/x")).ok


async def test_three_attempts_are_all(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A server that never has enough time gets three requests."""
    server = await serve(limiting(99))
    assert (
        "connection",
        "rate_limit_exceeded",
    ) == await runs.start({"baseUri": server.url}, mode="async").refused("/x")
    assert 3 == len(server.seen)


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


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("5", 5, 5),
        ("1.5", 1.5, 1.5),
        ("99999999999", None, None),
        ("-1", None, None),
        ("NaN", None, None),
        ("1e309", None, None),
        ("soon", None, None),
        ("", None, None),
        (format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 3500, 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e11, 1e12),
        ("Fri, 32 Dec 9999 23:59:59 GMT", None, None),
    ],
)
async def test_retry_after_is_read_with_care(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], header: str, least: float | None, most: float | None
) -> None:
    """Seconds or a date; what makes no sense is as if it were not there."""
    server = await serve(limiting(1, header))
    seconds = (await runs.start({"baseUri": server.url}).get("/x")).value["retryAfter"]
    assert seconds is None if least is None or most is None else least <= seconds <= most
