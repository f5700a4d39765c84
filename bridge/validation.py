"""What pydantic found wrong with a value, in words for the connector's author, who is never shown the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem.

    Attributes:
        kind: Of pydantic's, `extra_forbidden`.
        message: One sentence.
        key: Where, `auth.token`; None where it is the whole value.
    """

    kind: str
    message: str
    key: str | None


def first_problem(error: ValidationError) -> Problem:
    """Return the first problem of an error."""
    first = error.errors(include_url=False, include_input=False)[0]
    return Problem(
        kind=first["type"],
        message=first["msg"].removeprefix("Value error, ").removesuffix(".") + ".",
        key=".".join(str(part) for part in first["loc"]) or None,
    )
