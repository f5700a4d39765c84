"""Axis: where on a timeline a time stands; long waits take less room there than they took time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Self

from .figures import HOUR, MINUTE, SECOND, duration_text, elapsed_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FULL: Final = 100.0
_LONG_WAIT: Final = 0.5
"""Of the time in which requests were under way: what nothing happened for is long from there on."""
_LONG_WORK: Final = 10.0
"""How many times as long as everything else one stretch must be to be shortened although something is under way."""
_SHORTEST: Final = 200.0
_WIDTH: Final = 9.0
_WIDTH_OF_ALL: Final = 45.0
_MOST_TICKS: Final = 7
_STEPS: Final = (
    *(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0),
    *(SECOND * factor for factor in (1, 2, 5, 10, 15, 30)),
    *(MINUTE * factor for factor in (1, 2, 5, 10, 15, 30)),
    *(HOUR * factor for factor in (1, 2, 6, 12, 24)),
)
_ROOM: Final = 10.0
_ROOM_OF_GAPS: Final = 14.0


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of the axis.

    Attributes:
        start: In milliseconds since the start of the run.
        end: Likewise.
        left: In percent of the width.
        width: Likewise.
        shortened: Whether it is drawn shorter than it was.
    """

    start: float
    end: float
    left: float
    width: float
    shortened: bool

    @property
    def duration(self) -> float:
        """In milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark on the axis: where, in percent, and what it says."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """Maps times to places.

    Attributes:
        spans: From left to right, without gaps.
    """

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, total: float, work: Iterable[tuple[float, float]], marks: Iterable[float] = ()) -> Self:
        """Return the axis of a run. All times are in milliseconds since its start.

        Args:
            total: How long it took.
            work: When requests were under way.
            marks: When something else happened.
        """
        pieces = list(_pieces(max(total, 1.0), list(work), list(marks)))
        shortened = _shortened(pieces)
        merged: list[tuple[float, float, bool]] = []
        for index, (start, end, _) in enumerate(pieces):
            short = index in shortened
            if merged and not short and not merged[-1][2]:
                merged[-1] = (merged[-1][0], end, False)
            else:
                merged.append((start, end, short))
        return cls(tuple(_placed(merged)))

    def at(self, time: float) -> float:
        """Return where a time stands, in percent of the width."""
        span = self.spans[max(0, bisect_right(self.spans, time, key=lambda span: span.start) - 1)]
        share = (time - span.start) / span.duration if span.duration else 0.0
        return span.left + span.width * min(max(share, 0.0), 1.0)

    @property
    def breaks(self) -> tuple[Span, ...]:
        """The shortened stretches."""
        return tuple(span for span in self.spans if span.shortened)

    @property
    def gaps(self) -> tuple[Tick, ...]:
        """How long shortened stretches were, in their middle; of such as are close together the longest."""
        gaps: list[Tick] = []
        for span in sorted(self.breaks, key=lambda span: -span.duration):
            middle = span.left + span.width / 2
            if all(abs(middle - gap.at) >= _ROOM_OF_GAPS for gap in gaps):
                gaps.append(Tick(at=middle, text=duration_text(span.duration)))
        return tuple(gaps)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Marks at round times, in stretches that are drawn to scale."""
        step = self._step()
        ticks: list[Tick] = []
        for span in self.spans:
            if span.shortened:
                continue
            for number in range(int(-(-span.start // step)), int(span.end // step) + 1):
                at = self.at(number * step)
                if at <= FULL - _ROOM and (not ticks or at - ticks[-1].at >= _ROOM):
                    ticks.append(Tick(at=at, text=elapsed_text(number * step, step)))
        return tuple(ticks)

    def _step(self) -> float:
        """Return a round time, so that there are not too many ticks."""
        scale = [span for span in self.spans if not span.shortened]
        least = sum(span.duration for span in scale) / max(1.0, sum(span.width for span in scale)) * FULL / _MOST_TICKS
        return next((step for step in _STEPS if step >= least), _STEPS[-1])


def _pieces(total: float, work: list[tuple[float, float]], marks: list[float]) -> Iterator[tuple[float, float, bool]]:
    """Yield the stretches in which nothing begins or ends: start, end, whether a request is under way."""
    changes: dict[float, int] = dict.fromkeys([0.0, *(mark for mark in marks if 0 < mark < total), total], 0)
    for start, end in work:
        changes[max(start, 0.0)] = changes.get(max(start, 0.0), 0) + 1
        changes[min(end, total)] = changes.get(min(end, total), 0) - 1
    under_way = 0
    for start, end in pairwise(sorted(changes)):
        under_way += changes[start]
        yield start, end, under_way > 0


def _shortened(pieces: list[tuple[float, float, bool]]) -> set[int]:
    """Return which stretches would leave the others no room."""
    lengths = {index: end - start for index, (start, end, _) in enumerate(pieces)}
    busy = {index: lengths[index] for index, (_, _, working) in enumerate(pieces) if working}
    chosen = _outstanding(busy or lengths)
    to_scale = sum(busy.values()) - sum(busy[index] for index in chosen if index in busy)
    if busy:
        idle = lengths.keys() - busy.keys()
        chosen |= {index for index in idle if lengths[index] > max(to_scale * _LONG_WAIT, _SHORTEST)}
    return chosen if len(chosen) < len(pieces) else set()


def _outstanding(lengths: dict[int, float]) -> set[int]:
    """Return which stretches are much longer than all that are shorter together."""
    rest = sum(lengths.values())
    chosen: set[int] = set()
    for index, length in sorted(lengths.items(), key=lambda item: -item[1]):
        rest -= length
        if length < _SHORTEST or rest <= 0 or length < rest * _LONG_WORK:
            break
        chosen.add(index)
    return chosen


def _placed(stretches: list[tuple[float, float, bool]]) -> Iterator[Span]:
    """Yield the spans with their places."""
    shortened = sum(short for _, _, short in stretches)
    width = min(_WIDTH, _WIDTH_OF_ALL / shortened) if shortened else 0.0
    to_scale = sum(end - start for start, end, short in stretches if not short)
    scale = (FULL - width * shortened) / to_scale
    left = 0.0
    for start, end, short in stretches:
        span = Span(start=start, end=end, left=left, width=width if short else (end - start) * scale, shortened=short)
        yield span
        left += span.width
