"""The timeline for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from connectors.printable import printable
from connectors.render_text import LEVEL_STYLES, STATUS_STYLES

from .figures import duration_text, moment_text
from .timeline import Request, Timeline

if TYPE_CHECKING:
    from bridge import CapturedExchange

    from .axis import Axis
    from .timeline import Line
    from .trace import Trace

_MOST_FOR_LABELS: Final = 0.4
_SPACES: Final = 10
_WAITING, _READING, _PAUSE, _POINT, _BREAK = "▒█┄•≈"


def timeline_table(trace: Trace, width: int) -> Table:
    """Return the rows of a run, each with its place in time.

    Args:
        trace: Of the run.
        width: Of the terminal, in columns.
    """
    timeline = Timeline.of(trace)
    rows = [_request(row, timeline) if isinstance(row, Request) else _line(row) for row in timeline.rows]
    starts = [moment_text(row.start) for row in timeline.rows]
    taken = [max(map(cell_len, ("start", *starts)))]
    taken += [max(map(cell_len, (title, *(row[index].plain for row in rows)))) for title, index in _COLUMNS]
    left = max(width - sum(taken) - _SPACES, 0)
    longest = max((cell_len(row[1].plain) for row in rows), default=1)
    label = max(1, min(longest, int(left * _MOST_FOR_LABELS)))
    chart = max(1, left - label)
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1))
    table.add_column("start", justify="right", no_wrap=True, style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True, overflow="ellipsis", width=label)
    table.add_column(_scale(timeline.axis, chart), no_wrap=True, width=chart)
    table.add_column("answer", justify="right", no_wrap=True)
    table.add_column("took", justify="right", no_wrap=True, style="dim")
    for row, start, (kind, text, answer, took) in zip(timeline.rows, starts, rows, strict=True):
        marks = _bars(row, timeline.axis, chart) if isinstance(row, Request) else _point(row, timeline.axis, chart)
        table.add_row(start, kind, text, marks, answer, took)
    return table


_COLUMNS: Final = (("", 0), ("answer", 2), ("took", 3))
"""Titles of those beside the label and the chart, and which cells of a row they have."""


def _request(row: Request, timeline: Timeline) -> tuple[Text, Text, Text, Text]:
    chain = row.chain
    tries = f"{chain.attempts}× " if chain.attempts > 1 else ""  # noqa: RUF001 (a multiplication sign)
    return (
        Text(printable(chain.first.verb), "cyan"),
        Text(printable("".join(row.place(timeline.usual_host)))),
        Text.assemble((tries, "dim"), (chain.last.fault or str(chain.last.status), _style(chain.last))),
        Text(duration_text(chain.duration_ms)),
    )


def _line(row: Line) -> tuple[Text, Text, Text, Text]:
    text = printable(row.line.message.partition("\n")[0])
    return Text(row.line.level, _level_style(row)), Text(text, "dim"), Text(), Text()


def _point(row: Line, axis: Axis, width: int) -> Text:
    return Text(" " * _column(axis, row.start, width) + _POINT, _level_style(row))


def _level_style(row: Line) -> str:
    return LEVEL_STYLES.get(row.line.level, "cyan")


def _style(exchange: CapturedExchange) -> str:
    return "red" if exchange.fault else STATUS_STYLES.get((exchange.status or 0) // 100, "red")


def _bars(row: Request, axis: Axis, width: int) -> Text:
    """Return the attempts of a call where they stand in time."""
    cells = Text(" " * width)
    for link, (start, end) in zip(row.chain.links, row.work, strict=True):
        exchange = link.exchange
        head = end if exchange.waited_ms is None else min(start + exchange.waited_ms, end)
        style = _style(exchange)
        first, middle, last = (_column(axis, time, width) for time in (start, head, end))
        if link.waited_ms:
            before = _column(axis, start - link.waited_ms, width) + 1
            cells = _drawn(cells, before, first, _PAUSE, "dim")
        cells = _drawn(cells, first, middle + 1, _WAITING, style)
        cells = _drawn(cells, middle + 1, last + 1, _READING, style)
    return cells


def _drawn(cells: Text, start: int, end: int, character: str, style: str) -> Text:
    """Return cells with one character in place of some."""
    return Text.assemble(cells[:start], (character * (end - start), style), cells[max(start, end) :])


def _scale(axis: Axis, width: int) -> Text:
    """Return the times that the axis tells, and where it is not to scale."""
    cells = Text(" " * width)
    for tick in axis.ticks:
        at = _column_at(tick.at, width)
        if at + len(tick.text) <= width and not cells.plain[max(0, at - 1) : at + len(tick.text)].strip():
            cells = Text.assemble(cells[:at], tick.text, cells[at + len(tick.text) :])
    for span in axis.breaks:
        at = _column_at(span.left + span.width / 2, width)
        if not cells.plain[at].strip():
            cells = _drawn(cells, at, at + 1, _BREAK, "")
    return cells


def _column(axis: Axis, time: float, width: int) -> int:
    return _column_at(axis.at(time), width)


def _column_at(percent: float, width: int) -> int:
    return min(int(percent * width / 100), width - 1)
