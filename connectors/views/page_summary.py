"""What stands above and below the chart of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from connectors.source_frame import SourceFrame

from .figures import duration_text, size_text
from .page_body import Body
from .timeline import Line, Pending, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.report import RunError

    from .timeline import Timeline
    from .trace import Trace


_KINDS: Final = ((Request, "request", "Requests"), (Line, "console", "Console"), (Pending, "timer", "Timers"))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The error of a run.

    Attributes:
        name: Type and key.
        message: For a person.
        place: File, line and column.
        frame: Lines of source: what stands left of each, the line, and whether it is the one.
        stack: The frames of the stack.
        data: Facts about it.
    """

    name: str
    message: str
    place: str | None
    frame: tuple[tuple[str, str, bool], ...]
    stack: str | None
    data: Body | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A run at a glance.

    Attributes:
        connector: Its name.
        method: Its name.
        outcome: In a word.
        started: For a person.
        started_iso: For a program.
        facts: Names and figures.
        failure: Its error.
        warnings: For its author.
        value: What it gave.
        kinds: Of rows: what they are, a title, and how many there are.
    """

    connector: str
    method: str
    outcome: str
    started: str
    started_iso: str
    facts: tuple[tuple[str, str], ...]
    failure: Failure | None
    warnings: tuple[str, ...]
    value: Body | None
    kinds: tuple[tuple[str, str, int], ...]


def page_summary(trace: Trace, timeline: Timeline) -> Summary:
    """Return what there is to say of a run as a whole."""
    report = trace.report
    started = datetime.fromtimestamp(trace.started_ms / 1000, UTC)
    return Summary(
        connector=trace.connector,
        method=trace.method,
        outcome="ok" if report.ok else "suspended" if report.suspended else "failed",
        started=_moment(started),
        started_iso=started.isoformat(timespec="milliseconds"),
        facts=tuple(_facts(trace, timeline)),
        failure=_failure(report.error, trace) if report.error else None,
        warnings=report.warnings,
        value=None if trace.value is None else Body.of_text(trace.value, json=True),
        kinds=tuple(_kinds(timeline)),
    )


def _kinds(timeline: Timeline) -> Iterator[tuple[str, str, int]]:
    """Yield the kinds of rows that there are, and can be hidden."""
    for row_type, kind, title in _KINDS:
        count = sum(isinstance(row, row_type) for row in timeline.rows)
        if count:
            yield kind, title, count


def _facts(trace: Trace, timeline: Timeline) -> list[tuple[str, str]]:
    usage = trace.report.usage
    calls = sum(isinstance(row, Request) for row in timeline.rows)
    requests = usage.requests + len(trace.earlier)
    in_calls = f" in {calls} calls" if 0 < calls < requests else ""
    suspended = trace.report.suspended
    return [
        *([("Resumes", _moment(suspended.resume_at))] if suspended else []),
        ("Duration", duration_text(timeline.total)),
        ("Queued", duration_text(usage.queue_ms)),
        ("CPU", duration_text(usage.cpu_ms)),
        ("Memory", size_text(usage.peak_memory_bytes)),
        ("Requests", f"{requests}{in_calls}"),
    ]


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _failure(error: RunError, trace: Trace) -> Failure:
    place = error.location
    frame = SourceFrame.around(trace.frame_source, place.line, place.column) if place and trace.frame_source else None
    rows = frame.numbered() if frame else []
    return Failure(
        name=trace.outcome,
        message=error.message,
        place=f"{place.file}:{place.line}:{place.column}" if place else None,
        frame=tuple((margin[1:], text, margin.startswith(">") or text.strip() == "^") for margin, text in rows),
        stack=error.stack,
        data=None if trace.error_data is None else Body.of_text(trace.error_data, json=True),
    )
