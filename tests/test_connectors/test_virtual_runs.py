"""Runs whose time jumps over all waits, in a host that lives in a loop of virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from connectors import (
    Capture,
    Connection,
    Connector,
    Limits,
    MethodHost,
    RunEnvironment,
    VirtualClock,
    VirtualTimeLoop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from connectors import RunReport

    Answer = Callable[[httpx.Request], httpx.Response]

NOW_MS = 1_767_225_600_000.0
"""The first moment of 2026."""
LONG = Limits(wall_time_seconds=7200.0, retry_after_seconds=3600.0, request_seconds=60.0)
CUSTOMER = Connection.model_validate(
    {
        "id": "acme",
        "credentials": {"access_token": "expired-token", "refresh_token": "refresh-token"},
        "apiClient": {"baseUri": "https://api.example.com"},
        "oauth2": {"clientId": "client-1", "tokenUri": "https://api.example.com/token", "grant": "refresh_token"},
    }
)


class VirtualHost:
    """A host in a loop of virtual time."""

    def __init__(self, runner: asyncio.Runner, host: MethodHost) -> None:
        self._runner = runner
        self._host = host

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the loop of the host."""
        return self._runner.run(work)

    async def run(
        self, code: str, network: Answer | httpx.AsyncBaseTransport, **options: Any
    ) -> tuple[RunReport, Capture]:
        """Run a method with virtual time, and something else instead of the network."""
        capture = Capture()
        environment = RunEnvironment(
            clock=VirtualClock(NOW_MS),
            seed=options.pop("seed", b"seed"),
            transport=network if isinstance(network, httpx.AsyncBaseTransport) else httpx.MockTransport(network),
            capture=capture,
        )
        options = {"connection": CUSTOMER, "mode": "async", **options}
        connector = Connector.from_source("method", code)
        return await self._host.run(connector, environment=environment, **options), capture


@pytest.fixture(scope="module")
def host() -> Iterator[VirtualHost]:
    """Open one host for all tests."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        host = MethodHost(workers=4, spares=1, limits=LONG)
        runner.run(host.__aenter__())
        yield VirtualHost(runner, host)
        runner.run(host.aclose())


def test_waits_of_an_hour_take_no_time(host: VirtualHost) -> None:
    """A timer, a server's wish and what both add up to are seen by the method and by the report."""
    statuses = [429, 200]

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(statuses.pop(0), headers={"Retry-After": "1800"}, json="well")

    code = """export default async ({ apiClient }) => {
      const started = Date.now();
      await new Promise(resolve => setTimeout(resolve, 1_800_000));
      return [started, await apiClient.get('/x'), Date.now() - started];
    }"""
    report, capture = host.do(host.run(code, answer))
    assert [NOW_MS, "well", 3_600_000] == report.unwrap()
    assert [1_800_000.0, 3_600_000.0] == [exchange.started_ms - NOW_MS for exchange in capture.exchanges]
    assert 3_600_000.0 == report.usage.wall_ms


def test_credentials_are_refreshed_in_virtual_time(host: VirtualHost) -> None:
    """What a run waits for in the middle of its own has the same clock, the host's own requests included."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "new-access-token"})
        welcome = request.headers["authorization"] == "Bearer new-access-token"
        return httpx.Response(200 if welcome else 401, json="welcome")

    code = """export default async ({ apiClient }) => {
      await new Promise(resolve => setTimeout(resolve, 60_000));
      return apiClient.get('/me');
    }"""
    report, capture = host.do(host.run(code, answer))
    assert "welcome" == report.unwrap()
    assert [60_000.0] * 3 == [exchange.started_ms - NOW_MS for exchange in capture.exchanges]


def test_time_stands_still_while_crypto_computes(host: VirtualHost) -> None:
    """A thread at work is waited for: a timer of an hour does not come before it."""
    code = """export default async () => {
      const salt = new Uint8Array(16);
      const key = await crypto.subtle.importKey('raw', salt, 'PBKDF2', false, ['deriveBits']);
      const derived = crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 200000 }, key, 256);
      const timer = new Promise(resolve => setTimeout(resolve, 3_600_000, 'timer'));
      return [await Promise.race([derived.then(() => 'derived'), timer]), Date.now()];
    }"""
    report, _ = host.do(host.run(code, lambda _: httpx.Response(200)))
    assert ["derived", NOW_MS] == report.unwrap()


def test_two_runs_with_one_seed_are_the_same_to_the_byte(host: VirtualHost) -> None:
    """Side by side in one loop, parallel requests that are tried again come and go at the same moments."""
    code = """export default async ({ apiClient }) => {
      const read = async number => {
        await new Promise(resolve => setTimeout(resolve, Math.random() * 1000));
        const form = new FormData();
        form.append('id', crypto.randomUUID());
        return [await apiClient.put(`/${number}`, form, { retries: 2 }).catch(error => error.key), Date.now()];
      };
      return Promise.all([1, 2, 3, 4].map(read));
    }"""

    def unstable() -> Answer:
        seen: dict[str, int] = {}

        def answer(request: httpx.Request) -> httpx.Response:
            seen[request.url.path] = seen.get(request.url.path, 0) + 1
            return httpx.Response([429, 503, 200][min(seen[request.url.path], 3) - 1], json=request.url.path)

        return answer

    async def three() -> list[tuple[RunReport, Capture]]:
        return await asyncio.gather(*(host.run(code, unstable(), seed=seed) for seed in (b"one", b"one", b"two")))

    (first, captured), (second, again), (third, _) = host.do(three())
    assert first.unwrap() == second.unwrap() != third.unwrap()
    assert captured.exchanges == again.exchanges
    assert first.requests == second.requests
    assert 12 == len(captured.exchanges)


def test_a_server_that_never_answers_is_given_up_in_virtual_time(host: VirtualHost) -> None:
    """The time of a request is over when nothing else can happen."""

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    report, _ = host.do(host.run("export default ({ apiClient }) => apiClient.get('/x')", Silent()))
    assert report.error is not None
    assert ("connection", "timeout") == (report.error.type, report.error.key)
    assert [60_000.0] == [request.duration_ms for request in report.requests]


def test_an_environment_can_be_given_from_any_thread() -> None:
    """`run_sync` takes an environment as `run` does."""
    environment = RunEnvironment(transport=httpx.MockTransport(lambda _: httpx.Response(200, json="well")))
    code = "export default ({ apiClient }) => apiClient.get('/x')"
    with MethodHost(workers=1, spares=0) as host:
        report = host.run_sync(Connector.from_source("get", code), connection=CUSTOMER, environment=environment)
    assert "well" == report.unwrap()


def test_a_clock_that_jumps_needs_a_transport() -> None:
    """Virtual time would pass over what a real server takes to answer."""

    async def environment() -> None:
        RunEnvironment(clock=VirtualClock(0.0))

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner, pytest.raises(ValueError, match="transport"):
        runner.run(environment())
