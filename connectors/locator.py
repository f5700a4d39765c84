"""Locators, the paths of formulas: `$.credentials.token`, `records[0].id`.

As observed of the published formula engine (semantics 4.3): a locator that is no locator finds null, one that leads
nowhere finds nothing; names do not descend through arrays; `[n]` finds nothing where the item is 0, '', null or false.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from runtime import JSON


class Undefined(Enum):
    """JavaScript's undefined: nothing is there, which is not null."""

    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED
Found: TypeAlias = "JSON | Undefined"

_STEP = re.compile(r"\[(?P<index>\d+)\]|(?P<dot>\.?)(?P<name>(?:\\.|[^.\[\\])+)", re.DOTALL)


def locate(variables: JSON, locator: JSON) -> Found:
    """Return what `locator` finds in `variables`."""
    steps = _steps(locator) if isinstance(locator, str) else None
    if steps is None:
        return None
    found: Found = variables
    for step in steps:
        found = _item(found, step) if isinstance(step, int) else _member(found, step)
        if found is UNDEFINED:
            return UNDEFINED
    return found


@lru_cache(maxsize=1024)
def _steps(locator: str) -> tuple[str | int, ...] | None:
    """Split a locator into names and indices; None when it is none."""
    if locator == "$":
        return ()
    rest = locator.removeprefix("$.")
    steps: list[str | int] = []
    position = 0
    while position < len(rest):
        match = _STEP.match(rest, position)
        if match is None or (match["name"] and bool(match["dot"]) != (position > 0)):
            return None
        steps.append(int(match["index"]) if match["index"] else re.sub(r"\\(.)", r"\1", match["name"], flags=re.DOTALL))
        position = match.end()
    return tuple(steps) or None


def _member(value: Found, name: str) -> Found:
    """Read a property by name."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if isinstance(value, list) and name == "length":
        return len(value)
    return UNDEFINED


def _item(value: Found, index: int) -> Found:
    """Read an item by index; an item that JavaScript holds for false is not found."""
    if not isinstance(value, list) or index >= len(value):
        return UNDEFINED
    item = value[index]
    return item if item or isinstance(item, (list, dict)) else UNDEFINED
