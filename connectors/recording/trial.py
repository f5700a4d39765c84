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

    Version = Callable[[Detail], tuple[dict[str, Any], SideFiles]]
    """Says what a fixture says in some detail, and gives the files beside it."""
    Amend = Callable[[dict[str, Any], FixtureResult], str | None]
    """Changes what a fixture says where its replay shows that it must; returns what it changed, for a person."""

_WHOLE: Final = 2
"""From this detail on, a replay does not differ for want of a header; what differs then may be taken over from it."""


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
    """Replays versions of one fixture until one passes.

    Attributes:
        runner: Replays.
        path: Of the fixture.
        versions: From the best on; each is tried in all details, from the most readable on.
        substitution: Puts placeholders in place of secrets.
        amend: Used before a version is given up.
    """

    runner: FixtureRunner
    path: Path
    versions: tuple[Version, ...]
    substitution: Substitution
    amend: Amend | None = None

    async def run(self) -> Tried:
        """Return the first draft that passes; where none does, the first one of the last version.

        Raises:
            RecordingError: No fixture can say what happened.
        """
        attempts = [*((detail, False) for detail in DETAILS), *((detail, True) for detail in DETAILS[_WHOLE:])]
        for version in self.versions:
            tried = [await self._try(version, *attempts[0])]
            for detail, adopting in attempts[1:]:
                if tried[-1].result.ok:
                    break
                tried.append(await self._try(version, detail, adopting))
            if tried[-1].result.ok:
                return tried[-1]
        return tried[0]

    async def _try(self, version: Version, detail: Detail, adopting: bool) -> Tried:  # noqa: FBT001 (of a pair)
        data, files = version(detail)
        notes: list[str] = []
        for _ in range(2 * len(data["exchanges"]) + 3):
            draft = Draft.of(self.path, data, files.contents)
            result = await self.runner.run(draft)
            note = None if result.ok or self.amend is None else self.amend(data, result)
            if note is None and adopting and not result.ok:
                note = adopt(data, result, self.substitution)
            if note is None:
                break
            notes.append(note)
        return Tried(draft=draft, data=data, result=result, notes=tuple(dict.fromkeys(notes)))
