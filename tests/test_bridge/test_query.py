"""Query parameters on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run


def query_sent(urls: list[httpx.URL]) -> str:
    return urls[0].query.decode()


@pytest.fixture
def run_and_urls(faked: Callable[..., Run]) -> Callable[..., tuple[Run, list[httpx.URL]]]:
    def start(config: dict[str, Any] | None = None) -> tuple[Run, list[httpx.URL]]:
        urls: list[httpx.URL] = []

        def answer(request: httpx.Request) -> httpx.Response:
            urls.append(request.url)
            return httpx.Response(200, json={})

        return faked(answer, {"baseUri": "https://api.example.com", **(config or {})}), urls

    return start


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ""),
        ({"a": None}, ""),
        ({"a": "", "b": "0", "c": "false", "d": "NaN"}, "a=&b=0&c=false&d=NaN"),
        ({"ids": ["1", "2"]}, "ids%5B%5D=1&ids%5B%5D=2"),
        ({"ids[]": ["1"]}, "ids%5B%5D=1"),
        ({"ids": ["1", None, "2"]}, "ids%5B%5D=1&ids%5B%5D=2"),
        ({"ids": []}, ""),
        ({"filter": {"a": "1"}}, "filter%5Ba%5D=1"),
        ({"filter": {"a": {"b": None, "c": "1"}}}, "filter%5Ba%5D%5Bc%5D=1"),
        ({"filter": {"ids": ["1", "2"]}}, "filter%5Bids%5D%5B0%5D=1&filter%5Bids%5D%5B1%5D=2"),
        ({"s": [{"k": "1"}, "2"]}, "s%5B0%5D%5Bk%5D=1&s%5B1%5D=2"),
        ({"q": "a b"}, "q=a+b"),
        ({"q": "a+b"}, "q=a%2Bb"),
        ({"at": "2024-01-02T03:04:05.000Z"}, "at=2024-01-02T03:04:05.000Z"),
        ({"q": "a:b$c,d~!*'()"}, "q=a:b$c,d~!*'()"),
        ({"q": "x&admin=1#f"}, "q=x%26admin%3D1%23f"),
        ({"q": "\r\n"}, "q=%0D%0A"),
        ({"ä": "ö/?"}, "%C3%A4=%C3%B6%2F%3F"),
    ],
)
async def test_parameters_are_written_as_axios_does(
    run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]], query: dict[str, Any], expected: str
) -> None:
    """Lists repeat the name with brackets, objects nest, null disappears, and nothing can inject another parameter."""
    run, urls = run_and_urls()
    assert (await run.get("/x", query=query)).ok
    assert expected == query_sent(urls)


async def test_the_paths_own_query_stays(run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]]) -> None:
    """Parameters are appended to the query of the path, which is not touched."""
    run, urls = run_and_urls()
    await run.get("/x?a=%7e&b", query={"c": "1"})
    assert "a=%7e&b&c=1" == query_sent(urls)


async def test_the_more_specific_parameter_wins(run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]]) -> None:
    """The argument beats options, options beat the client; a list replaces a list; null replaces nothing."""
    run, urls = run_and_urls({"query": {"a": 1, "b": 1, "c": [1, 2], "d": True}})
    await run.get("/x", query={"a": "3", "d": None}, options={"query": {"a": "2", "b": "2", "c": ["9"]}})
    assert "a=3&b=2&c%5B%5D=9&d=true" == query_sent(urls)


@pytest.mark.parametrize(
    ("query_format", "expected"),
    [
        ("brackets", "ids%5B%5D=1&ids%5B%5D=2&s%5B0%5D%5Bk%5D=a,b&n=1"),
        ("repeat", "ids=1&ids=2&s%5B0%5D%5Bk%5D=a,b&n=1"),
        ("comma", "ids=1,2&s%5B0%5D%5Bk%5D=a,b&n=1"),
        ("json", "ids=%5B1,2%5D&s=%5B%7B%22k%22:%22a,b%22%7D%5D&n=1"),
    ],
)
async def test_lists_have_a_format(
    run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]], query_format: str, expected: str
) -> None:
    """The format of a client, or else of a call, says how lists are written."""
    query = {"ids": [1, 2], "s": [{"k": "a,b"}], "n": 1}
    run, urls = run_and_urls({"query": query, "queryFormat": query_format})
    await run.get("/x")
    await run.get("/x", options={"queryFormat": "brackets"})
    assert expected == query_sent(urls)
    assert urls[1].query.startswith(b"ids%5B%5D=1&ids%5B%5D=2&")


async def test_a_written_query_overrides_and_is_overridden(
    run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]],
) -> None:
    """What a URLSearchParams holds replaces parameters of the same name, and is replaced by them."""
    run, urls = run_and_urls({"query": {"a": 1, "b": 1, "c d": 1}})
    await run.get("/x?a=0", query="a=3&a=4", options={"query": "c+d=2&e=%2c&a=2"})
    await run.get("/x", query={"e": "3", "b": None}, options={"query": "e=2&f=2"})
    assert [b"a=0&b=1&c+d=2&e=%2c&a=3&a=4", b"a=1&b=1&c+d=1&e=3&f=2"] == [url.query for url in urls]


@pytest.mark.parametrize("query", ["a=1#f", "a b", "a=\r\nX", "ü=1", "a=\0", "a=<", '"', "a=%", "a=%2g"])
async def test_a_written_query_cannot_inject(
    run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]], query: str
) -> None:
    """Text that no URLSearchParams writes is refused."""
    run, urls = run_and_urls()
    assert ("request", "invalid") == await run.refused("/x", query=query)
    assert [] == urls


@pytest.mark.parametrize(("value", "expected"), [(1.0, "1"), (0.5, "0.5"), (True, "true"), (-3, "-3")])
async def test_a_clients_numbers_are_written_as_javascript_does(
    run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]], value: float, expected: str
) -> None:
    """A number in a configuration is the text that JavaScript makes of it."""
    run, urls = run_and_urls({"query": {"n": value}})
    await run.get("/x")
    assert f"n={expected}" == query_sent(urls)


async def test_a_query_has_a_deepest_level(run_and_urls: Callable[..., tuple[Run, list[httpx.URL]]]) -> None:
    """A query nested without end is refused."""
    run, _ = run_and_urls()
    query: dict[str, Any] = {}
    for _ in range(40):
        query = {"a": query}
    assert ("request", "invalid") == await run.refused("/x", query=query)
