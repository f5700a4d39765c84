"""Draft: a fixture that is not written yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from connectors.document import Document, DocumentBounds
from connectors.errors import DefinitionError, FixtureError
from connectors.fixtures.fixture import Fixture
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.placement import Placement

from .errors import RecordingError
from .yaml_text import styled, yaml_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from connectors.document import Key

_BOUNDS: Final = DocumentBounds(characters=4 * 1024 * 1024, values=800_000)


@dataclass(frozen=True, kw_only=True)
class Draft(FixtureFile):
    """A fixture that is not written yet, nor are the files beside it.

    Attributes:
        text: As it will be written.
        contents: The files beside it, by name.
    """

    text: str
    contents: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, path: Path, data: dict[str, Any], contents: Mapping[str, bytes], *, node: Any = None) -> Self:  # noqa: ANN401 (what ruamel gives)
        """Return what is to be written into a file.

        Args:
            path: Of the file.
            data: What it shall say.
            contents: Of the files beside it.
            node: The same data, for who remembers how it was written.

        Raises:
            RecordingError: It cannot be written so that it reads the same.
        """
        whole = styled(data) if node is None else node
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n" if path.suffix == ".json" else yaml_text(whole)
        try:
            document = Document.parse(str(path), text, error=FixtureError, bounds=_BOUNDS)
            fixture = document.into(Fixture)
        except DefinitionError as caught:
            raise RecordingError(f"What happened makes no fixture: {caught.message}", key=caught.key) from caught
        if document.data != data:
            raise RecordingError("What happened cannot be written so that it reads the same.", file=str(path))
        placement = Placement.of(path)
        return cls(
            path=path,
            target=placement.target,
            root=placement.root,
            name=placement.name,
            method=fixture.method or placement.method,
            fixture=fixture,
            document=document,
            text=text,
            contents=contents,
        )

    def read(self, name: str, key: Key) -> bytes:
        """Return what will be in a file beside the fixture, or is in one that was there before."""
        return self.contents[name] if name in self.contents else super().read(name, key)

    def write(self) -> None:
        """Write the fixture and the files beside it.

        Raises:
            RecordingError: One of them cannot be written.
        """
        folder = self.path.parent
        texts = {self.path.name: self.text.encode(), **self.contents}
        for name, content in texts.items():
            try:
                (folder / name).write_bytes(content)
            except OSError as caught:
                message = f"The file cannot be written: {caught.strerror}."
                raise RecordingError(message, file=str(folder / name)) from caught
