"""UNDEFINED: JavaScript's undefined, which formulas tell from null."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from runtime import JSON


class Undefined(Enum):
    """JavaScript's undefined: nothing is there, which is not null."""

    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED
Found: TypeAlias = "JSON | Undefined"
"""What a formula or a locator gives."""
