"""Scalars as the text that JavaScript's `String(...)` makes of them."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final, TypeAlias

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr
"""A value that a header or a query parameter can hold."""

_EXPONENT_FROM: Final = 1e21
_EXPONENT_BELOW: Final = 1e-6


def scalar_text(value: Scalar) -> str:
    """Return the text that goes over the wire.

    Args:
        value: From a configuration; what a method gives is text already.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def number_text(value: float) -> str:
    """Return `String(value)` of a number: the shortest digits, an exponent for what is very large or small.

    An integer that a double cannot hold keeps its digits: it is an account number that somebody wrote down.
    """
    if isinstance(value, int) and abs(value) < _EXPONENT_FROM:
        return str(value)
    number = as_double(value)
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    digits = Decimal(repr(number)).normalize()
    if number == 0 or _EXPONENT_BELOW <= abs(number) < _EXPONENT_FROM:
        return f"{abs(digits) if number == 0 else digits:f}"
    mantissa, _, exponent = f"{digits:e}".partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def as_double(value: float) -> float:
    """Return a number as JavaScript holds it."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
