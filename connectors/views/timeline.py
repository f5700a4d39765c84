"""Timeline: a run as rows on an axis, in the order in which things began."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeAlias
from urllib.parse import urlsplit

from .axis import Axis
from .chain import Chain, chains_of
from .waits import absences_of, timers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.report import ConsoleLine

    from .trace import Trace
    from .waits import Absence, Timer


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of the method, with all attempts and redirects."""

    start: float
    end: float
    chain: Chain

    @property
    def work(self) -> Iterator[tuple[float, float]]:
        """When something was under way, in milliseconds since the start of the run."""
        for link in self.chain.links:
            offset = self.start + link.exchange.started_ms - self.chain.first.started_ms
            yield offset, offset + link.exchange.duration_ms

    def place(self, usual_host: str) -> tuple[str, str]:
        """Return the host, unless it is the usual one, and the rest of what the method asked for."""
        url = urlsplit(self.chain.first.url)
        path = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        return "" if url.netloc == usual_host else url.netloc, path


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the console."""

    start: float
    line: ConsoleLine

    @property
    def end(self) -> float:
        """When it was written."""
        return self.start


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A timer of the method."""

    start: float
    end: float
    fired: tuple[float, ...]
    timer: Timer


@dataclass(frozen=True, kw_only=True)
class Away:
    """A time in which the run was put off."""

    start: float
    end: float
    absence: Absence


Row: TypeAlias = Request | Line | Pending | Away


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What a run did, and when.

    Attributes:
        total: How long it took, in milliseconds.
        axis: Where times stand.
        rows: In the order in which they began.
    """

    total: float
    axis: Axis
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, trace: Trace) -> Self:
        """Return the timeline of a run."""
        started, total = trace.started_ms, trace.ended_ms - trace.started_ms
        entries = trace.journal.entries if trace.journal else ()
        requests = [_request(chain, started) for chain in chains_of((*trace.earlier, *trace.exchanges))]
        lines = [Line(start=line.time.timestamp() * 1000 - started, line=line) for line in trace.report.logs]
        timers = [_pending(timer, started, total) for timer in timers_of(entries)]
        away = [_away(absence, started, total) for absence in absences_of(entries)]
        work = [stretch for request in requests for stretch in request.work]
        rows: list[Row] = [*requests, *timers, *away, *lines]
        marks = [at for row in rows for at in (row.start, row.end)]
        return cls(total=total, axis=Axis.of(total, work, marks), rows=tuple(sorted(rows, key=lambda row: row.start)))

    @cached_property
    def usual_host(self) -> str:
        """The host, with its port, that most calls are for."""
        hosts = Counter(urlsplit(row.chain.first.url).netloc for row in self.rows if isinstance(row, Request))
        return hosts.most_common(1)[0][0] if hosts else ""


def _request(chain: Chain, started: float) -> Request:
    start = chain.first.started_ms - started
    return Request(start=start, end=start + chain.duration_ms, chain=chain)


def _pending(timer: Timer, started: float, total: float) -> Pending:
    end = total if timer.end is None else timer.end - started
    fired = tuple(at - started for at in timer.fired)
    return Pending(start=timer.start - started, end=end, fired=fired, timer=timer)


def _away(absence: Absence, started: float, total: float) -> Away:
    end = total if absence.end is None else absence.end - started
    return Away(start=absence.start - started, end=end, absence=absence)
