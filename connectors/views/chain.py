"""Chain: the exchanges of one call, attempts and redirects, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge import CapturedExchange


@dataclass(frozen=True, kw_only=True)
class Link:
    """One exchange of a chain.

    Attributes:
        exchange: The exchange.
        cause: Why it was sent after the one before: `redirect`, `retry`, or `renewed`, with new credentials; None for
            the first.
        waited_ms: Since the end of the one before, where that was an earlier attempt.
    """

    exchange: CapturedExchange
    cause: str | None = None
    waited_ms: float = 0.0


@dataclass(frozen=True)
class Chain:
    """The exchanges of one call.

    Attributes:
        links: In the order of sending; at least one.
    """

    links: tuple[Link, ...]

    @property
    def first(self) -> CapturedExchange:
        """What the method asked for."""
        return self.links[0].exchange

    @property
    def last(self) -> CapturedExchange:
        """What the method was answered."""
        return self.links[-1].exchange

    @property
    def duration_ms(self) -> float:
        """From the first byte sent to the last one read, waits included."""
        return self.last.started_ms + self.last.duration_ms - self.first.started_ms

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        return 1 + sum(link.cause in {"retry", "renewed"} for link in self.links)


def chains_of(exchanges: Iterable[CapturedExchange]) -> list[Chain]:
    """Return the chains that exchanges make up, in the order in which their calls began."""
    calls: dict[int | str, list[CapturedExchange]] = {}
    for number, exchange in enumerate(exchanges, 1):
        calls.setdefault(exchange.call or f"unknown {number}", []).append(exchange)
    return [Chain((Link(exchange=call[0]), *map(_link, pairwise(call)))) for call in calls.values()]


def _link(pair: tuple[CapturedExchange, CapturedExchange]) -> Link:
    before, exchange = pair
    if exchange.attempt == before.attempt:
        return Link(exchange=exchange, cause="redirect")
    waited = max(0.0, exchange.started_ms - before.started_ms - before.duration_ms)
    cause = "renewed" if before.status == HTTPStatus.UNAUTHORIZED else "retry"
    return Link(exchange=exchange, cause=cause, waited_ms=waited)
