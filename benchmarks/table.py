"""Tables of what was measured: for the terminal, and for README.md."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from measuring import Row

BEGIN: Final = "<!-- written by make bench: begin -->"
END: Final = "<!-- written by make bench: end -->"
_HEADS: Final = ("", "work", "ours", "rival", "its figure", "ratio (spread)", "target", "")


def figure(value: float) -> str:
    """Return a number with three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as text."""
    theirs = f"{figure(statistics.median(row.theirs))} {row.unit}" if row.theirs else row.note
    target, verdict = "", ""
    if row.target is not None:
        target = str(row.target) if row.target.of == "ratio" else f"{row.target} {row.unit}"
        measured = row.measured
        verdict = "not measured" if measured is None else "met" if row.target.met(measured) else "missed"
    ours = f"{figure(statistics.median(row.ours))} {row.unit}" if row.ours else ""
    return row.letter, row.work, ours, row.rival, theirs, _spread(row.ratios), target, verdict


def _spread(ratios: Sequence[float]) -> str:
    if not ratios:
        return ""
    return f"{figure(statistics.median(ratios))} ({figure(min(ratios))} to {figure(max(ratios))})"


def text_line(row: Row) -> str:
    """Return a row for the terminal."""
    letter, work, ours, rival, theirs, ratio, target, verdict = cells(row)
    against = f"{rival}: {theirs}" if rival else theirs
    ratio = f"{ratio} x" if ratio else ""
    return f"{letter}  {work:58} {ours:>20}  {against:44} {ratio:26} {target:10} {verdict}".rstrip()


def markdown(rows: Iterable[Row]) -> str:
    """Return all rows as a table in Markdown."""
    lines = [_HEADS, ("---",) * len(_HEADS), *map(cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(path: Path, heading: str, rows: Iterable[Row]) -> None:
    """Put a table between the two marks in a file, in place of what stands there."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n\n{heading}\n\n{markdown(rows)}\n\n{END}{after}", encoding="utf-8")
