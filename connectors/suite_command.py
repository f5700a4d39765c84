"""SuiteCommand: what `methodhost test` does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from runtime import VirtualTimeLoop

from .chaos.chaos_suite import ChaosSuite
from .fixtures.runner import FixtureRunner
from .suite.fixture_set import FixtureSet
from .suite.junit import write_junit
from .suite.last_failed import LastFailed
from .suite.selection import select
from .suite.suite_runner import SuiteRunner
from .suite.watch import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any, TypeVar

    from .chaos.chaos_report import ChaosReport
    from .fixtures.fixture_file import FixtureFile
    from .suite.observer import SuiteObserver
    from .suite.suite_report import SuiteReport
    from .suite_options import SuiteOptions

    T = TypeVar("T")


class SuiteCommand:
    """Runs fixtures.

    Args:
        options: Which, and how.
        observer: Is told how it goes on.
    """

    def __init__(self, options: SuiteOptions, observer: SuiteObserver) -> None:
        self._options = options
        self._observer = observer
        self._fixtures = FixtureSet(options.paths)

    def execute(self) -> SuiteReport:
        """Run them once.

        Raises:
            DefinitionError: There is no fixture at a path, none is chosen, or a file cannot be written.
        """
        self._fixtures.read()
        files, notes = self._chosen()
        report = _in_loop(self._run(files, notes))
        self._conclude(report)
        return report

    def execute_chaos(self) -> ChaosReport:
        """Run them once, and then each failure that can be derived from those in which all goes well.

        Raises:
            DefinitionError: There is no fixture at a path, or none is chosen.
        """
        self._fixtures.read()
        files, _ = self._chosen()
        others = FixtureSet(sorted({str(file.target) for file in files}))
        others.read()
        return _in_loop(self._run_chaos(files, others.files))

    def watch(self, show: Callable[[SuiteReport], None]) -> None:
        """Run them, and again those that a change affects, until an interrupt.

        Args:
            show: Shows what came of them.

        Raises:
            DefinitionError: There is no fixture at a path, or none is chosen.
            KeyboardInterrupt: That was the interrupt.
        """
        self._fixtures.read()
        files, notes = self._chosen()
        _in_loop(self._watch(files, notes, show))

    def _chosen(self) -> tuple[list[FixtureFile], list[str]]:
        """Return the fixtures to run, and what is to be said of that choice."""
        options = self._options
        files = select(self._fixtures.files, options.filters)
        if not options.last_failed or options.cache is None:
            return files, []
        failed = LastFailed(options.cache).among(files)
        return (failed, []) if failed else (files, ["None of these failed when last run, so all were run."])

    async def _run(self, files: list[FixtureFile], notes: list[str]) -> SuiteReport:
        async with self._runner() as runner:
            return await self._suite(runner).run(files, problems=self._fixtures.problems, notes=notes)

    async def _run_chaos(self, files: list[FixtureFile], others: list[FixtureFile]) -> ChaosReport:
        async with self._runner() as runner:
            report = await self._suite(runner).run(files, problems=self._fixtures.problems)
            return await ChaosSuite(runner, at_once=self._at_once, observer=self._observer).run(report, others)

    async def _watch(self, files: list[FixtureFile], notes: list[str], show: Callable[[SuiteReport], None]) -> None:
        async with self._runner() as runner:
            suite = self._suite(runner)

            async def run(files: list[FixtureFile]) -> SuiteReport:
                report = await suite.run(files, problems=self._fixtures.problems, notes=notes)
                notes.clear()
                self._conclude(report)
                show(report)
                return report

            await Watch(self._fixtures, runner, filters=self._options.filters).run(files, run)

    def _conclude(self, report: SuiteReport) -> None:
        """Keep what has to be kept of a report."""
        if self._options.cache is not None:
            LastFailed(self._options.cache).keep(report)
        if self._options.junit is not None:
            write_junit(report, self._options.junit)
        if self._options.har is not None or self._options.html is not None:
            from .suite.suite_views import write_views  # what it takes to load is loaded where it is asked for

            write_views(report, {".har": self._options.har, ".html": self._options.html})

    @asynccontextmanager
    async def _runner(self) -> AsyncIterator[FixtureRunner]:
        options = self._options
        async with FixtureRunner(workers=options.workers, cache=options.cache, bundler=options.bundler) as runner:
            yield runner

    def _suite(self, runner: FixtureRunner) -> SuiteRunner:
        return SuiteRunner(runner, at_once=self._at_once, fail_fast=self._options.fail_fast, observer=self._observer)

    @property
    def _at_once(self) -> int:
        """How many runs are under way: as many as there are workers, so that none waits for one."""
        return self._options.workers


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
        return loop.run(work)
