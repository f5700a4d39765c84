"""ClientCalls: sends what the calls of one run mean, with the client that the run has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .classification import EXPIRED
from .client_config import ClientConfig
from .client_secrets import client_secrets
from .errors import ClientIncompleteError, ConfigurationError, ConnectionFailedError
from .formula_compat import FormulaCompat
from .isolate_client import IsolateClient
from .outgoing import prepare
from .sent_once import sent_once

if TYPE_CHECKING:
    from runtime import HostCall

    from .attempts import Attempts
    from .call import MethodCall
    from .durable import Durable
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .renewal import Renewal
    from .response import Response
    from .run_random import RunRandom
    from .sender import Sender
    from .upload import Upload


class ClientCalls:
    """Sends the requests that calls of `apiClient` mean.

    Args:
        renewal: Holds the client, and renews it.
        limits: Of the run.
        random: Of the run.
        redactor: Masks what is secret in clients that come with calls.
        durable: How requests are when the run may be put off.
        attempts: Tries them.
        sender: Sends them.
    """

    def __init__(
        self,
        *,
        renewal: Renewal[ClientConfig | IsolateClient],
        limits: Limits,
        random: RunRandom,
        redactor: Redactor,
        durable: Durable,
        attempts: Attempts,
        sender: Sender,
    ) -> None:
        self._renewal = renewal
        self._limits = limits
        self._random = random
        self._redactor = redactor
        self._durable = durable
        self._attempts = attempts
        self._send = sender.judged

    async def send(self, call: MethodCall, asked: HostCall, upload: Upload | None) -> tuple[OutgoingRequest, Response]:
        """Send what a call means; once more with new credentials if the server says that the client's have expired.

        Args:
            call: What the method asked for.
            asked: The call as it came.
            upload: The body, where that is a stream.

        Raises:
            CallError: There is no good response.
            RunEnded: A limit was hit.
        """
        held = self._renewal.client
        meant = await prepare(call, self._config(call, held), self._limits, self._random, upload=upload, asked=asked)
        request = sent_once(meant, asked, self._durable, self._random)
        try:
            return request, await self._attempts(request, self._send, earlier=asked.attempts)
        except ConnectionFailedError as error:
            failed = error.request
            if call.client is not None or error.key != EXPIRED or failed is None or not failed.carries_client:
                raise
            renewed = await self._renewal.after(held)
            if not isinstance(renewed, ClientConfig) or not request.repeatable:
                raise
        meant = await prepare(call, renewed, self._limits, self._random, asked=asked)
        meant = replace(meant, call=request.call, attempt=failed.attempt + 1)
        again = sent_once(meant, asked, self._durable, self._random)
        return again, await self._attempts(again, self._send)

    def _config(self, call: MethodCall, held: ClientConfig | IsolateClient) -> ClientConfig:
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
