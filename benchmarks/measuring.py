"""How benchmarks measure: contenders that take turns, round after round, and the figures that come of it."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

Sample: TypeAlias = "Mapping[str, float]"
"""What one round of one contender gave, by the name of the figure."""

OURS: Final = "ours"
MILLISECONDS: Final = "ms"
PAUSE_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Contender:
    """One that takes part in a benchmark.

    Attributes:
        name: Who it is; `OURS`, or a rival.
        measure: Does the work of one round, and gives its figures.
    """

    name: str
    measure: Callable[[], Awaitable[Sample]]


@dataclass(frozen=True)
class Target:
    """What a figure must reach.

    Attributes:
        bound: The most, or the least, that it may be.
        of: Whether that is the ratio of ours to the rival, or ours alone.
        least: Whether `bound` is the least instead of the most.
    """

    bound: float
    of: Literal["ratio", "value"] = "ratio"
    least: bool = False

    def met(self, value: float) -> bool:
        """Return whether a value is good enough."""
        return value >= self.bound if self.least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.bound:g}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        letter: Of the benchmark.
        work: What was done, and which figure this is.
        unit: Of the values.
        ours: One value for each round.
        rival: Against whom; empty where ours stands alone.
        theirs: The rival's values, round by round beside ours.
        target: What the ratio, or ours, must reach.
        note: Why there are no values of the rival, or what else must be known.
    """

    letter: str
    work: str
    unit: str
    ours: Sequence[float]
    rival: str = ""
    theirs: Sequence[float] = ()
    target: Target | None = None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Ours to the rival's, round by round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=False) if theirs]

    @property
    def measured(self) -> float | None:
        """What is held against the target; None where it was not measured."""
        values = self.ratios if self.target is not None and self.target.of == "ratio" else self.ours
        return statistics.median(values) if values else None


@dataclass
class Figures:
    """What all rounds of all contenders gave."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def values(self, contender: str, figure: str) -> list[float]:
        """Return one figure of a contender, round by round; nothing where it did not take part."""
        return [sample[figure] for sample in self.samples.get(contender, ())]

    def rows(
        self,
        letter: str,
        work: str,
        figure: str,
        *,
        unit: str = MILLISECONDS,
        targets: Mapping[str, Target] | None = None,
        absent: Mapping[str, str] | None = None,
    ) -> list[Row]:
        """Return the rows of one figure: ours beside each rival.

        Args:
            letter: Of the benchmark.
            work: What was done.
            figure: Its name in the samples.
            unit: Of the values.
            targets: What must be reached, by the rival's name; under `OURS` what our own value must reach.
            absent: Why rivals did not take part, by name.
        """
        targets, ours = targets or {}, self.values(OURS, figure)
        alone = targets.get(OURS)
        rows = [Row(letter, work, unit, ours, target=alone)] if alone or set(self.samples) <= {OURS} else []
        rows += (
            Row(letter, work, unit, ours, rival, self.values(rival, figure), targets.get(rival))
            for rival in self.samples
            if rival != OURS
        )
        rows += (
            Row(letter, work, unit, ours, rival, target=targets.get(rival), note=why)
            for rival, why in (absent or {}).items()
        )
        return rows


async def alternate(contenders: Sequence[Contender], rounds: int, rest_seconds: float = 0.2) -> Figures:
    """Let contenders take turns, once each in each round, each round beginning with another one.

    A round before the first warms all of them up, and is not counted.

    Args:
        contenders: Who takes part.
        rounds: How many are counted.
        rest_seconds: Before each turn, so that what one left to be done, such as isolates to come, disturbs no other.
    """
    figures = Figures({contender.name: [] for contender in contenders})
    for contender in contenders:
        await asyncio.sleep(rest_seconds)
        await contender.measure()
    for number in range(rounds):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            await asyncio.sleep(rest_seconds)
            figures.samples[contender.name].append(await contender.measure())
    return figures


async def durations(work: Callable[[], Awaitable[object]], times: int, pause_seconds: float = 0.0) -> list[float]:
    """Return the milliseconds that each of some calls of `work` took, one after the other, with a pause before each."""
    taken = []
    for _ in range(times):
        if pause_seconds:
            await asyncio.sleep(pause_seconds)
        start = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def repeated(name: str, work: Callable[[], Awaitable[object]], times: int, pause_seconds: float = 0.0) -> Contender:
    """Return a contender that does the same some times in each round; its figures are `p50` and `p99`.

    With `PAUSE_SECONDS` between runs it is their latency that is measured, without it what can be done in a row: after
    each run a worker makes its next isolate.
    """

    async def measure() -> Sample:
        taken = await durations(work, times, pause_seconds)
        return {"p50": statistics.median(taken), "p99": quantile(taken, 0.99)}

    return Contender(name, measure)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share is not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
