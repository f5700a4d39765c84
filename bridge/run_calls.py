"""RunCalls: answers what one run asks of the application."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .crypto_calls import CRYPTO_PREFIX
from .deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from runtime import JSON, Clock, HostCall, HostReply

    from .api_client import ApiClient
    from .bare_body import BareBody
    from .byte_stream import ByteStream
    from .crypto_calls import CryptoCalls


class RunCalls:
    """Answers the calls of one run; implements `runtime.HostCalls`.

    What answers them is made for the first one: a worker waits for all that is made before it begins, and many runs
    make no call.

    Whoever makes one takes the stream that is the run's result from it, and closes it, when the run has ended.

    Args:
        api_client: Makes what sends requests, given the end of the run.
        crypto: Makes what computes for `crypto.subtle`.
        clock: Of the run.
        wall_time_seconds: How long the run may take once it has begun.
    """

    def __init__(
        self,
        api_client: Callable[[Deadline], ApiClient],
        crypto: Callable[[], CryptoCalls],
        *,
        clock: Clock,
        wall_time_seconds: float,
    ) -> None:
        self._make_api_client = api_client
        self._make_crypto = crypto
        self._clock = clock
        self._wall_time_seconds = wall_time_seconds
        self._until = math.inf
        self._api_client: ApiClient | None = None
        self._crypto: CryptoCalls | None = None

    def begin(self) -> None:
        """Let the time of the run begin; no call comes before."""
        self._until = self._clock.active_time() + self._wall_time_seconds

    def __call__(self, call: HostCall) -> Coroutine[Any, Any, HostReply]:
        """Answer a call.

        Raises:
            RunEnded: A limit was hit.
        """
        if call.operation.startswith(CRYPTO_PREFIX):
            self._crypto = self._crypto or self._make_crypto()
            return self._crypto(call)
        return (self._api_client or self._made())(call)

    def replayed(self, call: HostCall) -> None:
        """Count a call that the journal of the run answers."""
        (self._api_client or self._made()).replayed(call)

    @property
    def may_suspend(self) -> bool:
        """Whether the run could go on without what is here: streams and keys are nowhere else."""
        return all(made is None or made.may_suspend for made in (self._api_client, self._crypto))

    @property
    def bare_bodies(self) -> Iterable[BareBody]:
        """What calls gave that asked for no more than a body."""
        return () if self._api_client is None else self._api_client.bare_bodies

    def take_stream(self, resource: JSON) -> ByteStream:
        """Return the stream that is the result of the run; see `ApiClient.take_stream`."""
        return (self._api_client or self._made()).take_stream(resource)

    async def aclose(self) -> list[str]:
        """Close the streams that the run left behind, once it has ended; return warnings about them."""
        return [] if self._api_client is None else await self._api_client.aclose()

    def _made(self) -> ApiClient:
        """Make what sends requests."""
        self._api_client = self._make_api_client(Deadline(clock=self._clock, when=self._until))
        return self._api_client
