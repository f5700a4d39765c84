"""ApiClient: answers the calls of one run."""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import count
from typing import TYPE_CHECKING

from runtime import Failure, RunEnded

from .allowance import Allowance
from .attempts import attempts_for
from .byte_stream import ByteStream
from .call import MethodCall, StreamBody
from .classification import EXPIRED, refuse_unsuccessful
from .client_config import ClientConfig
from .deadline import Deadline
from .errors import CallError, ConnectionFailedError, EgressRefusedError, concerning
from .foreign_errors import FOREIGN, translated
from .outgoing import prepare
from .patience import Patience
from .recorder import Recorder
from .redirects import next_hop
from .renewal import Renewal
from .reply import failure_reply, success_reply
from .request_name import request_name
from .stream_registry import STREAM_OPERATIONS, StreamRegistry
from .upload import Upload
from .wire import send

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import httpx

    from runtime import JSON, HostCall, HostReply

    from .attempts import Mode
    from .egress import EgressPolicy
    from .exchange import Exchange
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .response import Response


class ApiClient:
    """The application's side of the `apiClient` of one run; implements `runtime.HostCalls`.

    Whoever makes one takes the stream that is the run's result from it, and closes it, when the run has ended.

    Args:
        transport: Whose sockets to use.
        config: How the client is configured; not at all without it.
        policy: Which addresses may be reached; what a name resolves to is checked by the transport.
        limits: Of the run.
        mode: `async` lets a call wait when the server has had too many requests.
        redactor: Masks secrets in what is recorded and in messages.
        deadline: The end of the run, on the clock of `time.monotonic`.
        refresh: Asked once for a configuration with new credentials when the server says 401; may give None.
        on_exchange: Told of each exchange when it has ended.
    """

    def __init__(
        self,
        *,
        transport: httpx.AsyncBaseTransport,
        config: ClientConfig | None,
        policy: EgressPolicy,
        limits: Limits,
        mode: Mode,
        redactor: Redactor,
        deadline: float,
        refresh: Callable[[], Awaitable[ClientConfig | None]] | None = None,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        self._transport = transport
        self._policy = policy
        self._limits = limits
        self._mode: Mode = mode
        self._redactor = redactor
        self._deadline = Deadline(monotonic=deadline)
        self._renewal = Renewal(config or ClientConfig(), refresh)
        self._allowance = Allowance(limits)
        self._recorder = Recorder(redactor, on_exchange)
        self._streams = StreamRegistry()

    @property
    def exchanges(self) -> list[Exchange]:
        """What was exchanged so far, in the order in which exchanges ended."""
        return self._recorder.exchanges

    @property
    def settings(self) -> JSON:
        """What the extension's JavaScript must know about the run."""
        return {"requestBytes": self._limits.request_bytes}

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call of a method.

        Raises:
            RunEnded: A limit was hit.
        """
        try:
            if call.operation in STREAM_OPERATIONS:
                return await self._streams.answer(call)
            self._allowance.take()
            return await self._answer(MethodCall.read(call), call.site)
        except CallError as error:
            return failure_reply(error, self._redactor)

    def take_stream(self, resource: JSON) -> ByteStream:
        """Return the stream that is the result of the run; it may be read when the run is over.

        Args:
            resource: `Outcome.resource`.

        Raises:
            RunEnded: There is no such stream, or the method used it already.
        """
        try:
            stream = self._streams.take(resource)
        except CallError as error:
            message = f"The result is a stream that cannot be given: {error.message}"
            raise RunEnded(Failure(type="custom_code", key="result", message=message)) from None
        stream.outlive(Deadline.never())
        return ByteStream(stream, self._redactor)

    async def aclose(self) -> list[str]:
        """Close the streams that the run left behind, once it has ended; return warnings about them."""
        warnings = await self._streams.aclose()
        self._recorder.close()
        return warnings

    async def _answer(self, call: MethodCall, site: str | None) -> HostReply:
        """Send what a call means, and give what was answered."""
        async with AsyncExitStack() as closing:
            upload = None
            if isinstance(call.body, StreamBody):
                upload = self._streams.upload(call.body.id)
                closing.push_async_callback(upload.aclose)
            request, response = await self._respond(call, upload)
            if response.stream is None:
                return success_reply(request, response)
            closing.pop_all()
            response.stream.upload = upload  # which may still be under way
            return success_reply(request, response, self._streams.number_of(response.stream, site))

    async def _respond(self, call: MethodCall, upload: Upload | None) -> tuple[OutgoingRequest, Response]:
        """Send what a call means; once more with new credentials if the server says that the client's have expired."""
        numbers = count(1)
        config = self._renewal.config
        request = prepare(call, config, self._limits, upload=upload)
        try:
            return request, await self._attempts(request, numbers)
        except ConnectionFailedError as error:
            if error.key != EXPIRED or error.request is None or not error.request.carries_client:
                raise
            renewed = await self._renewal.after(config)
            if renewed is None or not request.repeatable:
                raise
        request = prepare(call, renewed, self._limits)
        return request, await self._attempts(request, numbers)

    async def _attempts(self, request: OutgoingRequest, numbers: Iterator[int]) -> Response:
        """Send a request as often as it takes and is allowed."""
        attempts = attempts_for(self._mode if request.repeatable else "sync", self._deadline, self._limits)
        return await attempts(self._attempt, request, numbers)

    async def _attempt(self, request: OutgoingRequest, numbers: Iterator[int]) -> Response:
        """Send a request when its turn has come, follow redirects, and judge the status of the last response."""
        number = next(numbers)
        if number > 1:
            self._allowance.take()
        patience = Patience(self._deadline, self._limits.request_seconds)
        if isinstance(request.body, Upload):
            request.body.patience = patience
        async with self._allowance.slot:
            with concerning(request):
                request, response = await self._follow(request, number, patience)
        with concerning(request):
            refuse_unsuccessful(request_name(request), response)
        return response

    async def _follow(
        self, request: OutgoingRequest, number: int, patience: Patience
    ) -> tuple[OutgoingRequest, Response]:
        """Return the last request of a chain of redirects, and its response."""
        response = await self._exchange(request, number, patience)
        for _ in range(self._limits.redirects):
            hop = next_hop(request, response)
            if hop is None:
                return request, response
            self._allowance.take()
            request, response = hop, await self._exchange(hop, number, patience)
        if next_hop(request, response) is not None:
            message = f"{request_name(request)} was redirected more than {self._limits.redirects} times."
            raise EgressRefusedError(message, key="redirects")
        return request, response

    async def _exchange(self, request: OutgoingRequest, number: int, patience: Patience) -> Response:
        """Send one request and record what became of it."""
        with concerning(request), self._recorder.record(request, number) as recording:
            try:
                self._policy.admit(request.url)
                async with patience.timeout():
                    response = await send(self._transport, request, self._limits, self._deadline)
            except FOREIGN as error:
                raise _meaning(error, request) from None
            if response.stream is not None:
                self._streams.add(response.stream)
            recording.response = response
            return response


def _meaning(error: BaseException, request: OutgoingRequest) -> ConnectionFailedError:
    """Return what a foreign exception means to the method; a stream that broke as it was sent comes before it."""
    name = request_name(request)
    broken = request.body.error if isinstance(request.body, Upload) else None
    if broken is None:
        return translated(error, name)
    return ConnectionFailedError(f"{name} was broken off: {broken.message}", key=broken.key)
