"""Which fixtures are affected by files that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.errors import DefinitionError
from connectors.folder import CODE_SUFFIXES, NOT_READ, definitions_folder, is_definition
from connectors.package_manifest import MANIFEST

from .imports import importers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from connectors.connector import Connector
    from connectors.fixtures.fixture_file import FixtureFile

_AUTH = "auth/"


def affected(
    files: Sequence[FixtureFile], changed: Iterable[Path], connectors: Mapping[Path, Connector]
) -> list[FixtureFile]:
    """Return the fixtures that may come out differently now.

    A fixture is affected by its own file, by files beside it that it names, and by the file of its method and what
    that imports. What makes the client, and what is no code, affects all fixtures of the connector.

    Args:
        files: All fixtures.
        changed: Real paths of files that were written, added or removed.
        connectors: As they are now, by `FixtureFile.target`; one that cannot be loaded is not there.
    """
    paths = set(changed)
    changes = {target: _Changes(target, paths, connectors.get(target)) for target in {file.target for file in files}}
    return [file for file in files if paths & _own(file) or changes[file.target].affect(file)]


class _Changes:
    """What changed of one connector.

    Args:
        target: Its folder or file.
        changed: Real paths.
        connector: The connector, where it can be loaded.
    """

    def __init__(self, target: Path, changed: set[Path], connector: Connector | None) -> None:
        real = target.resolve()
        root = definitions_folder(real) if real.is_dir() else real.parent
        inside = {path.relative_to(root).as_posix() for path in changed if path.is_relative_to(root)}
        manifest = real.is_dir() and real / MANIFEST in changed
        definitions = set(filter(_is_read, inside))
        code = {name for name in definitions if name.endswith(CODE_SUFFIXES)}
        self._connector = connector
        self._reached = importers(connector.texts if connector else {}, code)
        self._whole = bool(
            manifest
            or definitions - code
            or any(name.startswith(_AUTH) for name in self._reached)
            or (connector is None and definitions)
        )

    def affect(self, file: FixtureFile) -> bool:
        """Whether a fixture of the connector may come out differently."""
        return self._whole or bool(self._reached and self._method_file(file) in self._reached)

    def _method_file(self, file: FixtureFile) -> str | None:
        """Return the file of a fixture's method."""
        if self._connector is None:
            return None
        try:
            return self._connector.find(file.method).file.name
        except DefinitionError:
            return None


def _is_read(name: str) -> bool:
    """Whether a file inside a connector's folder is read with it."""
    folders = name.split("/")
    if any(part.startswith(".") or part in NOT_READ for part in folders):
        return False
    return is_definition(name)


def _own(file: FixtureFile) -> set[Path]:
    """Return the real paths of the files that belong to a fixture alone."""
    folder = file.path.parent
    bodies = [
        body.file
        for exchange in file.fixture.exchanges
        for body in (exchange.request, exchange.response)
        if body is not None and body.file is not None
    ]
    if file.fixture.expect.stream is not None and file.fixture.expect.stream.file is not None:
        bodies.append(file.fixture.expect.stream.file)
    return {file.path.resolve(), *((folder / name).resolve() for name in bodies)}
