"""ExitStatus: what the command tells its caller."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chaos.chaos_report import ChaosReport
    from .report import RunReport
    from .suite.suite_report import SuiteReport


class ExitStatus(IntEnum):
    """The exit status of the command."""

    OK = 0
    FAILED = 1
    WRONG = 2
    LIMIT = 3
    SUSPENDED = 4
    INTERRUPTED = 130
    TERMINATED = 143

    @classmethod
    def of(cls, report: RunReport) -> ExitStatus:
        """Return the status that says how the run of `report` ended."""
        if report.error is None:
            return cls.OK if report.suspended is None else cls.SUSPENDED
        return {"configuration": cls.WRONG, "limit": cls.LIMIT}.get(report.error.type, cls.FAILED)

    @classmethod
    def of_suite(cls, report: SuiteReport | ChaosReport) -> ExitStatus:
        """Return the status that says what came of fixtures."""
        if report.problems:
            return cls.WRONG
        return cls.OK if report.ok else cls.FAILED
