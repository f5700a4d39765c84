"""Attempts: how often a request is tried (decision 23)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from tenacity import AsyncRetrying, RetryCallState
from tenacity.wait import wait_base, wait_exponential

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
        self._wait = _AsTheServerAsks(limits.retry_after_seconds, random)

    async def __call__(
        self, request: OutgoingRequest, send: Callable[[], Awaitable[Answer]], *, earlier: int = 0
    ) -> Answer:
        """Return what `send` gives, as soon as it gives something.

        Args:
            request: What is sent.
            send: Makes one attempt.
            earlier: Attempts that were made before the run was put off.

        Raises:
            ConnectionFailedError: The last attempt failed.
        """
        made = earlier

        async def attempt() -> Answer:
            nonlocal made
            made += 1
            return await self._send_in_turn(request, send, made)

        retrying = AsyncRetrying(
            sleep=lambda seconds: self._deadline.clock.sleep(seconds, attempts=made),
            retry=lambda state: self._may_follow(_error_of(state), request, earlier + state.attempt_number),
            wait=self._wait,
            stop=lambda state: self._must_be_last(earlier + state.attempt_number, state.upcoming_sleep),
            before_sleep=lambda state: self._prepare_for_another(_error_of(state), request, state.upcoming_sleep),
            reraise=True,
        )
        return await retrying(attempt)

    async def _send_in_turn(
        self, request: OutgoingRequest, send: Callable[[], Awaitable[Answer]], number: int
    ) -> Answer:
        """Make one attempt when the gate lets it through; tell the gate when the server wants to be left alone."""
        if self._mode == "async":
            await self._pass_gate(request, number - 1)
        try:
            return await send()
        except ConnectionFailedError as error:
            if _is_too_many(error) and error.retry_after_seconds is not None:
                self._close_gate(request, error.retry_after_seconds)
            raise

    async def _pass_gate(self, request: OutgoingRequest, attempts: int) -> None:
        """Wait until the server is ready, where it said that it is not.

        Raises:
            ConnectionFailedError: `rate_limit_exceeded`: that is too long.
        """
        wait = await self._gate.wait(
            request.origin,
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
        self._gate.close(request.origin, min(seconds, most))

    def _may_follow(self, error: BaseException | None, request: OutgoingRequest, attempts: int) -> bool:
        """Whether another attempt may follow one that failed, if there is time."""
        if not isinstance(error, ConnectionFailedError) or not request.repeatable:
            return False
        if _is_too_many(error):
            return self._mode == "async"
        return request.is_idempotent and attempts <= request.retries and _is_passing(error)

    def _must_be_last(self, attempts: int, wait_seconds: float) -> bool:
        """Whether no other attempt is allowed, or there is no time for it."""
        if attempts >= self._limits.attempts or not self._allowance.retries_left:
            return True
        if self._puts_off(wait_seconds):
            return False
        return wait_seconds > min(self._limits.retry_after_seconds, self._deadline.left_seconds())

    def _prepare_for_another(self, error: BaseException | None, request: OutgoingRequest, seconds: float) -> None:
        """Count another attempt; where the server did not say how long to wait, others wait as long as this does."""
        self._allowance.take_retry()
        if _is_too_many(error):
            self._close_gate(request, seconds)


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _is_too_many(error: BaseException | None) -> bool:
    """Whether a server answered with 429."""
    return isinstance(error, ConnectionFailedError) and error.key == RATE_LIMITED and error.response is not None


def _is_passing(error: ConnectionFailedError) -> bool:
    """Whether a failure may be over soon."""
    if error.response is None:
        return error.key in _PASSING
    return error.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class _AsTheServerAsks(wait_base):
    """Waits as long as the server asks; where it does not, a random time that doubles, at most `most_seconds`."""

    def __init__(self, most_seconds: float, random: RunRandom) -> None:
        self._longest = wait_exponential(multiplier=1, max=most_seconds)
        self._random = random

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the seconds to wait after an attempt that failed."""
        error = _error_of(retry_state)
        asked = error.retry_after_seconds if isinstance(error, ConnectionFailedError) else None
        return self._random.up_to(self._longest(retry_state), "backoff") if asked is None else asked
