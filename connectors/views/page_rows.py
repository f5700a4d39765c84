"""Rows of a page's chart: what the template needs of each, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .figures import duration_text, moment_text
from .har import header_of
from .page_body import Body
from .timeline import Line, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge import CapturedExchange

    from .axis import Axis
    from .chain import Link
    from .timeline import Timeline

TONES: Final = {2: "fine", 3: "moved", 4: "bad", 5: "bad"}
CAUSES: Final = {None: "", "redirect": "Redirected", "retry": "Tried again", "renewed": "With new credentials"}
_LONGEST_LINE: Final = 160


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A part of a bar, in percent of the width: `wait` for the head, `read`, or `pause` between attempts."""

    kind: str
    tone: str
    left: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Part:
    """One exchange in the details of a row."""

    lead: str
    url: str
    answer: str
    tone: str
    time: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: Body | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: Body | None


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    """One call."""

    start: str
    verb: str
    host: str
    path: str
    answer: str
    tone: str
    duration: str
    tries: str
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    kind: str = "request"


@dataclass(frozen=True, kw_only=True)
class ConsoleRow:
    """One line of the console."""

    start: str
    level: str
    text: str
    long: bool
    at: float
    kind: str = "console"

    @property
    def first(self) -> str:
        """The first line of the text."""
        return self.text.partition("\n")[0]


def page_rows(timeline: Timeline) -> list[RequestRow | ConsoleRow]:
    """Return the rows of a chart."""
    return [
        _request_row(row, timeline) if isinstance(row, Request) else _console_row(row, timeline.axis)
        for row in timeline.rows
    ]


def _console_row(row: Line, axis: Axis) -> ConsoleRow:
    text = row.line.message
    long = "\n" in text or len(text) > _LONGEST_LINE
    return ConsoleRow(start=moment_text(row.start), level=row.line.level, text=text, long=long, at=axis.at(row.start))


def _request_row(row: Request, timeline: Timeline) -> RequestRow:
    chain = row.chain
    host, path = row.place(timeline.usual_host)
    return RequestRow(
        start=moment_text(row.start),
        verb=chain.first.verb,
        host=host,
        path=path,
        answer=_answer(chain.last),
        tone=_tone(chain.last),
        duration=duration_text(chain.duration_ms),
        tries=f"{chain.attempts} tries" if chain.attempts > 1 else "redirected" if len(chain.links) > 1 else "",
        bars=tuple(_bars(row, timeline.axis)),
        parts=tuple(map(_part, chain.links)),
    )


def _bars(row: Request, axis: Axis) -> Iterator[Bar]:
    end = row.start
    for link, (start, stop) in zip(row.chain.links, row.work, strict=True):
        tone = _tone(link.exchange)
        if start > end:
            yield _bar(axis, "pause", "", end, start)
        waited = link.exchange.waited_ms
        head = stop if waited is None else min(start + waited, stop)
        yield _bar(axis, "wait", tone, start, head)
        if stop > head:
            yield _bar(axis, "read", tone, head, stop)
        end = stop


def _bar(axis: Axis, kind: str, tone: str, start: float, end: float) -> Bar:
    left = axis.at(start)
    return Bar(kind=kind, tone=tone, left=left, width=axis.at(end) - left)


def _part(link: Link) -> Part:
    exchange = link.exchange
    wait = f" after {duration_text(link.waited_ms)}" if link.waited_ms else ""
    return Part(
        lead=f"{CAUSES[link.cause]}{wait}",
        url=f"{exchange.verb} {exchange.url}",
        answer=f"{_answer(exchange)} {exchange.reason}".strip(),
        tone=_tone(exchange),
        time=_time(exchange),
        request_headers=exchange.request_headers,
        request_body=_body(exchange.request_body, exchange.request_headers, truncated=exchange.truncated),
        response_headers=exchange.response_headers,
        response_body=_body(exchange.response_body, exchange.response_headers, truncated=exchange.truncated),
    )


def _time(exchange: CapturedExchange) -> str:
    """Return how long an exchange took, and how much of that its body did."""
    waited = exchange.duration_ms if exchange.waited_ms is None else exchange.waited_ms
    reading = exchange.duration_ms - waited
    rest = f", {duration_text(reading)} of it for the body" if reading >= 1 else ""
    return f"{duration_text(exchange.duration_ms)}{rest}"


def _body(content: bytes | None, headers: tuple[tuple[str, str], ...], *, truncated: bool = False) -> Body | None:
    return Body.of(content, header_of(headers, "content-type"), truncated=truncated) if content else None


def _answer(exchange: CapturedExchange) -> str:
    """Return the status, or why there is none; both where the response broke off."""
    return " ".join(str(part) for part in (exchange.status, exchange.fault) if part is not None)


def _tone(exchange: CapturedExchange) -> str:
    return "bad" if exchange.fault or not exchange.status else TONES.get(exchange.status // 100, "bad")
