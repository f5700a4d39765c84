"""What is rehearsed where workers come from is nothing that a run can see."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime import Clock, Extension, HostReply, Journal, Module, Rehearsal, Sandbox, SandboxLimits, Script

if TYPE_CHECKING:
    from runtime import HostCall, LogLine

EXTENSION = Extension(
    name="echo",
    source="""(core) => core.onStart("echo", (settings, given) => {
      given.echo = (payload) => core.call("echo", payload, { resolve: (value) => value });
    })""",
)

REHEARSAL = Rehearsal(
    code="""
      module.exports = async ({ echo }) => {
        const before = Date.now() + Math.random();
        console.group("group");
        console.count();
        setTimeout(() => {}, 5);
        globalThis.left = Error.left = /l(e)ft/.exec("left");
        return [before, await echo("asked"), await Promise.all([1, new Promise((resolve) => resolve(new Date()))])];
      };
    """,
    replies=(HostReply(ok=True, value="answered"),),
)
PRACTICE = Rehearsal(
    code="module.exports = async ({ echo }) => await echo('asked')", replies=(HostReply(ok=True, value="answered"),)
)
PREPARED = replace(EXTENSION, rehearsal=REHEARSAL, practice=PRACTICE)
LANGUAGE = """
    module.exports = async ({ echo }) => {
      const seen = new Map();
      const told = (value, path) => {
        if ((typeof value !== "object" && typeof value !== "function") || value === null) return `${typeof value} ${String(value)}`;
        if (seen.has(value)) return seen.get(value);
        seen.set(value, path);
        const lines = [typeof value === "function" ? String(value) : typeof value, told(Object.getPrototypeOf(value), `${path}.__proto__`)];
        for (const key of Reflect.ownKeys(value)) {
          const { value: held, get, set, ...flags } = Object.getOwnPropertyDescriptor(value, key);
          const here = `${path}.${String(key)}`;
          lines.push(`${here} ${JSON.stringify(flags)} ${told(held, here)} ${told(get, here)} ${told(set, here)}`);
        }
        return lines.join("\\n");
      };
      const state = [Math.random(), RegExp.$_, RegExp.lastMatch, RegExp.$1, await echo("asked")];
      console.log("a line");
      console.count();
      return [state, told(globalThis, "globalThis")];
    };
"""


async def answer(call: HostCall) -> HostReply:
    """Answer a call with its payload, and its number."""
    return HostReply(ok=True, value=[call.payload, call.number])


async def told_in(extension: Extension) -> list[object]:
    """Return what a run tells of the language, and of the host, on a worker that was prepared while another was there."""
    lines: list[LogLine] = []
    async with Sandbox(extensions=(extension,), workers=3, spares=2) as sandbox:
        for _ in range(2):
            lines.clear()
            outcome = await sandbox.run(
                Script(module=Module(name="list.js", code=LANGUAGE)),
                {},
                isolation_key="acme",
                calls=answer,
                journal=Journal.begin(Clock(), most_bytes=1 << 20, seed=bytes(32)),
                on_log=lines.append,
            )
    assert outcome.failure is None
    state, language = outcome.value
    return [state, outcome.warnings, *(line.message for line in lines), *language.split("\n")]


async def test_rehearsal_leaves_no_trace() -> None:
    """The language is the same after rehearsal and practice, in the same order, and so is all that a run has of the host."""
    without = await told_in(EXTENSION)
    rehearsed = await told_in(PREPARED)
    assert len(without) > 1000
    assert without == rehearsed


def most_data_of(process: int) -> int:
    """Return the limit of a process's data memory."""
    (most,) = re.findall(r"Max data size +(\d+)", Path(f"/proc/{process}/limits").read_text())
    return int(most)


@pytest.mark.skipif(sys.platform != "linux", reason="workers that practise are forked with their zygote's isolate")
async def test_a_worker_that_practised_is_held_to_the_memory_of_its_own_run() -> None:
    """What it practised with leaves it no limit, which would be for life."""
    started_with = []
    script = Script(module=Module(name="list.js", code="module.exports = ({ echo }) => echo(1)"))
    async with Sandbox(extensions=(PREPARED,), workers=3, spares=2) as sandbox:
        for memory_bytes in (100 << 20, 200 << 20):

            async def calls(_: HostCall, memory_bytes: int = memory_bytes) -> HostReply:
                (worker,) = [worker for worker in sandbox._pool._alive if worker.place is not None]
                started_with.append(most_data_of(worker.process.process) - memory_bytes)
                return HostReply(ok=True, value=None)

            limits = SandboxLimits(memory_bytes=memory_bytes)
            outcome = await sandbox.run(script, {}, isolation_key="acme", calls=calls, limits=limits)
            assert outcome.failure is None
    assert [started_with[0]] * 2 == started_with
