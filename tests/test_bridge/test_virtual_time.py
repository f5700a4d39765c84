"""Requests of a run whose time jumps, and whose chance comes from a seed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bridge import Capture, CapturingTransport, Limits, RateGates
from runtime import VirtualClock, VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Run

    Over = Callable[..., Run]

NOW_MS = 1_767_225_600_000.0
"""The first moment of 2026."""
URL = "https://api.example.com/x"
PATIENT = Limits(retry_after_seconds=3600.0, attempts=5)


def in_virtual_time(work: Callable[[VirtualClock], Awaitable[None]]) -> None:
    """Do something in a loop of its own, on a clock that starts with the year 2026."""

    async def timed() -> None:
        await work(VirtualClock(NOW_MS))

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(timed())


def answering(*statuses: int, **headers: str) -> httpx.MockTransport:
    """Answer with one status after the other."""
    left = list(statuses)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.MockTransport(lambda _: httpx.Response(left.pop(0), headers=named))


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("600", 600.0), ("Thu, 01 Jan 2026 00:30:00 GMT", 1800.0), ("2026-01-01T00:20:00Z", 1200.0)],
)
def test_a_long_wait_takes_no_time(over: Over, retry_after: str, seconds: float) -> None:
    """A run waits as long as the server asks on its own clock, also until a moment of its own civil time."""

    async def work(clock: VirtualClock) -> None:
        capture = Capture()
        transport = CapturingTransport(answering(429, 200, Retry_After=retry_after), capture, clock)
        run = over(transport, clock=clock, mode="async", seconds=7200.0, limits=PATIENT)
        assert (await run.get(URL)).ok
        assert [NOW_MS, NOW_MS + seconds * 1000] == [exchange.started_ms for exchange in capture.exchanges]

    in_virtual_time(work)


def test_time_is_up_on_the_clock_of_the_run(over: Over) -> None:
    """A server that never answers is waited for as long as the limit says, and the exchange lasted that long."""

    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async def work(clock: VirtualClock) -> None:
        run = over(httpx.MockTransport(never), clock=clock, seconds=100.0)
        assert ("connection", "timeout") == await run.refused(URL)
        assert ("connection", "timeout") == await run.refused(URL)
        assert [30_000.0, 30_000.0] == [exchange.duration_ms for exchange in run.exchanges]
        await clock.sleep(30.0)
        assert ("connection", "timeout") == await run.refused(URL)
        assert 10_000.0 == run.exchanges[-1].duration_ms

    in_virtual_time(work)


def test_a_silent_stream_is_given_up_on_the_clock_of_the_run(over: Over) -> None:
    """Each wait for more of a body has its own time."""

    class Silent(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield b"some"
            await asyncio.Event().wait()

    async def work(clock: VirtualClock) -> None:
        capture = Capture()
        answer = httpx.MockTransport(lambda _: httpx.Response(200, stream=Silent()))
        run = over(CapturingTransport(answer, capture, clock), clock=clock, seconds=100.0)
        stream = await run.stream(URL)
        assert b"some" == (await run.read(stream)).data
        assert "timeout" == (await run.read(stream)).value["key"]
        (exchange,) = capture.exchanges
        assert ("timeout", b"some", 30_000.0) == (exchange.fault, exchange.response_body, exchange.duration_ms)
        await run.client.aclose()

    in_virtual_time(work)


def test_two_runs_with_one_seed_send_the_same_at_the_same_moments(over: Over) -> None:
    """Backoff, turns behind a gate and boundaries of forms follow from the seed."""

    async def work(clock: VirtualClock) -> None:
        sent: list[list[Any]] = []
        for seed in (b"one", b"one", b"two"):
            capture, own = Capture(), VirtualClock(NOW_MS)
            transport = CapturingTransport(answering(429, 429, 503, 200, 200), capture, own)
            run = over(transport, clock=own, mode="async", seconds=7200.0, limits=PATIENT, seed=seed, gates=RateGates())
            form = {"kind": "multipart", "parts": [{"name": "a", "text": "b"}]}
            await run.ask("put", URL, body=form, options={"retries": 2})
            await run.get(URL)
            sent.append([(exchange.started_ms, exchange.request_body) for exchange in capture.exchanges])
        assert sent[0] == sent[1]
        assert sent[0][1:] != sent[2][1:]
        assert sent[0][0][1] != sent[2][0][1]
        assert clock.time() == 0.0

    in_virtual_time(work)
