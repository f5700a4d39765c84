"""Servers on loopback, clients that call them, and a sandbox for what methods see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from bridge import (
    ApiClient,
    ClientConfig,
    CryptoCalls,
    CryptoThreads,
    Deadline,
    EgressPolicy,
    Exchange,
    Limits,
    RateGates,
    Redactor,
    RunCalls,
    RunRandom,
    Transports,
    api_client_extension,
    client_settings,
)
from runtime import Clock, HostCall, HostReply, Module, Outcome, Sandbox, Script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_AXIOS = Path(__file__).parents[1] / "axios"
LOOPBACK = EgressPolicy.from_allow(["127.0.0.0/8"])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as a server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Server:
    """A server on loopback. Under `127.0.0.1` and under `127.0.0.2` it is two origins."""

    port: int = 0
    seen: list[Seen] = field(default_factory=list)

    @property
    def url(self) -> str:
        """One origin of it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_url(self) -> str:
        """Another origin of it."""
        return f"http://127.0.0.2:{self.port}"


Answer = Callable[[Seen], web.StreamResponse | Awaitable[web.StreamResponse]]
RawAnswer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def http_server(answer: Answer) -> AsyncIterator[Server]:
    """Serve HTTP on all addresses of loopback."""
    server = Server()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen = Seen(
            method=request.method,
            path=request.raw_path,
            headers=headers,
            body=b"".join([chunk async for chunk in request.content.iter_any()]),
        )
        server.seen.append(seen)
        response = answer(seen)
        return response if isinstance(response, web.StreamResponse) else await response

    runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(answer: RawAnswer | bytes) -> AsyncIterator[Server]:
    """Serve bytes: `answer` is written to each new connection, or awaited with it, once the first headers are there."""
    server = Server()
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        try:
            method, path, _ = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
            server.seen.append(Seen(method=method.decode(), path=path.decode(), headers={}, body=b""))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            del connections[task]
            writer.close()

    listener = await asyncio.start_server(converse, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task, writer in connections.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await listener.wait_closed()


@dataclass(frozen=True, kw_only=True)
class Run:
    """The application's side of a run, without a sandbox."""

    client: ApiClient

    async def ask(self, verb: str, path: str, *, data: bytes | None = None, **payload: Any) -> HostReply:
        """Make a call as the extension's JavaScript does; a body that is a string is JSON text."""
        if isinstance(payload.get("body"), str):
            payload["body"] = {"kind": "json", "text": payload["body"]}
        call = HostCall(operation=f"apiClient.{verb}", payload={"path": path, **payload}, site=None, data=data)
        return await self.client(call)

    async def get(self, path: str, **payload: Any) -> HostReply:
        """Make a call of `get`."""
        return await self.ask("get", path, **payload)

    async def stream(self, path: str, **payload: Any) -> int:
        """Ask for a stream and return its number."""
        options = {"responseType": "stream", **payload.pop("options", {})}
        reply = await self.ask(payload.pop("verb", "get"), path, options=options, **payload)
        assert reply.ok, reply.value
        return reply.value["stream"]  # type: ignore[no-any-return]

    async def read(self, stream: int) -> HostReply:
        """Ask for the next piece of a stream."""
        return await self.client(HostCall(operation="apiClient.stream.read", payload={"id": stream}, site=None))

    async def read_all(self, stream: int) -> bytes:
        """Read a stream to its end."""
        pieces = []
        while not (reply := await self.read(stream)).value["done"]:
            pieces.append(reply.data or b"")
        return b"".join(pieces)

    async def cancel(self, stream: int) -> HostReply:
        """Cancel a stream."""
        return await self.client(HostCall(operation="apiClient.stream.cancel", payload={"id": stream}, site=None))

    async def pipe(self, stream: int, path: str, **payload: Any) -> HostReply:
        """Send a stream as the body of a call."""
        verb = payload.pop("verb", "post")
        return await self.ask(verb, path, body={"kind": "stream", "id": stream}, **payload)

    async def refused(self, path: str, **payload: Any) -> tuple[str, str | None]:
        """Return type and key of the error of a call that fails."""
        reply = await self.ask(payload.pop("verb", "get"), path, **payload)
        assert not reply.ok, reply
        return reply.value["type"], reply.value["key"]

    @property
    def exchanges(self) -> list[Exchange]:
        """What was recorded."""
        return self.client.exchanges


def make_client(transport: httpx.AsyncBaseTransport, config: dict[str, Any] | None, **options: Any) -> ApiClient:
    """Return the client of a run that has `seconds` left and may reach loopback."""
    clock, random = options.pop("clock", None) or Clock(), RunRandom(options.pop("seed", b"seed"))
    gates: RateGates = options.pop("gates", None) or RateGates()
    return ApiClient(
        transport=transport,
        client=ClientConfig.parse(config or {}, "make-api-client"),
        policy=options.pop("policy", LOOPBACK),
        limits=options.pop("limits", Limits()),
        mode=options.pop("mode", "sync"),
        redactor=Redactor(options.pop("secrets", [])),
        deadline=Deadline.after(clock, options.pop("seconds", 20.0)),
        random=random,
        gate=gates.get(options.pop("connection", ""), clock, random),
        **options,
    )


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Starts runs that share the sockets of one application."""

    transports: Transports
    policy: EgressPolicy = LOOPBACK
    started: list[Run] = field(default_factory=list)
    gates: RateGates = field(default_factory=RateGates)

    def start(self, config: dict[str, Any] | None = None, *, connection: str = "acme", **options: Any) -> Run:
        """Start a run; options are those of `make_client`."""
        options = {"policy": self.policy, "gates": self.gates, "connection": connection, **options}
        run = Run(client=make_client(self.transports.get(connection), config, **options))
        self.started.append(run)
        return run

    async def aclose(self) -> None:
        """End the runs that were started, and close their sockets."""
        for run in self.started:
            await run.client.aclose()
        await self.transports.aclose()


@pytest_asyncio.fixture
async def runs() -> AsyncIterator[Runs]:
    """Runs that may reach loopback."""
    runs = Runs(transports=Transports(policy=LOOPBACK))
    yield runs
    await runs.aclose()


@pytest_asyncio.fixture
async def public_runs() -> AsyncIterator[Runs]:
    """Runs that may reach public addresses only."""
    transports = Transports()
    yield Runs(transports=transports, policy=EgressPolicy.default())
    await transports.aclose()


@pytest.fixture
def faked() -> Callable[..., Run]:
    """Start a run whose requests reach a function instead of a network: `faked(answer, config)`."""

    def start(
        answer: Callable[[httpx.Request], httpx.Response], config: dict[str, Any] | None = None, **options: Any
    ) -> Run:
        return Run(client=make_client(httpx.MockTransport(answer), config, **options))

    return start


@pytest.fixture
def over() -> Callable[..., Run]:
    """Start a run whose requests a transport carries out: `over(transport, config)`; options are those of a client."""
    return lambda transport, config=None, **options: Run(client=make_client(transport, config, **options))


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[[Answer], Awaitable[Server]]]:
    """Give a function that starts a server and returns it."""
    async with AsyncExitStack() as servers:
        yield lambda answer: servers.enter_async_context(http_server(answer))


@pytest_asyncio.fixture
async def serve_raw() -> AsyncIterator[Callable[[RawAnswer | bytes], Awaitable[Server]]]:
    """Start a server that writes bytes of its own."""
    async with AsyncExitStack() as servers:
        yield lambda answer: servers.enter_async_context(raw_server(answer))


@dataclass(kw_only=True)
class Methods:
    """Runs methods that have an `apiClient` for one server.

    Attributes:
        answer: What that server does; to be set by each test.
        exchanges: Of the last run.
    """

    sandbox: Sandbox
    transports: Transports
    crypto: CryptoThreads
    server: Server = field(default_factory=Server)
    answer: Answer = lambda _: web.json_response({})
    exchanges: list[Exchange] = field(default_factory=list)

    async def run(self, body: str, **options: Any) -> Outcome:
        """Run a method with this body; options are those of `make_client`."""
        limits = options.setdefault("limits", Limits())
        config = {"baseUri": self.server.url, **options.pop("config", {})}
        client = make_client(self.transports.get("acme"), config, **options)
        code = f"export default async function list({{ apiClient, externalApiClient }}) {{\n{body}\n}}"
        outcome = await self.sandbox.run(
            Script(module=Module(name="data/contacts/list.js", code=code)),
            {},
            isolation_key="acme",
            calls=RunCalls(
                lambda _: client,
                lambda: CryptoCalls(
                    self.crypto, limits, isolation_key="acme", clock=Clock(), random=RunRandom(b"seed")
                ),
                clock=Clock(),
                wall_time_seconds=limits.wall_time_seconds,
            ),
            limits=limits,
            settings={"apiClient": client_settings(limits, ClientConfig.parse(config, "make-api-client"))},
        )
        self.exchanges = client.exchanges
        return replace(outcome, warnings=(*outcome.warnings, *await client.aclose()))

    async def value(self, body: str, **options: Any) -> Any:
        """Run a method and return its value."""
        outcome = await self.run(body, **options)
        assert outcome.failure is None, outcome.failure
        return outcome.value


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_methods() -> AsyncIterator[Methods]:
    """One sandbox and one server for all tests of a module."""
    transports, crypto = Transports(policy=LOOPBACK), CryptoThreads()
    async with Sandbox(extensions=(api_client_extension(),), workers=2, spares=0) as sandbox:
        methods = Methods(sandbox=sandbox, transports=transports, crypto=crypto)
        async with http_server(lambda seen: methods.answer(seen)) as methods.server:
            yield methods
            await transports.aclose()
    await crypto.aclose()


@pytest.fixture
def methods(shared_methods: Methods) -> Methods:
    """A server without memory of the test before."""
    shared_methods.server.seen.clear()
    shared_methods.answer = lambda seen: web.json_response({"method": seen.method, "path": seen.path})
    return shared_methods


@pytest.fixture(scope="session")
def node_with_axios(node_with: Callable[[Path], str]) -> str:
    """The path of a Node.js that finds the axios of `tests/axios`."""
    return node_with(_AXIOS)
