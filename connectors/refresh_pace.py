"""RefreshPace: how often credentials may be refreshed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .lru import LruDict

if TYPE_CHECKING:
    from .access import Access

BACK_OFF_SECONDS = 60.0
"""A server that refused to refresh credentials refuses until a person connects anew; asking it once a minute harms
nobody. And where it was only down, the connection works again a minute later."""

MOST_REFRESHES = 10
"""Of one connection within `BACK_OFF_SECONDS`. No server's tokens expire that fast: it refuses them for another reason,
and more of them would not help."""

MOST_REMEMBERED = 10_000


class RefreshPace:
    """Remembers what was refreshed, and what could not be."""

    def __init__(self) -> None:
        self._failed: LruDict[tuple[str, str], float] = LruDict(MOST_REMEMBERED)
        self._succeeded: LruDict[str, deque[float]] = LruDict(MOST_REMEMBERED)

    def objection(self, expired: Access, now: float) -> str | None:
        """Say why these credentials are not to be refreshed now; None where nothing speaks against it.

        Args:
            expired: The credentials.
            now: On the clock of the run.
        """
        since = now - BACK_OFF_SECONDS
        failed = self._failed.get(expired.key)
        if failed is not None and failed > since:
            return f"that failed within the last {BACK_OFF_SECONDS:g} s"
        times = self._succeeded.get(expired.given.id)
        if times is not None and len(times) == MOST_REFRESHES and times[0] > since:
            return f"they were refreshed {MOST_REFRESHES} times within the last {BACK_OFF_SECONDS:g} s"
        return None

    def note_failure(self, expired: Access, now: float) -> None:
        """Remember credentials that could not be refreshed."""
        self._failed.put(expired.key, now)

    def note_success(self, expired: Access, now: float) -> None:
        """Remember that a connection's credentials were refreshed."""
        times = self._succeeded.get(expired.given.id) or deque(maxlen=MOST_REFRESHES)
        times.append(now)
        self._succeeded.put(expired.given.id, times)
