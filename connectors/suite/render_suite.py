"""The report of many fixtures as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from connectors.printable import printable
from connectors.render_text import place_text

from .render_diff import diff_text
from .shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import RenderableType

    from connectors.errors import DefinitionError
    from connectors.fixtures.result import FixtureResult, Mismatch
    from connectors.report import RunReport

    from .suite_report import SuiteReport

MOST_CONSOLE = 20
_SLOW_SECONDS = 1.0


def suite_text(report: SuiteReport) -> RenderableType:
    """Return the listing by connector and method, each failure, what could not be read, and the summary."""
    return Group(*_listings(report), *_failures(report), _summary(report))


def watched_text(report: SuiteReport) -> RenderableType:
    """Return what matters to who changes a method: each failure, and the summary."""
    waiting = Text("Waiting for changes; Ctrl-C ends.", "dim")
    return Group(*_failures(report), _summary(report), waiting)


def _failures(report: SuiteReport) -> Iterator[RenderableType]:
    """Yield each failure with its differences, each fixture that could not be read, and what is to be known."""
    for result in report.failed:
        yield failure_text(result, report)
    for problem in report.problems:
        yield _problem(problem)
    for note in report.notes:
        yield Text.assemble(("note: ", "yellow"), printable(note, keep="\n"))


def _summary(report: SuiteReport) -> Text:
    """Return how many passed, failed and were left out, and how long it took."""
    parts = [
        (report.passed, "passed", "bold green"),
        (len(report.failed), "failed", "bold red"),
        (len(report.problems), "not readable", "bold red"),
        (len(report.not_run), "not run", "yellow"),
    ]
    text = Text(", ").join(
        Text(f"{number} {word}", style) for number, word, style in parts if number or word == "passed"
    )
    return text.append(f" in {_duration(report.seconds)}", "dim")


def _listings(report: SuiteReport) -> Iterator[Text]:
    for target, results in report.by_connector():
        yield _listing(target, results)


def _listing(target: Path, results: list[FixtureResult]) -> Text:
    """Return the cases of one connector under their methods."""
    text = Text.assemble((printable(shown_path(target)), "bold"))
    width = max(len(_case(result)) for result in results)
    method = None
    for result in results:
        if result.file.method != method:
            method = result.file.method
            text.append(f"\n  {printable(method)}", "cyan")
        mark, style = ("✓", "green") if result.ok else ("✗", "bold red")
        slow = "yellow" if result.seconds >= _SLOW_SECONDS else "dim"
        text.append(f"\n    {mark} ", style).append(f"{_case(result):<{width}}  ", "" if result.ok else "bold")
        text.append(f"{_duration(result.seconds):>7}", slow)
    return text.append("\n")


def failure_text(result: FixtureResult, report: SuiteReport) -> Text:
    """Return why one fixture failed."""
    name, path = printable(result.file.name), printable(shown_path(result.file.path))
    parts = [_mismatch(mismatch, result) for mismatch in result.mismatches]
    error = result.report.error
    if (
        error is not None
        and error.location is not None
        and any(one.kind in {"error", "unmatched"} for one in result.mismatches)
    ):
        parts.append(place_text(error, report.source(result)))
    parts += _console(result.report)
    text = Text.assemble(("✗ ", "bold red"), (name, "bold"), (f"  {path}", "dim"))
    for part in parts:
        text.append("\n").append_text(_indented(part))
    return text.append("\n")


def _expects_error(result: FixtureResult) -> bool:
    """Whether the error of the run is the one that the fixture expects."""
    return not any(mismatch.kind in {"error", "unmatched"} for mismatch in result.mismatches)


def _mismatch(mismatch: Mismatch, result: FixtureResult) -> Text:
    """Return one difference, with its place in the fixture's file."""
    place = f"  {printable(result.file.path.name)}:{mismatch.line}" if mismatch.line else ""
    text = Text.assemble((printable(mismatch.title), "red"), (place, "dim"))
    return text.append("\n").append_text(_indented(diff_text(mismatch.diff))) if mismatch.diff else text


def _indented(text: Text) -> Text:
    return Text("\n").join(Text("  ").append_text(line) for line in text.split("\n"))


def _console(report: RunReport) -> Iterator[Text]:
    """Yield the last lines that the method wrote."""
    left_out = len(report.logs) - MOST_CONSOLE
    if report.logs:
        yield Text(f"console{f', without the first {left_out} lines' if left_out > 0 else ''}:", "dim")
    for line in report.logs[-MOST_CONSOLE:]:
        yield _indented(Text.assemble((f"{line.level:<5} ", "dim"), printable(line.message, keep="\n")))


def _problem(problem: DefinitionError) -> Text:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file or ""
    text = Text.assemble(("✗ ", "bold red"), (printable(place), "bold"), "\n  ")
    if problem.key:
        text.append(f"{printable(problem.key)}: ", "cyan")
    return text.append(f"{printable(problem.message)}\n", "red")


def _case(result: FixtureResult) -> str:
    """Return a case's name without that of its method."""
    return printable(result.file.name.removeprefix(f"{result.file.method}.") or result.file.name)


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
