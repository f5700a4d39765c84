"""What a run can see: only itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime import HostReply

if TYPE_CHECKING:
    from conftest import Bench

    from runtime import HostCall

pytestmark = pytest.mark.asyncio(loop_scope="module")

GLOBALS = Path(__file__).with_name("globals.txt").read_text().split()


async def test_the_globals_are_these_and_no_others(bench: Bench) -> None:
    """No handle of the host, no shared memory and no WebAssembly is in reach."""
    assert GLOBALS == await bench.value("module.exports = () => Object.getOwnPropertyNames(globalThis).sort()")


async def test_every_run_has_a_fresh_isolate(bench: Bench) -> None:
    """Nothing that one run leaves behind is seen by the next run of the same key."""
    code = """const before = [globalThis.mine, Array.prototype.mine, ({}).mine];
      globalThis.mine = Array.prototype.mine = Object.prototype.mine = 1;
      module.exports = () => before"""
    for _ in range(3):
        assert [None, None, None] == await bench.value(code)


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "new Function('return 1')",
        "(() => {}).constructor('return this')()",
        "(async () => {}).constructor('return 1')",
        "Reflect.construct(Function, ['return 1'])",
    ],
)
async def test_no_code_is_made_from_strings(bench: Bench, code: str) -> None:
    """Every way from a string to code ends in an EvalError."""
    failure = (await bench.run(f"module.exports = () => {code}")).failure
    assert failure is not None
    assert isinstance(failure.data, dict)
    assert "EvalError" == failure.data["name"]


async def test_call_sites_show_no_function_of_the_host(bench: Bench) -> None:
    """A method that inspects the stack finds neither the host's functions nor the name of its door."""
    code = """Error.prepareStackTrace = (e, sites) => sites.map((s) => [typeof s.getFunction(), String(s.getThis()), s.getFunctionName()]);
      module.exports = () => new Error().stack"""
    sites: list[list[Any]] = await bench.value(code)
    assert {"undefined"} >= {kind for kind, _, name in sites if name not in {"module.exports", None}}
    assert "methodhost_" not in str(sites)


async def test_keys_never_share_a_process(bench: Bench) -> None:
    """No worker ever serves two keys."""
    worker_of: dict[str, set[int]] = {}

    async def calls(_: HostCall) -> HostReply:
        for worker in bench.sandbox._pool._alive:
            if worker.lease is not None:
                worker_of.setdefault(worker.lease.isolation_key, set()).add(worker.process.process)
        return HostReply(ok=True, value=None)

    code = "module.exports = ({ echo }) => echo(1)"
    for _ in range(5):
        await asyncio.gather(*[bench.value(code, key=key, calls=calls) for key in "abc"])
    processes = [process for group in worker_of.values() for process in group]
    assert len(set(processes)) == len(processes)
    assert {"a", "b", "c"} <= worker_of.keys()
