"""What it costs to replay a thousand fixtures of the CRM example, read from disk, on two cores.

Copies of the real ones lie in one connector. Beside them, in the same host, an empty method is run as often, as many at
a time. Their time is virtual, so this needs a loop of `LOOP`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measuring import OURS, Contender, Row, Sample, alternate

from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from connectors.suite.fixture_set import FixtureSet
from connectors.suite.observer import SilentObserver
from connectors.suite.suite_runner import SuiteRunner
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arena import Arena

LOOP: Final = VirtualTimeLoop
FIXTURES: Final = 1000
WORKERS: Final = 2
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "crm"
EMPTY: Final = "export default () => null\n"
ENDING: Final = ".fixture.yml"


def copies(folder: Path, number: int) -> None:
    """Copy the connector with its fixtures, and these again until there are enough."""
    shutil.copytree(EXAMPLE, folder)
    originals = sorted(folder.rglob(f"*{ENDING}"))
    for copy in range(number - len(originals)):
        original = originals[copy % len(originals)]
        stem = original.name.removesuffix(ENDING)
        shutil.copy(original, original.with_name(f"{stem}-{copy}{ENDING}"))


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


async def replay(arena: Arena) -> list[Row]:
    """Read and replay fixtures, and run an empty method as often."""
    with tempfile.TemporaryDirectory() as name:
        folder, number = Path(name), arena.times(FIXTURES)
        copies(folder / "crm", number)
        files, _ = read(folder / "crm")
        nothing = list(empty(folder / "empty", len(files)))
        async with FixtureRunner(workers=WORKERS) as runner:

            async def measure() -> Sample:
                files, reading = read(folder / "crm")
                return {"reading": reading, "replaying": await milliseconds(runner, files)}

            async def measure_empty() -> Sample:
                return {"replaying": await milliseconds(runner, nothing)}

            figures = await alternate([Contender(OURS, measure), Contender("empty", measure_empty)], arena.rounds(3))
    bare, what = figures.values("empty", "replaying"), f"{len(files):,} fixtures of examples/crm"
    return [
        Row("fixtures", f"{what}: {step}", "ms", figures.values(OURS, step), "as many empty runs", bare)
        for step in ("reading", "replaying")
    ]
