"""ScriptedExchange: one request that is expected, and what comes of it, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from .target import parse_url

if TYPE_CHECKING:
    from .body_lines import BodyKind, Lines

ScriptedFault: TypeAlias = Literal["refused", "unknown_host", "tls", "timeout", "reset", "protocol", "truncated"]
"""`refused`, `unknown_host`, `tls`: no connection is made; `timeout`: no answer ever comes; `reset`: the connection
breaks before the answer; `protocol`: the answer is not HTTP; `truncated`: the connection breaks in the body of the
answer, after its first half."""


@dataclass(frozen=True, kw_only=True)
class ExpectedBody:
    """What the body of a request must be.

    Attributes:
        kind: How it is compared.
        lines: What it must be, as `bridge.body_lines` writes it.
    """

    kind: BodyKind
    lines: Lines


NO_BODY = ExpectedBody(kind="bytes", lines=())


@dataclass(frozen=True, kw_only=True)
class ScriptedRequest:
    """What must be sent.

    Attributes:
        verb: Upper case.
        url: Absolute; its query is compared whatever its order.
        headers: Those that must be there, among others, by lower-case name; None for one that must not.
        body: None where it is not compared.
    """

    verb: str
    url: str
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    body: ExpectedBody | None = NO_BODY

    def __post_init__(self) -> None:
        """Refuse what can never be sent.

        Raises:
            RequestRefusedError: The URL is none.
        """
        parse_url(self.url)


@dataclass(frozen=True, kw_only=True)
class ScriptedResponse:
    """What is answered.

    Attributes:
        status: From 200 to 599.
        reason: The text behind it; what HTTP calls the status otherwise.
        headers: In their order; a name may be there more than once.
        body: As the headers say it is packed.
        latency_seconds: On the clock, until the headers are there.
    """

    status: int
    reason: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    latency_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ScriptedExchange:
    """One request and what comes of it.

    Attributes:
        request: What must be sent.
        response: What is answered; none after a fault other than `truncated`.
        fault: What goes wrong.
    """

    request: ScriptedRequest
    response: ScriptedResponse | None = None
    fault: ScriptedFault | None = None
