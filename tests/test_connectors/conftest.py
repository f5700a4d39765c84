"""Fixtures for tests of connectors: folders on disk, an open host, and the API of the example."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from aiohttp import web

from connectors import Connection, Connector, EgressPolicy, MethodHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Restore the signals that a command ignores at its end, where a test runs one in this process."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def write_folder(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Write files, by their paths, into a folder."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "connector" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "connector"

    return write


@pytest.fixture
def load_folder(write_folder: Callable[[Mapping[str, str]], Path]) -> Callable[[Mapping[str, str]], Connector]:
    """Load files, by their paths, as a connector."""
    return lambda files: Connector.load(write_folder(files))


@pytest.fixture(scope="module")
def crm_uri() -> Iterator[str]:
    """Start the API of the CRM example in a process of its own; its rate limit window is short."""
    command = [sys.executable, str(EXAMPLES / "crm_api" / "server.py"), "--exit-with-stdin", "--window-seconds", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@pytest.fixture
def crm() -> Connector:
    """Load the CRM example."""
    return Connector.load(EXAMPLES / "crm")


@pytest.fixture
def crm_connection(crm_uri: str) -> Callable[..., Connection]:
    """Make a connection to the CRM example, with a token that is valid unless another one is given."""

    def make(
        connection_id: str = "acme",
        token: str = "crm_at_live",  # noqa: S107 (the example's)
        refresh_token: str = "crm_rt_live",  # noqa: S107 (the example's)
    ) -> Connection:
        credentials = {
            "instance_uri": crm_uri,
            "access_token": token,
            "refresh_token": refresh_token,
            "client_id": "crm_client_demo",
        }
        return Connection(id=connection_id, credentials=dict(credentials))

    return make


@pytest.fixture
async def host() -> AsyncIterator[MethodHost]:
    """Open a host whose methods may reach this machine."""
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=4, spares=1) as host:
        yield host


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """What an authorization server was asked."""

    headers: dict[str, str]
    form: dict[str, str]


_CUSTOMERS = count(1)


@dataclass(kw_only=True)
class AuthServer:
    """An external app and its authorization server, at one origin.

    Under `/api` it answers those whose bearer token is one of `valid`. `POST /token` is answered by `answer`.

    Attributes:
        seen: The paths of requests to the API.
        asked: What was asked for tokens.
        customer: An id for a connection that no other test uses: hosts remember what became of credentials.
    """

    url: str = ""
    customer: str = field(default_factory=lambda: f"customer-{next(_CUSTOMERS)}")
    valid: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    asked: list[TokenRequest] = field(default_factory=list)
    issued: int = 0

    def answer(self, _asked: TokenRequest) -> web.Response:
        """Issue the next token, which alone is valid from now on; to be replaced by tests."""
        self.issued += 1
        self.valid = {f"access-token-{self.issued}"}
        refresh_token = f"refresh-token-{self.issued}"
        return web.json_response(
            {"access_token": f"access-token-{self.issued}", "refresh_token": refresh_token, "expires_in": 3600}
        )

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.path == "/token":
            self.asked.append(TokenRequest(headers=headers, form=dict(await request.post())))  # type: ignore[arg-type]
            return self.answer(self.asked[-1])
        self.seen.append(request.path_qs)
        welcome = headers.get("authorization", "").removeprefix("Bearer ") in self.valid
        return web.json_response({"headers": headers}, status=200 if welcome else 401)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_host() -> AsyncIterator[MethodHost]:
    """Open one such host for all tests of a module."""
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=4, spares=1) as host:
        yield host


@pytest_asyncio.fixture(loop_scope="module")
async def auth_server() -> AsyncIterator[AuthServer]:
    """Start an external app with an authorization server, in the loop of the module."""
    server = AuthServer()
    runner = web.ServerRunner(web.Server(server.handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture(scope="module")
def echo_uri(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> str:
    """Start a server that answers each request with what it was."""
    return f"http://127.0.0.1:{serve_in_thread(_Echo)}"


class _Echo(BaseHTTPRequestHandler):
    """Answers with the path, the headers and the body of the request, as JSON.

    `/status/418` has that status; `/401`, and anything with `Authorization: Bearer expired`, has 401.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0))).decode()
        answer = json.dumps({"path": self.path, "headers": headers, "body": body}).encode()
        self.send_response(self._status(headers))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 (http.server's names)

    def _status(self, headers: dict[str, str]) -> int:
        if headers.get("authorization") == "Bearer expired" or self.path.startswith("/401"):
            return 401
        return int(self.path.split("/")[2].partition("?")[0]) if self.path.startswith("/status/") else 200

    def log_message(self, *_parts: object) -> None:
        """Be silent."""
