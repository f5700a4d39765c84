"""Earlier exchanges: what a run requested before it was put off, from its journal. Headers and bodies are not there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bridge import CapturedExchange
from runtime import SENT, NoteEntry, Resumption, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runtime import Entry


@dataclass(frozen=True)
class _Sent:
    """A request of which it is not known yet what became of it."""

    note: NoteEntry
    attempt: int
    site: str | None


def earlier_exchanges(entries: Sequence[Entry], captured: Sequence[CapturedExchange]) -> list[CapturedExchange]:
    """Return what was exchanged before the run went on for the time in which exchanges were captured.

    Args:
        entries: Of the journal.
        captured: Exchanges of the run, in the order of sending.
    """
    sites = {call.number: call.site for entry in entries if isinstance(entry, Turn) for call in entry.calls}
    before_ms = _went_on(entries, captured[0].started_ms) if captured else math.inf
    under_way: dict[int, _Sent] = {}
    done: dict[int, CapturedExchange] = {}
    exchanges: list[CapturedExchange] = []
    for entry in entries:
        if not isinstance(entry, NoteEntry) or entry.at_ms >= before_ms:
            continue
        if entry.kind == SENT:
            attempt = _attempt_after(done.get(entry.number))
            under_way[entry.number] = _Sent(entry, attempt, sites.get(entry.number))
        elif entry.number in under_way:
            done[entry.number] = _exchange(under_way.pop(entry.number), entry)
            exchanges.append(done[entry.number])
    exchanges += [_exchange(sent, None) for sent in under_way.values()]
    return sorted(exchanges, key=lambda exchange: exchange.started_ms)


def _went_on(entries: Iterable[Entry], until_ms: float) -> float:
    """Return when the run last went on before a time; a time before all others where it did not."""
    times = (entry.at_ms for entry in entries if isinstance(entry, Resumption) and entry.at_ms <= until_ms)
    return max(times, default=-math.inf)


def _attempt_after(before: CapturedExchange | None) -> int:
    """Return which attempt a request is; one that follows a redirect belongs to the same."""
    if before is None:
        return 1
    redirected = before.status is not None and HTTPStatus(300) <= before.status < HTTPStatus.BAD_REQUEST
    return before.attempt + (not redirected)


def _exchange(sent: _Sent, ended: NoteEntry | None) -> CapturedExchange:
    """Return one exchange. Its call has a negative number, which none that was captured has."""
    facts = {} if ended is None else ended.facts
    status, error = facts.get("status"), facts.get("error")
    duration = 0.0 if ended is None else ended.at_ms - sent.note.at_ms
    return CapturedExchange(
        verb=str(sent.note.facts.get("verb", "")),
        url=str(sent.note.facts.get("url", "")),
        request_headers=(),
        request_body=None,
        status=status if isinstance(status, int) else None,
        reason="",
        response_headers=(),
        response_body=None,
        started_ms=sent.note.at_ms,
        waited_ms=None,
        duration_ms=duration,
        fault=None if isinstance(status, int) else "timeout" if error == "timeout" else "refused",
        truncated=True,
        call=-sent.note.number,
        attempt=sent.attempt,
        site=sent.site,
    )
