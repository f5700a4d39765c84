"""SuiteRunner: runs many fixtures beside each other."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from connectors.errors import DefinitionError

from .suite_report import SuiteReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult
    from connectors.fixtures.runner import FixtureRunner

    from .observer import SuiteObserver


class SuiteRunner:
    """Runs fixtures, some at a time.

    Args:
        runner: Open.
        at_once: How many fixtures are under way at the same time.
        fail_fast: Whether none is started after one that failed.
        observer: Is told how it goes on.
    """

    def __init__(self, runner: FixtureRunner, *, at_once: int, fail_fast: bool, observer: SuiteObserver) -> None:
        self._runner = runner
        self._at_once = at_once
        self._fail_fast = fail_fast
        self._observer = observer

    async def run(
        self, files: Sequence[FixtureFile], *, problems: Sequence[DefinitionError] = (), notes: Sequence[str] = ()
    ) -> SuiteReport:
        """Run fixtures and report what came of them.

        Args:
            files: Which, in the order in which they are started.
            problems: Why others could not be read.
            notes: What the caller should know about the choice.
        """
        started = time.perf_counter()
        suite = _Suite(files, problems)
        self._observer.begin(len(files))
        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(self._at_once, len(files))):
                tasks.create_task(self._work(suite))
        return SuiteReport(
            results=tuple(suite.results),
            problems=tuple({str(problem): problem for problem in suite.problems}.values()),
            not_run=tuple(suite.waiting),
            seconds=time.perf_counter() - started,
            notes=tuple(notes),
            connectors={result.file.target: self._runner.connector(result.file.target) for result in suite.results},
        )

    async def _work(self, suite: _Suite) -> None:
        """Run one fixture after the other until none is left, or one failed and no more are to be run."""
        while suite.waiting and not (self._fail_fast and suite.failed):
            file = suite.waiting.pop(0)
            try:
                result = await self._runner.run(file)
            except DefinitionError as problem:
                suite.problems.append(problem)
            else:
                suite.results.append(result)
                self._observer.done(file.name, ok=result.ok)


class _Suite:
    """Fixtures that are being run.

    Args:
        files: Which.
        problems: Why others could not be read.
    """

    def __init__(self, files: Sequence[FixtureFile], problems: Sequence[DefinitionError]) -> None:
        self.waiting = list(files)
        self.results: list[FixtureResult] = []
        self.problems = list(problems)

    @property
    def failed(self) -> bool:
        """Whether something was not as it should be."""
        return bool(self.problems) or not all(result.ok for result in self.results)
