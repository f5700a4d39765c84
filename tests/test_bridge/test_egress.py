"""Which addresses requests may reach."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pytest
from aiohttp import web

from bridge import ConfigurationError, EgressPolicy, EgressRefusedError, Transports
from bridge.origin import Origin

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


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("metadata.google.internal", "169.254.169.254"),
        ("metadata", "169.254.169.254"),
        ("instance-data.ec2.internal", "169.254.169.254"),
        ("metadata.tencentyun.com", "169.254.0.23"),
        ("db.internal", "10.0.0.5"),
        ("printer.local", "192.168.1.7"),
        ("localhost.", "127.0.0.1"),
        ("app.localhost", "127.0.0.1"),
        ("127.0.0.1.nip.io", "127.0.0.1"),
        ("a9fea9fe.rbndr.example", "169.254.169.254"),
        ("kubernetes.default.svc", "10.96.0.1"),
    ],
)
async def test_a_name_hides_no_address(
    monkeypatch: pytest.MonkeyPatch, public_runs: Runs, name: str, address: str
) -> None:
    """Names of cloud metadata, of this machine and of its network lead nowhere, whoever answers for them."""
    resolves_to(monkeypatch, address)
    assert ("egress", "address") == await public_runs.start().refused(f"http://{name}/latest/meta-data/")


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 110, 143, 389, 465, 587, 993, 2049, 5060, 6000, 6667, 10080])
def test_a_port_of_another_protocol_is_refused(port: int) -> None:
    """Ports of mail servers and the like are closed on public addresses too, as in browsers."""
    with pytest.raises(EgressRefusedError) as caught:
        EgressPolicy.default().check("api.example.com", port, ["8.8.8.8"])
    assert "address" == caught.value.key
    assert f"--allow api.example.com:{port}" in caught.value.message


@pytest.mark.parametrize("port", [80, 443, 81, 591, 3000, 6379, 8000, 8080, 8443, 9200, 65535])
def test_any_other_port_is_allowed(port: int) -> None:
    """Services listen on many ports."""
    EgressPolicy.default().check("api.example.com", port, ["8.8.8.8"])


@pytest.mark.parametrize("entry", ["mail.example.com:25", "127.0.0.1:25", "127.0.0.0/8:25"])
def test_a_port_of_another_protocol_is_opened_by_its_number(entry: str) -> None:
    """Whoever names the port means it; whoever names an address does not mean every port."""
    EgressPolicy.from_allow([entry]).check("mail.example.com", 25, ["127.0.0.1"])
    with pytest.raises(EgressRefusedError, match="Port 25"):
        EgressPolicy.from_allow([entry.removesuffix(":25")]).check("mail.example.com", 25, ["127.0.0.1"])
    with pytest.raises(EgressRefusedError, match="Port 25"):
        EgressPolicy.from_allow([entry]).check("other.example.com", 25, ["8.8.8.8"])


async def test_a_bad_port_is_refused_before_its_name_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, public_runs: Runs
) -> None:
    """Nothing is asked about a host on a port that cannot be reached."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    assert ("egress", "address") == await public_runs.start().refused("http://mail.example.com:25/")
    assert ("egress", "address") == await public_runs.start().refused("http://8.8.8.8:25/")


async def test_a_redirect_to_a_bad_port_is_refused(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """A server cannot send a request to a mail server either."""
    server = await serve(lambda _: web.Response(status=307, headers={"Location": "http://127.0.0.1:25/"}))
    assert ("egress", "address") == await runs.start({"baseUri": server.url}).refused("/x")


@pytest.mark.parametrize("prefix", ["", "::ffff:"])
def test_this_machine_is_refused_under_its_own_address(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    """An address of this machine is no way out, even a public one, unless it was opened."""
    monkeypatch.setattr("bridge.egress.kind_if_special", lambda _: None)  # as if 127.0.0.1 were a public address
    with pytest.raises(EgressRefusedError, match="this machine"):
        EgressPolicy.default().check("www.example.com", 8000, [f"{prefix}127.0.0.1"])
    EgressPolicy.from_allow(["127.0.0.1:8000"]).check("www.example.com", 8000, [f"{prefix}127.0.0.1"])


def test_an_address_that_becomes_this_machines_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """That an address was admitted before says nothing of now."""
    monkeypatch.setattr("bridge.egress.kind_if_special", lambda _: None)
    policy, origin = EgressPolicy.default(), Origin("http", "127.0.0.1", 8000)
    monkeypatch.setattr("bridge.egress.is_own", lambda _: False)
    policy.admit(origin)
    monkeypatch.setattr("bridge.egress.is_own", lambda _: True)
    with pytest.raises(EgressRefusedError, match="this machine"):
        policy.admit(origin)


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


async def test_an_address_of_ipv6_is_dialled() -> None:
    """A URL may hold such an address, in brackets, where it was opened."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    try:
        server = await asyncio.start_server(answer, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    port = server.sockets[0].getsockname()[1]
    transports = Transports(policy=EgressPolicy.from_allow(["::1"]))
    async with server:
        request = httpx.Request("GET", f"http://[::1]:{port}/")
        answered = await transports.get("acme").handle_async_request(request)
        await answered.aclose()
    await transports.aclose()
    assert 204 == answered.status_code


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


REFUSING = EgressPolicy.from_allow(["127.0.0.0/8"], other_origins="refuse")


@pytest.mark.parametrize(
    ("base", "path", "options"),
    [
        ("{url}/v1", "x", {}),
        ("{url}/v1", "{url}/other", {}),
        ("{url}", "x", {"baseUri": "{url}/v2"}),
    ],
)
async def test_a_policy_allows_the_clients_own_origin(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], base: str, path: str, options: dict[str, str]
) -> None:
    """A policy that refuses other origins has nothing against the client's own."""
    server = await serve(lambda _: web.json_response({}))
    named = {name: text.format(url=server.url) for name, text in options.items()}
    run = runs.start({"baseUri": base.format(url=server.url)}, policy=REFUSING)
    assert (await run.get(path.format(url=server.url), options=named)).ok


@pytest.mark.parametrize(
    ("base", "path", "options"),
    [
        ("{url}", "{other_url}/x", {}),
        ("{url}", "https://127.0.0.1:{port}/x", {}),
        ("{url}", "x", {"baseUri": "{other_url}"}),
        (None, "{url}/x", {}),
        (None, "x", {"baseUri": "{url}"}),
    ],
)
async def test_a_policy_may_refuse_other_origins(
    runs: Runs,
    serve: Callable[[Answer], Awaitable[Server]],
    base: str | None,
    path: str,
    options: dict[str, str],
) -> None:
    """A client may be kept to the origin of its base; one without a base has none."""
    server = await serve(lambda _: web.json_response({}))
    places = {"url": server.url, "other_url": server.other_url, "port": server.port}
    config = {"baseUri": base.format(**places)} if base else {}
    named = {name: text.format(**places) for name, text in options.items()}
    run = runs.start(config, policy=REFUSING)
    assert ("egress", "origin") == await run.refused(path.format(**places), options=named)
    assert ([], ["origin"]) == (server.seen, [exchange.error for exchange in run.exchanges])


async def test_a_redirect_to_another_origin_may_be_refused(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The policy holds at each hop: a server cannot lead a client away either."""
    server = await serve(
        lambda seen: (
            web.Response(status=302, headers={"Location": f"{server.other_url}/b"})
            if seen.path == "/a"
            else web.json_response({})
        )
    )
    run = runs.start({"baseUri": server.url}, policy=REFUSING)
    assert ("egress", "origin") == await run.refused("/a")
    assert [(302, None), (None, "origin")] == [(exchange.status, exchange.error) for exchange in run.exchanges]


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str, then: str | None = None) -> None:
    """Make every name resolve to `addresses`, and at a second look to `then`."""
    answers = [list(addresses), [then] if then else list(addresses)]

    def getaddrinfo(_host: str, port: int, **_: Any) -> list[Any]:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
