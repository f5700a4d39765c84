"""Why a run gave no value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from .values import JSON


_SITE: Final = re.compile(r"(.+):([0-9]{1,9}):([0-9]{1,9})")


@dataclass(frozen=True, kw_only=True)
class Location:
    """A place in a method's source: the file as its author knows it, line and column counted from 1."""

    file: str
    line: int
    column: int

    @classmethod
    def of_site(cls, site: str | None) -> Self | None:
        """Return the place that a site names, `data/contacts/list.js:3:14`; None where it names none."""
        match = _SITE.fullmatch(site or "")
        return match and cls(file=match[1], line=int(match[2]), column=int(match[3]))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a run gave no value, as data.

    Attributes:
        type: `custom_code`, `connection`, `request`, `egress`, `limit`, `configuration` or `internal`.
        key: What exactly, within the type; stable, lower case.
        message: For a person; names what went wrong and what to do.
        data: Facts about it, for a program.
        stack: The frames of the method's own files, as V8 prints them.
        location: Where in the method's source.
    """

    type: str
    key: str | None
    message: str
    data: JSON = None
    stack: str | None = None
    location: Location | None = None
