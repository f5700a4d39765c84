"""How much JSON may be read here, where all other runs wait for it."""

from __future__ import annotations

from typing import Final

from runtime import count_values

LONGEST: Final = 2 * 1024 * 1024
"""Bytes."""

MOST_VALUES: Final = 200_000
"""Take some 30 ms to read, and as long to be written again."""


def is_readable(data: bytes) -> bool:
    """Whether JSON text is short enough, and of few enough values, to be read here."""
    return len(data) <= LONGEST and (len(data) <= MOST_VALUES or count_values(data) <= MOST_VALUES)
