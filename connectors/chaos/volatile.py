"""Values of which parts are another each time, such as the time of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime import JSON

VOLATILE = "\0volatile"
"""Stands for what differs between two runs in which nothing else did."""


def steady(value: JSON, other: JSON) -> JSON:
    """Return a value with what is not the same in another run of the same method replaced by `VOLATILE`."""
    if isinstance(value, dict) and isinstance(other, dict) and value.keys() == other.keys():
        return {key: steady(value[key], other[key]) for key in value}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [steady(item, other_item) for item, other_item in zip(value, other, strict=True)]
    return value if value == other else VOLATILE


def same(expected: JSON, value: JSON) -> bool:
    """Whether a value is the expected one, whatever stands where that is volatile."""
    if expected == VOLATILE:
        return True
    if isinstance(expected, dict) and isinstance(value, dict):
        return expected.keys() == value.keys() and all(same(expected[key], value[key]) for key in expected)
    if isinstance(expected, list) and isinstance(value, list):
        return len(expected) == len(value) and all(map(same, expected, value))
    return expected == value and isinstance(expected, bool) == isinstance(value, bool)
