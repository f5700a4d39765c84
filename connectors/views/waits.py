"""What a run waited for beside requests: timers, and being put off, from its journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runtime import Delivery, Resumption, Suspension, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime import Entry, TimerEntry


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A timer of a method. Times are in milliseconds since 1970.

    Attributes:
        number: Of it among the calls of the run.
        kind: What set it: `setTimeout`, `setInterval`, ...
        site: Where in the method's source, where that is known.
        delay_ms: What it was set to.
        start: When it was set.
        fired: When it fired; an interval may do so many times.
        dropped: When it was given up.
    """

    number: int
    kind: str
    site: str | None
    delay_ms: float
    start: float
    fired: tuple[float, ...] = ()
    dropped: float | None = None

    @property
    def key(self) -> tuple[str, str | None, float]:
        """What an interval has each time that it is set anew."""
        return self.kind, self.site, self.delay_ms

    @property
    def end(self) -> float | None:
        """When it came to its end; None where it waited to the end of the run."""
        return self.dropped or (self.fired[-1] if self.fired else None)


@dataclass(frozen=True, kw_only=True)
class Absence:
    """A time in which a run was put off. Times are in milliseconds since 1970.

    Attributes:
        start: From when.
        due: When it was to go on.
        end: When it did; None where it has not yet.
    """

    start: float
    due: float
    end: float | None = None


def timers_of(entries: Iterable[Entry]) -> list[Timer]:
    """Return the timers of a run, in the order in which they were set; an interval is one of them."""
    timers: list[Timer] = []
    places: dict[int, int] = {}
    """Of timers that wait, by their numbers."""
    fired: dict[tuple[str, str | None, float], int] = {}
    """Of intervals that fired: each time they are set anew, with another number."""
    for entry in entries:
        if isinstance(entry, Delivery) and entry.timer in places:
            place = places.pop(entry.timer)
            timers[place] = replace(timers[place], fired=(*timers[place].fired, entry.at_ms))
            if timers[place].kind == "setInterval":
                fired[timers[place].key] = place
        elif isinstance(entry, Turn):
            for timer in (_timer(timer, entry.at_ms) for timer in entry.timers):
                places[timer.number] = fired.pop(timer.key, len(timers))
                if places[timer.number] == len(timers):
                    timers.append(timer)
            for place in [places.pop(number) for number in entry.dropped if number in places]:
                timers[place] = replace(timers[place], dropped=entry.at_ms)
    return timers


def absences_of(entries: Iterable[Entry]) -> Iterator[Absence]:
    """Yield the times in which a run was put off."""
    absence: Absence | None = None
    for entry in entries:
        if isinstance(entry, Suspension):
            absence = Absence(start=entry.at_ms, due=entry.resume_at_ms)
        elif isinstance(entry, Resumption) and absence is not None:
            yield replace(absence, end=entry.at_ms)
            absence = None
    if absence is not None:
        yield absence


def _timer(entry: TimerEntry, at_ms: float) -> Timer:
    return Timer(number=entry.number, kind=entry.kind, site=entry.site, delay_ms=entry.delay_ms, start=at_ms)
