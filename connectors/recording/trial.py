"""Trial: how much of a live run a fixture must hold until its replay passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .adoption import adopt
from .detail import DETAILS
from .draft import Draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.fixtures.result import FixtureResult
    from connectors.fixtures.runner import FixtureRunner

    from .detail import Detail
    from .side_files import SideFiles
    from .substitution import Substitution

    Write = Callable[[Detail], tuple[dict[str, Any], SideFiles]]

_WHOLE: Final = 2
"""From this detail on, a replay does not differ for want of a header; what differs then may be taken over from it."""
_CONSOLE: Final = "Lines of the console differ in a replay, so none are expected"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A draft and its replay.

    Attributes:
        draft: What was tried.
        data: What it says.
        result: What came of it.
        notes: What its author should know.
    """

    draft: Draft
    data: dict[str, Any]
    result: FixtureResult
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Replays drafts of one fixture, from the most readable on, until one passes.

    Attributes:
        runner: Replays.
        path: Of the fixture.
        write: Says what a fixture of some detail says.
        substitution: Puts placeholders in place of secrets.
    """

    runner: FixtureRunner
    path: Path
    write: Write
    substitution: Substitution

    async def run(self) -> Tried:
        """Return the first draft that passes; otherwise the first one, and how it fails.

        Raises:
            RecordingError: No fixture can say what happened.
        """
        attempts = [*((detail, False) for detail in DETAILS), *((detail, True) for detail in DETAILS[_WHOLE:])]
        all_tried: list[Tried] = []
        for detail, adopting in attempts:
            all_tried.append(await self._try(detail, adopting=adopting))
            if all_tried[-1].result.ok:
                return all_tried[-1]
        return all_tried[0]

    async def _try(self, detail: Detail, *, adopting: bool) -> Tried:
        data, files = self.write(detail)
        notes: list[str] = []
        for _ in range(len(data["exchanges"]) + 3):
            draft = Draft.of(self.path, data, files.contents)
            result = await self.runner.run(draft)
            note = None if result.ok else self._amend(data, result, adopting=adopting)
            if note is None:
                break
            notes.append(note)
        return Tried(draft=draft, data=data, result=result, notes=tuple(dict.fromkeys(notes)))

    def _amend(self, data: dict[str, Any], result: FixtureResult, *, adopting: bool) -> str | None:
        """Change what the fixture says where that is right, and return what was changed."""
        if {mismatch.kind for mismatch in result.mismatches} == {"console"}:
            data["expect"].pop("console")
            return _CONSOLE
        return adopt(data, result, self.substitution) if adopting else None
