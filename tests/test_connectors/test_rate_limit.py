"""Runs of one connection do not add to a storm."""

from __future__ import annotations

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest

from connectors import Connection, Connector, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors import MethodHost

LIMITS = Limits(wall_time_seconds=10)
GET = Connector.from_source("m", "export default ({ apiClient }) => apiClient.get('/x')")


class _Busy(BaseHTTPRequestHandler):
    """Has no time for half a minute."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(429)
        self.send_header("Retry-After", "30")
        self.end_headers()

    def log_message(self, *_parts: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def busy_uri(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> str:
    """Start a server that has had too many requests."""
    return f"http://127.0.0.1:{serve_in_thread(_Busy)}"


async def test_a_429_of_one_run_holds_back_the_others(host: MethodHost, busy_uri: str) -> None:
    """In `async` mode a run of the same connection is put off, and sends nothing, while the server wants to be left alone."""
    acme, globex = (
        Connection.model_validate({"id": name, "apiClient": {"baseUri": busy_uri}}) for name in ("acme", "globex")
    )
    first = await host.run(GET, connection=acme)
    held = await host.run(GET, connection=acme, mode="async", limits=LIMITS)
    others = await host.run(GET, connection=globex, mode="async", limits=LIMITS)
    assert first.error is not None
    assert "rate_limit_exceeded" == first.error.key
    assert [None, None] == [held.error, others.error]
    assert [1, 0, 1] == [len(report.requests) for report in (first, held, others)]
    waits = [(it.suspended.resume_at - datetime.now(UTC)).total_seconds() for it in (held, others) if it.suspended]
    assert [True, True] == [20 < wait <= 31 for wait in waits]
