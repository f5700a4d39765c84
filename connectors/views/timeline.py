"""Timeline: a run as rows on an axis, in the order in which things began."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self, TypeAlias
from urllib.parse import urlsplit

from .axis import Axis
from .chain import Chain, chains_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.report import ConsoleLine

    from .trace import Trace


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


Row: TypeAlias = Request | Line


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
        requests = [_request(chain, started) for chain in chains_of(trace.exchanges)]
        lines = [Line(start=line.time.timestamp() * 1000 - started, line=line) for line in trace.report.logs]
        work = [stretch for request in requests for stretch in request.work]
        axis = Axis.of(total, work, [line.start for line in lines])
        return cls(total=total, axis=axis, rows=tuple(sorted([*requests, *lines], key=lambda row: row.start)))

    @cached_property
    def usual_host(self) -> str:
        """The host, with its port, that most calls are for."""
        hosts = Counter(urlsplit(row.chain.first.url).netloc for row in self.rows if isinstance(row, Request))
        return hosts.most_common(1)[0][0] if hosts else ""


def _request(chain: Chain, started: float) -> Request:
    start = chain.first.started_ms - started
    return Request(start=start, end=start + chain.duration_ms, chain=chain)
