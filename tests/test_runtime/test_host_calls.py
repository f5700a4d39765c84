"""Calls from JavaScript to the application."""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, NoReturn

import pytest

from runtime import Clock, Delivery, Failure, HostCall, HostReply, Journal, Module, RunEnded, Script

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_replies_find_their_calls_in_any_order(bench: Bench) -> None:
    """Of many calls answered in reverse, each promise gets its own answer."""
    code = """module.exports = ({ echo }) =>
      Promise.all(Array.from({ length: 150 }, (_, i) => echo({ i, after: (150 - i) / 5000 }).then((r) => r.i)))"""
    assert list(range(150)) == await bench.value(code)


async def test_a_call_names_its_site(bench: Bench) -> None:
    """The application learns which line of the method made a call."""
    code = "export default async function list({ echo }) {\n  await null;\n  return echo({ text: 'body' });\n}"
    assert ["data/contacts/list.js:3:10", "body"] == await bench.value(code)


@pytest.mark.parametrize("text", ["", "\ufeff{}", "\u2028\0\"'`\\", "😀" * 1000, "\ud800"])
async def test_text_beside_a_reply_crosses_unchanged(bench: Bench, text: str) -> None:
    """A response body crosses as text, whatever is in it; what is no text becomes U+FFFD."""
    expected = text.replace("\ud800", "\ufffd")
    assert expected == await bench.value(
        "module.exports = async ({ echo, text }) => (await echo({ text }))[1]", {"text": text}
    )


async def test_bytes_beside_replies_arrive_as_buffers(bench: Bench) -> None:
    """Bytes cross as they are; those of many replies that arrive together do not mix."""
    code = """module.exports = async ({ echo }) => {
      const sizes = [0, 1, 3, 1000];
      const replies = await Promise.all(sizes.map((bytes) => echo({ bytes })));
      return replies.map(([, b]) => [b instanceof ArrayBuffer, b.byteLength, new Uint8Array(b).every((v, i) => v === i % 256)]);
    }"""
    assert [[True, 256 * size, True] for size in (0, 1, 3, 1000)] == await bench.value(code)


async def test_bytes_that_do_not_fit_are_a_limit_failure(bench: Bench) -> None:
    """An answer larger than the worker's memory ends the run, and nothing else."""
    failure = (
        await bench.run("module.exports = ({ echo }) => echo({ bytes: 300_000 })", memory_bytes=40 << 20)
    ).failure
    assert failure is not None
    assert ("limit", "memory") == (failure.type, failure.key)


async def test_a_rejection_is_an_error_with_the_calls_stack(bench: Bench) -> None:
    """A failed call rejects with an error whose stack shows where the method made the call."""
    code = "module.exports = async ({ echo }) => {\n  await null;\n  await echo({ fail: 'sorry' });\n}"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert "sorry" == failure.message
    assert failure.location is not None
    assert (3, 9) == (failure.location.line, failure.location.column)
    assert "EchoError: sorry\n    at module.exports (data/contacts/list.js:3:9)" == failure.stack


async def test_a_method_sees_no_frame_of_the_host_in_an_error(bench: Bench) -> None:
    """The stack of a rejected call starts where the method made the call, also for the method itself."""
    code = "module.exports = async ({ echo }) => { try { await echo({ fail: 'sorry' }) } catch (e) { return e.stack } }"
    stack = await bench.value(code)
    assert stack.startswith("EchoError: sorry\n    at module.exports (data/contacts/list.js:1:")
    assert "methodhost" not in stack


async def test_a_rejection_can_be_caught(bench: Bench) -> None:
    """A method may go on after a failed call."""
    code = (
        "module.exports = async ({ echo }) => { try { await echo({ fail: 'sorry' }) } catch (e) { return e.message } }"
    )
    assert "sorry" == await bench.value(code)


async def test_a_payload_that_is_not_json_throws_its_path(bench: Bench) -> None:
    """What cannot be sent is refused before anything is sent."""
    seen: list[HostCall] = []

    async def calls(call: HostCall) -> HostReply:
        seen.append(call)
        return HostReply(ok=True, value=None)

    failure = (await bench.run("module.exports = ({ echo }) => echo({ a: [{ b: 1n }] })", calls=calls)).failure
    assert failure is not None
    assert "payload.a[0].b is a BigInt, which JSON cannot hold" == failure.message
    assert [] == seen


async def test_calls_not_awaited_are_cancelled_with_a_warning(bench: Bench) -> None:
    """When a method returns, what it did not wait for is cancelled, and the report names the place."""
    cancelled = asyncio.Event()

    async def calls(call: HostCall) -> HostReply:
        try:
            await asyncio.sleep(600 if call.payload == 1 else 0)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return HostReply(ok=True, value=None)

    outcome = await bench.run(
        "module.exports = async ({ echo }) => {\n  echo(1);\n  await echo(2);\n  return 5;\n}", calls=calls
    )
    assert 5 == outcome.value
    assert (
        "The method returned before 1 of its calls were answered (data/contacts/list.js:2:3);"
        " they were cancelled. Await every call.",
    ) == outcome.warnings
    assert cancelled.is_set()


async def test_a_handler_can_end_the_run(bench: Bench) -> None:
    """A failure raised by the handler ends the run at once, even while the method computes."""
    wanted = Failure(type="limit", key="requests", message="too many")

    async def calls(_: HostCall) -> NoReturn:
        raise RunEnded(wanted)

    outcome = await bench.run("module.exports = async ({ echo }) => { try { await echo(1) } catch {} }", calls=calls)
    assert wanted == outcome.failure


async def test_nothing_of_an_exception_reaches_javascript_or_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error in a handler is an `internal` failure without its text."""

    async def calls(_: HostCall) -> NoReturn:
        raise KeyError("s3cret in /usr/lib/python")

    with caplog.at_level(logging.DEBUG):
        outcome = await bench.run("module.exports = ({ echo }) => echo(1).catch((e) => e.stack)", calls=calls)
    assert outcome.failure is not None
    assert ("internal", "host_call") == (outcome.failure.type, outcome.failure.key)
    assert "s3cret" not in caplog.text + repr(outcome)
    assert "KeyError" in caplog.text


async def test_hostile_prototypes_lose_no_call(bench: Bench) -> None:
    """A method that breaks the prototypes of arrays, objects, maps and promises harms only itself."""
    code = """
    const leaked = [];
    for (const P of [Array.prototype, Object.prototype])
      Object.defineProperty(P, "0", { set(v) { leaked.push(typeof v) }, get() { return "forged" }, configurable: true });
    Array.prototype.push = Array.prototype[Symbol.iterator] = Map.prototype.get = Map.prototype.set = () => { throw new Error("broken") };
    String.prototype.slice = String.prototype.indexOf = () => "broken";
    Promise.prototype.then = Promise.resolve = Promise.withResolvers = () => { throw new Error("broken") };
    JSON.parse = JSON.stringify = () => { while (true) {} };
    module.exports = async ({ echo }) => { const r = await echo({ a: 5 }); return { r, n: leaked.length } };
    """
    assert {"r": {"a": 5}, "n": 0} == await bench.value(code)


async def test_frozen_intrinsics_still_work(bench: Bench) -> None:
    """A method may freeze what the language gives it."""
    code = """for (const k of Object.getOwnPropertyNames(globalThis)) { const v = globalThis[k];
      if (typeof v === "function") { Object.freeze(v.prototype); Object.freeze(v) } }
    module.exports = async ({ echo }) => { console.log("x"); return echo([1]) }"""
    assert [1] == await bench.value(code)


BYTES = {
    "new Uint8Array([1, 2, 3])": [3, 6],
    "new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4)": [3, 6],
    "new Uint8Array([1, 2, 3]).buffer": [3, 6],
    "new DataView(new Uint8Array([9, 1, 2, 3]).buffer, 1)": [3, 6],
    "new Uint16Array([258])": [2, 3],
    "new Uint8Array(0)": [0, 0],
    "new Uint8Array(3_000_000).fill(1)": [3_000_000, 3_000_000],
    "new ArrayBuffer(2, { maxByteLength: 8 })": [2, 0],
}


@pytest.mark.parametrize(("bytes_", "expected"), BYTES.items())
async def test_bytes_go_out_beside_a_call(bench: Bench, bytes_: str, expected: list[int]) -> None:
    """Whatever holds bytes, exactly those of it reach the application."""
    assert expected == await bench.value(f"module.exports = ({{ upload }}) => upload({bytes_})")


async def test_bytes_of_many_calls_do_not_mix(bench: Bench) -> None:
    """Each call takes its own bytes along, as they were when the call was made."""
    code = """module.exports = async ({ upload, echo }) => {
      const shared = new Uint8Array(1000);
      const calls = [];
      for (let i = 0; i < 20; i++) { calls.push(upload(shared.fill(i)), echo(i)); }
      return Promise.all(calls.map((c) => c.then((r) => Array.isArray(r) ? r[1] : r)));
    }"""
    assert [value for i in range(20) for value in (1000 * i, i)] == await bench.value(code)


async def test_a_method_cannot_touch_bytes_on_their_way(bench: Bench) -> None:
    """Changed prototypes neither see the buffer that the host reads nor change what it reads."""
    code = """module.exports = async ({ upload }) => {
      const seen = [];
      for (const C of [ArrayBuffer, Uint8Array]) Object.defineProperty(C, Symbol.species, { get() { seen.push(C.name); return C } });
      Object.getPrototypeOf(Uint8Array.prototype).set = function () { seen.push("set") };
      Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), "byteLength", { get() { return 1 } });
      class Fake extends Uint8Array { get buffer() { seen.push("buffer"); return new ArrayBuffer(1) } }
      return [await upload(new Fake([1, 2, 3])), seen];
    }"""
    assert [[3, 6], []] == await bench.value(code)


async def test_more_bytes_than_a_call_may_have_are_a_limit_failure(bench: Bench) -> None:
    """Bytes beside a call count like its payload."""
    failure = (
        await bench.run("module.exports = ({ upload }) => upload(new Uint8Array(5000))", call_bytes=4000)
    ).failure
    assert failure is not None
    assert {"limit": "call_size", "value": 4000, "used": 5000} == failure.data


class Counter:
    """Answers calls once there were so many under way at the same time, and counts how many there are at most."""

    def __init__(self, awaited: int) -> None:
        self.now = self.most = 0
        self._awaited = awaited
        self._reached = asyncio.Event()

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer with the length of the payload."""
        self.now += 1
        self.most = max(self.most, self.now)
        if self.most >= self._awaited:
            self._reached.set()
        await self._reached.wait()
        await asyncio.sleep(0.001)
        self.now -= 1
        return HostReply(ok=True, value=len(str(call.payload)))


async def test_a_flood_of_calls_waits_in_the_isolate(bench: Bench) -> None:
    """However many calls a method makes at once, the application has only so many of them, and answers all."""
    counter = Counter(20)
    code = "module.exports = ({ echo }) => Promise.all(Array.from({ length: 3000 }, (_, i) => echo(String(i))))"
    assert [len(str(i)) for i in range(3000)] == await bench.value(code, calls=counter, concurrent_calls=20)
    assert 20 == counter.most


@pytest.mark.parametrize("beside", [False, True])
async def test_long_calls_wait_for_each_other(bench: Bench, *, beside: bool) -> None:
    """Of calls that are long, only a few are in the application's memory at a time; short ones need not wait for that."""
    counter = Counter(2)
    call = "upload(new Uint8Array(90_000))" if beside else "echo('x'.repeat(90_000))"
    code = f"module.exports = ({{ echo, upload }}) => Promise.all(Array.from({{ length: 30 }}, () => {call}))"
    assert 30 == len(await bench.value(code, calls=counter, call_bytes=100_000))
    assert 2 == counter.most
    counter = Counter(3)
    short = code.replace("90_000", "9")
    assert 30 == len(await bench.value(short, calls=counter, call_bytes=100_000))
    assert counter.most > 2


async def test_timers_do_not_wait_for_calls(bench: Bench) -> None:
    """With all calls it may have under way, a method can still set a timer, and give up."""
    code = """module.exports = ({ echo }) => {
      for (let i = 0; i < 9; i++) echo({ after: 60 });
      return new Promise((resolve) => setTimeout(resolve, 5, "gave up"));
    }"""
    assert "gave up" == await bench.value(code, concurrent_calls=4)


async def test_answers_that_come_together_travel_together(bench: Bench) -> None:
    """Ten calls that are answered at once cost one crossing, and one that follows them another."""

    async def calls(call: HostCall) -> HostReply:
        return HostReply(ok=True, value=call.payload)

    code = (
        "module.exports = async ({ echo }) => { await Promise.all([...Array(10).keys()].map(echo)); return echo(10) }"
    )
    clock = Clock()
    journal = Journal.begin(clock, most_bytes=1 << 20)
    script = Script(module=Module(name="list.js", code=code), exports=("list",))
    outcome = await bench.sandbox.run(
        script, {}, isolation_key="acme", calls=calls, settings={"echo": {}}, clock=clock, journal=journal
    )
    deliveries = [entry.answers for entry in journal.entries if isinstance(entry, Delivery)]
    assert (10, [tuple(range(1, 11)), (11,)]) == (outcome.value, deliveries), outcome.failure


async def test_calls_are_answered_in_the_context_of_their_caller(bench: Bench) -> None:
    """What the application keeps in context variables holds for all calls of a run, and for none of another."""
    variable: ContextVar[str] = ContextVar("variable", default="nothing")

    async def calls(call: HostCall) -> HostReply:
        return HostReply(ok=True, value=variable.get())

    async def run(value: str) -> object:
        variable.set(value)
        code = "module.exports = async ({ echo }) => [await echo(1), await echo(2)]"
        return await bench.value(code, key=value, calls=calls)

    runs = [asyncio.create_task(run(value)) for value in ("a", "b")]
    assert [["a", "a"], ["b", "b"]] == await asyncio.gather(*runs)
