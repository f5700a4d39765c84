"""Locators, the paths of formulas: `$.credentials.token`, `records[0].id`.

As observed of the published formula engine (semantics 4.3): a locator that is no locator finds null, one that leads
nowhere finds nothing, and names do not descend through arrays.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from .coercion import is_truthy, number_of
from .undefined import UNDEFINED, Found

if TYPE_CHECKING:
    from runtime import JSON

Step: TypeAlias = str | float
"""A name, or the number in brackets."""

_STEP: Final = re.compile(r"\.(?P<name>(?:\\.|[^.\[])*)|\[(?P<index>[^\]]*)\]", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_LONGEST: Final = 1000
_ITEM_NAME: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def locate(variables: JSON, locator: JSON, *, falsy_items: bool) -> Found:
    """Return what a locator finds.

    Args:
        variables: Where to look.
        locator: `$` for all of it, otherwise names and indices; a backslash takes the meaning from a dot or bracket.
        falsy_items: Whether `[n]` finds an item that is 0, '', null or false.
    """
    steps = steps_of(locator) if isinstance(locator, str) else None
    if steps is None:
        return None
    found: Found = variables
    for step in steps:
        found = member(found, step)
        if not (falsy_items or isinstance(step, str) or is_truthy(found)):
            return UNDEFINED
    return found


@lru_cache(maxsize=1024)
def steps_of(locator: str) -> tuple[Step, ...] | None:
    """Split a locator into its steps; None when it is none."""
    if not 0 < len(locator) <= _LONGEST:
        return None
    rest = locator[1:] if locator.startswith("$") else f".{locator}"
    steps: list[Step] = []
    position = 0
    while position < len(rest):
        match = _STEP.match(rest, position)
        step = None if match is None else _step(match)
        if match is None or step is None:
            return None
        steps.append(step)
        position = match.end()
    return tuple(steps)


def member(value: Found, step: Step) -> Found:
    """Read a property by its name, or an item by its index."""
    if isinstance(step, str):
        return _named(value, step)
    if not isinstance(value, list) or not step.is_integer() or step >= len(value):
        return UNDEFINED
    return value[int(step)]


def _step(match: re.Match[str]) -> Step | None:
    """Return the step that a part of a locator means; None for an index that is no number."""
    if match["index"] is None:
        return _ESCAPED.sub(r"\1", match["name"])
    index = number_of(match["index"])
    return index if index >= 0 else None


def _named(value: Found, name: str) -> Found:
    """Read a property by its name; arrays have items and a length."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    if name == "length":
        return len(value)
    return member(value, float(name)) if _ITEM_NAME.fullmatch(name) else UNDEFINED
