"""How exchanges follow each other: in which order, and with which latencies that order comes again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge import CapturedExchange

_STEP_MS: Final = 10


def overlap(exchanges: Sequence[CapturedExchange]) -> bool:
    """Whether a request was sent before another one was answered."""
    return any(later.started_ms < _end(earlier) for earlier, later in pairwise(exchanges))


def latencies(exchanges: Sequence[CapturedExchange]) -> list[int]:
    """Return a latency for each exchange, in milliseconds, with which responses come in the order in which they did.

    They are round and the same each time: what follows from how fast a server was today is no part of a case.
    """
    if not overlap(exchanges):
        return [0] * len(exchanges)
    ends = sorted(_end(exchange) for exchange in exchanges)
    return [
        _STEP_MS * (ends.index(_end(exchange)) + 1 - sum(end <= exchange.started_ms for end in ends))
        for exchange in exchanges
    ]


def _end(exchange: CapturedExchange) -> float:
    return exchange.started_ms + (exchange.duration_ms if exchange.waited_ms is None else exchange.waited_ms)
