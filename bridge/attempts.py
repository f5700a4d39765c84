"""Attempts: how often a request is tried (decision 23)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from .classification import RATE_LIMITED
from .errors import ConnectionFailedError
from .request_name import request_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .allowance import Allowance
    from .deadline import Deadline
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .rate_gate import RateGate
    from .run_random import RunRandom

Mode: TypeAlias = Literal["sync", "async"]
"""Whether somebody waits for the run: then a 429 is an error at once."""

Answer = TypeVar("Answer")

_PASSING: Final = frozenset({"connect", "protocol", "timeout"})
"""What goes wrong on the way to a server and may not go wrong again."""

_MOST_DOUBLINGS: Final = 64


class Attempts:
    """Tries the requests of one run.

    - A 429 is followed by another attempt in `async` mode, whatever the verb: the server has not done what was asked.
      The run waits as long as the server says, or else a random time that doubles; and so do other runs of the
      connection, behind its gate.
    - A status of 500 and more, or a network error, is followed by another attempt when that was asked for, and only
      where doing something twice is the same as doing it once.

    Nothing is tried that could not be sent again as it was, or more often than the limits allow. A wait beyond the
    limits or the end of the run is not begun: the error comes now. Where the run may be put off, it is for a long wait.

    Args:
        mode: Of the run.
        deadline: The end of the run.
        limits: Bound attempts and waits.
        allowance: Of the run; bounds further attempts of all its requests together.
        gate: Shared by the runs of the connection.
        random: Of the run.
        puts_off: Whether the run is put off for a wait of so many seconds.
    """

    def __init__(
        self,
        *,
        mode: Mode,
        deadline: Deadline,
        limits: Limits,
        allowance: Allowance,
        gate: RateGate,
        random: RunRandom,
        puts_off: Callable[[float], bool] = lambda _: False,
    ) -> None:
        self._puts_off = puts_off
        self._mode = mode
        self._deadline = deadline
        self._limits = limits
        self._allowance = allowance
        self._gate = gate
        self._random = random

    async def __call__(
        self, request: OutgoingRequest, send: Callable[[OutgoingRequest], Awaitable[Answer]], *, earlier: int = 0
    ) -> Answer:
        """Return what `send` gives, as soon as it gives something.

        Args:
            request: What is sent; further attempts count on from its own number.
            send: Makes one attempt, when the gate lets it through.
            earlier: Attempts that were made before the run was put off.

        Raises:
            ConnectionFailedError: The last attempt failed.
        """
        made = earlier
        while True:
            made += 1
            try:
                if self._mode == "async":
                    await self._pass_gate(request, made - 1)
                return await send(request)
            except ConnectionFailedError as error:
                self._heed(error, request)
                if not self._may_follow(error, request, made):
                    raise
                seconds = self._wait_seconds(error, made)
                if self._must_be_last(made, seconds):
                    raise
                self._prepare_for_another(error, request, seconds)
            await self._deadline.clock.sleep(seconds, attempts=made)
            request = replace(request, attempt=request.attempt + 1)

    def _heed(self, error: ConnectionFailedError, request: OutgoingRequest) -> None:
        """Tell the gate when the server wants to be left alone."""
        if _is_too_many(error) and error.retry_after_seconds is not None:
            self._close_gate(request, error.retry_after_seconds)

    async def _pass_gate(self, request: OutgoingRequest, attempts: int) -> None:
        """Wait until the server is ready, where it said that it is not.

        Raises:
            ConnectionFailedError: `rate_limit_exceeded`: that is too long.
        """
        wait = await self._gate.wait(
            request.target.origin,
            self._deadline,
            self._limits.retry_after_seconds,
            attempts=attempts,
            puts_off=self._puts_off,
        )
        if wait is not None:
            message = f"{request_name(request)} was not sent: the server has had too many requests of this connection."
            raise ConnectionFailedError(message, key=RATE_LIMITED, retry_after_seconds=wait)

    def _close_gate(self, request: OutgoingRequest, seconds: float) -> None:
        """Hold back other requests; never longer than one would wait, whatever a server says."""
        most = seconds if self._puts_off(seconds) else self._limits.retry_after_seconds
        self._gate.close(request.target.origin, min(seconds, most))

    def _may_follow(self, error: ConnectionFailedError, request: OutgoingRequest, attempts: int) -> bool:
        """Whether another attempt may follow one that failed, if there is time."""
        if not request.repeatable:
            return False
        if _is_too_many(error):
            return self._mode == "async"
        return request.is_idempotent and attempts <= request.retries and _is_passing(error)

    def _wait_seconds(self, error: ConnectionFailedError, failures: int) -> float:
        """Return how long to wait: as the server asks; where it does not, a random time of a range that doubles."""
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        most = min(2.0 ** min(failures - 1, _MOST_DOUBLINGS), self._limits.retry_after_seconds)
        return self._random.up_to(most, "backoff")

    def _must_be_last(self, attempts: int, wait_seconds: float) -> bool:
        """Whether no other attempt is allowed, or there is no time for it."""
        if attempts >= self._limits.attempts or not self._allowance.retries_left:
            return True
        if self._puts_off(wait_seconds):
            return False
        return wait_seconds > min(self._limits.retry_after_seconds, self._deadline.left_seconds())

    def _prepare_for_another(self, error: ConnectionFailedError, request: OutgoingRequest, seconds: float) -> None:
        """Count another attempt; where the server did not say how long to wait, others wait as long as this does."""
        self._allowance.take_retry()
        if _is_too_many(error):
            self._close_gate(request, seconds)


def _is_too_many(error: ConnectionFailedError) -> bool:
    """Whether a server answered with 429."""
    return error.key == RATE_LIMITED and error.response is not None


def _is_passing(error: ConnectionFailedError) -> bool:
    """Whether a failure may be over soon."""
    if error.response is None:
        return error.key in _PASSING
    return error.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
