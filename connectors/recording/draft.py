"""Draft: a fixture that is not written yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connectors.errors import DefinitionError
from connectors.fixtures.fixture_file import FixtureFile

from .errors import RecordingError
from .yaml_text import styled, yaml_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from connectors.document import Key


@dataclass(frozen=True, kw_only=True)
class Draft(FixtureFile):
    """A fixture that is not written yet, nor are the files beside it.

    Attributes:
        contents: The files beside it, by name.
    """

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
            draft = cls.parse(path, text, contents=contents)
        except DefinitionError as caught:
            raise RecordingError(f"What happened makes no fixture: {caught.message}", key=caught.key) from caught
        if draft.document.data != data:
            raise RecordingError("What happened cannot be written so that it reads the same.", file=str(path))
        return draft

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
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            except OSError as caught:
                message = f"The file cannot be written: {caught.strerror}."
                raise RecordingError(message, file=str(folder / name)) from caught
