"""Hosts in applications whose event loop is not asyncio's own."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

APPLICATION = """
import json, sys
import uvloop
from connectors import Connection, Connector, EgressPolicy, MethodHost

async def main(uri, code):
    async with MethodHost(workers=1, egress=EgressPolicy.from_allow(["127.0.0.1"])) as host:
        connection = Connection(id="acme", apiClient={"baseUri": uri})
        return (await host.run(Connector.from_source("twice", code), connection=connection)).unwrap()

print(json.dumps(uvloop.run(main(*sys.argv[1:]))))
"""
BLOCKING = """
import asyncio, sys
if sys.argv[1] == "without":
    sys.modules["uvloop"] = None
from connectors import Connector, MethodHost

loops = []
with MethodHost(workers=1) as host:
    greeter = Connector.from_source("greeter", "export default () => console.log('hello')")
    host.run_sync(greeter, on_event=lambda _: loops.append(type(asyncio.get_running_loop()).__module__)).unwrap()
print(*loops)
"""
TWICE = """export default async ({ apiClient }) => {
  const headers = { 'Content-Type': 'text/plain' };
  const text = await apiClient.post('/', 'x'.repeat(1e6), { headers });
  const bytes = await apiClient.post('/', 'abc', { responseType: 'arraybuffer', headers });
  return [text.length, bytes.byteLength];
}"""


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_host_works_on_uvloop(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> None:
    """Workers are started, and short and long bodies go both ways, over transports that are not asyncio's."""
    uri = f"http://127.0.0.1:{serve_in_thread(_Echo)}"  # in a process of its own: the threads of the loop stay
    done = subprocess.run([sys.executable, "-c", APPLICATION, uri, TWICE], capture_output=True, text=True, check=True)
    assert [1_000_000, 3] == json.loads(done.stdout)


@pytest.mark.parametrize(("installed", "module"), [("with", "uvloop"), ("without", "asyncio.unix_events")])
def test_callers_without_a_loop_get_uvloop_where_it_is_installed(installed: str, module: str) -> None:
    """A host whose loop is its own runs on uvloop if it can, and on asyncio's own loop otherwise."""
    done = subprocess.run([sys.executable, "-c", BLOCKING, installed], capture_output=True, text=True, check=True)
    assert module == done.stdout.strip()
