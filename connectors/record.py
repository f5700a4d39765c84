"""RunRecord: what is gathered while a run goes on, until it is a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from bridge import Exchange, Redactor
from runtime import LogLine

from .report import ConsoleLine, Request, RunError, RunReport, RunUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge import ByteStream
    from runtime import JSON, Failure, Outcome

    from .report import RunSuspension
    from .run_journal import RunJournal

Event: TypeAlias = LogLine | Exchange


class RunRecord:
    """What happened in one run so far, the making of its client and refreshing of credentials included.

    Args:
        on_event: Told each console line and exchange as it happens, secrets masked.
        redactor: Of the run that this is a part of; a run of its own has one of its own.
    """

    def __init__(self, on_event: Callable[[Event], None] | None, redactor: Redactor | None = None) -> None:
        self._on_event = on_event
        self._logs: list[LogLine] = []
        self._exchanges: list[Exchange] = []
        self._warnings: dict[str, None] = {}
        self.has_parts = False
        """Whether a part of the run has ended."""
        self.wall_seconds = 0.0
        """Wall time that the parts that ended took, one after the other."""
        self.queue_seconds = 0.0
        """Time that those parts waited for a worker."""
        self.cpu_seconds = 0.0
        """CPU time that all parts used."""
        self._peak_memory_bytes = 0
        self.redactor = redactor or Redactor()

    def hide(self, secrets: JSON) -> None:
        """Mask every leaf of `secrets` from now on, and in the report wherever it already is."""
        if secrets:
            self.redactor.hide(secrets)

    def on_log(self, line: LogLine) -> None:
        """Take in a console line."""
        self._logs.append(line)
        if self._on_event is not None:
            self._tell(self._masked_log(line), self._on_event)

    def on_exchange(self, exchange: Exchange) -> None:
        """Take in an HTTP request that ended."""
        self._exchanges.append(exchange)
        if self._on_event is not None:
            self._tell(self._masked_exchange(exchange), self._on_event)

    def warn(self, warning: str) -> None:
        """Take in something the method's author should know."""
        self._warnings[warning] = None

    def add(self, outcome: Outcome) -> None:
        """Take in how code behind the wall ended, its value aside."""
        usage = outcome.usage
        self.has_parts = True
        self.wall_seconds += usage.wall_seconds
        self.queue_seconds += usage.queue_seconds
        self._use(usage.cpu_seconds, usage.peak_memory_bytes)
        for warning in outcome.warnings:
            self.warn(warning)

    def wait(self, seconds: float) -> None:
        """Take in that the run waited before its method began."""
        self.has_parts = True
        self.wall_seconds += seconds

    def absorb(self, other: RunRecord, *, secrets: JSON) -> None:
        """Take in the record of what went on while the method waited, as a part of the method's own wall time.

        Args:
            other: The record; so far nobody was told of its events.
            secrets: What came to light meanwhile, beside its own secrets; masked before anybody is told.
        """
        self.hide(secrets)
        for line in other._logs:
            self.on_log(line)
        for exchange in other._exchanges:
            self.on_exchange(exchange)
        self._warnings |= other._warnings
        self.has_parts |= other.has_parts
        self._use(other.cpu_seconds, other._peak_memory_bytes)

    def report(
        self,
        *,
        value: JSON | ByteStream = None,
        failure: Failure | None = None,
        credentials: dict[str, JSON] | None = None,
        suspended: RunSuspension | None = None,
        journal: RunJournal | None = None,
    ) -> RunReport:
        """Return all of it, secrets masked but in the value and the credentials; no listener is told anything more."""
        self._on_event = None
        return RunReport(
            ok=failure is None and suspended is None,
            value=value,
            error=None if failure is None else RunError.model_validate(self._masked_failure(failure)),
            logs=tuple(map(ConsoleLine.model_validate, map(self._masked_log, self._logs))),
            requests=tuple(map(Request.model_validate, map(self._masked_exchange, self._exchanges))),
            warnings=tuple(map(self.redactor.text, self._warnings)),
            usage=self._usage(),
            credentials=credentials,
            suspended=suspended,
            journal=journal,
        )

    def _tell(self, event: Event, on_event: Callable[[Event], None]) -> None:
        """Pass an event on; a listener that fails is told nothing more, and the run goes on."""
        try:
            on_event(event)
        except Exception as caught:  # noqa: BLE001 (the application's code)
            self._on_event = None
            self.warn(f"on_event raised {type(caught).__name__}; it was not called again")

    def _masked_log(self, line: LogLine) -> LogLine:
        return replace(line, message=self.redactor.text(line.message))

    def _masked_exchange(self, exchange: Exchange) -> Exchange:
        url = self.redactor.text(exchange.url)
        return exchange if url == exchange.url else replace(exchange, url=url)

    def _masked_failure(self, failure: Failure) -> Failure:
        return replace(
            failure,
            message=self.redactor.text(failure.message),
            data=self._masked(failure.data),
            stack=failure.stack and self.redactor.text(failure.stack),
        )

    def _masked(self, value: JSON) -> JSON:
        """Return a value with each of its strings masked."""
        if isinstance(value, str):
            return self.redactor.text(value)
        if isinstance(value, list):
            return [self._masked(item) for item in value]
        if isinstance(value, dict):
            return {self.redactor.text(key): self._masked(member) for key, member in value.items()}
        return value

    def _use(self, cpu_seconds: float, peak_memory_bytes: int) -> None:
        """Take in what a part of the run used."""
        self.cpu_seconds += cpu_seconds
        self._peak_memory_bytes = max(self._peak_memory_bytes, peak_memory_bytes)

    def _usage(self) -> RunUsage:
        """Add up what all parts of the run used."""
        return RunUsage(
            wall_ms=round(self.wall_seconds * 1000, 3),
            queue_ms=round(self.queue_seconds * 1000, 3),
            cpu_ms=round(self.cpu_seconds * 1000, 3),
            peak_memory_bytes=self._peak_memory_bytes,
            requests=len(self._exchanges),
        )
