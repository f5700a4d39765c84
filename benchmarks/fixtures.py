"""What it costs to replay a thousand fixtures of the CRM example, read from disk, on two cores.

Copies of the real ones lie in one connector. Beside them, in the same host, an empty method is run as often, as many at
a time. Shown are medians over the rounds, and the spread of the ratio against the empty ones.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from connectors.suite.fixture_set import FixtureSet
from connectors.suite.observer import SilentObserver
from connectors.suite.suite_runner import SuiteRunner
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROUNDS: Final = 3
FIXTURES: Final = 1000
WORKERS: Final = 2
EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "crm"
EMPTY: Final = "export default () => null\n"
ENDING: Final = ".fixture.yml"


def copies(folder: Path) -> list[Path]:
    """Copy the connector with its fixtures, and these again until there are enough; return where they are."""
    shutil.copytree(EXAMPLE, folder)
    originals = sorted(folder.rglob(f"*{ENDING}"))
    made = list(originals)
    for number in range(FIXTURES - len(originals)):
        original = originals[number % len(originals)]
        stem = original.name.removesuffix(ENDING)
        made.append(original.with_name(f"{stem}-{number}{ENDING}"))
        shutil.copy(original, made[-1])
    return made


def empty(folder: Path, count: int) -> Iterator[FixtureFile]:
    """Yield fixtures that expect nothing of an empty method."""
    folder.mkdir()
    (folder / "empty.js").write_text(EMPTY)
    path = folder / f"empty.case{ENDING}"
    path.write_text("version: 1\n")
    file = FixtureFile.load(path)
    yield from (file for _ in range(count))


async def milliseconds(runner: FixtureRunner, files: Sequence[FixtureFile]) -> float:
    """Return how long it takes to run fixtures."""
    start = time.perf_counter()
    suite = SuiteRunner(runner, at_once=WORKERS, fail_fast=False, observer=SilentObserver())
    report = await suite.run(files)
    assert report.ok, (report.problems, report.failed)
    return (time.perf_counter() - start) * 1000


def read(folder: Path) -> tuple[list[FixtureFile], float]:
    """Read fixtures, and return how long that takes."""
    start = time.perf_counter()
    files = FixtureSet([str(folder)])
    files.read()
    return files.files, (time.perf_counter() - start) * 1000


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies(folder / "crm")
        nothing = list(empty(folder / "empty", FIXTURES))
        async with FixtureRunner(workers=WORKERS) as runner:
            await milliseconds(runner, nothing[:20])
            await milliseconds(runner, read(folder / "crm")[0][:50])
            rounds = []
            for _ in range(ROUNDS):
                files, reading = read(folder / "crm")
                rounds.append((reading, await milliseconds(runner, files), await milliseconds(runner, nothing)))
    requests = sum(len(file.fixture.exchanges) for file in files)
    print(f"{len(files)} fixtures with {requests} exchanges, {WORKERS} at a time")
    bare = [one for *_, one in rounds]
    for what, took in (
        ("empty runs", bare),
        ("reading fixtures", [one for one, *_ in rounds]),
        ("replaying fixtures", [one for _, one, _ in rounds]),
        ("both", [one + other for one, other, _ in rounds]),
    ):
        ratios = [one / other for one, other in zip(took, bare, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{what:20} {statistics.median(took):8.0f} ms   {statistics.median(ratios):6.2f} x   ({spread})")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
        loop.run(main())
