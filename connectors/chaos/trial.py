"""Trial: one run of a method in which one exchange went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.report import ErrorLocation
from runtime import Location

if TYPE_CHECKING:
    from bridge import FaultyScript, ScriptedExchange, SentRequest
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.report import RunError, RunReport
    from runtime import JSON

    from .failure_kinds import FailureKind


@dataclass(frozen=True, kw_only=True)
class HappyPath:
    """A fixture in which all goes well.

    Attributes:
        file: The fixture.
        exchanges: Its exchanges.
        value: What the method gave, with what is another in each run marked.
        spares: Exchanges of other fixtures of the connector, which answer what its exchanges do not.
        renews: Whether the connector can renew credentials.
    """

    file: FixtureFile
    exchanges: tuple[ScriptedExchange, ...]
    value: JSON
    spares: tuple[ScriptedExchange, ...]
    renews: bool


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run.

    Attributes:
        happy: What it was derived from.
        kind: What went wrong.
        victim: The number of the exchange that did, counted from 0.
        script: What was answered.
        report: Of the run.
    """

    happy: HappyPath
    kind: FailureKind
    victim: int
    script: FaultyScript
    report: RunReport

    @property
    def exchange(self) -> ScriptedExchange:
        """The exchange that went wrong, as it was recorded."""
        return self.happy.exchanges[self.victim]

    @property
    def request_name(self) -> str:
        """Verb and URL of it."""
        return f"{self.exchange.request.verb} {self.exchange.request.url}"

    @property
    def error(self) -> RunError | None:
        """Why the method gave no value."""
        return self.report.error

    @property
    def failed(self) -> bool:
        """Whether the exchange was asked for at all."""
        return self._victim is not None

    @property
    def key(self) -> str | None:
        """Of the connection error that the method got, where only that key will do."""
        return None if self._victim is None or self._victim.plain else self.kind.key

    @property
    def place(self) -> ErrorLocation | None:
        """Where in the method's source it shows: where its error came from, or else where the request was made."""
        if self.error is not None and self.error.location is not None:
            return self.error.location
        location = Location.of_site(self._victim.site if self._victim else None)
        return None if location is None else ErrorLocation.model_validate(location)

    @property
    def _victim(self) -> SentRequest | None:
        """The request that went wrong first."""
        return next((served.request for served in self.script.served if served.failed), None)

    @property
    def used(self) -> frozenset[int]:
        """The numbers of the exchanges that answered as they were recorded."""
        return frozenset(
            served.number for served in self.script.served if served.number is not None and not served.failed
        )
