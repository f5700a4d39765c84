"""Recording: what came of recording a fixture."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.fixtures.result import Mismatch
    from connectors.report import RunError

    from .drift import Drift


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What came of recording a fixture.

    Attributes:
        file: The fixture.
        written: The files that were written; none where nothing changed, or somebody said no.
        exchanges: How many it has.
        mismatches: What differs when it is replayed; none where that passes.
        notes: What its author should know.
        diff: How its text changed, as lines of a unified diff.
        reads: How many reads were sent again, where no more than that was done.
        drift: How the shapes of their answers changed.
        declined: Whether somebody was asked to let the fixture change, and did not.
        error: Why the live run ended in a way that is no case: a limit, or a wrong configuration.
    """

    file: Path
    written: tuple[Path, ...] = ()
    exchanges: int = 0
    mismatches: tuple[Mismatch, ...] = ()
    notes: tuple[str, ...] = ()
    diff: tuple[str, ...] = field(default=(), repr=False)
    reads: int | None = None
    drift: tuple[Drift, ...] = ()
    declined: bool = False
    error: RunError | None = None

    @property
    def ok(self) -> bool:
        """Whether the fixture is as things are now, and passes."""
        return not (self.error or self.mismatches or self.drift or self.declined)

    def to_json(self) -> str:
        """Return it as one line of JSON, safe to print."""
        document = {
            "ok": self.ok,
            "error": None if self.error is None else self.error.model_dump(mode="json", by_alias=True),
            "file": str(self.file),
            "written": [str(path) for path in self.written],
            "exchanges": self.exchanges,
            "reads": self.reads,
            "mismatches": [
                {"kind": one.kind, "title": one.title, "line": one.line, "diff": list(one.diff)}
                for one in self.mismatches
            ],
            "notes": list(self.notes),
            "diff": list(self.diff),
            "drift": [{"request": one.request, "line": one.line, "changes": list(one.changes)} for one in self.drift],
        }
        return printable(json.dumps(document, ensure_ascii=False))
