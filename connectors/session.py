"""Session: one execution of the command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .exit_status import ExitStatus
from .report import RunError, RunReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from .chaos.chaos_report import ChaosReport
    from .check_report import CheckReport
    from .connector import Connector
    from .diagnosis import Diagnosis
    from .importing.imported import Imported
    from .recording.recording import Recording
    from .render_json import JsonOutput
    from .render_terminal import TerminalOutput
    from .suite.suite_report import SuiteReport
    from .written_files import WrittenFiles


@dataclass(kw_only=True)
class Session:
    """One execution of the command.

    Attributes:
        output: Where its result goes.
        report: Its result; none where it only printed help.
        diagnosis: Its result, where it looked at the machine.
        check: Its result, where it looked at a connector.
        written: Its result, where it wrote files for an author.
        imported: Its result, where it made fixtures of what other tools recorded.
        recording: Its result, where it recorded a fixture.
        suite: Its result, where it ran fixtures.
        chaos: Its result, where it let their exchanges fail.
        watches: Whether it stays until it is interrupted.
        connector: The connector that was run.
        status: Its exit status.
    """

    output: JsonOutput | TerminalOutput
    report: RunReport | None = None
    diagnosis: Diagnosis | None = None
    check: CheckReport | None = None
    written: WrittenFiles | None = None
    imported: Imported | None = None
    recording: Recording | None = None
    suite: SuiteReport | None = None
    chaos: ChaosReport | None = None
    watches: bool = False
    connector: Connector | None = None
    status: ExitStatus = ExitStatus.OK

    def fail(self, status: ExitStatus, error: RunError) -> None:
        """Take an error of the command itself for its result."""
        self.status = status
        self.report = RunReport(ok=False, error=error)

    def interrupt(self, status: ExitStatus) -> None:
        """Take an interrupt for its end, which for one that stays is as it should be."""
        if not self.watches or status != ExitStatus.INTERRUPTED:
            self.fail(status, RunError(type="internal", key="interrupted", message="The run was interrupted."))

    def show(self) -> None:
        """Write the result."""
        output = self.output
        if self.report is not None:
            output.show(self.report, self.connector)
            return
        results: tuple[tuple[Any, Callable[[Any], None]], ...] = (
            (self.diagnosis, output.show_diagnosis),
            (self.check, output.show_check),
            (self.written, output.show_written),
            (self.imported, output.show_imported),
            (self.recording, output.show_recording),
            (self.suite, output.show_suite),
            (self.chaos, output.show_chaos),
        )
        for result, show in results:
            if result is not None:
                show(result)
                return
