"""Requests that go through the HTTP proxy of a client."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from base64 import b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import web

from bridge import EgressPolicy, Transports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from conftest import Answer, Runs, Server

SECRET = f"Basic {b64encode(b'ann:s3cret-word').decode()}"


@dataclass(kw_only=True)
class ProxyServer:
    """A small HTTP proxy.

    Attributes:
        refusal: What it answers instead of doing what it is asked for.
        heads: Request lines and headers that it was sent.
    """

    port: int = 0
    refusal: bytes = b""
    heads: list[str] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Where it is, and who asks."""
        return f"http://ann:s3cret-word@127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                self.heads.append(head)
                if self.refusal:
                    writer.write(self.refusal)
                    return
                verb, target, _ = head.split(" ", 2)
                if verb == "CONNECT":
                    await self._tunnel(target, reader, writer)
                    return
                await self._forward(head, target, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _forward(self, head: str, target: str, writer: asyncio.StreamWriter) -> None:
        """Ask for a URL, on a connection for it alone, and give its answer."""
        url = httpx.URL(target)
        lines = head.split("\r\n")
        lines[0] = f"{head.partition(' ')[0]} {url.raw_path.decode()} HTTP/1.1"
        kept = [line for line in lines if not line.lower().startswith(("proxy-", "connection:"))]
        kept.insert(1, "Connection: close")
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", url.port)
        upstream.write("\r\n".join(kept).encode("latin-1"))
        writer.write(await upstream_reader.read())
        await writer.drain()
        upstream.close()

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on bytes in both directions until both ends have had enough."""
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pass(reader, upstream), _pass(upstream_reader, writer))
        finally:
            upstream.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def listening(serve: Any, **options: Any) -> AsyncIterator[int]:
    """Listen on loopback; give the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await serve(reader, writer)
        tasks.discard(task)

    listener = await asyncio.start_server(converse, "127.0.0.1", 0, **options)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[ProxyServer]:
    """A proxy that does what it is asked for."""
    server = ProxyServer()
    async with listening(server.serve) as server.port:
        yield server


@pytest_asyncio.fixture
async def target(serve: Callable[[Answer], Awaitable[Server]]) -> Server:
    """A server behind it."""
    return await serve(lambda seen: web.json_response({"path": seen.path, "body": seen.body.decode()}))


async def test_a_plain_request_goes_by_its_absolute_url(runs: Runs, proxy: ProxyServer, target: Server) -> None:
    """The proxy is told the whole URL, verbatim; its credentials are for it alone."""
    run = runs.start(
        {"baseUri": target.url, "proxyUri": proxy.uri, "headers": {"Authorization": "Bearer of-the-target"}}
    )

    replies = [await run.get("/a%2Fb?q=%2F&r='1'") for _ in range(2)]

    assert [True, True] == [reply.ok for reply in replies]
    assert [f"GET {target.url}/a%2Fb?q=%2F&r='1' HTTP/1.1"] * 2 == [head.partition("\r\n")[0] for head in proxy.heads]
    assert all(f"proxy-authorization: {SECRET}" in head for head in proxy.heads)
    assert "/a%2Fb?q=%2F&r='1'" == target.seen[0].path
    assert "Bearer of-the-target" == target.seen[0].headers["authorization"]
    assert [f"{target.url}/a%2Fb?q=%2F&r='1'"] * 2 == [exchange.url for exchange in run.exchanges]


async def test_redirects_and_strangers_go_through_it_too(
    runs: Runs, proxy: ProxyServer, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """No request of the client takes another way."""
    server = await serve(
        lambda seen: (
            web.Response(status=302, headers={"Location": f"{server.other_url}/y"})
            if seen.path == "/x"
            else web.Response()
        )
    )
    run = runs.start({"baseUri": server.url, "proxyUri": proxy.uri})
    assert (await run.get("/x")).ok
    assert (await run.get(f"{server.other_url}/z")).ok
    assert [f"{server.url}/x", f"{server.other_url}/y", f"{server.other_url}/z"] == [
        head.split(" ")[1] for head in proxy.heads
    ]


async def test_without_credentials_none_are_told(runs: Runs, proxy: ProxyServer, target: Server) -> None:
    """A proxy that anybody may use gets no header of its own."""
    run = runs.start({"baseUri": target.url, "proxyUri": f"http://127.0.0.1:{proxy.port}"})
    assert (await run.get("/x")).ok
    assert "proxy-authorization" not in proxy.heads[0].lower()


def anonymous_tls(protocol: int) -> ssl.SSLContext:
    """Return TLS without certificates, which no test could make in time."""
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    return context


async def test_a_request_over_tls_goes_through_a_tunnel(
    monkeypatch: pytest.MonkeyPatch, runs: Runs, proxy: ProxyServer
) -> None:
    """The proxy sees host and port, and nothing of what is said; the target sees nothing of the proxy."""
    heads: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    monkeypatch.setattr(Transports, "_tls", anonymous_tls(ssl.PROTOCOL_TLS_CLIENT))
    async with listening(answer, ssl=anonymous_tls(ssl.PROTOCOL_TLS_SERVER)) as port:
        base = f"https://127.0.0.1:{port}"
        config = {"baseUri": base, "proxyUri": proxy.uri, "headers": {"X-Key": "of-the-target"}}
        reply = await runs.start(config).get("/x?token=1")

    assert reply.ok, reply
    assert [f"CONNECT 127.0.0.1:{port} HTTP/1.1"] == [head.partition("\r\n")[0] for head in proxy.heads]
    assert SECRET in proxy.heads[0]
    assert "user-agent: methodhost" in proxy.heads[0]
    assert "token" not in proxy.heads[0]
    assert "of-the-target" not in proxy.heads[0]
    assert heads[0].startswith("GET /x?token=1 HTTP/1.1")
    assert "x-key: of-the-target" in heads[0].lower()
    assert "proxy" not in heads[0].lower()


@pytest.mark.parametrize(
    ("scheme", "outcome"),
    [("http", ("connection", None)), ("https", ("connection", "connect"))],
)
async def test_a_proxy_may_refuse(
    runs: Runs, proxy: ProxyServer, caplog: pytest.LogCaptureFixture, scheme: str, outcome: tuple[str, str | None]
) -> None:
    """What it answers is the answer to a plain request, and no connection to any other; no log shows who asked."""
    caplog.set_level(logging.DEBUG)
    proxy.refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    run = runs.start({"baseUri": f"{scheme}://127.0.0.1:2", "proxyUri": proxy.uri})
    reply = await run.get("/x")
    assert outcome == (reply.value["type"], reply.value["key"])
    assert "s3cret" not in str(reply.value)
    assert "s3cret" not in caplog.text
    assert 1 == len(proxy.heads)


async def test_a_proxy_may_not_be_there(runs: Runs, proxy: ProxyServer) -> None:
    """The error says that it is the proxy which could not be reached, and does not show who asked."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"http://ann:s3cret-word@127.0.0.1:{unused.getsockname()[1]}"
        reply = await runs.start({"baseUri": "http://127.0.0.1:2", "proxyUri": uri}).get("/x")
    assert ("connection", "connect") == (reply.value["type"], reply.value["key"])
    assert "the proxy could not be reached" in reply.value["message"]
    assert "s3cret" not in str(reply.value)


def pretend(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, str]) -> None:
    """Resolve names to what the test says; a name that it does not know is not known."""

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        if host not in addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name: s3cret")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (addresses[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@asynccontextmanager
async def under(policy: EgressPolicy, runs: Runs) -> AsyncIterator[Runs]:
    """Give runs under another policy."""
    transports = Transports(policy=policy)
    yield replace(runs, transports=transports, policy=policy)
    await transports.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "inside.example", "127.1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_policy_holds_behind_the_proxy(
    monkeypatch: pytest.MonkeyPatch, runs: Runs, proxy: ProxyServer, scheme: str, host: str
) -> None:
    """A target that may not be reached is refused before the proxy hears of it, by address or by name."""
    pretend(monkeypatch, {"inside.example": "10.0.0.1"})
    async with under(EgressPolicy.from_allow([f"127.0.0.1:{proxy.port}"]), runs) as strict:
        run = strict.start({"baseUri": f"{scheme}://{host}:81", "proxyUri": proxy.uri})
        assert ("egress", "address") == await run.refused("/x")
    assert not proxy.heads


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "inside.example"])
async def test_the_policy_holds_for_the_proxy(
    monkeypatch: pytest.MonkeyPatch, public_runs: Runs, proxy: ProxyServer, host: str
) -> None:
    """A proxy is no way around the policy: its own address must be one that may be reached."""
    pretend(monkeypatch, {"inside.example": "127.0.0.1", "public.example": "93.184.215.14"})
    run = public_runs.start({"baseUri": "http://public.example", "proxyUri": f"http://{host}:{proxy.port}"})
    assert ("egress", "address") == await run.refused("/x")
    assert not proxy.heads


async def test_a_name_behind_the_proxy_must_be_known(
    monkeypatch: pytest.MonkeyPatch, runs: Runs, proxy: ProxyServer
) -> None:
    """What cannot be checked is not asked for."""
    pretend(monkeypatch, {})
    reply = await runs.start({"baseUri": "http://unknown.example", "proxyUri": proxy.uri}).get("/x")
    assert ("connection", "connect") == (reply.value["type"], reply.value["key"])
    assert "s3cret" not in str(reply.value)
    assert not proxy.heads
