"""TerminalOutput: results as a person reads them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console

from runtime import LogLine

from .delivery import Written
from .importing.render_text import imported_text
from .render_check import check_text
from .render_diagnosis import diagnosis_text
from .render_text import (
    ending_text,
    error_text,
    exchange_text,
    files_text,
    log_text,
    place_text,
    suspended_text,
    value_text,
    warning_text,
    written_text,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .chaos.chaos_report import ChaosReport
    from .check_report import CheckReport
    from .connector import Connector
    from .diagnosis import Diagnosis
    from .importing.imported import Imported
    from .record import Event
    from .recording.recording import Recording
    from .report import RunReport
    from .suite.observer import SuiteObserver
    from .suite.suite_report import SuiteReport
    from .views import Trace
    from .written_files import WrittenFiles


class TerminalOutput:
    """Writes progress, timing and errors to standard error, and the value to standard output."""

    def __init__(self) -> None:
        self._value = Console(soft_wrap=True)
        self._progress = Console(stderr=True, soft_wrap=True)
        self._asked = False

    def on_event(self, event: Event) -> None:
        """Write one line of progress."""
        self._progress.print(log_text(event) if isinstance(event, LogLine) else exchange_text(event))

    def show(self, report: RunReport, connector: Connector | None) -> None:
        """Write how the run ended.

        Args:
            report: What happened.
            connector: Whose source is shown with an error.
        """
        for warning in report.warnings:
            self._progress.print(warning_text(warning))
        if isinstance(report.value, Written):
            self._progress.print(written_text(report.value))
        elif report.suspended is not None:
            self._progress.print(suspended_text(report.suspended))
        elif report.error is None:
            self._value.print(value_text(report.value))
        else:
            self._progress.print(error_text(report.error))
            file = connector and report.error.location and connector.files.get(report.error.location.file)
            if report.error.location is not None:
                self._progress.print(place_text(report.error, file.text if file else None))
        if report.usage.wall_ms and report.suspended is None:
            self._progress.print(ending_text(report.usage, ok=report.ok))

    def show_timeline(self, trace: Trace) -> None:
        """Write what happened in a run, and when."""
        from .views import timeline_table

        console = Console(stderr=True)
        table = timeline_table(trace, console.width)
        if table.row_count:
            console.print(table)

    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Write what was found."""
        Console().print(diagnosis_text(diagnosis))

    def show_check(self, report: CheckReport) -> None:
        """Write what was found in a connector."""
        self._value.print(check_text(report))

    def show_written(self, written: WrittenFiles) -> None:
        """Write which files were written."""
        self._value.print(files_text(written))

    def show_imported(self, imported: Imported) -> None:
        """Write what became of recordings."""
        self._value.print(imported_text(imported))

    def show_recording(self, recording: Recording) -> None:
        """Write what came of recording a fixture."""
        from .render_recording import recording_text

        self._progress.print(recording_text(recording, with_diff=not self._asked))

    def ask(self, recording: Recording) -> bool:
        """Show how a fixture would change, and ask whether it shall."""
        from .render_recording import change_text

        self._asked = True
        self._progress.print(change_text(recording))
        return sys.stdin.isatty() and click.confirm("Write this?", err=True)

    def suite_progress(self) -> AbstractContextManager[SuiteObserver]:
        """Return what shows how fixtures go on."""
        from .suite.progress import ProgressBar  # only this needs it

        return ProgressBar()

    def show_suite(self, report: SuiteReport) -> None:
        """Write what came of fixtures."""
        from .suite.render_suite import suite_text  # only this needs it

        self._value.print(suite_text(report))

    def show_watched(self, report: SuiteReport) -> None:
        """Write what came of fixtures on a screen of their own, without those that passed."""
        from .suite.render_suite import watched_text  # only this needs it

        self._value.clear()
        self._value.print(watched_text(report))

    def show_chaos(self, report: ChaosReport) -> None:
        """Write which failures were handled."""
        from .chaos.render_chaos import chaos_text  # only this needs it

        self._value.print(chaos_text(report))
