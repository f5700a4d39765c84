"""RecordedCase: which case of which method is recorded, and where its fixture lies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from connectors.errors import DefinitionError
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.placement import FIXTURE_SUFFIXES, Placement
from connectors.folder import definitions_folder

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.connector import Connector

_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class RecordedCase:
    """One case of one method.

    Attributes:
        path: Of its fixture.
        name: Of its fixture, `data/contacts/list.two-pages`.
        method: Which method.
        file: Its fixture, where it is there.
    """

    path: Path
    name: str
    method: str
    file: FixtureFile | None

    @classmethod
    def find(cls, target: Path, connector: Connector, method: str | None, case: str | None) -> Self:
        """Find the fixture of a case.

        Args:
            target: What the command line names: a connector, or a fixture itself.
            connector: Whose method.
            method: Its name, where it was given.
            case: The case's name, where it was given.

        Raises:
            DefinitionError: There is no such method, or the case has no name that a file can have.
        """
        if target.name.endswith(FIXTURE_SUFFIXES):
            if method is not None or case is not None:
                raise DefinitionError("A fixture says itself which method and case it is: leave those out.")
            file = FixtureFile.load(target)
            return cls(path=target, name=file.name, method=connector.find(file.method).name, file=file)
        if case is None or not _CASE.fullmatch(case):
            raise DefinitionError("Name the case, with letters, digits, - and _.", key="--case")
        name = connector.find(method).name
        folder = target.parent if target.is_file() else definitions_folder(target)
        paths = [folder / f"{name}.{case}{suffix}" for suffix in FIXTURE_SUFFIXES]
        path = next((path for path in paths if path.exists()), paths[0])
        there = FixtureFile.load(path) if path.exists() else None
        return cls(path=path, name=f"{name}.{case}", method=name, file=there)

    @staticmethod
    def target(target: Path) -> Path:
        """Return the connector of what the command line names.

        Raises:
            DefinitionError: A fixture belongs to none.
        """
        return Placement.of(target).target if target.name.endswith(FIXTURE_SUFFIXES) else target

    def require(self, *, exists: bool) -> None:
        """Raise DefinitionError where a fixture is there that must not be, or is not that must be."""
        if exists and self.file is None:
            raise DefinitionError("There is no such case yet: record it without --update.", file=str(self.path))
        if not exists and self.file is not None:
            raise DefinitionError("This case is there already; --update records it again.", file=str(self.path))
