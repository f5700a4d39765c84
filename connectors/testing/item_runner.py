"""ItemRunner: runs fixtures one by one, for callers without an event loop."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from connectors.cache_option import chosen_cache
from connectors.fixtures.runner import FixtureRunner
from connectors.package_bundler import PackageBundler
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.connector import Connector
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult


class ItemRunner:
    """Opens a `FixtureRunner` when the first fixture is run, and keeps it for those that follow."""

    def __init__(self) -> None:
        self._loop: asyncio.Runner | None = None
        self._runner: FixtureRunner | None = None

    def run(self, file: FixtureFile) -> FixtureResult:
        """Run a method against a fixture.

        Raises:
            DefinitionError: The fixture or its connector is wrong.
        """
        if self._loop is None or self._runner is None:
            cache = chosen_cache(
                os.environ.get("METHODHOST_CACHE_DIR"), no_cache=bool(os.environ.get("METHODHOST_NO_CACHE"))
            )
            bundler = None if os.environ.get("METHODHOST_NO_INSTALL") else PackageBundler(cache=cache)
            self._loop = asyncio.Runner(loop_factory=VirtualTimeLoop)
            self._runner = FixtureRunner(workers=1, cache=cache, bundler=bundler)
            self._loop.run(self._runner.__aenter__())
        return self._loop.run(self._runner.run(file))

    def connector(self, target: Path) -> Connector:
        """Return the connector at a path, as it was loaded for a fixture."""
        if self._runner is None:
            raise RuntimeError("no fixture was run")
        return self._runner.connector(target)

    def close(self) -> None:
        """End what was opened."""
        loop, self._loop = self._loop, None
        runner, self._runner = self._runner, None
        if loop is None or runner is None:
            return
        with loop:
            loop.run(runner.__aexit__(None, None, None))
