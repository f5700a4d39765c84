"""LastFailed: which fixtures failed when they were last run, kept with the caches and not beside the connectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from connectors.fixtures.fixture_file import FixtureFile
    from runtime import DiskCache

    from .suite_report import SuiteReport

_KIND = b"fixtures that failed last, 1\0"


class LastFailed:
    """The names of fixtures that failed, for each connector.

    Args:
        cache: Where they are kept.
    """

    def __init__(self, cache: DiskCache) -> None:
        self._cache = cache

    def among(self, files: Sequence[FixtureFile]) -> list[FixtureFile]:
        """Return those of the fixtures that failed when they were last run."""
        failed = {target: self._read(target) for target in {file.target for file in files}}
        return [file for file in files if file.name in failed[file.target]]

    def keep(self, report: SuiteReport) -> None:
        """Remember how the fixtures went that were run; what is known of others stays."""
        for target, results in report.by_connector():
            known = self._read(target) - {result.file.name for result in results}
            failed = known | {result.file.name for result in results if not result.ok}
            self._cache.write(_key(target), json.dumps(sorted(failed)).encode())

    def _read(self, target: Path) -> set[str]:
        content = self._cache.read(_key(target))
        return set() if content is None else set(json.loads(content))


def _key(target: Path) -> bytes:
    return _KIND + str(target.resolve()).encode("utf-8", "surrogateescape")
