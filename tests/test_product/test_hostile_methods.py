"""What hostile methods get, through the one object an application holds, while others go on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from connectors import Connection, Connector, Limits, MethodHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENT = Limits(wall_time_seconds=60, cpu_time_seconds=60)
"""Of the host, so that a slow machine has the time to fill the memory."""
LIMITS = Limits(wall_time_seconds=3)
GOOD = Connector.from_source(
    "good",
    "export default async function good() { for (let i = 0; i < 5; i++) await new Promise((r) => setTimeout(r, 10)); return 7 }",
)
HOSTILE = {
    "loop": ("while (true) {}", "limit", {"wall_time"}),
    "loop after an await": ("export default async () => { await null; while (true) {} }", "limit", {"wall_time"}),
    "map bomb": (
        "export default () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, i) }",
        "limit",
        {"memory"},
    ),
    "array buffer bomb": (
        "export default () => { const a = []; for (;;) a.push(new Uint8Array(2 ** 26).fill(1)) }",
        "limit",
        {"memory"},
    ),
    "uninterruptible builtin": (
        "export default () => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
        "limit",
        {"wall_time"},
    ),
    "BigInt result": ("export default () => 1n", "custom_code", {"result"}),
    "lone surrogate result": ('export default () => "\\ud800"', "custom_code", {"result"}),
    "throwing getter in the result": ("export default () => ({ get a() { throw 1 } })", "custom_code", {"result"}),
}

APPLICATION = """
import asyncio
from connectors import Connection, Connector, MethodHost

async def main():
    async with MethodHost() as host:
        runs = [
            host.run(Connector.from_source("m", code), connection=Connection(id=code))
            for code in ("while (true) {}", "module.exports = () => new Promise((r) => setTimeout(r, 1e6))")
        ]
        asyncio.get_running_loop().call_later(0.5, lambda: print("running", flush=True))
        await asyncio.gather(*runs)

asyncio.run(main())
"""


@pytest.fixture
async def host() -> AsyncIterator[MethodHost]:
    """A host."""
    async with MethodHost(limits=PATIENT, workers=8) as host:
        yield host


@pytest.mark.parametrize(("code", "type_", "keys"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_each_has_its_own_clear_error_while_twenty_others_complete(
    host: MethodHost, code: str, type_: str, keys: set[str]
) -> None:
    """A hostile method fails with its own error, and twenty runs of another connection complete unharmed beside it."""
    good = [host.run(GOOD, connection=Connection(id="good")) for _ in range(20)]
    report, *others = await asyncio.gather(
        host.run(
            Connector.from_source("bad", code),
            connection=Connection(id="bad"),
            limits=PATIENT if keys == {"memory"} else LIMITS,
        ),
        *good,
    )
    assert [7] * 20 == [other.value for other in others]
    assert report.error is not None
    assert type_ == report.error.type
    assert report.error.key in keys
    assert report.value is None


async def test_a_loop_that_computes_too_long_is_told_so(host: MethodHost) -> None:
    """CPU time has a limit and an error of its own."""
    report = await host.run(Connector.from_source("m", "while (true) {}"), limits=Limits(cpu_time_seconds=0.3))
    assert report.error is not None
    assert ("limit", "cpu_time") == (report.error.type, report.error.key)


def test_killing_the_application_leaves_no_process() -> None:
    """After SIGKILL to the application no worker and no zygote is alive."""
    with subprocess.Popen([sys.executable, "-c", APPLICATION], stdout=subprocess.PIPE) as application:
        assert application.stdout is not None
        assert b"running\n" == application.stdout.readline()
        processes = psutil.Process(application.pid).children(recursive=True)
        assert len(processes) >= 3
        application.kill()
    assert [] == psutil.wait_procs(processes, timeout=5)[1]
