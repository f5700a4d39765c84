"""Equality of values, as JavaScript's `==` and `===` and as formulas have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .coercion import number_of, text_of
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .undefined import Found


def strictly_equal(left: Found, right: Found) -> bool:
    """Compare as `===`: an object or array equals itself only."""
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def loosely_equal(left: Found, right: Found) -> bool:
    """Compare as `==`: null is undefined, and values of different types are compared as text or number."""
    if left is None or left is UNDEFINED:
        return right is None or right is UNDEFINED
    if right is None or right is UNDEFINED:
        return False
    if isinstance(left, dict | list) and isinstance(right, dict | list):
        return left is right
    left, right = _primitive(left), _primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number_of(left) == number_of(right)


def deeply_equal(left: Found, right: Found) -> bool:
    """Compare objects and arrays by what they hold, everything else as `===`."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(deeply_equal(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(deeply_equal, left, right))
    return strictly_equal(left, right)


def includes(values: Found, value: Found) -> bool:
    """Tell whether `values` is an array with `value` in it."""
    return isinstance(values, list) and any(strictly_equal(item, value) for item in values)


def _primitive(value: JSON) -> JSON:
    return text_of(value) if isinstance(value, dict | list) else value
