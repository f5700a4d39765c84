"""What the transforming script says, checked: it comes from an isolate, or from a file that may be damaged."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_Number = Annotated[int, Field(ge=0, lt=2**31)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Place(_Said):
    """A line, counted from 1, and a column."""

    line: _Number
    column: _Number


class Refused(_Said):
    """The source cannot be transformed; `message` says why, in sucrase's words."""

    ok: Literal[False]
    message: str
    location: Place | None


class Transformed(_Said):
    """The source as CommonJS with the same lines.

    Attributes:
        code: The text.
        columns: By line, where its columns came from; see `SourceColumns.moved`.
    """

    ok: Literal[True]
    code: str
    columns: list[tuple[_Number, list[_Number]]]


TRANSFORMED: Final[TypeAdapter[Transformed | Refused]] = TypeAdapter(Transformed | Refused)
"""Reads what the script said; raises `pydantic.ValidationError`."""
