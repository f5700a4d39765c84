"""Runs for which something stands in for the world."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from connectors import Capture, Connection, Connector, MethodHost, RunEnvironment

if TYPE_CHECKING:
    from conftest import AuthServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET = Connector.from_source("get", "export default ({ apiClient }) => apiClient.get('me')")
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
