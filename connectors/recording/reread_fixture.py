"""RereadFixture: a fixture whose reads are answered as they are now."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.fixtures.exchanges import content_of

from .expectation import renew_expectation
from .merged_exchanges import means_the_same, merge_response
from .recorded_exchange import ExchangeWriter
from .secret_ledger import SecretLedger
from .side_files import SideFiles

if TYPE_CHECKING:
    from collections.abc import Collection

    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult
    from runtime import JSON

    from .detail import Detail
    from .live_run import RunRequest
    from .rereading import Reread


@dataclass(frozen=True, kw_only=True)
class RereadFixture:
    """A fixture whose reads were sent again.

    Attributes:
        file: As it was.
        request: Whose connection was used.
        again: What its reads are answered with now.
        taken: Names of the files that it refers to.
        ledger: What is secret in that.
    """

    file: FixtureFile
    request: RunRequest
    again: tuple[Reread, ...]
    taken: tuple[str, ...] = ()
    ledger: SecretLedger = field(default_factory=SecretLedger)

    def find_secrets(self, *, public: Collection[str], earlier: JSON) -> None:
        """Find out what is secret; see `RecordedFixture.find_secrets`."""
        harvest = self.request.harvest(self.ledger, public=public, earlier=earlier)
        for answer in (one.answer for one in self.again if one.answer is not None):
            harvest.exchange(answer)

    def data(self, detail: Detail) -> tuple[dict[str, Any], SideFiles]:
        """Return the fixture with the answers of now; where a status is another, it stays as it was."""
        data: dict[str, Any] = deepcopy(self.file.document.data)
        files = SideFiles(self.file.path.name.rpartition(".")[0], self.taken)
        writer = ExchangeWriter(substitution=self.ledger.substitution, files=files, detail=detail)
        for one in self.again:
            exchange = data["exchanges"][one.number]
            answer, before = one.answer, self.file.fixture.exchanges[one.number].response
            if answer is None or before is None or answer.status != before.status or answer.truncated:
                continue
            content = content_of(self.file, before, ("exchanges", one.number, "response"))
            placed = self.ledger.substitution.data(answer.response_body or b"")
            exchange["response"] = merge_response(
                exchange["response"], writer.response(answer), carries_the_same=means_the_same(content, placed)
            )
        data.setdefault("expect", {})
        return data, files

    def amend(self, data: dict[str, Any], result: FixtureResult) -> str | None:
        """Expect what comes out with these answers."""
        error, report = result.report.error, result.report
        new: dict[str, Any] = {"console": [{"level": line.level, "message": line.message} for line in report.logs]}
        if error is None:
            new["value"] = report.value
        else:
            new["error"] = {"type": error.type, "key": error.key, "message": error.message}
        return renew_expectation(data, new, result)
