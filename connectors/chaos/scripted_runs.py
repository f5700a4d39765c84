"""ScriptedRuns: runs of methods of fixtures against other answers than those that the fixtures have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bridge import ByteStream, Limits, ScriptTransport, StreamError
from connectors.environment import RunEnvironment
from connectors.limits import LimitSettings
from connectors.report import RunError
from runtime import VirtualClock

if TYPE_CHECKING:
    from bridge import FaultyScript
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.runner import FixtureRunner
    from connectors.report import RunReport

_NO_TIME: Final = timedelta()


class ScriptedRuns:
    """Runs methods as their fixtures say, but for the answers.

    Args:
        runner: Open; it has run the fixtures.
    """

    def __init__(self, runner: FixtureRunner) -> None:
        self._runner = runner

    async def run(self, file: FixtureFile, script: FaultyScript, *, later: timedelta = _NO_TIME) -> RunReport:
        """Run the method of a fixture once. A stream that it gives is read; its text is then the value.

        Args:
            file: The fixture.
            script: What is answered.
            later: How much later than the fixture says; all that is random is then different as well.
        """
        fixture = file.fixture
        clock = VirtualClock((fixture.now + later).timestamp() * 1000)
        limits = LimitSettings.in_document(file.document, fixture.limits)
        connector = self._runner.connector(file.target)
        report = await self._runner.host.run(
            connector,
            file.method,
            connection=fixture.connection,
            args=fixture.args,
            mode=fixture.mode,
            limits=Limits(**limits.values),
            environment=RunEnvironment(
                clock=clock,
                seed=f"{fixture.seed or file.name}{f' {later}' if later else ''}".encode(),
                transport=ScriptTransport(script, clock=clock),
                isolation_key=f"fixtures of {connector.digest}",
            ),
        )
        return await _read(report, report.value) if isinstance(report.value, ByteStream) else report


async def _read(report: RunReport, stream: ByteStream) -> RunReport:
    """Return a report with the text of a stream as its value; with the error of a stream that breaks."""
    pieces: list[bytes] = []
    try:
        async for piece in stream:
            pieces.append(piece)  # noqa: PERF401 (what came before the stream broke is kept)
    except StreamError as caught:
        error = RunError(type="connection", key=caught.key, message=caught.message)
        return report.model_copy(update={"ok": False, "value": None, "error": error})
    finally:
        await stream.aclose()
    return report.model_copy(update={"value": b"".join(pieces).decode("latin-1")})
