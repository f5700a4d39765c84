"""CheckReport: what `methodhost check` found."""

from __future__ import annotations

import json
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from .printable import printable


class _Place(Protocol):
    """Line and column from 1, the column in UTF-16 code units."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class _Part(BaseModel):
    """A part of the report; attributes in Python's spelling, JSON in JavaScript's."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Problem(_Part):
    """One problem.

    Attributes:
        rule: Which rule found it; rules are listed in the documentation of the command.
        message: What is wrong, and what to do about it.
        file: Where: a path inside the connector; its own name where the whole connector is one file.
        line: Counted from 1, where the place is known.
        column: In UTF-16 code units, from 1, where the place is known.
        key: Which key of a definition, dotted.
    """

    rule: str
    message: str
    file: str
    line: int | None = None
    column: int | None = None
    key: str | None = None

    @classmethod
    def at(cls, place: _Place | None, *, rule: str, message: str, file: str) -> Self:
        """Return a problem at a place in the source, where that is known."""
        line, column = (place.line, place.column) if place else (None, None)
        return cls(rule=rule, message=message, file=file, line=line, column=column)

    @property
    def order(self) -> tuple[str, int, int]:
        """Where it stands among others."""
        return self.file, self.line or 0, self.column or 0


class CheckReport(_Part):
    """What a look at a connector found.

    Attributes:
        ok: Whether there is no problem.
        error: Always None; where the command itself was wrong, its document has the error here, and no more than that.
        target: The folder or file, as it was given.
        methods: Names of the connector's methods.
        files: How many files were looked at.
        problems: By file and place.
        sources: Text of the files with problems, for those who show them. Not in the JSON.
    """

    ok: bool
    error: None = None
    target: str
    methods: tuple[str, ...]
    files: int
    problems: tuple[Problem, ...]
    sources: dict[str, str] = Field(exclude=True, repr=False)

    def to_json(self) -> str:
        """Return the report as one line of JSON, safe to print."""
        return printable(json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False))
