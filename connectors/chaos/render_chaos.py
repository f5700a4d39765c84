"""The report of failures as a person reads it: a matrix, and what was not handled, with its line."""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.text import Text

from connectors.printable import printable
from connectors.render_text import frame_text
from connectors.suite.shown_path import shown_path

from .failure_kinds import FAILURE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from .chaos_report import ChaosCell, ChaosReport
    from .verdict import Outcome

_MARKS: Final[dict[Outcome | None, tuple[str, str]]] = {
    "handled": ("✓", "green"),
    "not_handled": ("✗", "bold red"),
    "unknown": ("?", "yellow"),
    None: ("·", "dim"),
}


def chaos_text(report: ChaosReport) -> RenderableType:
    """Return the matrix, what was not handled, what cannot be told, and the summary."""
    return Group(*_matrices(report), *_findings(report), *_omissions(report), _summary(report))


def _matrices(report: ChaosReport) -> Iterator[Text]:
    """Yield a table for each connector, narrow enough for any terminal: what is over a column is read downwards."""
    width = max((len(printable(method)) for _, method, _ in report.by_method()), default=0)
    for target, rows in groupby(report.by_method(), key=lambda row: row[0]):
        text = Text.assemble((printable(shown_path(target)), "bold"))
        for letters in zip_longest(*(kind.heading for kind in FAILURE_KINDS), fillvalue=" "):
            text.append(f"\n{' ' * (width + 2)} {' '.join(letters)}", "dim")
        for _, method, outcomes in rows:
            text.append(f"\n  {printable(method):<{width}}", "cyan")
            for kind in FAILURE_KINDS:
                mark, style = _MARKS[outcomes.get(kind.name)]
                text.append(" ").append(mark, style)
        yield text.append("\n")


def _findings(report: ChaosReport) -> Iterator[Text]:
    """Yield what was not handled, and what cannot be told; what is the same for several failures once."""
    for outcome in ("not_handled", "unknown"):
        cells = [cell for cell in report.cells if cell.verdict.outcome == outcome]
        for _, same in groupby(sorted(cells, key=_likeness), key=_likeness):
            yield _finding(list(same), report)


def _likeness(cell: ChaosCell) -> tuple[str, ...]:
    """Return what findings that are shown as one have in common."""
    return str(cell.file.target), cell.file.method, str(cell.location), cell.verdict.how, cell.verdict.message


def _finding(cells: list[ChaosCell], report: ChaosReport) -> Text:
    first = cells[0]
    mark, style = _MARKS[first.verdict.outcome]
    text = Text.assemble((f"{mark} ", style), (printable(first.file.method), "bold"))
    for (fixture, victim), group in groupby(cells, key=lambda cell: (cell.file.name, cell.victim)):
        same = list(group)
        name = f"{fixture.removeprefix(f'{first.file.method}.')}, exchange {victim + 1}"
        what = same[0].kind.sentence if len(same) == 1 else f"met {', '.join(cell.kind.heading for cell in same)}"
        text.append(f"\n  {printable(same[0].request)} {what}").append(f"  ({printable(name)})", "dim")
    text.append(f"\n  {printable(first.verdict.message)}", style)
    if first.location is not None:
        place = first.location
        text.append(f"\n  {printable(place.file)}:{place.line}:{place.column}", "cyan")
        text.append_text(frame_text(report.source(first) or "", place.line, place.column))
    return text.append("\n")


def _omissions(report: ChaosReport) -> Iterator[Text]:
    for problem in report.problems:
        yield Text.assemble(("✗ ", "bold red"), printable(str(problem)))
    for omission in report.omissions:
        style = "red" if omission.file in report.failed else "dim"
        yield Text(f"left out: {printable(omission.file.name)}: {omission.reason}", style)


def _summary(report: ChaosReport) -> Text:
    counts: tuple[tuple[Outcome, str, str], ...] = (
        ("handled", "handled", "bold green"),
        ("not_handled", "not handled", "bold red"),
        ("unknown", "that cannot be told", "yellow"),
    )
    parts = [Text(f"{report.count(outcome)} {words}", style) for outcome, words, style in counts]
    shown = [part for part, (outcome, _, _) in zip(parts, counts, strict=True) if report.count(outcome)]
    return Text(", ").join(shown or parts[:1]).append(f" in {report.seconds:.1f} s", "dim")
