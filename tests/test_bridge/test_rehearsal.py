"""The rehearsed run of clients is one that the isolate and the application really make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import api_client_extension
from runtime import Module, Sandbox, Script

if TYPE_CHECKING:
    from runtime import HostCall, HostReply


async def test_rehearsal_comes_to_its_end() -> None:
    """Its calls are answered with its replies, and its result shows that all of it was carried out."""
    extension = api_client_extension()
    rehearsal = extension.rehearsal
    assert rehearsal is not None
    operations = []

    async def answer(call: HostCall) -> HostReply:
        operations.append(call.operation)
        return rehearsal.replies[call.number - 1]

    async with Sandbox(extensions=(extension,), workers=1, spares=0) as sandbox:
        outcome = await sandbox.run(
            Script(module=Module(name="rehearsal.js", code=rehearsal.code)),
            {},
            isolation_key="acme",
            calls=answer,
            settings={extension.name: rehearsal.settings},
        )
    assert outcome.failure is None
    assert ["apiClient.get", "apiClient.post", "apiClient.get"] == operations
    assert (5, {"id": 3, "name": "book"}) == (outcome.value["sum"], outcome.value["made"])
