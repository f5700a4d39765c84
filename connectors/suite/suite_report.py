"""SuiteReport: what came of many fixtures."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from connectors.printable import printable

from .shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from connectors.connector import Connector
    from connectors.errors import DefinitionError
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult, Mismatch


@dataclass(frozen=True, kw_only=True)
class SuiteReport:
    """What came of the fixtures that were chosen.

    Attributes:
        results: Of those that were run, by file.
        problems: Why fixtures could not be read, or not be run.
        not_run: Those that were left out after a failure.
        seconds: How long all of it took, in real time.
        notes: What the caller should know about the choice of fixtures.
        connectors: Whose methods were run, by `FixtureFile.target`; for those who show their source.
    """

    results: tuple[FixtureResult, ...]
    problems: tuple[DefinitionError, ...] = ()
    not_run: tuple[FixtureFile, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    connectors: Mapping[Path, Connector] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether all were read and all were as they say."""
        return not self.problems and not self.failed

    @property
    def failed(self) -> tuple[FixtureResult, ...]:
        """Those that were not as they say."""
        return tuple(result for result in self.results if not result.ok)

    @property
    def passed(self) -> int:
        """How many were as they say."""
        return len(self.results) - len(self.failed)

    def by_connector(self) -> Iterator[tuple[Path, list[FixtureResult]]]:
        """Yield the results of each connector, in the order of names."""
        ordered = sorted(self.results, key=lambda result: (str(result.file.target), result.file.name))
        for target, results in groupby(ordered, key=lambda result: result.file.target):
            yield target, list(results)

    def source(self, result: FixtureResult) -> str | None:
        """Return the text of the file that the error of a run came from."""
        place = result.report.error and result.report.error.location
        connector = self.connectors.get(result.file.target)
        file = connector.files.get(place.file) if connector and place else None
        return file.text if file else None

    def to_json(self) -> str:
        """Return the report as one line of JSON, safe to print; its shape is in the documentation of the command."""
        document = {
            "ok": self.ok,
            "error": None,
            "passed": self.passed,
            "failed": len(self.failed),
            "notRun": len(self.not_run),
            "seconds": round(self.seconds, 3),
            "notes": list(self.notes),
            "problems": [
                {"file": one.file, "key": one.key, "line": one.line, "message": one.message} for one in self.problems
            ],
            "fixtures": [_result_data(result) for _, results in self.by_connector() for result in results],
        }
        return printable(json.dumps(document, ensure_ascii=False))


def _result_data(result: FixtureResult) -> dict[str, Any]:
    """Return one result as JSON; what the run did is told only where it was not as the fixture says."""
    data = {
        "name": result.file.name,
        "connector": shown_path(result.file.target),
        "method": result.file.method,
        "file": shown_path(result.file.path),
        "ok": result.ok,
        "seconds": round(result.seconds, 4),
        "mismatches": [_mismatch_data(mismatch) for mismatch in result.mismatches],
    }
    return data if result.ok else {**data, "report": result.report.model_dump(mode="json", by_alias=True)}


def _mismatch_data(mismatch: Mismatch) -> dict[str, Any]:
    return {
        "kind": mismatch.kind,
        "title": mismatch.title,
        "key": list(mismatch.key),
        "line": mismatch.line,
        "expected": mismatch.expected,
        "actual": mismatch.actual,
        "diff": list(mismatch.diff),
    }
