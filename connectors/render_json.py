"""JsonOutput: results for programs."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from .suite.observer import SilentObserver

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .chaos.chaos_report import ChaosReport
    from .check_report import CheckReport
    from .connector import Connector
    from .diagnosis import Diagnosis
    from .importing.imported import Imported
    from .recording.recording import Recording
    from .report import RunReport
    from .suite.observer import SuiteObserver
    from .suite.suite_report import SuiteReport
    from .written_files import WrittenFiles


class JsonOutput:
    """Writes the result as one JSON document to standard output, and nothing else."""

    on_event = None
    show_timeline = None

    def show(self, report: RunReport, connector: Connector | None) -> None:
        """Write the report of a run."""
        _write(report.to_json())

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Write what was found."""
        _write(diagnosis.to_json())

    def show_check(self, report: CheckReport) -> None:
        """Write what was found in a connector."""
        _write(report.to_json())

    def show_written(self, written: WrittenFiles) -> None:
        """Write which files were written."""
        _write(written.to_json())

    def show_imported(self, imported: Imported) -> None:
        """Write what became of recordings."""
        _write(imported.to_json())

    def show_recording(self, recording: Recording) -> None:
        """Write what came of recording a fixture."""
        _write(recording.to_json())

    def ask(self, recording: Recording) -> bool:
        """Say no: nobody is there to be asked."""
        return False

    def suite_progress(self) -> AbstractContextManager[SuiteObserver]:
        """Return what shows how fixtures go on: nothing."""
        return nullcontext(SilentObserver())

    def show_suite(self, report: SuiteReport) -> None:
        """Write what came of fixtures."""
        _write(report.to_json())

    show_watched = show_suite

    def show_chaos(self, report: ChaosReport) -> None:
        """Write which failures were handled."""
        _write(report.to_json())


def _write(document: str) -> None:
    sys.stdout.write(f"{document}\n")
    sys.stdout.flush()
