"""RecordedFixture: a live run as the keys of a fixture, without its secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .connection_secrets import placeholder_connection, take_masked, take_refreshed
from .order import latencies, overlap
from .recorded_body import recorded_bytes
from .recorded_exchange import ExchangeWriter
from .secret_ledger import SecretLedger
from .side_files import SideFiles

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime import JSON

    from .detail import Detail
    from .live_run import LiveRun, RunRequest

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class RecordedFixture:
    """A live run that becomes a fixture.

    Attributes:
        request: What was run.
        live: What happened.
        stem: How the names of files beside the fixture begin.
        taken: Names of files that are there already.
        limits: Of the run, as the fixture has them.
        ledger: What is secret in all of it.
    """

    request: RunRequest
    live: LiveRun
    stem: str
    limits: dict[str, Any]
    taken: tuple[str, ...] = ()
    ledger: SecretLedger = field(default_factory=SecretLedger)

    def find_secrets(self, *, public: Collection[str], earlier: JSON = None) -> None:
        """Find out what is secret.

        Args:
            public: Names of members of the connection that are no secrets.
            earlier: The connection of the fixture as it was, whose placeholders are kept.
        """
        harvest = self.request.harvest(self.ledger, public=public, earlier=earlier)
        harvest.arguments(dict(self.request.args))
        for exchange in self.live.exchanges:
            harvest.exchange(exchange)
        take_refreshed(self.ledger, self.live.report.credentials)
        take_masked(self.ledger, self.live.secrets)
        harvest.result(self.live.report.value)

    def data(self, detail: Detail) -> tuple[dict[str, Any], SideFiles]:
        """Return what the fixture says, and the files beside it.

        Raises:
            RecordingError: No fixture can say it.
        """
        substitution, files = self.ledger.substitution, SideFiles(self.stem, self.taken)
        request, live = self.request, self.live
        data: dict[str, Any] = {"version": VERSION}
        if request.mode != "sync":
            data["mode"] = request.mode
        data["now"] = live.start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if request.args:
            data["args"] = substitution.value(dict(request.args))
        if request.connection is not None:
            connection = placeholder_connection(request.members, self.ledger)
            data |= {"connection": connection} if connection else {}
        if self.limits:
            data["limits"] = self.limits
        if overlap(live.exchanges):
            data["order"] = "any"
        writer = ExchangeWriter(substitution=substitution, files=files, detail=detail)
        data["exchanges"] = [writer.exchange(exchange) for exchange in live.exchanges]
        self._add_latencies(data["exchanges"])
        data["expect"] = self._expectation(files)
        return data, files

    def _add_latencies(self, exchanges: list[dict[str, Any]]) -> None:
        for exchange, latency in zip(exchanges, latencies(self.live.exchanges), strict=True):
            if latency and "response" in exchange:
                exchange["response"]["latency_ms"] = latency

    def _expectation(self, files: SideFiles) -> dict[str, Any]:
        """Return how the run ended, and what it wrote."""
        substitution, report = self.ledger.substitution, self.live.report
        expect: dict[str, Any] = {}
        if report.error is not None:
            facts = {"type": report.error.type, "key": report.error.key, "message": report.error.message}
            expect["error"] = {name: substitution.text(fact) for name, fact in facts.items() if fact is not None}
        elif self.live.stream is not None:
            content, content_type = self.live.stream
            told = recorded_bytes(content, content_type or "", substitution, files) if content else {"text": ""}
            expect["stream"] = ({"content_type": content_type} if content_type else {}) | told
        else:
            expect["value"] = substitution.value(report.value)
        if report.logs:
            expect["console"] = [
                {"level": line.level, "message": substitution.text(line.message)} for line in report.logs
            ]
        return expect
