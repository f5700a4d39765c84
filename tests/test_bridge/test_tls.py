"""Servers whose TLS is not to be trusted, or ends early."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest_asyncio
import trustme

from bridge import EgressPolicy
from bridge.lookups import NameLookups
from bridge.transport import PinnedTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    import pytest
    from conftest import RawAnswer, Run, Runs

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
AUTHORITY = trustme.CA()


async def answer_well(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a request."""
    writer.write(OK)
    await writer.drain()


async def break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a part of what was announced, and go away without saying so."""
    writer.write(HEAD + b"a part of it")
    await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def tls_server(answer: RawAnswer, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve on loopback, with a certificate for `host`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(host).configure_cert(context)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await answer(reader, writer)
        writer.close()

    async with await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context) as listener:
        yield f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"


@pytest_asyncio.fixture
async def trusting(over: Callable[..., Run]) -> AsyncIterator[Run]:
    """A run whose transport trusts the test's authority, and is otherwise as any other."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    policy = EgressPolicy.from_allow(["127.0.0.1"])
    transport = PinnedTransport(policy=policy, tls=context, lookups=NameLookups().of_one_connection())
    yield over(transport)
    await transport.aclose()


async def test_a_trusted_server_is_answered(trusting: Run) -> None:
    """A certificate of a known authority for the right name."""
    async with tls_server(answer_well) as url:
        assert "ok" == (await trusting.get(f"{url}/x")).text


async def test_a_certificate_for_another_name_is_refused(trusting: Run) -> None:
    """The name that was asked for counts."""
    async with tls_server(answer_well, "api.example.com") as url:
        assert ("connection", "tls") == await trusting.refused(f"{url}/x")


async def test_an_unknown_authority_is_refused(runs: Runs) -> None:
    """Nobody trusts a certificate that no known authority has signed."""
    async with tls_server(answer_well) as url:
        assert ("connection", "tls") == await runs.start().refused(f"{url}/x")


async def test_the_environment_changes_nothing(runs: Runs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither authorities nor a file for the keys of sessions are taken from the environment."""
    authority, keys = tmp_path / "authority.pem", tmp_path / "keys"
    AUTHORITY.cert_pem.write_to_path(str(authority))
    async with tls_server(answer_well) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
        assert ("connection", "tls") == await runs.start().refused(f"{url}/x")
    assert "SECRET" not in keys.read_text()


async def test_an_end_in_the_middle_of_a_body_is_a_protocol_error(trusting: Run) -> None:
    """A connection that ends before the body does, without TLS having been ended, gives no answer."""
    async with tls_server(break_off) as url:
        assert ("connection", "protocol") == await trusting.refused(f"{url}/x")


async def test_an_end_in_the_middle_of_the_handshake_is_a_connect_error(
    runs: Runs, serve_closing: Callable[[bytes], Awaitable[str]]
) -> None:
    """A server that goes away before TLS is there was not connected to."""
    assert ("connection", "connect") == await runs.start().refused(await serve_closing(b""))


async def test_a_server_without_tls_is_a_tls_error(
    runs: Runs, serve_closing: Callable[[bytes], Awaitable[str]]
) -> None:
    """HTTPS to a server that does not speak TLS."""
    assert ("connection", "tls") == await runs.start().refused(await serve_closing(OK))


@pytest_asyncio.fixture
async def serve_closing() -> AsyncIterator[Callable[[bytes], Awaitable[str]]]:
    """Start a server that reads what comes first, writes bytes and closes the connection."""
    listeners: list[asyncio.Server] = []

    async def serve(data: bytes) -> str:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(65536)
            writer.write(data)
            writer.close()

        listeners.append(await asyncio.start_server(converse, "127.0.0.1", 0))
        return f"https://127.0.0.1:{listeners[-1].sockets[0].getsockname()[1]}/"

    yield serve
    for listener in listeners:
        listener.close()
        await listener.wait_closed()
