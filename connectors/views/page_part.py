"""Part: one exchange in the details of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from .figures import duration_text
from .har import header_of
from .page_body import Body

if TYPE_CHECKING:
    from bridge import CapturedExchange

    from .chain import Link

_TONES: Final = {1: "fine", 2: "fine", 3: "moved"}
_CAUSES: Final = {None: "", "redirect": "Redirected", "retry": "Tried again", "renewed": "With new credentials"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One exchange, ready to be written.

    Attributes:
        lead: Why it was sent after the one before.
        url: Verb and URL.
        answer: Status and reason, or why there are none.
        tone: `fine`, `moved` or `bad`.
        time: How long it took.
        request_headers: In order.
        request_body: If there was one.
        response_headers: In order.
        response_body: If there was one.
    """

    lead: str
    url: str
    answer: str
    tone: str
    time: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: Body | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: Body | None

    @classmethod
    def of(cls, link: Link) -> Self:
        """Return what is shown of an exchange."""
        exchange = link.exchange
        wait = f" after {duration_text(link.waited_ms)}" if link.waited_ms else ""
        return cls(
            lead=f"{_CAUSES[link.cause]}{wait}",
            url=f"{exchange.verb} {exchange.url}",
            answer=f"{answer_of(exchange)} {exchange.reason}".strip(),
            tone=tone_of(exchange),
            time=_time(exchange),
            request_headers=exchange.request_headers,
            request_body=_body(exchange.request_body, exchange.request_headers, truncated=exchange.truncated),
            response_headers=exchange.response_headers,
            response_body=_body(exchange.response_body, exchange.response_headers, truncated=exchange.truncated),
        )


def answer_of(exchange: CapturedExchange) -> str:
    """Return the status, or why there is none; both where the response broke off."""
    return " ".join(str(part) for part in (exchange.status, exchange.fault) if part is not None)


def tone_of(exchange: CapturedExchange) -> str:
    """Return how an exchange ended, in a word for the style: `fine`, `moved`, `bad`."""
    return "bad" if exchange.fault or not exchange.status else _TONES.get(exchange.status // 100, "bad")


def _time(exchange: CapturedExchange) -> str:
    """Return how long an exchange took, and how much of that its body did."""
    waited = exchange.duration_ms if exchange.waited_ms is None else exchange.waited_ms
    reading = exchange.duration_ms - waited
    rest = f", {duration_text(reading)} of it for the body" if reading >= 1 else ""
    return f"{duration_text(exchange.duration_ms)}{rest}"


def _body(content: bytes | None, headers: tuple[tuple[str, str], ...], *, truncated: bool) -> Body | None:
    return Body.of(content, header_of(headers, "content-type"), truncated=truncated) if content else None
