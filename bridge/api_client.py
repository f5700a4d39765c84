"""ApiClient: answers the calls of one run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime import Failure, HostReply, RunEnded

from .allowance import Allowance
from .attempts import Attempts
from .bare_body import BareBodies
from .body import FormBody
from .byte_stream import ByteStream
from .call import CallOptions, MethodCall
from .client_calls import ClientCalls
from .client_config import ClientConfig
from .deadline import Deadline
from .durable import Durable
from .encoded_body import FORM_TYPE
from .errors import CallError
from .isolate_client import IsolateClient
from .outgoing import prepare
from .plain_call import PLAIN_REQUEST, PlainCall
from .rate_gate import RateGates
from .recorder import Recorder
from .renewal import Renewal
from .reply import failure_reply, plain_reply, success_reply
from .sender import Sender
from .sent_once import sent_once
from .stream_registry import STREAM_OPERATIONS, StreamRegistry
from .wire import Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from runtime import JSON, HostCall

    from .attempts import Mode
    from .auth import BasicCredentials
    from .egress import EgressPolicy
    from .exchange import Exchange
    from .incoming_stream import IncomingStream
    from .limits import Limits
    from .rate_gate import RateGate
    from .redaction import Redactor
    from .response import Response
    from .run_random import RunRandom
    from .upload import Upload

Client: TypeAlias = ClientConfig | IsolateClient
"""What makes requests of calls: data, or code that lives where the method lives."""

_RENEW: Final = "apiClient.renew"


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
        self._limits = limits
        self._redactor = redactor
        self._random = random
        self._deadline = deadline
        self._durable = durable or Durable()
        self._renewal = Renewal(client or ClientConfig(), refresh)
        self._allowance = Allowance(limits)
        self._recorder = Recorder(redactor, on_exchange, deadline.clock)
        self._streams = StreamRegistry(limits, self._allowance.slot)
        self._sender = Sender(
            wire=Wire(transport, limits),
            policy=policy,
            limits=limits,
            allowance=self._allowance,
            recorder=self._recorder,
            streams=self._streams,
            deadline=deadline,
        )
        self._attempts = Attempts(
            mode=mode,
            deadline=deadline,
            limits=limits,
            allowance=self._allowance,
            gate=gate or RateGates().get("", deadline.clock, random),
            random=random,
            puts_off=self._puts_off,
        )
        self._client_calls = ClientCalls(
            renewal=self._renewal,
            limits=limits,
            random=random,
            redactor=redactor,
            durable=self._durable,
            attempts=self._attempts,
            sender=self._sender,
        )
        self.bare_bodies = BareBodies()
        """What calls gave that asked for no more than a body."""

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
        headers: dict[str, str | None] = {"Accept": "application/json", "Content-Type": FORM_TYPE}
        options = CallOptions(headers=headers, auth=auth, maxRedirects=0)
        call = MethodCall(verb="POST", path=url, body=FormBody(kind="form", text=form), options=options)
        prepared = await prepare(call, ClientConfig(), self._limits, self._random)
        self._allowance.take()
        _, response = await self._sender.answered(replace(prepared, own_origin=prepared.target.origin))
        return response

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
        upload = self._upload(call)
        stream: IncomingStream | None = None
        try:
            request, response = await self._client_calls.send(call, asked, upload)
            stream = response.stream
        finally:
            if upload is not None:
                await _pass_on(upload, stream)
        if stream is None and asked.site is not None and not request.full_response:
            self.bare_bodies.add(asked.site, response.body)
        return success_reply(request, response, self._streams.number_of(stream, asked.site))

    async def _answer_plainly(self, call: PlainCall, asked: HostCall) -> HostReply:
        """Send what a call means without the client, and give whatever was answered."""
        held = self._renewal.client
        own = held.origin if isinstance(held, ClientConfig) else None
        upload = self._upload(call)
        stream: IncomingStream | None = None
        try:
            meant = await call.prepare(self._limits, self._random, own, upload, asked)
            meant = sent_once(meant, asked, self._durable, self._random)
            request, response = await self._sender.answered(meant)
            stream = response.stream
        finally:
            if upload is not None:
                await _pass_on(upload, stream)
        return plain_reply(meant, request, response, self._streams.number_of(stream, asked.site))

    def _upload(self, call: MethodCall | PlainCall) -> Upload | None:
        """Return the body of a call where that is a stream; see `_pass_on` for what becomes of it."""
        body = call.body
        return None if body is None or body.kind != "stream" else self._streams.upload(body.id)


async def _pass_on(upload: Upload, stream: IncomingStream | None) -> None:
    """Let an upload end with the stream that was answered, as it may still be under way; without one it ends now."""
    if stream is None:
        await upload.aclose()
    else:
        stream.upload = upload
