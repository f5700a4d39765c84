"""The timeline for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from connectors.printable import printable
from connectors.render_text import LEVEL_STYLES

from .shown_row import shown_rows
from .timeline import Timeline

if TYPE_CHECKING:
    from .axis import Axis
    from .shown_row import ShownRow
    from .trace import Trace

_MOST_FOR_LABELS: Final = 0.4
_SPACES: Final = 10
_TITLES: Final = ("start", "", "", "answer", "took")
_CHARACTERS: Final = {"wait": "▒", "read": "█", "pause": "┄", "timer": "─", "away": "░", "point": "•"}
_BREAK: Final = "≈"
_TONES: Final = {"fine": "green", "moved": "cyan", "bad": "red"}
_NAMES: Final = {"request": "cyan", "away": "yellow", "timer": "dim", "console": "cyan"}


def timeline_table(trace: Trace, width: int) -> Table:
    """Return the rows of a run, each with its place in time.

    Args:
        trace: Of the run.
        width: Of the terminal, in columns.
    """
    timeline = Timeline.of(trace)
    rows = [(row, _cells(row)) for row in shown_rows(timeline)]
    columns = zip(map(Text, _TITLES), *(cells for _, cells in rows), strict=True)
    start, name, text, answer, took = (max(cell_len(cell.plain) for cell in column) for column in columns)
    left = width - start - name - answer - took - _SPACES
    label = max(1, min(text, int(left * _MOST_FOR_LABELS)))
    chart = max(1, left - label)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1))
    table.add_column("start", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True, overflow="ellipsis", width=label)
    table.add_column(_scale(timeline.axis, chart), no_wrap=True, width=chart)
    table.add_column("answer", justify="right", no_wrap=True)
    table.add_column("took", justify="right", no_wrap=True)
    for row, (started, named, labelled, answered, lasted) in rows:
        shown = _shortened(labelled, label) if row.kind == "request" else labelled
        table.add_row(started, named, shown, _chart(row, chart), answered, lasted)
    return table


def _cells(row: ShownRow) -> tuple[Text, Text, Text, Text, Text]:
    """Return what stands beside the chart."""
    note = f"{row.note} " if row.note else ""
    return (
        Text(row.start, "dim"),
        Text(printable(row.name), _style(row)),
        Text(printable(f"{row.host}{row.text}"), "" if row.kind == "request" else "dim"),
        Text.assemble((note, "dim"), (row.answer, _TONES.get(row.tone, "dim"))),
        Text(row.took, "dim"),
    )


def _shortened(label: Text, width: int) -> Text:
    """Return a URL with its end, in which it differs from others."""
    if cell_len(label.plain) <= width:
        return label
    end = width // 2
    return Text(f"{label.plain[: width - end - 1]}…{label.plain[len(label.plain) - end :]}", label.style)


def _style(row: ShownRow) -> str:
    return LEVEL_STYLES.get(row.tone, _NAMES[row.kind])


def _chart(row: ShownRow, width: int) -> Text:
    """Return what stands in the chart."""
    cells = Text(" " * width)
    for mark in row.marks:
        first, last = _column(mark.left, width), _column(mark.right, width)
        first += mark.kind in {"read", "pause"}  # the column before has what led to it
        cells = _drawn(cells, first, last + 1, _CHARACTERS[mark.kind], _TONES.get(mark.tone) or _style(row))
    return cells


def _drawn(cells: Text, start: int, end: int, character: str, style: str) -> Text:
    """Return cells with one character in place of some."""
    return Text.assemble(cells[:start], (character * (end - start), style), cells[max(start, end) :])


def _scale(axis: Axis, width: int) -> Text:
    """Return the times that the axis tells, and where it is not to scale."""
    cells = Text(" " * width)
    for tick in axis.ticks:
        at = _column(tick.at, width)
        if at + len(tick.text) <= width and not cells.plain[max(0, at - 1) : at + len(tick.text)].strip():
            cells = Text.assemble(cells[:at], tick.text, cells[at + len(tick.text) :])
    for span in axis.breaks:
        at = _column(span.left + span.width / 2, width)
        if not cells.plain[at].strip():
            cells = _drawn(cells, at, at + 1, _BREAK, "")
    return cells


def _column(percent: float, width: int) -> int:
    return min(int(percent * width / 100), width - 1)
