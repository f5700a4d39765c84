"""Watch: runs fixtures again that a change affects."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import DefinitionError

from .affected import affected
from .selection import matching

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from connectors.connector import Connector
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.runner import FixtureRunner

    from .fixture_set import FixtureSet
    from .suite_report import SuiteReport

    Run = Callable[[list[FixtureFile]], Awaitable[SuiteReport]]


class Watch:
    """Waits for changes of connectors and fixtures.

    Args:
        fixtures: Read already.
        runner: Open; connectors that changed are loaded again.
        filters: Which fixtures are run.
    """

    def __init__(self, fixtures: FixtureSet, runner: FixtureRunner, *, filters: Sequence[str]) -> None:
        self._fixtures = fixtures
        self._runner = runner
        self._filters = filters
        self._failing: set[Path] = set()

    async def run(self, files: list[FixtureFile], run: Run) -> None:
        """Go on until cancelled.

        Args:
            files: What is run first.
            run: Runs some fixtures, and shows what came of them.
        """
        from watchfiles import awatch  # loads slowly; only those who watch need it

        async with aclosing(awatch(*self._folders())) as watched:
            upcoming = asyncio.ensure_future(anext(watched))
            await asyncio.sleep(0)  # it has begun: what changes during a run is not missed
            try:
                self._note(await run(files))
                while True:
                    changes = await upcoming
                    upcoming = asyncio.ensure_future(anext(watched))
                    again = self._take_in(_real(path for _, path in changes))
                    if again is not None:
                        self._note(await run(again))
            finally:
                upcoming.cancel()
                with suppress(asyncio.CancelledError):
                    await upcoming

    def _note(self, report: SuiteReport) -> None:
        """Remember which fixtures fail: they are run each time, so that none of them is out of sight."""
        self._failing -= {result.file.path for result in report.results}
        self._failing |= {result.file.path for result in report.failed}

    def _take_in(self, changed: set[Path]) -> list[FixtureFile] | None:
        """Read again what changed, and return the fixtures that it affects; None where there is nothing to tell."""
        self._fixtures.read_again(changed)
        files = self._fixtures.files
        self._runner.reload()
        connectors = {file.target: connector for file in files if (connector := self._connector(file))}
        chosen = matching(files, self._filters)
        found = {file.path for file in affected(chosen, changed, connectors)}
        wrong = changed & _real(problem.file or "" for problem in self._fixtures.problems)
        if not found and not wrong:
            return None
        return [file for file in chosen if file.path in found | self._failing]

    def _connector(self, file: FixtureFile) -> Connector | None:
        """Return the connector of a fixture; None where it cannot be loaded, which running the fixture will tell."""
        try:
            return self._runner.connector(file.target)
        except DefinitionError:
            return None

    def _folders(self) -> set[Path]:
        """Return the folders with all that can affect the fixtures."""
        return self._fixtures.folders | {
            file.target if file.target.is_dir() else file.target.parent for file in self._fixtures.files
        }


def _real(paths: Iterable[str]) -> set[Path]:
    return {Path(path).resolve() for path in paths}
