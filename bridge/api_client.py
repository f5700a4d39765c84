"""ApiClient: answers the calls of one run."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime import HostReply

from .allowance import Allowance
from .attempts import attempts_for
from .call import MethodCall
from .classification import EXPIRED, refuse_unsuccessful
from .client_config import ClientConfig
from .deadline import Deadline
from .errors import (
    CallError,
    ClientIncompleteError,
    ConfigurationError,
    ConnectionFailedError,
    EgressRefusedError,
    concerning,
)
from .foreign_errors import FOREIGN, translated
from .isolate_client import IsolateClient
from .outgoing import prepare
from .recorder import Recorder
from .redirects import next_hop
from .renewal import Renewal
from .reply import failure_reply, success_reply
from .request_name import request_name
from .wire import send

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import httpx

    from runtime import JSON, HostCall

    from .attempts import Mode
    from .egress import EgressPolicy
    from .exchange import Exchange
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .response import Response

Client: TypeAlias = ClientConfig | IsolateClient
"""What makes requests of calls: data, or code that lives where the method lives."""

_RENEW: Final = "apiClient.renew"


class ApiClient:
    """The application's side of the `apiClient` of one run; implements `runtime.HostCalls`.

    Args:
        transport: Whose sockets to use.
        client: How the client is configured, or how the isolate makes it; not at all without it.
        policy: Which addresses may be reached; what a name resolves to is checked by the transport.
        limits: Of the run.
        mode: `async` lets a call wait when the server has had too many requests.
        redactor: Masks secrets in what is recorded and in messages.
        deadline: The end of the run, on the clock of `time.monotonic`.
        refresh: Asked once for a client with new credentials when the server says 401; may give None.
        on_exchange: Told of each exchange when it has ended.
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
        deadline: float,
        refresh: Callable[[], Awaitable[Client | None]] | None = None,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        self._transport = transport
        self._policy = policy
        self._limits = limits
        self._mode: Mode = mode
        self._redactor = redactor
        self._deadline = Deadline(monotonic=deadline)
        self._renewal = Renewal(client or ClientConfig(), refresh)
        self._allowance = Allowance(limits)
        self._recorder = Recorder(redactor, on_exchange)

    def begin(self) -> None:
        """Set the end of the run anew, now that it begins: until then it may have waited."""
        self._deadline = Deadline(monotonic=time.monotonic() + self._limits.wall_time_seconds)

    @property
    def exchanges(self) -> list[Exchange]:
        """What was exchanged so far, in the order in which exchanges ended."""
        return self._recorder.exchanges

    @property
    def settings(self) -> JSON:
        """What the extension's JavaScript must know about the run."""
        client = self._renewal.client
        maker = client.settings if isinstance(client, IsolateClient) else None
        return {"requestBytes": self._limits.request_bytes, "maker": maker}

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call of a method.

        Raises:
            RunEnded: A limit was hit.
        """
        if call.operation == _RENEW:
            return await self._renew()
        self._allowance.take()
        try:
            return await self._answer(MethodCall.read(call))
        except CallError as error:
            return failure_reply(error, self._redactor)

    async def _renew(self) -> HostReply:
        """Give the isolate what it makes its client of, with new credentials; null where there are none."""
        client = self._renewal.client
        renewed = await self._renewal.after(client) if isinstance(client, IsolateClient) else None
        value: JSON = {"arguments": renewed.arguments} if isinstance(renewed, IsolateClient) else None
        return HostReply(ok=True, value=value)

    async def _answer(self, call: MethodCall) -> HostReply:
        """Send what a call means; once more with new credentials if the server says that the client's have expired."""
        numbers = count(1)
        held = self._renewal.client
        request = prepare(call, _config(call, held), self._limits)
        try:
            return success_reply(request, await self._attempts(request, numbers))
        except ConnectionFailedError as error:
            if call.client is not None or error.key != EXPIRED or not (error.request and error.request.carries_client):
                raise
            renewed = await self._renewal.after(held)
            if not isinstance(renewed, ClientConfig):
                raise
        request = prepare(call, renewed, self._limits)
        return success_reply(request, await self._attempts(request, numbers))

    async def _attempts(self, request: OutgoingRequest, numbers: Iterator[int]) -> Response:
        """Send a request as often as it takes and is allowed."""
        attempts = attempts_for(self._mode, self._deadline, self._limits)
        return await attempts(self._attempt, request, numbers)

    async def _attempt(self, request: OutgoingRequest, numbers: Iterator[int]) -> Response:
        """Send a request when its turn has come, follow redirects, and judge the status of the last response."""
        number = next(numbers)
        if number > 1:
            self._allowance.take()
        async with self._allowance.slot:
            with concerning(request):
                request, response = await self._follow(
                    request, number, self._deadline.within(self._limits.request_seconds)
                )
        with concerning(request):
            refuse_unsuccessful(request_name(request), response)
        return response

    async def _follow(
        self, request: OutgoingRequest, number: int, deadline: Deadline
    ) -> tuple[OutgoingRequest, Response]:
        """Return the last request of a chain of redirects, and its response."""
        response = await self._exchange(request, number, deadline)
        for _ in range(self._limits.redirects):
            hop = next_hop(request, response)
            if hop is None:
                return request, response
            self._allowance.take()
            request, response = hop, await self._exchange(hop, number, deadline)
        if next_hop(request, response) is not None:
            message = f"{request_name(request)} was redirected more than {self._limits.redirects} times."
            raise EgressRefusedError(message, key="redirects")
        return request, response

    async def _exchange(self, request: OutgoingRequest, number: int, deadline: Deadline) -> Response:
        """Send one request and record what became of it."""
        with concerning(request), self._recorder.record(request, number) as recording:
            try:
                self._policy.admit(request.url)
                async with deadline.timeout():
                    recording.response = await send(self._transport, request, self._limits)
            except FOREIGN as error:
                raise translated(error, request_name(request)) from None
            return recording.response


def _config(call: MethodCall, held: Client) -> ClientConfig:
    """Return the configuration that holds for a call: what came with it, or what the host holds."""
    config = held if isinstance(held, ClientConfig) else ClientConfig()
    try:
        if call.client is not None:
            config = ClientConfig.parse(call.client, "The client")
        if call.dynamic is not None:
            config = config.overlaid(ClientConfig.parse(call.dynamic, "dynamicOptions"))
    except ConfigurationError as error:
        raise ClientIncompleteError(str(error)) from None
    return config
