"""ShownRow: a row of a timeline in words and places, for the page and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from .figures import duration_text, moment_text
from .page_part import Part, answer_of, tone_of
from .timeline import Away, Line, Pending, Request, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .axis import Axis
    from .chain import Link
    from .timeline import Row

_LONGEST_LINE: Final = 160


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something in the chart, in percent of its width.

    Attributes:
        kind: `wait` for the head of a response, `read` its body, `pause` before an attempt; `timer`, `away`; `point`.
        tone: Of a request: `fine`, `moved` or `bad`.
        left: Where it begins.
        right: Where it ends.
    """

    kind: str
    left: float
    right: float
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """One row of a timeline.

    Attributes:
        kind: `request`, `console`, `timer` or `away`.
        tone: Of a request, as in marks; the level of a console line.
        start: When it began.
        name: A verb, a level, or what else it is.
        host: Of a request, where it is not the usual one.
        text: What it is about.
        note: What is to be known of its answer.
        answer: Of a request.
        took: How long it was.
        marks: In the chart.
        links: The exchanges of a request.
        site: Where the method asked for it.
        more: The whole text, where there is more than can stand in a row.
    """

    kind: str
    tone: str = ""
    start: str
    name: str
    host: str = ""
    text: str
    note: str = ""
    answer: str = ""
    took: str = ""
    marks: tuple[Mark, ...]
    links: tuple[Link, ...] = ()
    site: str | None = None
    more: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The exchanges of a request, with headers and bodies."""
        return tuple(map(Part.of, self.links))


def shown_rows(timeline: Timeline) -> list[ShownRow]:
    """Return the rows of a timeline."""
    return [_shown(row, timeline) for row in timeline.rows]


@singledispatch
def _shown(row: Row, timeline: Timeline) -> ShownRow:
    """Return a row as it is shown."""
    raise NotImplementedError(type(row))


@_shown.register
def _(row: Request, timeline: Timeline) -> ShownRow:
    chain = row.chain
    host, path = row.place(timeline.usual_host)
    return ShownRow(
        kind="request",
        tone=tone_of(chain.last),
        start=moment_text(row.start),
        name=chain.first.verb,
        host=host,
        text=path,
        note=f"{chain.attempts} tries" if chain.attempts > 1 else "redirected" if len(chain.links) > 1 else "",
        answer=answer_of(chain.last),
        took=duration_text(chain.duration_ms),
        marks=tuple(_bars(row, timeline.axis)),
        links=chain.links,
        site=chain.first.site,
    )


@_shown.register
def _(row: Line, timeline: Timeline) -> ShownRow:
    text = row.line.message
    first = text.partition("\n")[0]
    return ShownRow(
        kind="console",
        tone=row.line.level,
        start=moment_text(row.start),
        name=row.line.level,
        text=first,
        marks=(_mark("point", row.start, row.start, timeline.axis),),
        more=text if text != first or len(text) > _LONGEST_LINE else "",
    )


@_shown.register
def _(row: Pending, timeline: Timeline) -> ShownRow:
    timer = row.timer
    times = f", {len(row.fired)} times" if len(row.fired) > 1 else ""
    return ShownRow(
        kind="timer",
        start=moment_text(row.start),
        name="timer",
        text=f"{timer.kind} {timer.delay_ms:g} ms{f' at {timer.site}' if timer.site else ''}",
        answer=("fired" if row.fired else "open" if timer.dropped is None else "cleared") + times,
        took=duration_text(row.end - row.start),
        marks=(
            _mark("timer", row.start, row.end, timeline.axis),
            *(_mark("point", at, at, timeline.axis) for at in row.fired),
        ),
    )


@_shown.register
def _(row: Away, timeline: Timeline) -> ShownRow:
    due = datetime.fromtimestamp(row.absence.due / 1000, UTC)
    return ShownRow(
        kind="away",
        start=moment_text(row.start),
        name="wait",
        text=f"suspended until {due:%Y-%m-%d %H:%M:%S} UTC",
        answer="resumed" if row.absence.end is not None else "not resumed",
        took=duration_text(row.end - row.start),
        marks=(_mark("away", row.start, row.end, timeline.axis),),
    )


def _bars(row: Request, axis: Axis) -> Iterator[Mark]:
    end = row.start
    for link, (start, stop) in zip(row.chain.links, row.work, strict=True):
        tone = tone_of(link.exchange)
        if start > end:
            yield _mark("pause", end, start, axis)
        waited = link.exchange.waited_ms
        head = stop if waited is None else min(start + waited, stop)
        yield _mark("wait", start, head, axis, tone)
        if stop > head:
            yield _mark("read", head, stop, axis, tone)
        end = stop


def _mark(kind: str, start: float, end: float, axis: Axis, tone: str = "") -> Mark:
    return Mark(kind=kind, left=axis.at(start), right=axis.at(end), tone=tone)
