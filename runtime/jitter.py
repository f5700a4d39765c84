"""Jitter: differences between things that are made alike, so that they do not all end together."""

from __future__ import annotations

import random
from typing import Final

_LEAST: Final = 0.75
_random: Final = random.SystemRandom()


def up_to(most: float) -> float:
    """Return a random part of `most`, at least three quarters of it."""
    return most * _random.uniform(_LEAST, 1.0)
