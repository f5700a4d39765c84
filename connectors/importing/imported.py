"""Imported: what `methodhost import` made of files of other tools."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict

from connectors.printable import printable

from .recording import Note  # noqa: TC001 (pydantic reads it)


class ImportedFixture(BaseModel):
    """One recording, and what became of it.

    Attributes:
        source: The file or folder it was read from.
        fixture: The file that was written; None where none was.
        method: Which method it is a case of.
        exchanges: How many are in it.
        error: Why it was not converted.
        notes: What is not, or not exactly, in the fixture.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    fixture: str | None = None
    method: str | None = None
    exchanges: int = 0
    error: Note | None = None
    notes: tuple[Note, ...] = ()


class Imported(BaseModel):
    """All that was asked for.

    Attributes:
        ok: Whether each recording became a fixture.
        error: Always None; where the command was wrong, its document has `ok` and `error`, and no more than that.
        files: What became of each.
        next: What to do now, a line each.
    """

    model_config = ConfigDict(frozen=True)

    ok: bool
    error: None = None
    files: tuple[ImportedFixture, ...]
    next: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as one line of JSON, safe to print."""
        return printable(json.dumps(self.model_dump(mode="json"), ensure_ascii=False))
