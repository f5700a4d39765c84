"""ApiClient: answers the calls of one run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime import ANSWERED, REFUSED, SENT, Failure, HostReply, RunEnded

from .allowance import Allowance
from .attempts import Attempts
from .bare_body import BareBody
from .body import FormBody, StreamBody
from .byte_stream import ByteStream
from .call import CallOptions, MethodCall
from .classification import EXPIRED
from .client_config import ClientConfig
from .client_secrets import client_secrets
from .deadline import Deadline
from .durable import Durable
from .encoded_body import FORM_TYPE
from .errors import (
    CallError,
    ClientIncompleteError,
    ConfigurationError,
    ConnectionFailedError,
    EgressRefusedError,
    concerning,
)
from .foreign_errors import FOREIGN, translated
from .formula_compat import FormulaCompat
from .isolate_client import IsolateClient
from .isolate_settings import client_settings, plain_settings
from .judging import judge
from .outgoing import prepare
from .patience import Patience
from .plain_call import PLAIN_REQUEST, PlainCall
from .rate_gate import RateGates
from .recorder import Recorder
from .redirects import next_hop
from .renewal import Renewal
from .reply import failure_reply, plain_reply, success_reply
from .request_name import request_name
from .response_depth import measured
from .sent_once import sent_once
from .stream_registry import STREAM_OPERATIONS, StreamRegistry
from .upload import Upload
from .wire import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import httpx

    from runtime import JSON, HostCall

    from .attempts import Mode
    from .auth import BasicCredentials
    from .egress import EgressPolicy
    from .exchange import Exchange
    from .incoming_stream import IncomingStream
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .rate_gate import RateGate
    from .redaction import Redactor
    from .response import Response
    from .run_random import RunRandom

Client: TypeAlias = ClientConfig | IsolateClient
"""What makes requests of calls: data, or code that lives where the method lives."""

_RENEW: Final = "apiClient.renew"
_NOT_SENT: Final = "connect"
_NOT_DONE: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
"""Where nothing was sent, and with which statuses a server says that it has not done what was asked."""


class ApiClient:
    """The application's side of the `apiClient` of one run; implements `runtime.HostCalls`.

    Whoever makes one takes the stream that is the run's result from it, and closes it, when the run has ended.

    Args:
        transport: Whose sockets to use.
        client: How the client is configured, or how the isolate makes it; not at all without it.
        policy: Which addresses may be reached; what a name resolves to is checked by the transport.
        limits: Of the run.
        mode: `async` lets a call wait when the server has had too many requests.
        redactor: Masks secrets in what is recorded and in messages.
        deadline: The end of the run.
        random: Of the run.
        refresh: Asked once for a client with new credentials when the server says 401; may give None.
        on_exchange: Told of each exchange when it has ended.
        durable: How requests are when the run may be put off.
        gate: Shared by all runs of the connection, so that a server that has had too many requests of one gets none
            from the others; without it, the run is on its own.
    """

    def __init__(
        self,
        *,
        transport: httpx.AsyncBaseTransport,
        client: Client | None,
        policy: EgressPolicy,
        limits: Limits,
        mode: Mode,
        redactor: Redactor,
        deadline: Deadline,
        random: RunRandom,
        refresh: Callable[[], Awaitable[Client | None]] | None = None,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
        durable: Durable | None = None,
        gate: RateGate | None = None,
    ) -> None:
        self._wire = Wire(transport, limits)
        self._policy = policy
        self._limits = limits
        self._redactor = redactor
        self._deadline = deadline
        self._random = random
        self._durable = durable or Durable()
        self._renewal = Renewal(client or ClientConfig(), refresh)
        self._allowance = Allowance(limits)
        self.bare_bodies: list[BareBody] = []
        """What calls gave that asked for no more than a body; one for each call, as many as a run may make."""
        self._recorder = Recorder(redactor, on_exchange, deadline.clock)
        self._streams = StreamRegistry(limits, self._allowance.slot)
        self._new_attempts = partial(
            Attempts,
            mode=mode,
            limits=limits,
            allowance=self._allowance,
            gate=gate or RateGates().get("", deadline.clock, random),
            random=random,
            puts_off=self._puts_off,
        )
        self._attempts = self._new_attempts(deadline=self._deadline)

    def begin(self) -> None:
        """Set the end of the run anew, now that it begins: until then it may have waited."""
        self._deadline = Deadline.after(self._deadline.clock, self._limits.wall_time_seconds)
        self._attempts = self._new_attempts(deadline=self._deadline)

    @property
    def may_suspend(self) -> bool:
        """Whether the run could go on without what is here: streams are nowhere else."""
        return len(self._streams) == 0

    def replayed(self, call: HostCall) -> None:
        """Count a call that the journal of the run answers."""
        if call.operation not in STREAM_OPERATIONS and call.operation != _RENEW:
            self._allowance.take()

    def _puts_off(self, seconds: float) -> bool:
        """Whether the run is put off for a wait of so many seconds."""
        return self._durable.puts_off(seconds, self._deadline.left_seconds()) and self.may_suspend

    @property
    def exchanges(self) -> list[Exchange]:
        """What was exchanged so far, in the order in which exchanges ended."""
        return self._recorder.exchanges

    @property
    def plain_settings(self) -> dict[str, JSON]:
        """What the extension's JavaScript must know about a run whose method is given no client."""
        return plain_settings(self._limits)

    @property
    def settings(self) -> JSON:
        """What the extension's JavaScript must know about a run whose method is given the client."""
        return client_settings(self._limits, self._renewal.client)

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call of a method.

        Raises:
            RunEnded: A limit was hit.
        """
        if call.operation == _RENEW:
            return await self._renew()
        try:
            if call.operation in STREAM_OPERATIONS:
                return await self._streams.answer(call)
            self._allowance.take()
            if call.operation == PLAIN_REQUEST:
                return await self._answer_plainly(PlainCall.read(call, self._limits), call)
            return await self._answer(MethodCall.read(call, self._limits), call)
        except CallError as error:
            return failure_reply(error, self._redactor)

    async def _renew(self) -> HostReply:
        """Give the isolate what it makes its client of, with new credentials; null where there are none."""
        client = self._renewal.client
        renewed = await self._renewal.after(client) if isinstance(client, IsolateClient) else None
        value: JSON = {"arguments": renewed.arguments} if isinstance(renewed, IsolateClient) else None
        return HostReply(ok=True, value=value)

    async def post_form(self, url: str, form: str, *, auth: BasicCredentials | None = None) -> Response:
        """Send a form that the host itself has to send, and nothing of the client's; follow no redirect.

        Args:
            url: Absolute.
            form: As it is sent, URL-encoded.
            auth: Of the host at that server.

        Raises:
            CallError: It could not be sent, or what came back is no response. No status is an error here.
            RunEnded: A limit was hit.
        """
        options = CallOptions(headers={"Accept": "application/json", "Content-Type": FORM_TYPE}, auth=auth)
        call = MethodCall(verb="POST", path=url, body=FormBody(kind="form", text=form), options=options)
        prepared = await prepare(call, ClientConfig(), self._limits, self._random)
        request = replace(prepared, own_origin=prepared.target.origin)
        self._allowance.take()
        async with self._allowance.slot:
            return await self._exchange(request, Patience(self._deadline, self._limits.request_seconds))

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
        stream.outlive(Deadline.never(self._deadline.clock))
        return ByteStream(stream, self._redactor)

    async def aclose(self) -> list[str]:
        """Close the streams that the run left behind, once it has ended; return warnings about them."""
        warnings = await self._streams.aclose()
        self._recorder.close()
        return warnings

    async def _answer(self, call: MethodCall, asked: HostCall) -> HostReply:
        """Send what a call means, and give what was answered."""
        site = asked.site
        upload = self._upload(call)
        stream: IncomingStream | None = None
        try:
            request, response = await self._respond(call, asked, upload)
            stream = response.stream
        finally:
            number = await self._keep(stream, upload, site)
        if stream is None and site is not None and not request.full_response:
            self.bare_bodies.append(BareBody.of(site, response))
        return success_reply(request, response, number)

    async def _answer_plainly(self, call: PlainCall, asked: HostCall) -> HostReply:
        """Send what a call means without the client, and give whatever was answered."""
        held = self._renewal.client
        own = held.origin if isinstance(held, ClientConfig) else None
        upload = self._upload(call)
        stream: IncomingStream | None = None
        try:
            meant = await call.prepare(self._limits, self._random, own, upload, asked)
            meant = sent_once(meant, asked, self._durable, self._random)
            patience = Patience(self._deadline, self._limits.request_seconds)
            if upload is not None:
                upload.patience = patience
            async with self._allowance.slot:
                with concerning(meant):
                    request, response = await self._follow(meant, patience)
            stream = response.stream
        finally:
            number = await self._keep(stream, upload, asked.site)
        return plain_reply(meant, request, response, number)

    def _upload(self, call: MethodCall | PlainCall) -> Upload | None:
        """Return the body of a call where that is a stream; see `_keep` for what becomes of it."""
        return self._streams.upload(call.body.id) if isinstance(call.body, StreamBody) else None

    async def _keep(self, stream: IncomingStream | None, upload: Upload | None, site: str | None) -> int | None:
        """Return the number of a stream that is answered, with which the upload ends, as it may still be under way.

        Where there is none, the upload ends now.
        """
        if stream is not None:
            stream.upload = upload
            return self._streams.number_of(stream, site)
        if upload is not None:
            await upload.aclose()
        return None

    async def _respond(
        self, call: MethodCall, asked: HostCall, upload: Upload | None
    ) -> tuple[OutgoingRequest, Response]:
        """Send what a call means; once more with new credentials if the server says that the client's have expired."""
        numbers = count(1 + asked.attempts)
        held = self._renewal.client
        meant = await prepare(call, self._config(call, held), self._limits, self._random, upload=upload, asked=asked)
        request = sent_once(meant, asked, self._durable, self._random)
        try:
            attempts = self._attempts(request, lambda: self._attempt(request, numbers), earlier=asked.attempts)
            return request, await attempts
        except ConnectionFailedError as error:
            if call.client is not None or error.key != EXPIRED or not (error.request and error.request.carries_client):
                raise
            renewed = await self._renewal.after(held)
            if not isinstance(renewed, ClientConfig) or not request.repeatable:
                raise
        meant = await prepare(call, renewed, self._limits, self._random, asked=asked)
        meant = replace(meant, call=request.call)
        again = sent_once(meant, asked, self._durable, self._random)
        return again, await self._attempts(again, lambda: self._attempt(again, numbers))

    def _config(self, call: MethodCall, held: Client) -> ClientConfig:
        """Return the configuration that holds for a call: what came with it, or what the host holds."""
        config = held if isinstance(held, ClientConfig) else ClientConfig()
        if call.client is None:
            return config
        try:
            config = ClientConfig.parse(call.client, "The client")
            if call.dynamic is not None:
                config = config.overlaid(ClientConfig.parse(call.dynamic, "dynamicOptions"))
        except ConfigurationError as error:
            raise ClientIncompleteError(str(error)) from None
        self._redactor.hide(client_secrets(config))
        return config.with_variables(held.arguments, FormulaCompat()) if isinstance(held, IsolateClient) else config

    async def _attempt(self, request: OutgoingRequest, numbers: Iterator[int]) -> Response:
        """Send a request when its turn has come, follow redirects, and judge the last response."""
        number = next(numbers)
        if number > 1:
            self._allowance.take()
        patience = Patience(self._deadline, self._limits.request_seconds)
        if isinstance(request.body, Upload):
            request.body.patience = patience
        async with self._allowance.slot:
            with concerning(request):
                numbered = request if number == request.attempt else replace(request, attempt=number)
                request, response = await self._follow(numbered, patience)
        with concerning(request):
            response = await measured(request, response, self._limits)
            return judge(request, response, self._deadline.clock.now_ms())

    async def _follow(self, request: OutgoingRequest, patience: Patience) -> tuple[OutgoingRequest, Response]:
        """Return the last request of a chain of redirects, and its response."""
        most = request.redirects
        response = await self._exchange(request, patience)
        if request.refuses_redirects and next_hop(request, response) is not None:
            message = f"{request_name(request)} was redirected, which the method does not allow."
            raise EgressRefusedError(message, key="redirect")
        for _ in range(most):
            hop = next_hop(request, response)
            if hop is None:
                return request, response
            self._allowance.take()
            request, response = hop, await self._exchange(hop, patience)
        if most and next_hop(request, response) is not None:
            message = f"{request_name(request)} was redirected more than {most} times."
            raise EgressRefusedError(message, key="redirects")
        return request, response

    async def _exchange(self, request: OutgoingRequest, patience: Patience) -> Response:
        """Send one request and record what became of it."""
        with concerning(request), self._recorder.record(request) as recording:
            try:
                self._policy.admit_origin(request.target.origin, request.own_origin)
                self._policy.admit(request.target.origin)
                request.note(SENT, {"verb": request.verb, "url": request.target.href})
                async with patience:
                    response = await self._wire.send(request, self._deadline, patience)
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
        return translated(error, name)
    return ConnectionFailedError(f"{name} was broken off: {broken.message}", key=broken.key)
