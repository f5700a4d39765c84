"""Runs for which something stands in for the world."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from bridge import Redactor
from connectors import (
    Capture,
    Connection,
    Connector,
    EgressPolicy,
    Limits,
    MemoryCredentialStore,
    MethodHost,
    RunEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import AuthServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET = Connector.from_source("get", "export default ({ apiClient }) => apiClient.get('me')")
EMPTY = Connector.from_source("empty", "export default () => null")
LOOPBACK = EgressPolicy.from_allow(["127.0.0.1"])
EXPIRED = {"access_token": "expired-token-0", "refresh_token": "refresh-token-0"}


@dataclass(kw_only=True)
class Api:
    """An external app without any network: its authorization server gives `token`, and its API admits that alone."""

    token: str
    seen: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.seen.append(f"{request.method} {request.url}")
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": self.token, "refresh_token": "refresh-token-1"})
        welcome = request.headers.get("authorization") == f"Bearer {self.token}"
        return httpx.Response(200 if welcome else 401, json={"token": self.token})

    def environment(self, **more: Any) -> RunEnvironment:
        """Return an environment with this instead of the network."""
        return RunEnvironment(transport=httpx.MockTransport(self.answer), **more)


def connection(customer: str, url: str = "https://api.example.com") -> Connection:
    """Make a connection with an expired token and a way to a new one."""
    return Connection.model_validate(
        {
            "id": customer,
            "credentials": EXPIRED,
            "apiClient": {"baseUri": f"{url}/api"},
            "oauth2": {"clientId": "client-1", "tokenUri": f"{url}/token", "grant": "refresh_token"},
        }
    )


async def test_all_requests_of_a_run_take_the_transport_of_its_environment(shared_host: MethodHost) -> None:
    """What the method asks for and what renews its token go there, and are captured in the order of sending."""
    api, capture = Api(token="token-a"), Capture()
    report = await shared_host.run(GET, connection=connection("all"), environment=api.environment(capture=capture))
    assert {"token": "token-a"} == report.unwrap()
    assert [401, 200, 200] == [exchange.status for exchange in capture.exchanges]
    assert ["/api/me", "/token", "/api/me"] == [httpx.URL(exchange.url).path for exchange in capture.exchanges]
    assert b"refresh_token=refresh-token-0" in (capture.exchanges[1].request_body or b"")
    assert {"token": "token-a"} == json.loads(capture.exchanges[2].response_body or b"")
    assert [(1, 1), (2, 1), (1, 2)] == [(exchange.call, exchange.attempt) for exchange in capture.exchanges]


async def test_a_redactor_that_is_given_learns_the_secrets_of_the_run(shared_host: MethodHost) -> None:
    """Who made the environment can mask what was captured as the run masks its own records, new tokens included."""
    redactor = Redactor()
    environment = Api(token="token-of-today").environment(redactor=redactor)
    await shared_host.run(GET, connection=connection("learns"), environment=environment)
    assert "[redacted] [redacted]" == redactor.text("expired-token-0 token-of-today")


async def test_code_of_authentication_takes_it_too(
    shared_host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """What makes the client and what refreshes credentials in JavaScript has no other network either."""
    make = """export default async ({ credentials }) => {
      const { baseUri } = await (await fetch('https://config.example.com/')).json();
      return { baseUri, auth: { type: 'bearer', token: credentials.access_token } };
    }"""
    refresh = "export default async ({ apiClient }) => apiClient.post('/refresh')"
    files = {
        "auth/make-api-client.js": make,
        "auth/refresh-credentials.js": refresh,
        "operations/get/run.js": "export default ({ apiClient }) => apiClient.get('/me')",
    }

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "config.example.com":
            return httpx.Response(200, json={"baseUri": "https://api.example.com"})
        if request.url.path == "/refresh":
            return httpx.Response(200, json={"access_token": "new-access-token"})
        welcome = request.headers["authorization"] == "Bearer new-access-token"
        return httpx.Response(200 if welcome else 401, json="welcome")

    capture = Capture()
    report = await shared_host.run(
        load_folder(files),
        "operations/get/run",
        connection=Connection(id="code", credentials=EXPIRED),
        environment=RunEnvironment(transport=httpx.MockTransport(answer), capture=capture),
    )
    assert "welcome" == report.unwrap()
    seen = [(exchange.verb, exchange.url.removeprefix("https://")) for exchange in capture.exchanges]
    me, made = ("GET", "api.example.com/me"), ("GET", "config.example.com/")
    assert [made, me, ("POST", "api.example.com/refresh"), made, me] == seen


async def test_runs_with_environments_do_not_know_of_each_other(shared_host: MethodHost) -> None:
    """What one refreshed is not known to another run of the same connection."""
    for token in ("token-a", "token-b"):
        api = Api(token=token)
        report = await shared_host.run(GET, connection=connection("apart"), environment=api.environment())
        assert {"token": token} == report.unwrap()
        assert 3 == len(api.seen)


async def test_a_run_without_an_environment_knows_nothing_of_one(
    shared_host: MethodHost, auth_server: AuthServer
) -> None:
    """Credentials that were refreshed on another transport are not those of the real connection, nor the reverse."""
    real = connection(auth_server.customer, auth_server.url)
    api = Api(token="token-of-the-fixture")
    for _ in range(2):
        assert {"token": api.token} == (
            await shared_host.run(GET, connection=real, environment=api.environment())
        ).unwrap()
        report = await shared_host.run(GET, connection=real)
        assert "Bearer access-token-1" == report.unwrap()["headers"]["authorization"]
    assert 1 == len(auth_server.asked)


async def test_a_client_is_made_anew(
    shared_host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """What `make-api-client.js` made for other runs is not used, and what it makes is not kept for them."""
    make = "export default ({ credentials }) => { console.log('made'); return { baseUri: 'https://api.example.com' } }"
    get = "export default ({ apiClient }) => apiClient.get('me', {}, { returnFullResponse: true }).then(r => r.status)"
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": get})
    customer = Connection(id="made anew", credentials={})
    api = Api(token="token-a")
    for environment, lines in ((api.environment(), 1), (None, 1), (None, 0), (api.environment(), 1)):
        report = await shared_host.run(connector, "operations/get/run", connection=customer, environment=environment)
        assert lines == len(report.logs)


async def test_a_store_is_left_alone_unless_requests_are_real(auth_server: AuthServer) -> None:
    """Where a transport stands in for the network, nothing is saved; what a real server gave is not lost."""
    store, capture = MemoryCredentialStore(), Capture()
    async with MethodHost(egress=LOOPBACK, workers=2, spares=0, credentials=store) as host:
        api, customer = Api(token="token-a"), connection(auth_server.customer, auth_server.url)
        report = await host.run(GET, connection=customer, environment=api.environment())
        assert {"token": "token-a"} == report.unwrap()
        assert {"access_token": "token-a", "refresh_token": "refresh-token-1"} == report.credentials
        assert await store.load(customer.id) is None
        report = await host.run(GET, connection=customer, environment=RunEnvironment(capture=capture))
    stored = await store.load(customer.id)
    assert stored is not None
    assert "access-token-1" == stored.credentials["access_token"]
    assert report.ok
    assert [401, 200, 200] == [exchange.status for exchange in capture.exchanges]


async def test_a_rate_limit_stays_in_its_environment(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """A server that wants to be left alone by one run holds back no other run of the connection."""
    auth_server.valid = {"expired-token-0"}
    customer = connection(auth_server.customer, f"{auth_server.url}")

    def busy(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": "60"})

    for _ in range(2):
        report = await shared_host.run(
            GET, connection=customer, environment=RunEnvironment(transport=httpx.MockTransport(busy))
        )
        assert ("rate_limit_exceeded", 1) == (report.error and report.error.key, len(report.requests))
        assert (await shared_host.run(GET, connection=customer, mode="async")).ok


async def test_the_egress_policy_holds_for_every_transport(shared_host: MethodHost) -> None:
    """A URL that methods may not reach is refused; a name is not looked up, and reaches the transport."""
    api = Api(token="token-a")
    code = """export default async ({ apiClient }) => {
      const keys = [];
      for (const url of ['http://10.0.0.1/', 'http://api.example.com:25/', 'http://name-of-nobody.invalid/'])
        keys.push(await apiClient.get(url).catch(error => error.key));
      return keys;
    }"""
    report = await shared_host.run(Connector.from_source("urls", code), environment=api.environment())
    assert ["address", "address", "access_token_expired"] == report.unwrap()
    assert ["GET http://name-of-nobody.invalid/"] == api.seen


async def test_the_same_seed_gives_the_same_randomness(shared_host: MethodHost) -> None:
    """What the method draws and what the host leaves to chance for it follow from the seed of the run."""
    code = """export default async ({ apiClient }) => {
      const form = new FormData();
      form.append('a', 'b');
      await apiClient.post('https://api.example.com/', form).catch(() => null);
      const { subtle } = crypto;
      const secret = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
      const drawn = [crypto.randomUUID(), (await subtle.exportKey('jwk', secret)).k];
      for (const algorithm of [{ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }, { name: 'Ed25519' }]) {
        const { privateKey } = await subtle.generateKey(algorithm, true, ['sign']);
        drawn.push(Buffer.from(await subtle.sign(algorithm, privateKey, new Uint8Array(4))).toString('hex'));
      }
      return drawn;
    }"""
    seen = []
    for seed in (b"one", b"one", b"two", None, None):
        capture = Capture()
        environment = Api(token="token-a").environment(seed=seed, capture=capture)
        report = await shared_host.run(Connector.from_source("form", code), environment=environment)
        seen.append((*report.unwrap(), capture.exchanges[0].request_body))
    assert seen[0] == seen[1]
    assert [4] * 5 == [len(set(drawn)) for drawn in zip(*seen, strict=True)]


@pytest.mark.usefixtures("own_isolates")
async def test_runs_share_workers_as_their_environments_say() -> None:
    """Where workers serve several runs, one of the same isolation key takes the worker of another when it is free."""
    async with MethodHost(workers=32, spares=0) as host:

        async def takes_a_worker_of_its_own(customer: int, key: str | None) -> bool:
            before = len(psutil.Process().children(recursive=True))
            environment = RunEnvironment(isolation_key=key)
            await host.run(EMPTY, connection=Connection(id=f"{customer}", credentials={}), environment=environment)
            await asyncio.sleep(0.02)
            return len(psutil.Process().children(recursive=True)) > before

        await takes_a_worker_of_its_own(0, "fixtures")
        assert not all([await takes_a_worker_of_its_own(customer, "fixtures") for customer in range(1, 6)])
        assert all([await takes_a_worker_of_its_own(customer, None) for customer in range(6, 9)])


async def test_refreshing_ends_with_its_run(shared_host: MethodHost) -> None:
    """An authorization server that never answers is not waited for when the run is over."""
    ended = asyncio.Event()

    class Silent(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/token":
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.set()
            return httpx.Response(401)

    report = await shared_host.run(
        GET,
        connection=connection("silent"),
        environment=RunEnvironment(transport=Silent()),
        limits=Limits(wall_time_seconds=0.5, request_seconds=60.0),
    )
    assert report.error is not None
    assert "wall_time" == report.error.key
    assert ended.is_set()
