"""FixtureSet: the fixtures at some paths, as many as can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import DefinitionError, FixtureError
from connectors.fixtures.discovery import find_fixtures
from connectors.fixtures.fixture_file import FixtureFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class FixtureSet:
    """The fixtures at some paths.

    Args:
        paths: Of folders, fixtures and methods; see `find_fixtures`.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._files: dict[Path, FixtureFile] = {}
        self._problems: dict[Path, DefinitionError] = {}

    @property
    def files(self) -> list[FixtureFile]:
        """Those that can be read."""
        return list(self._files.values())

    @property
    def problems(self) -> list[DefinitionError]:
        """Why others cannot."""
        return list(self._problems.values())

    @property
    def folders(self) -> set[Path]:
        """Where they may be, and where others may come to be."""
        paths = map(Path, self._paths)
        return {path if path.is_dir() else path.parent for path in paths}

    def read(self) -> None:
        """Find and read them.

        Raises:
            FixtureError: There is no fixture at a path.
        """
        for path in find_fixtures(self._paths):
            self._read(path)

    def read_again(self, changed: Iterable[Path]) -> None:
        """Find them again, and read those of which the file changed, or came or went.

        Args:
            changed: Real paths.
        """
        paths = set(changed)
        try:
            found = find_fixtures(self._paths)
        except FixtureError:
            found = []
        for gone in {*self._files, *self._problems} - set(found):
            self._forget(gone)
        for path in found:
            if path.resolve() in paths or path not in {*self._files, *self._problems}:
                self._read(path)

    def _read(self, path: Path) -> None:
        self._forget(path)
        try:
            self._files[path] = FixtureFile.load(path)
        except DefinitionError as problem:
            self._problems[path] = problem

    def _forget(self, path: Path) -> None:
        self._files.pop(path, None)
        self._problems.pop(path, None)
