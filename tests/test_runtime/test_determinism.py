"""What a run sees of time and chance comes from the host, and from nowhere else."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from runtime import (
    Durability,
    HostReply,
    Journal,
    Module,
    Sandbox,
    SandboxLimits,
    Script,
    VirtualClock,
    VirtualTimeLoop,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import HostCall, HostCalls, LogLine

SEED = bytes(range(32))
START_MS = 1_767_225_600_000.0  # 2026-01-01


async def at_once(call: HostCall) -> HostReply:
    """Answer with what was asked."""
    return HostReply(ok=True, value=call.payload)


async def passing(clock: VirtualClock, seconds: float) -> None:
    """Be at work for so long, as a request is."""
    over = asyncio.Event()
    clock.call_at(clock.time() + seconds, over.set)
    await over.wait()


class VirtualBench:
    """Runs code in virtual time, all of it in one sandbox."""

    def __init__(self, runner: asyncio.Runner, sandbox: Sandbox) -> None:
        self._runner = runner
        self._sandbox = sandbox
        self.lines: list[LogLine] = []
        self.clock: VirtualClock

    def run(self, body: str, calls: HostCalls = at_once, **options: Any) -> Any:
        """Run the body of a method that may use `call(payload)`; return its value and the journal."""
        self.lines = []
        return self._runner.run(self._run(body, calls, **options))

    async def _run(self, body: str, calls: HostCalls, seed: bytes = SEED, key: str = "acme") -> Any:
        self.clock = clock = VirtualClock(START_MS)
        journal = Journal.begin(clock, most_bytes=1 << 20, seed=seed)
        code = f"module.exports = async ({{ echo: call }}) => {{ {body} }}"
        outcome = await self._sandbox.run(
            Script(module=Module(name="list.js", code=code), exports=("list",)),
            {},
            isolation_key=key,
            calls=calls,
            limits=SandboxLimits(wall_time_seconds=10),
            settings={"echo": {"greeting": ""}},
            clock=clock,
            journal=journal,
            durability=Durability(suspend_after_seconds=60),
            on_log=self.lines.append,
        )
        assert outcome.failure is None, outcome.failure
        return outcome.value


@pytest.fixture(scope="module")
def bench(echo_extension: Any) -> Iterator[VirtualBench]:
    """Return a bench in a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        sandbox = Sandbox(extensions=(echo_extension,), spares=0)
        runner.run(sandbox.__aenter__())
        yield VirtualBench(runner, sandbox)
        runner.run(sandbox.aclose())


EVERYTHING = """
  const seen = [Date.now(), new Date().toISOString(), Date(), Math.random(), Math.random(), crypto.randomUUID()]
  seen.push(performance.now(), performance.timeOrigin, new Intl.DateTimeFormat("en", { timeStyle: "long" }).format())
  seen.push(new Intl.DateTimeFormat().formatToParts().length, String(Temporal.Now.instant()))
  seen.push(String(Temporal.Now.plainDateISO()), String(Temporal.Now.zonedDateTimeISO("Asia/Tokyo")))
  await new Promise((resolve) => setTimeout(resolve, 600_000))
  console.log("waited", Date.now())
  return [...seen, Date.now(), performance.now()]
"""


def test_two_runs_with_the_same_seed_are_the_same(bench: VirtualBench) -> None:
    """Time, chance and console of a run follow from its start and its seed alone, in another worker too."""
    value = bench.run(EVERYTHING)
    lines = bench.lines
    again = bench.run(EVERYTHING, key="other")
    assert json.dumps(value) == json.dumps(again)
    assert lines == bench.lines
    assert START_MS == value[0]
    assert "2026-01-01T00:00:00Z" in value
    assert [START_MS + 600_000, 600_000] == value[-2:]
    assert value[3:6] != bench.run(EVERYTHING, seed=bytes(32))[3:6]


def test_what_sleeps_while_a_run_is_put_off_has_its_time_left(bench: VirtualBench) -> None:
    """A wait for which a run would be put off counts for no deadline, not even for what is done right after it."""
    active: list[float] = []

    async def calls(_: HostCall) -> HostReply:
        clock = bench.clock
        for _ in range(2):
            await clock.sleep(600.0)
            active.append(clock.active_time())
            await passing(clock, 3.0)
            active.append(clock.active_time())
        return HostReply(ok=True, value=clock.time())

    assert 1206.0 == bench.run("return call('x')", calls)
    assert [0.0, 3.0, 3.0, 6.0] == active


def test_random_numbers_are_even(bench: VirtualBench) -> None:
    """Math.random gives numbers from 0 to below 1, about as many in each tenth."""
    counts = bench.run(
        "const n = Array(10).fill(0); for (let i = 0; i < 20000; i++) n[Math.floor(Math.random() * 10)]++; return n"
    )
    assert 20000 == sum(counts)
    assert all(1800 < count < 2200 for count in counts)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("new Date(2020, 1, 3).getTime() === Date.UTC(2020, 1, 3)", True),
        ("new Date('2020-02-03').toISOString()", "2020-02-03T00:00:00.000Z"),
        ("new Date() instanceof Date && (class extends Date {})", None),
        ("[Date.length, Date.name, typeof Date.parse, Object.keys(Date).length]", [7, "Date", "function", 0]),
        ("Object.prototype.toString.call(new Date())", "[object Date]"),
        ("new (class Day extends Date { day() { return this.getUTCDate() } })().day()", 1),
        ("new Date(new Date(5)).getTime()", 5),
        ("new Date().constructor === Date", True),
        ("structuredClone(new Date(7)).getTime()", 7),
        ("new WeakRef(globalThis).deref() === globalThis", True),
        ("[WeakRef.name, String(new WeakRef({}))]", ["WeakRef", "[object WeakRef]"]),
        ("new FinalizationRegistry(() => {}).register({}, 1)", None),
    ],
)
def test_what_stands_in_behaves_like_the_original(bench: VirtualBench, expression: str, value: Any) -> None:
    """Date and weak references are what the language says, but for where their time comes from."""
    if value is None:
        bench.run(f"void ({expression})")
    else:
        assert value == bench.run(f"return {expression}")


def test_a_busy_wait_comes_to_an_end(bench: VirtualBench) -> None:
    """A loop that does nothing but look at the clock sees it move, and how far is always the same."""
    body = "const end = Date.now() + 50; let looks = 0; while (Date.now() < end) looks++; return looks"
    assert bench.run(body) == bench.run(body) > 1000


def test_answers_of_one_moment_come_in_the_order_of_their_calls(bench: VirtualBench) -> None:
    """How long the machine takes for an answer changes nothing in virtual time."""

    async def backwards(call: HostCall) -> HostReply:
        for _ in range(100 - 10 * call.payload["n"]):
            await asyncio.sleep(0)
        return HostReply(ok=True, value=call.payload)

    body = """
      const order = []
      await Promise.all([1, 2, 3].map(async (n) => { await call({ n }); order.push(n); await call({ n }); order.push(n) }))
      return order
    """
    assert [1, 2, 3, 1, 2, 3] == bench.run(body, backwards)
