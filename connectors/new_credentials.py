"""NewCredentials: what an external app, or a connector, gave in place of expired credentials."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from runtime import JSON

LONGEST_SECONDS = 10 * 365 * 24 * 3600
"""A lifetime beyond this is not worth remembering, and Python's dates end."""


@dataclass(frozen=True, kw_only=True)
class NewCredentials:
    """New credentials.

    Attributes:
        values: To be merged into the expired ones.
        expires_at: When they expire, where that is known.
    """

    values: dict[str, JSON] = field(repr=False)
    expires_at: datetime | None = None

    @classmethod
    def of(cls, values: dict[str, JSON], *, now: datetime, lifetime: JSON = None) -> Self:
        """Return credentials that were given just now.

        Args:
            values: What was given; their `expires_in`, in seconds, is their lifetime.
            now: When they were given.
            lifetime: Another one, where they have none.
        """
        seconds = _seconds(values.get("expires_in")) or _seconds(lifetime)
        return cls(values=values, expires_at=now + timedelta(seconds=seconds) if seconds else None)


def _seconds(lifetime: JSON) -> float | None:
    """Return a lifetime as a number; None where it is none. Some servers write it as text."""
    if isinstance(lifetime, bool) or not isinstance(lifetime, (int, float, str)):
        return None
    try:
        seconds = float(lifetime)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and 0 < seconds <= LONGEST_SECONDS else None
