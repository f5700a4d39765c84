"""Figures as a person reads them."""

from __future__ import annotations

from typing import Final

SECOND: Final = 1000.0
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
_FEW: Final = 10
_KILO: Final = 1000


def duration_text(milliseconds: float) -> str:
    """Return a duration in about three digits: `2.5 ms`, `250 ms`, `1.25 s`, `10 min`, `10 m 02 s`, `2 h 05 m`."""
    if milliseconds < _FEW:
        return f"{round(milliseconds, 1):g} ms"
    if round(milliseconds) < SECOND:
        return f"{milliseconds:.0f} ms"
    if milliseconds < MINUTE - SECOND / 2:
        return f"{milliseconds / SECOND:.{2 if milliseconds < _FEW * SECOND else 1}f} s"
    if milliseconds < HOUR:
        minutes, seconds = divmod(round(milliseconds / SECOND), 60)
        return f"{minutes} m {seconds:02} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(round(milliseconds / MINUTE), 60)
    return f"{hours} h {minutes:02} m" if minutes else f"{hours} h"


def elapsed_text(milliseconds: float, step: float = 1.0) -> str:
    """Return a time since the start: `250 ms`, `1.25 s`, `10:02.5`.

    Args:
        milliseconds: Since the start.
        step: How far apart the times are that must be told from each other, in milliseconds.
    """
    digits = sum(step < limit for limit in (SECOND, SECOND / 10, SECOND / 100))
    if milliseconds < SECOND and (digits or not milliseconds):
        return f"{milliseconds:.0f} ms"
    if milliseconds < MINUTE:
        return f"{milliseconds / SECOND:.{digits}f} s"
    return _clock_text(round(milliseconds / SECOND, digits), digits)


def moment_text(milliseconds: float) -> str:
    """Return a time since the start, to the millisecond: `0.250`, `10:02.500`, `3:00:02.500`."""
    if milliseconds < MINUTE:
        return f"{milliseconds / SECOND:.3f}"
    return _clock_text(round(milliseconds / SECOND, 3), 3)


def size_text(size: int) -> str:
    """Return a number of bytes: `812 B`, `1.5 kB`, `12 MB`."""
    if size < _KILO:
        return f"{size} B"
    amount = size / _KILO
    return f"{amount:.3g} kB" if amount < _KILO - 0.5 else f"{amount / _KILO:.3g} MB"


def _clock_text(seconds: float, digits: int) -> str:
    """Return a time of a minute or more as clocks show it, with some decimals."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    shown = f"{rest:0{digits + 3 if digits else 2}.{digits}f}"
    return f"{hours}:{minutes:02}:{shown}" if hours else f"{minutes}:{shown}"
