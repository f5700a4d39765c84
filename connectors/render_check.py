"""The report of a check as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from .printable import printable
from .render_text import frame_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .check_report import CheckReport, Problem


def check_text(report: CheckReport) -> RenderableType:
    """Return each problem with its place, and how many there are."""
    return Group(
        *(_problem_text(problem, report.sources.get(problem.file)) for problem in report.problems), _verdict(report)
    )


def _problem_text(problem: Problem, source: str | None) -> Text:
    place = ":".join(str(part) for part in (printable(problem.file), problem.line, problem.column) if part is not None)
    key = f" {printable(problem.key)}" if problem.key else ""
    text = Text.assemble(
        (place, "cyan"), key, " ", (f"{problem.rule}: ", "bold red"), (printable(problem.message), "bold")
    )
    if source is not None and problem.line is not None:
        text.append_text(frame_text(source, problem.line, problem.column))
    return text.append("\n")


def _verdict(report: CheckReport) -> Text:
    looked = f"{_count(report.files, 'file')} and {_count(len(report.methods), 'method')}"
    if report.ok:
        return Text.assemble(("no problem", "bold green"), (f" in {looked}", "dim"))
    return Text.assemble((_count(len(report.problems), "problem"), "bold red"), (f" in {looked}", "dim"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
