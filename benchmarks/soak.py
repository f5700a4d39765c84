"""A mixed load with and without attacks, side by side: `make soak`, or `python benchmarks/soak.py [MINUTES]`.

Good runs of several customers begin at a fixed rate; each makes a request and computes a little. Quiet and attacked
phases alternate. In attacked phases 2 % of what begins is a hostile case of `tests/security`, 1 % kills some worker,
and 5 % of the answers are faults. A good run fails where it ends in another way than its answer says, and nobody killed
its worker.

`python benchmarks/soak.py --kills RUNS` makes good runs only, as fast as they go, and kills a worker at each twentieth.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from connectors import Connector

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "security"))

from typing import TYPE_CHECKING

from harness.case import whole_corpus
from harness.judging import wrong_ends
from harness.kills import LOST, kill_some_worker, run_with_kills
from harness.opening import open_arena

if TYPE_CHECKING:
    from harness.arena import Arena

RATE = 10.0
PHASE_SECONDS = 15.0
CUSTOMERS = 8
TOGETHER = 16
HOSTILE, KILLS, FAULTS = 0.02, 0.01, 0.05
FAULTY = ("reset", "500", "bad-chunk", "silence", "html", "damaged")
GOOD = Connector.from_source(
    "good",
    "export default async ({ apiClient, input }) => { let sum = 0; for (let i = 0; i < 1000; i++) sum += i;"
    " return (await apiClient.get(input.path)).path ?? 'fault' }",
)
MEBIBYTE = 2**20
chance = random.Random()  # noqa: S311 (no secrets)


@dataclass(kw_only=True)
class Phase:
    """What happened in the phases of one kind; durations in seconds."""

    durations: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the application held at one time."""

    seconds: float
    resident: int
    descriptors: int
    processes: int
    threads: int

    @classmethod
    def now(cls) -> Sample:
        """Measure."""
        me = psutil.Process()
        return cls(
            seconds=time.monotonic(),
            resident=me.memory_info().rss,
            descriptors=me.num_fds(),
            processes=len(me.children(recursive=True)),
            threads=me.num_threads(),
        )


class Soak:
    """The load."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.cases = whole_corpus()
        self.customers = [arena.customer() for _ in range(CUSTOMERS)]
        self.quiet, self.attacked = Phase(), Phase()
        self.samples: list[Sample] = []
        self.findings: list[str] = []

    async def run(self, minutes: float) -> None:
        """Alternate the phases for so long."""
        await self.phase(Phase(), hostile=False, seconds=5.0)  # to be warm
        self.samples.append(Sample.now())
        self.arena.heartbeat.forget()
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            await self.phase(self.quiet, hostile=False)
            await self.phase(self.attacked, hostile=True)
            self.samples.append(Sample.now())

    async def phase(self, phase: Phase, *, hostile: bool, seconds: float = PHASE_SECONDS) -> None:
        """Begin runs at the rate, and wait until all have ended."""
        started = time.monotonic()
        tasks = []
        for number in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, started + number / RATE - time.monotonic()))
            draw = chance.random() if hostile else 1.0
            if draw < HOSTILE:
                tasks.append(asyncio.create_task(self.attack(phase)))
            elif draw < HOSTILE + KILLS:
                phase.counts["workers killed"] += await asyncio.to_thread(kill_some_worker)
            fault = chance.choice(FAULTY) if hostile and chance.random() < FAULTS else None
            tasks.append(asyncio.create_task(self.good(phase, number, fault)))
        await asyncio.gather(*tasks)

    async def good(self, phase: Phase, number: int, fault: str | None) -> None:
        """Run a good method once."""
        started = time.monotonic()
        customer = self.customers[number % CUSTOMERS]
        report = await self.arena.host.run(GOOD, connection=customer, args={"input": {"path": fault or f"x{number}"}})
        phase.durations.append(time.monotonic() - started)
        phase.counts["good runs"] += 1
        if fault is not None:
            phase.counts["faults of the server"] += 1
            if report.value == "fault" or (report.error is not None and report.error.type == "connection"):
                return
        if report.error is not None and report.error.key == LOST and phase is self.attacked:
            phase.counts["runs lost to kills"] += 1
        elif report.value != f"/x{number}":
            phase.failed.append(report.to_json()[:300])

    async def attack(self, phase: Phase) -> None:
        """Run a hostile case."""
        case = chance.choice(self.cases)
        phase.counts["hostile runs"] += 1
        report = await self.arena.host.run(
            case.connector,
            connection=self.arena.customer(**case.client),
            args=case.args,
            mode=case.mode,  # type: ignore[arg-type]
            limits=case.tightened,
        )
        if report.error is not None and report.error.key == LOST:
            phase.counts["hostile runs lost to kills"] += 1
        else:
            self.findings += [f"{case.name}: {found}" for found in wrong_ends(case, report)]


def quantile(durations: list[float], share: float) -> float:
    """Return the time within which so large a share ended, in milliseconds."""
    return sorted(durations)[min(len(durations) - 1, int(len(durations) * share))] * 1000 if durations else 0.0


def show(soak: Soak) -> None:
    """Print the figures of a soak."""
    print(f"{'':44}{'quiet':>12}{'attacked':>12}")
    for share in (0.5, 0.99, 1.0):
        name = f"p{share * 100:g} of good runs, ms"
        values = [quantile(phase.durations, share) for phase in (soak.quiet, soak.attacked)]
        print(f"{name:44}{values[0]:12.1f}{values[1]:12.1f}   {values[1] / (values[0] or 1):.2f} x")
    for name in sorted(soak.quiet.counts | soak.attacked.counts):
        print(f"{name:44}{soak.quiet.counts[name]:12}{soak.attacked.counts[name]:12}")
    rates = [len(phase.failed) / max(1, phase.counts["good runs"]) for phase in (soak.quiet, soak.attacked)]
    print(f"{'error rate of good runs':44}{rates[0]:12.2%}{rates[1]:12.2%}")
    heartbeat, canary = soak.arena.heartbeat, soak.arena.canary
    print(f"event loop: silent for {heartbeat.longest * 1000:.0f} ms at most")
    print(f"canary: {len(canary.errors)} errors in {len(canary.songs)} runs")
    show_samples(soak.samples)
    for text in (*soak.quiet.failed, *soak.attacked.failed, *soak.findings, *canary.errors, *heartbeat.silences)[:20]:
        print("!", text)


def show_samples(samples: list[Sample]) -> None:
    """Print what was held at the beginning, at most, and at the end."""
    for name in ("descriptors", "processes", "threads"):
        values = [getattr(sample, name) for sample in samples]
        print(f"{name:44}{values[0]} at first, {max(values)} at most, {values[-1]} at the end")
    memory = [sample.resident / MEBIBYTE for sample in samples]
    slope = 0.0
    if len(samples) > 2:  # the first one is before buffers and caches have their size
        minutes = [sample.seconds / 60 for sample in samples[1:]]
        slope = statistics.linear_regression(minutes, memory[1:]).slope
    ends = f"{memory[0]:.1f} MiB at first, {memory[-1]:.1f} at the end, {slope:+.2f} a minute"
    print(f"{'memory of the application':44}{ends}")


async def soak_for(minutes: float) -> bool:
    """Soak and print; return whether nothing good failed."""
    async with open_arena(together=TOGETHER) as arena:
        soak = Soak(arena)
        await soak.run(minutes)
        show(soak)
        left = await arena.left()
        print(left or "nothing is left")
        return not (soak.quiet.failed or soak.attacked.failed or soak.findings or left)


async def kill_in(runs: int) -> bool:
    """Make so many runs with a kill at each twentieth, and print."""
    async with open_arena(together=CUSTOMERS) as arena:
        samples, wrong, killed, lost = [], [], 0, 0
        for _ in range(10):
            result = await run_with_kills(arena, runs=runs // 10, kill_every=20, together=CUSTOMERS)
            killed, lost = killed + result["killed"], lost + result["lost"]
            wrong += result["wrong"]
            samples.append(Sample.now())
        print(f"{runs} runs, {killed} workers killed, {lost} runs lost with them, {len(wrong)} wrong")
        show_samples(samples)
        left = await arena.left()
        print(left or "nothing is left")
        return not (wrong or left or lost > killed)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", nargs="?", type=float, default=float(os.environ.get("SOAK_MINUTES", "10")))
    parser.add_argument("--kills", type=int, metavar="RUNS", help="make so many runs with kills instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        well = asyncio.run(kill_in(options.kills) if options.kills else soak_for(options.minutes))
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
