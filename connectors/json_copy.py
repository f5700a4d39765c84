"""Copies of values that must be JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ArgumentsError

if TYPE_CHECKING:
    from runtime import JSON

DEEPEST = 200


def copy_json(value: object, name: str) -> JSON:
    """Return a copy of `value` that shares nothing with it.

    Args:
        value: Python's counterpart of JSON; a tuple counts as an array.
        name: What `value` is called (`args`), for the error.

    Raises:
        ArgumentsError: Names the path of what JSON cannot hold.
    """
    return _copy(value, _Place(name=name))


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a value stands; its path is written only when something is wrong there."""

    name: str | int
    depth: int = 0
    outer: _Place | None = None

    def inner(self, name: str | int) -> _Place:
        """Return the place of a member."""
        return _Place(name=name, depth=self.depth + 1, outer=self)

    def wrong(self, problem: str) -> ArgumentsError:
        """Return the error to raise for what stands here."""
        return ArgumentsError(f"{self} {problem}.")

    def __str__(self) -> str:
        outer = "" if self.outer is None else str(self.outer)
        return f"{outer}[{self.name}]" if isinstance(self.name, int) else f"{outer}.{self.name}".removeprefix(".")


def _copy(value: object, place: _Place) -> JSON:
    """Copy one value and all in it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise place.wrong(f"is {value}, which JSON cannot hold")
        return value
    if place.depth > DEEPEST:
        raise ArgumentsError(f"The arguments are nested more than {DEEPEST} deep, or contain themselves.")
    if isinstance(value, dict):
        return {_key(key, place): _copy(member, place.inner(key)) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(member, place.inner(index)) for index, member in enumerate(value)]
    raise place.wrong(f"is a {type(value).__name__}, which JSON cannot hold")


def _key(key: object, place: _Place) -> str:
    """Return the key of an object's member."""
    if isinstance(key, str):
        return key
    raise place.wrong(f"has the key {key!r}; keys in JSON are strings")
