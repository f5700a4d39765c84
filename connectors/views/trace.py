"""Trace: what views show of one run, secrets masked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .earlier import earlier_exchanges
from .masking import Masking

if TYPE_CHECKING:
    from bridge import Capture, CapturedExchange, Redactor
    from connectors.connector import Connector
    from connectors.report import RunReport
    from runtime import JSON, Journal


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One run, ready to be shown.

    Attributes:
        connector: Its name.
        method: Its name.
        report: What happened.
        exchanges: In the order of sending, masked.
        earlier: What the journal tells of exchanges before those, likewise.
        value: The value as JSON text, masked; None where there is none.
        error_data: The facts of the error likewise.
        journal: What entered the run, and when, where that is known.
        frame_source: Text of the file that the error comes from, where it is known.
    """

    connector: str
    method: str
    report: RunReport
    exchanges: tuple[CapturedExchange, ...]
    earlier: tuple[CapturedExchange, ...] = ()
    value: str | None = field(repr=False)
    error_data: str | None = field(default=None, repr=False)
    journal: Journal | None = field(default=None, repr=False)
    frame_source: str | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls,
        report: RunReport,
        capture: Capture,
        *,
        redactor: Redactor,
        connector: Connector,
        method: str | None,
    ) -> Self:
        """Return what may be shown of a run.

        Args:
            report: What happened.
            capture: What was exchanged.
            redactor: Of the run.
            connector: Whose method ran.
            method: Its name, as it was asked for.
        """
        masking = Masking(redactor)
        value = report.model_dump(mode="json", include={"value"})["value"]
        data, location = (report.error.data, report.error.location) if report.error else (None, None)
        journal: Journal | None = report.journal.journal if report.journal else None
        earlier = earlier_exchanges(journal.entries, capture.exchanges) if journal else []
        file = connector.files.get(location.file) if location else None
        return cls(
            connector=connector.spec.name or Path(connector.place).stem,
            method=connector.find(method).name,
            report=report,
            exchanges=tuple(map(masking.exchange, capture.exchanges)),
            earlier=tuple(map(masking.exchange, earlier)),
            value=masking.json_text(_text(value)) if report.ok else None,
            error_data=None if data is None else masking.json_text(_text(data)),
            journal=journal,
            frame_source=file.text if file else None,
        )

    @property
    def title(self) -> str:
        """Connector and method."""
        return f"{self.connector} {self.method}"

    @property
    def outcome(self) -> str:
        """How the run ended: `ok`, `suspended`, or the type and the key of its error."""
        error = self.report.error
        if error is None:
            return "suspended" if self.report.suspended else "ok"
        return f"{error.type}/{error.key}" if error.key else error.type

    @property
    def started_ms(self) -> float:
        """When the first thing happened, in milliseconds since 1970."""
        known = [line.time.timestamp() * 1000 for line in self.report.logs]
        known += [exchange.started_ms for exchange in (*self.earlier, *self.exchanges)]
        known += [] if self.journal is None else [self.journal.origin.now_ms]
        return min(known, default=0.0)

    @property
    def ended_ms(self) -> float:
        """When the run was over, as far as is known."""
        ends = [exchange.started_ms + exchange.duration_ms for exchange in (*self.earlier, *self.exchanges)]
        ends += [line.time.timestamp() * 1000 for line in self.report.logs]
        ends += [] if self.journal is None else [entry.at_ms for entry in self.journal.entries[-1:]]
        return max([*ends, self.started_ms + self.report.usage.wall_ms])


def _text(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False)
