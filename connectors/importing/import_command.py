"""ImportCommand: what `methodhost import` does."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connectors.connection import read_connection
from connectors.connector import Connector
from connectors.errors import DefinitionError
from connectors.folder import definitions_folder
from connectors.recording.draft import Draft
from connectors.recording.proposal import refuse_secrets

from .as_fixture import Conversion
from .imported import Imported, ImportedFixture
from .recording import Note
from .sources import read_source, sources_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.document import Document

    from .recording import Recording

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class ImportCommand:
    """Makes fixtures of what other tools recorded.

    Attributes:
        files: Files and folders of recordings.
        to: The connector, a folder or a file.
        method: Whose cases they are; each is looked for by the name of its recording otherwise.
        case: What the case is called; by the name of its recording otherwise.
        base_uri: Of the API, for recordings that do not have it.
        connection: A file with the connection that the fixtures are for.
        force: Whether fixtures that are there are written over.
    """

    files: tuple[str, ...]
    to: str
    method: str | None
    case: str | None
    base_uri: str | None
    connection: str | None
    force: bool

    def execute(self) -> Imported:
        """Convert each, and tell what became of it.

        Raises:
            DefinitionError: There is nothing to convert, or an option is wrong.
        """
        connector = Connector.load(self.to)
        if self.method is not None:
            connector.find(self.method)
        connection = None if self.connection is None else read_connection(self.connection)
        paths = [path for file in self.files for path in sources_in(Path(file))]
        files = tuple(one for path in paths for one in self._convert(path, connector, connection))
        written = [shlex.quote(file.fixture) for file in files if file.fixture]
        return Imported(
            ok=all(file.error is None for file in files),
            files=files,
            next=(f"methodhost test {' '.join(written)}",) if written else (),
        )

    def _convert(self, path: Path, connector: Connector, connection: Document | None) -> Iterator[ImportedFixture]:
        """Yield what became of each recording of one source."""
        try:
            recordings = read_source(path, self.base_uri)
        except DefinitionError as caught:
            yield ImportedFixture(source=str(path), error=_note(str(path), caught))
            return
        for recording in recordings:
            try:
                yield self._write(path, recording, connector, connection)
            except DefinitionError as caught:
                yield ImportedFixture(source=str(path), error=_note(str(path), caught), notes=recording.notes)

    def _write(
        self, path: Path, recording: Recording, connector: Connector, connection: Document | None
    ) -> ImportedFixture:
        method = self._method_of(recording, connector)
        case = self.case or _NOT_IN_NAMES.sub("-", recording.name).strip("-") or "imported"
        target = Path(self.to)
        folder = definitions_folder(target) if target.is_dir() else target.parent
        file = folder / f"{method}.{case}.fixture.yml"
        if file.exists() and not self.force:
            raise DefinitionError("This fixture is there already: say another --case, or --force.", file=str(file))
        conversion = Conversion(recording, file.name.rpartition(".")[0])
        if connection is not None:
            conversion.take_connection(connector, connection)
        try:
            draft = Draft.of(file, conversion.data(), conversion.files.contents)
        except DefinitionError as caught:
            raise conversion.placed(caught) from caught
        refuse_secrets(draft, conversion.ledger)
        draft.write()
        return ImportedFixture(
            source=str(path),
            fixture=str(file),
            method=method,
            exchanges=len(recording.exchanges),
            notes=tuple(conversion.notes),
        )

    def _method_of(self, recording: Recording, connector: Connector) -> str:
        """Return the name of the method that a recording is a case of."""
        if self.method is not None:
            return connector.find(self.method).name
        if len(connector.methods) == 1:
            return connector.find().name
        called = [name for name in connector.methods if _called(recording.name, name)]
        if len(called) != 1:
            listing = ", ".join(sorted(called or connector.methods))
            message = f"Say with --method whose case {recording.name} is. Methods: {listing}."
            raise DefinitionError(message, file=recording.document.file)
        return called[0]


def _called(wanted: str, name: str) -> bool:
    """Whether a method is called so, or its operation is: `create-contact` means `operations/create-contact/run`."""
    parts = name.split("/")
    own = parts[-2] if parts[0] == "operations" else parts[-1]
    return _NOT_IN_NAMES.sub("-", wanted).lower() == own.lower()


def _note(source: str, error: DefinitionError) -> Note:
    return Note(file=error.file or source, key=error.key, line=error.line, message=error.message)
