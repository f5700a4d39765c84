"""Which addresses requests may reach."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from bridge import ConfigurationError, EgressPolicy, EgressRefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Server

SPECIAL = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
LEGACY = ["2130706433", "0x7f000001", "127.1", "0x7f.1", "017700000001", "127.0.0.1.", "0"]


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_refused(address: str) -> None:
    """Whatever is not on the public internet is refused, wherever it hides another address."""
    with pytest.raises(EgressRefusedError) as caught:
        EgressPolicy.default().check("api.example.com", 443, [address])
    assert "address" == caught.value.key


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    """Addresses of the public internet may be reached."""
    EgressPolicy.default().check("api.example.com", 443, [address])


def test_one_bad_address_is_enough() -> None:
    """A name with a public and a private address is refused."""
    with pytest.raises(EgressRefusedError):
        EgressPolicy.default().check("api.example.com", 443, ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    ("entry", "host", "port", "address"),
    [
        ("127.0.0.1", "127.0.0.1", 80, "127.0.0.1"),
        ("127.0.0.1:8000", "127.0.0.1", 8000, "127.0.0.1"),
        ("127.0.0.1:8000", "api.test", 8000, "127.0.0.1"),
        ("127.0.0.1", "x", 80, "::ffff:127.0.0.1"),
        ("LOCALHOST:8000", "localhost", 8000, "::1"),
        ("localhost", "localhost", 443, "127.0.0.1"),
        ("10.0.0.0/8", "intranet", 80, "10.200.0.1"),
        ("[::1]:8000", "::1", 8000, "::1"),
        ("::1", "::1", 80, "::1"),
        ("fd00::/8", "x", 80, "fd12::1"),
    ],
)
def test_an_entry_opens_an_address(entry: str, host: str, port: int, address: str) -> None:
    """`HOST[:PORT]` opens a name, an address or a network."""
    EgressPolicy.from_allow([entry]).check(host, port, [address])


@pytest.mark.parametrize(
    ("entry", "host", "port", "address"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8001, "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", 80, "127.0.0.2"),
        ("localhost", "localhost.evil.example", 80, "127.0.0.1"),
        ("10.0.0.0/8", "x", 80, "192.168.0.1"),
    ],
)
def test_an_entry_opens_nothing_else(entry: str, host: str, port: int, address: str) -> None:
    """Another port, address or name stays closed."""
    with pytest.raises(EgressRefusedError):
        EgressPolicy.from_allow([entry]).check(host, port, [address])


@pytest.mark.parametrize(
    "entry", ["", "http://localhost", "localhost:http", "localhost:0", "localhost:99999", "a b", "10.0.0.0/99"]
)
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    """A mistake in an entry is told when the policy is made."""
    with pytest.raises(ConfigurationError, match="HOST or HOST:PORT"):
        EgressPolicy.from_allow([entry])


@pytest.mark.parametrize(
    "host", [*LEGACY, "127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST"]
)
async def test_a_host_is_judged_by_what_it_means(public_runs: Runs, host: str) -> None:
    """Every spelling of a private address, and every name of one, is refused before anything is dialled."""
    assert ("egress", "address") == await public_runs.start().refused(f"http://{host}/latest")


async def test_a_name_is_judged_by_its_addresses(monkeypatch: pytest.MonkeyPatch, public_runs: Runs) -> None:
    """A name is refused if any of its addresses is."""
    resolves_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    assert ("egress", "address") == await public_runs.start().refused("http://rebind.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "127.1"])
async def test_a_transport_guards_itself(public_runs: Runs, host: str) -> None:
    """Whoever uses a transport without a client reaches no private address either."""
    transport = public_runs.transports.get("acme")
    with pytest.raises((EgressRefusedError, aiohttp.InvalidURL)):
        await transport.handle_async_request(httpx.Request("GET", f"http://{host}/"))


async def test_the_address_that_was_checked_is_dialled(
    monkeypatch: pytest.MonkeyPatch, runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """A name is resolved once for a connection: what a second look would give does not matter."""
    server = await serve(lambda seen: web.json_response({"host": seen.headers["host"]}))
    resolves_to(monkeypatch, "127.0.0.1", then="10.0.0.1")
    reply = await runs.start().get(f"http://rebind.example:{server.port}/x")
    assert f'{{"host": "rebind.example:{server.port}"}}' == reply.text


async def test_a_message_does_not_tell_what_a_name_resolves_to(monkeypatch: pytest.MonkeyPatch, runs: Runs) -> None:
    """A method learns that an address is refused, not which one it is."""
    resolves_to(monkeypatch, "10.11.12.13")
    reply = await runs.start().get("http://intranet.example/x")
    assert "egress" == reply.value["type"]
    assert "10.11" not in str(reply.value)


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, then: str | None = None) -> None:
    """Make every name resolve to `addresses`, and at a second look to `then`."""
    answers = [list(addresses), [then] if then else list(addresses)]

    async def getaddrinfo(_loop: object, _host: str, port: int, **_: Any) -> list[Any]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", getaddrinfo)
