"""What is told of a run whose time was up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Bench

    from runtime import Failure

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def stalled(bench: Bench, code: str, **limits: float) -> tuple[Failure, dict[str, Any]]:
    failure = (await bench.run(code, **{"wall_time_seconds": 0.3, **limits})).failure
    assert failure is not None
    assert ("limit", "wall_time") == (failure.type, failure.key)
    assert isinstance(failure.data, dict)
    return failure, failure.data


async def test_calls_and_timers_under_way_are_told_with_their_lines(bench: Bench) -> None:
    """The report says what was started where and how long ago, the oldest first, and points to it."""
    code = """export default async ({ echo }) => {
      const late = echo({ after: 60 })
      setTimeout(() => {}, 60_000)
      clearTimeout(setTimeout(() => {}, 60_000))
      await echo({ after: 0.1 })
      const interval = setInterval(() => {}, 50_000)
      await echo({ after: 70 })
    }"""
    failure, data = await stalled(bench, code)
    assert data["used"] >= data["value"] == 0.3
    assert (False, 4) == (data["computing"], data["pendingCount"])
    assert [
        ("echo", "data/contacts/list.js:2:20"),
        ("setTimeout", "data/contacts/list.js:3:7"),
        ("setInterval", "data/contacts/list.js:6:24"),
        ("echo", "data/contacts/list.js:7:13"),
    ] == [(work["what"], work["site"]) for work in data["pending"]]
    waited = [work["waitedMs"] for work in data["pending"]]
    assert waited == sorted(waited, reverse=True)
    assert waited[0] - waited[3] >= 99
    assert "it was waiting for echo (data/contacts/list.js:2:20, for 0.3 s), setTimeout (" in failure.message
    assert failure.message.endswith(" and 1 more")
    assert failure.location is not None
    assert ("data/contacts/list.js", 2, 20) == (failure.location.file, failure.location.line, failure.location.column)


async def test_a_method_that_computes_is_told_so(bench: Bench) -> None:
    """No call is blamed for a loop."""
    code = "module.exports = ({ echo }) => { echo({ after: 60 }); setTimeout(() => { while (true) {} }, 1); return new Promise(() => {}) }"
    failure, data = await stalled(bench, code)
    assert data["computing"] is True
    assert 1 == data["pendingCount"]
    assert failure.message.endswith("it was computing")
    assert failure.location is None


async def test_what_is_told_is_bounded(bench: Bench) -> None:
    """Of many timers only some are listed."""
    code = "module.exports = () => { for (let i = 0; i < 500; i++) setTimeout(() => {}, 1e6); return new Promise(() => {}) }"
    _, data = await stalled(bench, code)
    assert (20, 500) == (len(data["pending"]), data["pendingCount"])


async def test_a_deadlock_tells_the_promises_it_waits_for(bench: Bench) -> None:
    """The failure has the places of promises that nothing settles, since when, and points to the newest."""
    code = "const never = new Promise(() => {})\nexport default async ({ echo }) => {\n  await echo({ after: 0.1 })\n  await never\n}"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert "deadlock" == failure.key
    assert isinstance(failure.data, dict)
    pending: Any = failure.data["pending"]
    assert [("promise", "data/contacts/list.js:1:15")] == [(work["what"], work["site"]) for work in pending]
    assert pending[0]["waitedMs"] >= 90
    assert failure.location is not None
    assert 1 == failure.location.line


async def test_a_method_cannot_make_its_report_long(bench: Bench) -> None:
    """Places that a method makes up are cut off."""
    code = """Error.prepareStackTrace = () => "\\n    at " + "x".repeat(1e6);
    module.exports = ({ echo }) => echo({ after: 60 })"""
    _, data = await stalled(bench, code)
    assert len(data["pending"][0]["site"]) <= 1001
