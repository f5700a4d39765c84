"""The rehearsed runs of clients are such that the isolate and the application really make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bridge import api_client_extension
from runtime import Module, Sandbox, Script

if TYPE_CHECKING:
    from runtime import Extension, HostCall, HostReply, Outcome, Rehearsal

STATE = """
  module.exports = async ({ apiClient }) => {
    const state = [RegExp.$_, RegExp.lastMatch, RegExp.$1, new Error("here").stack, Reflect.ownKeys(globalThis).map(String)];
    return [await apiClient.get("/items"), ...state];
  };
"""


async def carry_out(
    extension: Extension, code: str, told_by: Rehearsal, *, spares: int = 0, runs: int = 1
) -> tuple[Outcome, list[str]]:
    """Run code with the settings and replies of a rehearsal; return the last outcome, and the calls that were made."""
    operations: list[str] = []

    async def answer(call: HostCall) -> HostReply:
        operations.append(call.operation)
        return told_by.replies[call.number - 1]

    async with Sandbox(extensions=(extension,), workers=3, spares=spares) as sandbox:
        for _ in range(runs):
            operations.clear()
            outcome = await sandbox.run(
                Script(module=Module(name="rehearsal.js", code=code)),
                {},
                isolation_key="acme",
                calls=answer,
                settings={extension.name: told_by.settings},
            )
    assert outcome.failure is None
    return outcome, operations


async def test_rehearsal_comes_to_its_end() -> None:
    """Its calls are answered with its replies, and its result shows that all of it was carried out."""
    extension = api_client_extension()
    rehearsal = extension.rehearsal
    assert rehearsal is not None
    outcome, operations = await carry_out(extension, rehearsal.code, rehearsal)
    assert ["apiClient.get", "apiClient.post", "apiClient.get"] == operations
    assert (5, {"id": 3, "name": "book"}) == (outcome.value["sum"], outcome.value["made"])


async def test_practice_comes_to_its_end_and_leaves_no_trace() -> None:
    """Its call is answered with its reply, and who runs in a worker that practised sees what others see."""
    extension = api_client_extension()
    practice = extension.practice
    assert practice is not None
    done, operations = await carry_out(extension, practice.code, practice)
    assert (1, ["apiClient.get"]) == (done.value, operations)
    practised, _ = await carry_out(extension, STATE, practice, spares=2, runs=2)
    unpractised, _ = await carry_out(replace(extension, practice=None), STATE, practice, spares=2, runs=2)
    assert practised.value == unpractised.value
