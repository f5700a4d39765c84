"""ChaosReport: which methods handle which failures."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.printable import printable
from connectors.suite.shown_path import shown_path

from .failure_kinds import FAILURE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from connectors.connector import Connector
    from connectors.errors import DefinitionError
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.report import ErrorLocation, RunError

    from .failure_kinds import FailureKind
    from .verdict import Outcome, Verdict


@dataclass(frozen=True, kw_only=True)
class ChaosCell:
    """One failure and what came of it.

    Attributes:
        file: The fixture it was derived from.
        kind: What went wrong.
        victim: With which exchange, counted from 0.
        request: Verb and URL of that.
        verdict: Whether the method handled it.
        location: The line of the method that did not, where it is known: where the error came from, or the request
            was made.
        error: Why the method gave no value.
    """

    file: FixtureFile
    kind: FailureKind
    victim: int
    request: str
    verdict: Verdict
    location: ErrorLocation | None = None
    error: RunError | None = None


@dataclass(frozen=True, kw_only=True)
class Omission:
    """A fixture from which nothing was derived.

    Attributes:
        file: The fixture.
        reason: Why, as a sentence.
    """

    file: FixtureFile
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChaosReport:
    """What came of all failures.

    Attributes:
        cells: By fixture, exchange and failure.
        omissions: Fixtures that were left out.
        failed: Fixtures that do not pass.
        problems: Why fixtures could not be read.
        seconds: How long all of it took, in real time.
        connectors: Whose methods were run, by `FixtureFile.target`.
    """

    cells: tuple[ChaosCell, ...]
    omissions: tuple[Omission, ...] = ()
    failed: tuple[FixtureFile, ...] = ()
    problems: tuple[DefinitionError, ...] = ()
    seconds: float = 0.0
    connectors: Mapping[Path, Connector] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether all fixtures pass, and every failure was handled, as far as can be told."""
        return not self.problems and not self.failed and not self.count("not_handled")

    def count(self, outcome: Outcome) -> int:
        """Return how many failures came out like that."""
        return sum(cell.verdict.outcome == outcome for cell in self.cells)

    def by_method(self) -> Iterator[tuple[Path, str, Mapping[str, Outcome]]]:
        """Yield connector, method, and the worst that came of each kind of failure that there was."""
        methods = sorted({(cell.file.target, cell.file.method) for cell in self.cells})
        for target, method in methods:
            cells = [cell for cell in self.cells if (cell.file.target, cell.file.method) == (target, method)]
            yield target, method, {kind.name: worst for kind in FAILURE_KINDS if (worst := _worst(cells, kind))}

    def source(self, cell: ChaosCell) -> str | None:
        """Return the text of the file with the line that did not handle a failure."""
        connector = self.connectors.get(cell.file.target)
        file = connector.files.get(cell.location.file) if connector and cell.location else None
        return file.text if file else None

    def to_json(self) -> str:
        """Return the report as one line of JSON, safe to print; its shape is in the documentation of the command."""
        document = {
            "ok": self.ok,
            "error": None,
            "handled": self.count("handled"),
            "notHandled": self.count("not_handled"),
            "unknown": self.count("unknown"),
            "seconds": round(self.seconds, 3),
            "problems": [
                {"file": one.file, "key": one.key, "line": one.line, "message": one.message} for one in self.problems
            ],
            "failed": [file.name for file in self.failed],
            "omitted": [{"fixture": one.file.name, "reason": one.reason} for one in self.omissions],
            "methods": [
                {"connector": shown_path(target), "method": method, "failures": dict(outcomes)}
                for target, method, outcomes in self.by_method()
            ],
            "cells": [_cell_data(cell) for cell in self.cells],
        }
        return printable(json.dumps(document, ensure_ascii=False))


def _worst(cells: list[ChaosCell], kind: FailureKind) -> Outcome | None:
    """Return the worst that came of a kind of failure; None where there was none of it."""
    found = Counter(cell.verdict.outcome for cell in cells if cell.kind is kind)
    order: tuple[Outcome, ...] = ("not_handled", "unknown", "handled")
    return next((outcome for outcome in order if found[outcome]), None)


def _cell_data(cell: ChaosCell) -> dict[str, Any]:
    error, place = cell.error, cell.location
    return {
        "connector": shown_path(cell.file.target),
        "method": cell.file.method,
        "fixture": cell.file.name,
        "exchange": cell.victim + 1,
        "request": cell.request,
        "failure": cell.kind.name,
        "outcome": cell.verdict.outcome,
        "how": cell.verdict.how,
        "message": cell.verdict.message,
        "location": None if place is None else place.model_dump(mode="json"),
        "error": None if error is None else {"type": error.type, "key": error.key, "message": error.message},
    }
