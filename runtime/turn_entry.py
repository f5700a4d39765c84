"""The entry of a turn in the journal, from what a worker said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .bounds import TIMER
from .journal import CallEntry, TimerEntry, Turn
from .turn import TurnError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frames import Frame
    from .outcome import LogLine
    from .turn import Call
    from .turn import Turn as SaidTurn

_TIMER_KINDS: Final = ("setTimeout", "setInterval", "AbortSignal.timeout")
_LONGEST_DELAY: Final = 2**31 - 1
_LONGEST_SITE: Final = 1000


def turn_entry(
    turn: SaidTurn, frame: Frame, length: int, lines: tuple[LogLine, ...], at_ms: float, place: Callable[[str], str]
) -> Turn:
    """Return the entry of a turn.

    Args:
        turn: What the worker said.
        frame: How it said that; bytes of a call are in it.
        length: How long that was, in bytes, where there are calls.
        lines: The console lines of the turn.
        at_ms: When.
        place: Gives a site in the terms of the source.

    Raises:
        TurnError: A timer is none that the prelude sets.
    """
    if not turn.calls:
        return Turn(at_ms=at_ms, dropped=turn.dropped, lines=lines)
    length //= len(turn.calls)
    calls: list[CallEntry] = []
    timers: list[TimerEntry] = []
    for call in turn.calls:
        site = None if call.site is None else place(call.site[:_LONGEST_SITE])
        if call.operation == TIMER:
            timers.append(_timer_entry(call, site))
            continue
        entry = CallEntry(
            number=call.id,
            operation=call.operation,
            site=site,
            payload=call.payload,
            data=frame.parts[2] if call.bytes else None,
            length=length,
        )
        calls.append(entry)
    return Turn(at_ms=at_ms, calls=tuple(calls), timers=tuple(timers), dropped=turn.dropped, lines=lines)


def _timer_entry(call: Call, site: str | None) -> TimerEntry:
    payload = call.payload if isinstance(call.payload, dict) else {}
    delay, kind = payload.get("delay"), payload.get("kind")
    if not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY or kind not in _TIMER_KINDS:
        raise TurnError(too_deep=False)
    return TimerEntry(number=call.id, kind=kind, site=site, delay_ms=delay)
