"""Coercion: the text, the number and the truth that JavaScript makes of a value."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from .scalars import as_double, scalar_text
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .undefined import Found

_SPACE: Final = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What `trim` takes away."""

_LONGEST_NUMBER: Final = 1000
_DECIMAL: Final = re.compile(r"[+-]?(Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)")
_OTHER_BASE: Final = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def text_of(value: Found) -> str:
    """Return `String(value)`."""
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else text_of(item) for item in value)
    if value is None or value is UNDEFINED:
        return "null" if value is None else "undefined"
    return scalar_text(value)


def number_of(value: JSON) -> float:
    """Return `Number(value)`; NaN for what is no number."""
    if isinstance(value, int | float):
        return as_double(value)
    text = text_of(value).strip(_SPACE)
    if len(text) > _LONGEST_NUMBER:
        return math.nan
    if _OTHER_BASE.fullmatch(text):
        return as_double(int(text, base=0))
    if text and not _DECIMAL.fullmatch(text):
        return math.nan
    return float(text or 0)


def leading_number(text: str) -> float:
    """Return `parseFloat(text)`: the number that a text begins with; NaN where it begins with none."""
    match = _DECIMAL.match(text.lstrip(_SPACE)[:_LONGEST_NUMBER])
    return float(match[0]) if match else math.nan


def is_truthy(value: Found) -> bool:
    """Tell whether JavaScript holds a value for true: every object and array is."""
    if value is UNDEFINED or (isinstance(value, float) and math.isnan(value)):
        return False
    return isinstance(value, dict | list) or bool(value)


def is_empty(value: Found) -> bool:
    """Tell whether a formula holds a value for empty: 0 and false are not."""
    return value is UNDEFINED or value is None or value in ("", [], {})
