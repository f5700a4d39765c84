"""Which URL a call means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

BASE = "https://api.example.com/v1"


async def requested(faked: Callable[..., Run], base: str | None, path: str) -> str:
    """Return the URL that goes over the wire."""
    urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(200, json={})

    reply = await faked(answer, {"baseUri": base} if base else {}).get(path)
    assert reply.ok, reply.value
    return urls[0]


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        (BASE, "contacts", "https://api.example.com/v1/contacts"),
        (BASE, "/contacts", "https://api.example.com/v1/contacts"),
        (f"{BASE}/", "/contacts", "https://api.example.com/v1/contacts"),
        (f"{BASE}/", "contacts/", "https://api.example.com/v1/contacts/"),
        (BASE, "", BASE),
        (BASE, "/", BASE),
        (BASE, "?a=1", f"{BASE}?a=1"),
        (f"{BASE}/", "?a=1", f"{BASE}?a=1"),
        (BASE, "x#part", f"{BASE}/x"),
        (BASE, "#part", BASE),
        (f"{BASE}#part", "x", f"{BASE}/x"),
        (f"{BASE}?key=1", "/x?y=2", f"{BASE}/x?key=1&y=2"),
        (f"{BASE}?key=1", "/x", f"{BASE}/x?key=1"),
        ("https://api.example.com", "x", "https://api.example.com/x"),
        ("https://api.example.com", "?a=1", "https://api.example.com/?a=1"),
        (BASE, "a/./b", f"{BASE}/a/b"),
        (BASE, "a/../b", f"{BASE}/b"),
        (BASE, "a/b/..", f"{BASE}/a/"),
        (BASE, "a/.", f"{BASE}/a/"),
        (BASE, "a/%2E%2e/b", f"{BASE}/b"),
        (BASE, "a//b", f"{BASE}/a//b"),
        (BASE, "values:batchGet", f"{BASE}/values:batchGet"),
        (BASE, "deals/1 2", f"{BASE}/deals/1%202"),
        (BASE, "naïve", f"{BASE}/na%C3%AFve"),
        (BASE, "a%2Fb%7Ec", f"{BASE}/a%2Fb%7Ec"),
        (BASE, "?$top=100&$orderby=receivedDateTime desc", f"{BASE}?$top=100&$orderby=receivedDateTime%20desc"),
        (BASE, "?sig=a%3Fb%2Bc+d&x[]=1", f"{BASE}?sig=a%3Fb%2Bc+d&x[]=1"),
        (BASE, "?next=https://x/?y=1", f"{BASE}?next=https://x/?y=1"),
        (BASE, "https://other.example/x?q=in:sent", "https://other.example/x?q=in:sent"),
        (BASE, "HTTPS://OTHER.example/x", "https://other.example/x"),
        (None, "https://other.example", "https://other.example/"),
        (None, "https://other.example/a/../../b", "https://other.example/b"),
        (None, "https://exämple.com/", "https://xn--exmple-cua.com/"),
    ],
)
async def test_a_path_becomes_a_url(faked: Callable[..., Run], base: str | None, path: str, expected: str) -> None:
    """A relative path is appended to the base, never resolved against it; what the method encoded stays as it is."""
    assert expected == await requested(faked, base, path)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/x",
        "\\\\evil.example\\x",
        "/a\\b",
        " https://evil.example/",
        "http:evil",
        "https:/evil.example",
        "javascript:1",
        "file:///etc/passwd",
        "ftp://x/",
        "unix:///var/run/docker.sock",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/x",
        "x\r\ny",
        "x\ty",
        "x\0",
        "x\x7f",
        "a\ud800",
        "../secrets",
        "a/../../secrets",
        "%2e%2e/secrets",
        "https://user:pass@x.example/",
        "https://good.example@127.0.0.1/",
        "https://evil.example\\@good.example/",
        "https://",
        "https:///x",
        "https://x.example:0/",
        "https://x.example:99999/",
        "https://x.example:abc/",
        "https://a b/",
        "https://a%2fb/",
        "https://a..b/",
        "https://[::1%25eth0]/",
        "https://[::zz]/",
        "https://\uff11\uff12\uff17.0.0.1/",
    ],
)
async def test_a_trick_is_refused(faked: Callable[..., Run], path: str) -> None:
    """What parsers disagree about, or what would leave the base, is refused before anything is sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        pytest.fail(f"{request.url} was requested")

    run = faked(answer, {"baseUri": BASE})
    assert ("request", "url") == await run.refused(path)
    assert [] == run.exchanges


async def test_a_fragment_never_names_a_host(faked: Callable[..., Run]) -> None:
    """The host is what stands before the fragment."""
    assert "https://good.example/" == await requested(faked, None, "https://good.example#@evil.example/")


async def test_a_relative_path_needs_a_base(faked: Callable[..., Run]) -> None:
    """Without a base, a relative path is a fault of the client's configuration."""
    run = faked(lambda _: httpx.Response(200))
    assert ("configuration", None) == await run.refused("/contacts")


async def test_a_url_has_a_longest_length(faked: Callable[..., Run]) -> None:
    """A URL of more than 16 KiB is refused, its query counted."""
    run = faked(lambda _: httpx.Response(200, json={}), {"baseUri": BASE})
    assert ("request", "url") == await run.refused("/x", query={"q": "a" * 16 * 1024})
    assert ("request", "url") == await run.refused("/x", query={"q": "a" * 2**20})


async def test_a_call_may_have_its_own_base(faked: Callable[..., Run]) -> None:
    """The option `baseUri` replaces the client's."""
    urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(200)

    await faked(answer, {"baseUri": BASE}).get("x", options={"baseUri": "https://eu.example/v2"})
    assert ["https://eu.example/v2/x"] == urls
