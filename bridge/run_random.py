"""RunRandom: what the host itself leaves to chance in a run."""

from __future__ import annotations

import hmac
from typing import Final

_FRACTION_BITS: Final = 53


class RunRandom:
    """Draws the same from the same seed. Whoever does not know the seed can foretell nothing, whatever else was drawn.

    What is drawn for one purpose does not depend on what was drawn for others.

    Args:
        seed: Of the run.
    """

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._drawn: dict[str, int] = {}

    def draw(self, purpose: str) -> bytes:
        """Return the next 32 bytes for a purpose."""
        self._drawn[purpose] = number = self._drawn.get(purpose, 0) + 1
        return hmac.digest(self.seed, f"{number} {purpose}".encode(), "sha256")

    def fixed(self, purpose: str) -> bytes:
        """Return 32 bytes for a purpose, the same each time."""
        return hmac.digest(self.seed, f"fixed {purpose}".encode(), "sha256")

    def up_to(self, most: float, purpose: str) -> float:
        """Return a number between 0 and `most`, evenly distributed."""
        bits = int.from_bytes(self.draw(purpose)) >> (256 - _FRACTION_BITS)
        return most * (bits / (1 << _FRACTION_BITS))
