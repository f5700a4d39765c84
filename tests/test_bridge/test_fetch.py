"""`fetch` and its classes in methods: plain requests through the bridge, without anything of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = {"headers": {"X-Api-Key": "secret"}, "auth": {"username": "u", "password": "p"}, "query": {"key": "secret"}}


@pytest.fixture
def url(methods: Methods) -> str:
    """The URL of the server of the methods."""
    return methods.server.url


async def test_fetch_gives_an_answer(methods: Methods, url: str) -> None:
    """Status, headers, URL and body are there."""
    code = f"""
      const response = await fetch('{url}/a?b=c');
      return [response.status, response.ok, response.url, response.redirected, response.type,
        response.headers.get('content-type'), await response.json(), response.bodyUsed]"""
    expected = {"method": "GET", "path": "/a?b=c"}
    assert [200, True, f"{url}/a?b=c", False, "basic", "application/json; charset=utf-8", expected, True] == (
        await methods.value(code)
    )


async def test_fetch_sends_nothing_of_the_connection(methods: Methods, url: str) -> None:
    """Neither credentials nor headers, query or base of the client."""
    code = f"await fetch('{url}/plain'); try {{ await fetch('/relative') }} catch (e) {{ return e.name }}"
    assert "TypeError" == await methods.value(code, config=SECRET)
    (seen,) = methods.server.seen
    assert "/plain" == seen.path
    assert {"host", "accept", "accept-encoding", "user-agent"} == seen.headers.keys()
