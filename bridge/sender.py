"""Sender: sends the requests of one run, and has a record of what became of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from runtime import ANSWERED, REFUSED, SENT

from .errors import CallError, ConnectionFailedError, EgressRefusedError
from .foreign_errors import FOREIGN, translated
from .judging import judge
from .patience import Patience
from .redirects import is_redirect, next_hop
from .request_name import request_name
from .response_depth import measured
from .upload import Upload

if TYPE_CHECKING:
    from .allowance import Allowance
    from .deadline import Deadline
    from .egress import EgressPolicy
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .recorder import Recorder
    from .response import Response
    from .stream_registry import StreamRegistry
    from .wire import Wire

_NOT_SENT: Final = "connect"
_NOT_DONE: Final = frozenset({HTTPStatus.UNAUTHORIZED.value, HTTPStatus.TOO_MANY_REQUESTS.value})
"""Where nothing was sent, and with which statuses a server says that it has not done what was asked."""


class Sender:
    """Sends the requests of one run, as many at a time as it may have under way.

    Args:
        wire: What they go over.
        policy: Which addresses may be reached.
        limits: Of the run.
        allowance: Of the run.
        recorder: Told of each exchange.
        streams: Told of each body that is a stream.
        deadline: The end of the run.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        policy: EgressPolicy,
        limits: Limits,
        allowance: Allowance,
        recorder: Recorder,
        streams: StreamRegistry,
        deadline: Deadline,
    ) -> None:
        self._wire = wire
        self._policy = policy
        self._limits = limits
        self._allowance = allowance
        self._recorder = recorder
        self._streams = streams
        self._deadline = deadline

    async def judged(self, request: OutgoingRequest) -> Response:
        """Send a request once, and return a response that the method takes for a good one.

        Raises:
            CallError: There is none.
            RunEnded: A limit was hit.
        """
        if request.attempt > 1:
            self._allowance.take()
        last, response = await self.answered(request)
        try:
            return judge(last, await measured(last, response, self._limits), self._deadline.clock)
        except CallError as error:
            error.concern(last)
            raise

    async def answered(self, first: OutgoingRequest) -> tuple[OutgoingRequest, Response]:
        """Send a request once; return the last one of a chain of redirects, and its response, whatever its status.

        Raises:
            CallError: There is no response.
            RunEnded: A limit was hit.
        """
        patience = Patience(self._deadline, self._limits.request_seconds)
        if isinstance(first.body, Upload):
            first.body.patience = patience
        async with self._allowance.slot:
            response = await self._exchange(first, patience)
            if not is_redirect(response) or not (first.redirects or first.refuses_redirects):
                return first, response
            try:
                return await self._redirected(first, response, patience)
            except CallError as error:
                error.concern(first)
                raise

    async def _redirected(
        self, first: OutgoingRequest, response: Response, patience: Patience
    ) -> tuple[OutgoingRequest, Response]:
        """Go where a response leads; see `answered`."""
        request, hops = first, 0
        while (hop := next_hop(request, response)) is not None:
            if first.refuses_redirects:
                message = f"{request_name(request)} was redirected, which the method does not allow."
                raise EgressRefusedError(message, key="redirect")
            if hops == first.redirects:
                message = f"{request_name(request)} was redirected more than {hops} times."
                raise EgressRefusedError(message, key="redirects")
            hops += 1
            self._allowance.take()
            request, response = hop, await self._exchange(hop, patience)
        return request, response

    async def _exchange(self, request: OutgoingRequest, patience: Patience) -> Response:
        """Send one request and record what became of it."""
        with self._recorder.record(request) as recording:
            try:
                self._policy.admit_origin(request.target.origin, request.own_origin)
                self._policy.admit(request.target.origin)
                request.note(SENT, {"verb": request.verb, "url": request.target.href})
                async with patience:
                    response = await self._wire.send(request, self._deadline, patience)
            except CallError as error:
                error.concern(request)
                raise
            except FOREIGN as error:
                failed = _meaning(error, request)
                request.note(REFUSED if failed.key == _NOT_SENT else ANSWERED, {"error": failed.key})
                raise failed from None
            request.note(REFUSED if response.status in _NOT_DONE else ANSWERED, {"status": response.status})
            if response.stream is not None:
                self._streams.add(response.stream)
            recording.response = response
            return response


def _meaning(error: BaseException, request: OutgoingRequest) -> ConnectionFailedError:
    """Return what a foreign exception means to the method; a stream that broke as it was sent comes before it."""
    name = request_name(request)
    broken = request.body.error if isinstance(request.body, Upload) else None
    if broken is None:
        failed = translated(error, name)
    else:
        failed = ConnectionFailedError(f"{name} was broken off: {broken.message}", key=broken.key)
    failed.concern(request)
    return failed
