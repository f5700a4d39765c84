"""What methods try with their `apiClient`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from conftest import Methods, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")


FLOODS = {
    "awaited": ("for (;;) await apiClient.get('/x')", "requests"),
    "not awaited": ("for (;;) apiClient.get('/x')", "requests"),
    "caught": ("for (;;) try { apiClient.get('/x') } catch {} finally { continue }", "requests"),
    "in microtasks": ("for (;;) { apiClient.get('/x'); await null }", "requests"),
    "fetched": ("for (;;) try { fetch('https://a.example/') } catch {}", "requests"),
    "bodies that are too long": ("for (;;) apiClient.post('/x', 'x'.repeat(2000))", "request_size"),
}


@pytest.mark.parametrize(("code", "key"), FLOODS.values(), ids=FLOODS.keys())
async def test_an_endless_flood_is_a_breach(methods: Methods, code: str, key: str) -> None:
    """Calls without end are ended by their own limit, and before CPU time is up, even if the host never gets to them."""
    outcome = await methods.run(code, limits=Limits(requests=50, request_bytes=1000))
    assert outcome.failure is not None
    assert ("limit", key) == (outcome.failure.type, outcome.failure.key)
    data: Any = outcome.failure.data
    assert data["used"] > data["value"]
    assert len(methods.server.seen) <= 50


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ("get('/x', { ids: Array(20_000).fill(1) })", "invalid"),
        ("post('/x', { a: [Array(20_000).fill(1)] }, { headers: { 'content-type': 'multipart/form-data' } })", "invalid"),
        ("post('/x', (() => { const f = new FormData(); for (let i = 0; i < 2e4; i++) f.append('a', '1'); return f })())", "invalid"),
        ("get('/x', {}, { headers: Object.fromEntries(Array.from({ length: 2e4 }, (_, i) => [`x-${i}`, '1'])) })", "header"),
    ],
)  # fmt: skip
async def test_what_would_be_long_to_read_is_refused_in_the_isolate(methods: Methods, call: str, key: str) -> None:
    """Queries, forms and headers of tens of thousands of members are an error that the method can catch."""
    code = f"try {{ await apiClient.{call} }} catch (error) {{ return [error.name, error.key] }}"
    assert ["RequestError", key] == await methods.value(code)
    assert [] == methods.server.seen


async def test_half_a_surrogate_pair_is_replaced_before_it_is_sent(methods: Methods) -> None:
    """A body of nothing but lone surrogates is U+FFFD, and as quick to read as any other; pairs stay as they are."""
    code = "await apiClient.post('/x', '\\ud800'.repeat(9) + '\\\\ud800' + '\\ud83d\\ude00'); return 1"
    assert 1 == await methods.value(code)
    assert "\ufffd" * 9 + "\\ud800😀" == methods.server.seen[0].body.decode()


async def test_nothing_is_sent_after_the_result(methods: Methods) -> None:
    """What a method left to be done later is not done: its isolate is gone."""
    code = "setTimeout(() => apiClient.post('/pay'), 0); Promise.resolve().then(() => setTimeout(() => apiClient.post('/pay'), 1)); return 1"
    assert 1 == await methods.value(code)
    assert 2 == await methods.value("await new Promise((resolve) => setTimeout(resolve, 20)); return 2")
    assert [] == methods.server.seen


@pytest.mark.parametrize("verb", ["get", "post"])
async def test_a_call_ends_with_its_run(methods: Methods, verb: str) -> None:
    """When time is over in the middle of a request, its connection is closed and it is not sent again."""
    connections: asyncio.Queue[bytes] = asyncio.Queue()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.put_nowait(await reader.read())  # all of it, until the connection is closed
        writer.close()

    async with await asyncio.start_server(converse, "127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/pay"
        code = f"return apiClient.{verb}('{url}')"
        outcome = await methods.run(code, limits=Limits(wall_time_seconds=0.5), config={"retries": 5})
        received = await connections.get()
    assert outcome.failure is not None
    assert ("limit", "wall_time") == (outcome.failure.type, outcome.failure.key)
    assert (1, 0) == (received.count(b"/pay"), connections.qsize())


async def test_a_connection_of_a_killed_run_is_not_used_again(methods: Methods) -> None:
    """The answer to a request of a run that was ended is not the answer to another one's."""
    gate = asyncio.Event()

    async def answer(seen: Seen) -> web.StreamResponse:
        if seen.path == "/late":
            await gate.wait()
        return web.Response(text=seen.path)

    methods.answer = answer
    await methods.run("return apiClient.get('/late')", limits=Limits(wall_time_seconds=0.3))
    gate.set()
    assert ["/a", "/b"] == await methods.value("return [await apiClient.get('/a'), await apiClient.get('/b')]")


@pytest.mark.parametrize("next_", ["self", "other"])
async def test_pages_without_end_are_ended(methods: Methods, next_: str) -> None:
    """A server whose pages lead to themselves, or to pages without end, ends the run at its limit of requests."""
    count = 0

    def answer(_: Seen) -> web.Response:
        nonlocal count
        count += 1
        return web.json_response({"records": [], "next": "/page" if next_ == "self" else f"/page?cursor={count}"})

    methods.answer = answer
    code = "let path = '/page'; while (path) path = (await apiClient.get(path)).next"
    outcome = await methods.run(code, limits=Limits(requests=20))
    assert outcome.failure is not None
    assert ("limit", "requests") == (outcome.failure.type, outcome.failure.key)
    assert 20 == len(methods.server.seen)


async def test_a_next_page_elsewhere_gets_no_credentials(methods: Methods) -> None:
    """A link that leads to another origin is followed without the client's key."""
    methods.answer = lambda seen: web.json_response(
        {"next": f"{methods.server.other_url}/page"} if seen.path == "/page" and len(methods.server.seen) == 1 else {}
    )
    code = "let path = '/page'; while (path) path = (await apiClient.get(path)).next"
    assert await methods.value(code, config={"headers": {"X-Key": "s3cret"}}) is None
    assert ["s3cret", None] == [seen.headers.get("x-key") for seen in methods.server.seen]


async def test_a_hostile_run_among_fifty_fails_alone(methods: Methods) -> None:
    """Runs of one connection at the same time do not see what one of them does."""
    methods.answer = lambda seen: web.json_response(seen.path)
    good = [methods.run(f"return apiClient.get('/{i}')") for i in range(50)]
    hostile = methods.run("for (;;) apiClient.get('/hostile')", limits=Limits(wall_time_seconds=1))
    outcome, *outcomes = await asyncio.gather(hostile, *good)
    assert outcome.failure is not None
    assert "limit" == outcome.failure.type
    assert [f"/{i}" for i in range(50)] == [outcome.value for outcome in outcomes]
