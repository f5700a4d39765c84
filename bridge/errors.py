"""The exceptions of this part.

    BridgeError                    (code)
    ├── ConfigurationError         configuration   how a client or a policy is configured is wrong
    ├── StreamError                stream          a stream that a method gave cannot be read to its end
    └── CallError                  call            a call of a method failed; its promise rejects
        ├── ConnectionFailedError  type connection     the external app, or the way to it
        ├── RequestRefusedError    type request        the method asked for something impossible
        ├── EgressRefusedError     type egress         the method asked for an address it may not reach
        ├── ClientIncompleteError  type configuration  the client lacks what the call needs
        └── HandlerFailedError     type configuration  a handler of the client cannot be computed

Breaches of a limit are no errors here: they end the run (`runtime.RunEnded`), and no method can catch them.
Messages are written by this part. The text of a foreign exception never goes into one: it holds addresses, paths and
secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .outgoing import OutgoingRequest
    from .response import Response


class BridgeError(Exception):
    """Something that this part refuses or could not do."""

    code: ClassVar[str] = "bridge"


class ConfigurationError(BridgeError):
    """A configuration is wrong.

    Args:
        message: What is wrong and what to do about it.
        where: What was read: a file, an option.
        key: Which key of it, dotted.
    """

    code = "configuration"

    def __init__(self, message: str, *, where: str | None = None, key: str | None = None) -> None:
        super().__init__(": ".join(part for part in (where, key, message) if part))
        self.message = message
        self.where = where
        self.key = key


class StreamError(BridgeError):
    """A stream that a method gave cannot be read to its end.

    Args:
        message: For a person; secrets are masked.
        key: `timeout`, `protocol` or `decode` as for calls, or `closed`.
    """

    code = "stream"

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message)
        self.message = message
        self.key = key


class CallError(BridgeError):
    """A call of a method failed: the method can catch this.

    Args:
        message: For the method's author; holds no secret.
        key: What exactly, within the type; stable.
        response: The answer, where the server gave one.
        retry_after_seconds: When the server is ready again, where it said so.
        code_of_node: What Node.js calls the failure of a network, such as `ECONNREFUSED` (decision 21).

    Attributes:
        request: What was sent, where the call got as far as that.
    """

    code = "call"
    type: ClassVar[str]
    request: OutgoingRequest | None = None

    def __init__(
        self,
        message: str,
        *,
        key: str | None = None,
        response: Response | None = None,
        retry_after_seconds: float | None = None,
        code_of_node: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.key = key
        self.response = response
        self.retry_after_seconds = retry_after_seconds
        self.code_of_node = code_of_node

    def concern(self, request: OutgoingRequest) -> None:
        """Note which request it is about, unless somebody further inside did."""
        self.request = self.request or request


class ConnectionFailedError(CallError):
    """The external app did not do what was asked, or could not be reached."""

    type = "connection"


class RequestRefusedError(CallError):
    """The method asked for something impossible: keys `url`, `header`, `invalid`."""

    type = "request"


class EgressRefusedError(CallError):
    """The request would reach what it may not: keys `address`, `origin`, `redirect`, `redirects`."""

    type = "egress"


class ClientIncompleteError(CallError):
    """The client's configuration lacks what the call needs."""

    type = "configuration"


class HandlerFailedError(CallError):
    """A handler of the client cannot be computed for a response."""

    type = "configuration"
