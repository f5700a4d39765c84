"""Scripted exchanges in place of a network."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bridge import (
    ExpectedBody,
    FormPart,
    Limits,
    ReplayTransport,
    ScriptedExchange,
    ScriptedRequest,
    ScriptedResponse,
    bytes_lines,
    field_lines,
    json_lines,
    part_lines,
)
from runtime import RunEnded, VirtualClock, VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from conftest import Run

    from bridge import Order, ScriptedFault

API = "https://api.example.com"
ITEMS = f"{API}/items"
JSON = (("content-type", "application/json"),)


def answer(body: Any = None, *, status: int = 200, latency: float = 0.0, **headers: str) -> ScriptedResponse:
    """Answer with JSON."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ScriptedResponse(
        status=status, headers=(*JSON, *named), body=json.dumps(body).encode(), latency_seconds=latency
    )


def exchange(
    url: str = ITEMS,
    body: Any = None,
    *,
    verb: str = "GET",
    headers: tuple[tuple[str, str | None], ...] = (),
    sends: ExpectedBody | None = None,
    fault: ScriptedFault | None = None,
    response: ScriptedResponse | None = None,
) -> ScriptedExchange:
    """Expect a request, with no body unless `sends` says so, and answer it."""
    request = ScriptedRequest(verb=verb, url=url, headers=headers, **({} if sends is None else {"body": sends}))
    answered = response or (answer(body) if fault in {None, "truncated"} else None)
    return ScriptedExchange(request=request, response=answered, fault=fault)


class Replay:
    """Runs calls against a script, in virtual time.

    Attributes:
        transport: What answered them.
        clock: How late it is now.
    """

    transport: ReplayTransport
    clock: VirtualClock

    def __init__(self, over: Callable[..., Run]) -> None:
        self._over = over

    def __call__(
        self,
        exchanges: Sequence[ScriptedExchange],
        use: Callable[[Run], Awaitable[Any]],
        *,
        order: Order = "strict",
        **options: Any,
    ) -> Any:
        """Return what `use` gives; options are those of a client."""

        async def go() -> Any:
            self.clock = VirtualClock(0.0)
            self.transport = ReplayTransport(exchanges, order=order, clock=self.clock)
            run = self._over(self.transport, {"baseUri": API}, clock=self.clock, **options)
            try:
                return await use(run)
            finally:
                await run.client.aclose()

        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(go())

    def unmatched(self, exchanges: Sequence[ScriptedExchange], use: Callable[[Run], Awaitable[Any]]) -> str:
        """Return why a request took no exchange, and the lines in which it differs from the nearest."""
        with pytest.raises(RunEnded) as ended:
            self(exchanges, use)
        assert "unmatched_request" == ended.value.failure.key
        (unmatched,) = self.transport.unmatched
        return "\n".join((unmatched.problem, *unmatched.diff))


@pytest.fixture
def replay(over: Callable[..., Run]) -> Replay:
    """Run calls against a script."""
    return Replay(over)


async def values(run: Run, *paths: str) -> list[Any]:
    """Get several paths, one after the other, and return what each gives."""
    return [json.loads((await run.get(path)).text or "null") for path in paths]


def test_exchanges_answer_in_their_order(replay: Replay) -> None:
    """The same URL is answered with something else each time, and no exchange is left."""
    polled = ["queued", "running", "running", "running", "done"]
    got = replay([exchange(body=state) for state in polled], lambda run: values(run, *["items"] * 5))
    assert polled == got
    assert () == replay.transport.unused


def test_what_is_answered_is_as_it_was_scripted(replay: Replay) -> None:
    """Status, reason, headers, several of one name too, and body come as the exchange has them."""
    scripted = ScriptedResponse(
        status=201, reason="Made", headers=(("set-cookie", "a=1"), ("set-cookie", "b=é")), body=b"text"
    )
    reply = replay([exchange(response=scripted)], lambda run: run.get("items", options={"returnFullResponse": True}))
    assert (201, "Made", "text") == (reply.value["status"], reply.value["statusText"], reply.text)
    assert {"set-cookie": ["a=1", "b=é"]} == reply.value["headers"]


def test_exchanges_answer_in_any_order_where_that_is_said(replay: Replay) -> None:
    """Parallel requests each find their own; of two exchanges for the same request, the first comes first."""
    pages = [exchange(f"{ITEMS}?page={page}", page) for page in (3, 1, 2)] + [exchange(f"{ITEMS}?page=1", "again")]

    async def all_at_once(run: Run) -> list[Any]:
        got = await asyncio.gather(*(values(run, f"items?page={page}") for page in (1, 2, 3, 1)))
        return [page for pages in got for page in pages]

    assert [1, 2, 3, "again"] == replay(pages, all_at_once, order="any")


@pytest.mark.parametrize(
    ("expected", "call"),
    [
        (exchange(f"{ITEMS}?a=1&b=2"), {"path": "items?b=2&a=1"}),
        (exchange(f"{ITEMS}?a=x%20y&b=%C3%A9"), {"path": "items?a=x+y&b=é"}),
        (exchange(f"{ITEMS}?a=1&a=2"), {"path": "items?a=1&a=2"}),
        (exchange("https://API.example.com:443/items"), {}),
        (exchange(headers=(("x-tenant", "acme"), ("x-other", None))), {"options": {"headers": {"X-Tenant": "acme"}}}),
        (exchange(verb="POST", sends=ExpectedBody(kind="json", lines=json_lines({"a": 1, "b": [2.0]}))), {"body": '{ "b":[2],"a":1}'}),
        (exchange(verb="POST", sends=ExpectedBody(kind="bytes", lines=bytes_lines(b'{"a":1}'))), {"body": '{"a":1}'}),
        (exchange(verb="POST", sends=ExpectedBody(kind="bytes", lines=bytes_lines(b"\0\xff"))), {"body": {"kind": "bytes"}, "data": b"\0\xff"}),
        (exchange(verb="POST", sends=ExpectedBody(kind="form", lines=field_lines([("b", "x y"), ("a", "=")]))), {"body": {"kind": "form", "text": "a=%3D&b=x+y"}}),
    ],
    ids=["order of query", "spelling of query", "repeated in query", "spelling of host", "headers", "json", "text", "bytes", "form"],
)  # fmt: skip
def test_requests_take_exchanges_that_mean_the_same(
    expected: ScriptedExchange, call: dict[str, Any], replay: Replay
) -> None:
    """How a query, a host name, JSON or a form is spelled does not matter; headers that are not named do not either."""
    call = {"path": "items", **call}
    assert replay([expected], lambda run: run.ask(expected.request.verb.lower(), **call)).ok


@pytest.mark.parametrize(
    ("expected", "call", "differs"),
    [
        (exchange(verb="POST"), {"verb": "put"}, ("- POST", "+ PUT")),
        (exchange("https://api.example.org/items"), {}, ("- GET https://api.example.org/items", "+ GET https://api.example.com/items")),
        (exchange("http://api.example.com/items"), {}, ("- GET http://", "+ GET https://")),
        (exchange(f"{ITEMS}/1"), {}, ("- GET https://api.example.com/items/1",)),
        (exchange(f"{ITEMS}?a=1&c=3"), {"path": "items?a=2&c=3"}, ("-   ? a=1", "+   ? a=2", "    ? c=3")),
        (exchange(f"{ITEMS}?a=1&a=2"), {"path": "items?a=2&a=1"}, ("-   ? a=", "+   ? a=")),
        (exchange(headers=(("x-tenant", "acme"),)), {}, ("- x-tenant: acme",)),
        (exchange(headers=(("x-tenant", "acme"),)), {"options": {"headers": {"X-Tenant": "b"}}}, ("- x-tenant: acme", "+ x-tenant: b")),
        (exchange(headers=(("x-tenant", None),)), {"options": {"headers": {"X-Tenant": "b"}}}, ("+ x-tenant: b",)),
        (exchange(verb="POST"), {"body": '{"a":1}'}, ('+   "a": 1',)),
        (exchange(verb="POST", sends=ExpectedBody(kind="json", lines=json_lines({"a": 1, "b": 2}))), {"body": '{"a":true,"b":2}'}, ('-   "a": 1,', '+   "a": true,', '    "b": 2')),
        (exchange(verb="POST", sends=ExpectedBody(kind="json", lines=json_lines({}))), {"body": {"kind": "text", "text": "{"}}, ("- {}", "+ {")),
        (exchange(verb="POST", sends=ExpectedBody(kind="form", lines=field_lines([("a", "1")]))), {"body": '{"a":1}'}, ("- a=1", '+   "a": 1')),
        (exchange(verb="POST", sends=ExpectedBody(kind="bytes", lines=bytes_lines(b"a\r\n"))), {"body": {"kind": "text", "text": "a\n"}}, ('- "a\\r"', "+ a")),
        (exchange(verb="POST", sends=ExpectedBody(kind="bytes", lines=bytes_lines(b"\0"))), {"body": {"kind": "bytes"}, "data": b"\1\0"}, ("- <1 bytes, SHA-256 ", "+ <2 bytes, SHA-256 ")),
    ],
    ids=["verb", "host", "scheme", "path", "query", "order of one name", "header missing", "header", "header there", "body there", "json", "not json", "not a form", "text", "bytes"],
)  # fmt: skip
def test_requests_that_differ_take_none_and_show_how(
    expected: ScriptedExchange, call: dict[str, Any], differs: tuple[str, ...], replay: Replay
) -> None:
    """A request that is not what an exchange expects ends the run; the lines in which they differ are known."""
    call = {"verb": expected.request.verb.lower(), "path": "items", **call}
    shown = replay.unmatched([expected], lambda run: run.ask(**call))
    assert all(any(line.startswith(part) for line in shown.split("\n")) for part in differs), shown
    assert (0,) == replay.transport.unused


def test_the_nearest_exchange_is_shown(replay: Replay) -> None:
    """Of several, the one that is most like the request is compared, whatever its place."""
    far = [exchange(f"{API}/orders", verb="POST"), exchange("https://other.example.com/items?page=2")]
    shown = replay.unmatched([*far, exchange(f"{ITEMS}?page=2&limit=5")], lambda run: run.get("items?page=2"))
    assert "GET https://api.example.com/items is not what exchange 3 expects, which is nearest" in shown
    assert "-   ? limit=5" in shown


def test_requests_that_come_too_early_or_once_more_are_told_so(replay: Replay) -> None:
    """Who sends the right request at the wrong time is told which exchange it belongs to."""
    first, second = exchange(f"{API}/first"), exchange(f"{API}/second")
    early = replay.unmatched([first, second], lambda run: run.get("second"))
    assert "GET https://api.example.com/second is what exchange 2 expects, but it is the turn of exchange 1" in early
    again = replay.unmatched([first, second], lambda run: values(run, "first", "first"))
    assert "GET https://api.example.com/first was sent once more: exchange 1, which expects it, is used up" in again
    none = replay.unmatched([], lambda run: run.get("first"))
    assert "was sent, but no exchange is left" in none
    assert "+ GET https://api.example.com/first" in none


def test_multipart_bodies_are_compared_without_their_boundary(replay: Replay) -> None:
    """The parts of a form matter, with their names, types and bytes; the boundary between them does not."""
    parts = [
        FormPart(name="note", content=b"hi"),
        FormPart(name="f", content=b"\0\r\n--", filename="é.bin", content_type="x/y"),
    ]
    type_of_another = (("content-type", "multipart/form-data; boundary=another"),)
    body = {
        "kind": "multipart",
        "parts": [{"name": "note", "text": "hi"}, {"name": "f", "filename": "é.bin", "type": "x/y", "length": 5}],
    }
    expected = exchange(
        verb="POST", headers=type_of_another, sends=ExpectedBody(kind="multipart", lines=part_lines(parts))
    )
    assert replay([expected], lambda run: run.ask("post", "items", body=body, data=b"\0\r\n--")).ok
    shown = replay.unmatched([expected], lambda run: run.ask("post", "items", body=body, data=b"\1\r\n--"))
    assert '  name="f" filename="é.bin" type="x/y"' in shown


@pytest.mark.parametrize(
    ("fault", "key", "code"),
    [
        ("refused", "connect", "ECONNREFUSED"),
        ("unknown_host", "connect", "ENOTFOUND"),
        ("tls", "tls", "EPROTO"),
        ("timeout", "timeout", "ETIMEDOUT"),
        ("reset", "protocol", "ECONNRESET"),
        ("protocol", "protocol", "EPROTO"),
        ("truncated", "protocol", "ECONNRESET"),
    ],
)
def test_faults_mean_what_they_mean_on_a_network(fault: ScriptedFault, key: str, code: str, replay: Replay) -> None:
    """Each fault comes to the method as the error that the real one comes as."""
    reply = replay([exchange(body="whole", fault=fault)], lambda run: run.get("items"))
    assert (False, "connection", key, code) == (reply.ok, *(reply.value[name] for name in ("type", "key", "code")))


def test_a_request_without_an_answer_waits_for_its_own_time_alone(replay: Replay) -> None:
    """A server that never answers costs the request's time on the run's clock, and none in reality."""
    replay([exchange(fault="timeout")], lambda run: run.get("items"), limits=Limits(request_seconds=19.0))
    assert 19.0 == replay.clock.time()


def test_answers_take_time_on_the_clock(replay: Replay) -> None:
    """A slow answer moves the clock; one that is slower than a request may take is a time-out."""
    slow = exchange(response=answer("late", latency=3.0))
    assert ["late"] == replay([slow], lambda run: values(run, "items"))
    assert 3.0 == replay.clock.time()
    reply = replay([slow], lambda run: run.get("items"), limits=Limits(request_seconds=2.0))
    assert ("timeout", 2.0) == (reply.value["key"], replay.clock.time())


def test_a_stream_that_is_cut_off_gives_its_first_half(replay: Replay) -> None:
    """What came before the connection broke can be read; then comes the error."""
    scripted = exchange(fault="truncated", response=ScriptedResponse(status=200, body=b"x" * 600_000))

    async def read(run: Run) -> tuple[int, Any]:
        stream, length = await run.stream("items"), 0
        while (reply := await run.read(stream)).ok:
            length += len(reply.data or b"")
        return length, reply.value["key"]

    assert (300_000, "protocol") == replay([scripted], read)


def test_what_is_uploaded_as_a_stream_is_compared_whole(replay: Replay) -> None:
    """A stream that is the body of another request is read to its end, and is what the exchange expects."""
    content = b"0123456789" * 60_000
    source = exchange(response=ScriptedResponse(status=200, body=content))
    target = exchange(f"{API}/copy", verb="POST", sends=ExpectedBody(kind="bytes", lines=bytes_lines(content)))

    async def copy(run: Run) -> Any:
        return await run.pipe(await run.stream("items"), "copy")

    assert replay([source, target], copy).ok
    broken = replay([replace(source, fault="truncated"), target], copy)
    assert "was broken off" in broken.value["message"]
    assert (1,) == replay.transport.unused


def test_answers_without_a_body_have_none(replay: Replay) -> None:
    """What HTTP gives no body (HEAD, 204, 304) has none here, whatever the script says."""
    scripted = [exchange(verb="HEAD", body="x"), exchange(response=answer("x", status=204))]

    async def both(run: Run) -> list[bytes]:
        answered = await replay.transport.handle_async_request(httpx.Request("HEAD", ITEMS))
        return [await answered.aread(), (await run.get("items")).utf8 or b""]

    assert [b"", b""] == replay(scripted, both)
