"""Scalars as the text that JavaScript's `String(...)` makes of them."""

from __future__ import annotations

from typing import Final, TypeAlias

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr
"""A value that a header or a query parameter can hold."""

_EXPONENT_FROM: Final = 1e21


def scalar_text(value: Scalar) -> str:
    """Return the text that goes over the wire.

    Args:
        value: From a configuration; what a method gives is text already.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXPONENT_FROM:
        return str(int(value))
    return str(value)
