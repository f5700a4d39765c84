"""Allowance: how many requests a run may make, and how many at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from runtime import Failure, RunEnded

if TYPE_CHECKING:
    from runtime import JSON

    from .limits import Limits

_RETRIED: Final = 5
"""One request of so many may be another attempt."""


class Allowance:
    """Counts the requests of one run.

    A call counts as soon as it is made, so that a flood of calls ends the run before it fills the memory.

    Args:
        limits: Says how many, and how many at a time.
    """

    def __init__(self, limits: Limits) -> None:
        self._most = limits.requests
        self._taken = 0
        self.retries_left = max(limits.attempts - 1, limits.requests // _RETRIED)
        """Further attempts that the requests of the run may have together, so that they never become a storm."""
        self.slot = asyncio.Semaphore(limits.concurrent_requests)
        """Held while a request is under way, redirects included."""

    def take(self) -> None:
        """Count one more request.

        Raises:
            RunEnded: The run has had all it may make.
        """
        self._taken += 1
        if self._taken > self._most:
            message = f"The method made more than {self._most} requests."
            data: dict[str, JSON] = {"limit": "requests", "value": self._most, "used": self._taken}
            raise RunEnded(Failure(type="limit", key="requests", message=message, data=data))

    def take_retry(self) -> None:
        """Count one more further attempt."""
        self.retries_left -= 1
