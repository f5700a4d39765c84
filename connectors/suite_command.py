"""SuiteCommand: what `methodhost test` does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime import VirtualTimeLoop

from .fixtures.discovery import find_fixtures
from .fixtures.fixture_file import FixtureFile
from .fixtures.runner import FixtureRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import DiskCache

    from .fixtures.result import FixtureResult
    from .package_bundler import PackageBundler


@dataclass(frozen=True, kw_only=True)
class SuiteCommand:
    """Runs fixtures.

    Attributes:
        paths: Where to look for them.
        cache: Where to keep what is made of sources.
        bundler: Makes importable what a connector's `package.json` names.
    """

    paths: tuple[str, ...]
    cache: DiskCache | None = None
    bundler: PackageBundler | None = None

    def execute(self, on_result: Callable[[FixtureResult], None]) -> bool:
        """Run them one after the other; tell whether all passed.

        Args:
            on_result: Told of each when it has ended.

        Raises:
            DefinitionError: A path, a fixture or a connector is wrong.
        """
        files = [FixtureFile.load(path) for path in find_fixtures(self.paths)]
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
            return loop.run(self._run(files, on_result))

    async def _run(self, files: list[FixtureFile], on_result: Callable[[FixtureResult], None]) -> bool:
        ok = True
        async with FixtureRunner(workers=1, cache=self.cache, bundler=self.bundler) as runner:
            for file in files:
                result = await runner.run(file)
                on_result(result)
                ok = ok and result.ok
        return ok
