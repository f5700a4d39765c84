"""Patience: how long a request may still take, which a body that is a stream renews."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from runtime import Timeout

    from .deadline import Deadline


class Patience:
    """The time that a request has: from its start, or from the last piece of a body that is a stream.

    What goes on inside raises TimeoutError when it has taken too long.

    Args:
        run: The end of the run, which nothing moves.
        most_seconds: What a request may take.
    """

    def __init__(self, run: Deadline, most_seconds: float) -> None:
        self._run = run
        self._most_seconds = most_seconds
        self._until = run.within(most_seconds)
        self._timeout: Timeout | None = None

    async def __aenter__(self) -> None:
        """Begin what may take no longer."""
        self._timeout = await self._until.timeout().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it, with TimeoutError where it has taken too long."""
        timeout, self._timeout = self._timeout, None
        if timeout is not None:
            await timeout.__aexit__(kind, error, traceback)

    def is_over(self) -> bool:
        """Whether what goes on has taken too long."""
        return self._timeout is not None and self._timeout.expired()

    def hold(self) -> None:
        """Count no time from now on but that of the run: the request waits for what has a clock of its own."""
        self._wait_until(self._run)

    def renew(self) -> None:
        """Count from now: the request made progress."""
        self._wait_until(self._run.within(self._most_seconds))

    def _wait_until(self, deadline: Deadline) -> None:
        self._until = deadline
        if self._timeout is not None and not self._timeout.expired():
            deadline.clock.reschedule(self._timeout, deadline.moment)
