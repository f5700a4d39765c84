"""Attempts: how often a request is tried again when the server says that it has had too many (decision 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_any, stop_before_delay
from tenacity.wait import wait_base, wait_random_exponential

from .classification import RATE_LIMITED
from .errors import ConnectionFailedError

if TYPE_CHECKING:
    from .deadline import Deadline
    from .limits import Limits

Mode: TypeAlias = Literal["sync", "async"]
"""Whether somebody waits for the run: then an error comes at once."""

_MOST_ATTEMPTS: Final = 3


def attempts_for(mode: Mode, deadline: Deadline, limits: Limits) -> AsyncRetrying:
    """Return the attempts that a call has.

    In `async` mode a 429 is followed by another attempt, after what the server asked for or an exponential backoff with
    full jitter; not if the run would be over by then. Everything else is tried once.
    """
    most = _MOST_ATTEMPTS if mode == "async" else 1
    return AsyncRetrying(
        retry=retry_if_exception(_is_rate_limited),
        wait=_AsTheServerAsks(limits.retry_after_seconds),
        stop=stop_any(stop_after_attempt(most), stop_before_delay(deadline.left_seconds())),
        reraise=True,
    )


def _is_rate_limited(error: BaseException) -> bool:
    return isinstance(error, ConnectionFailedError) and error.key == RATE_LIMITED


class _AsTheServerAsks(wait_base):
    """Waits as long as `retry-after` says, at most `most_seconds`; without it, a random time that doubles."""

    def __init__(self, most_seconds: float) -> None:
        self._most_seconds = most_seconds
        self._backoff = wait_random_exponential(multiplier=1, max=most_seconds)

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait after an attempt that failed."""
        error = retry_state.outcome and retry_state.outcome.exception()
        asked = error.retry_after_seconds if isinstance(error, ConnectionFailedError) else None
        return self._backoff(retry_state) if asked is None else min(asked, self._most_seconds)
