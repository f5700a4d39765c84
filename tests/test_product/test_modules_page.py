"""What the page on Web APIs and modules shows is what happens."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors import Connector, EgressPolicy, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[2] / "docs/modules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```js\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
DOCUMENTED = "https://api.example.com"


class Server(BaseHTTPRequestHandler):
    """Answers every request with JSON."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"records": []}')

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.mark.parametrize("code", [block for block in BLOCKS if DOCUMENTED in block])
async def test_what_is_shown_runs(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int], code: str) -> None:
    """Methods that ask a server run as they stand, against one."""
    uri = f"http://127.0.0.1:{serve_in_thread(Server)}"
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.0/8"])) as host:
        report = await host.run(Connector.from_source("shown", code.replace(DOCUMENTED, uri)), args={"cursor": "1"})
    assert report.ok, report.error
    assert {"records": []} == report.value
