"""Draft: a fixture that is not written yet."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connectors.errors import DefinitionError
from connectors.fixtures.fixture_file import FixtureFile

from .errors import RecordingError
from .yaml_text import YamlStyle, styled

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
    def of(cls, path: Path, data: dict[str, Any], contents: Mapping[str, bytes], text: str | None = None) -> Self:
        """Return what is to be written into a file.

        Args:
            path: Of the file.
            data: What it shall say.
            contents: Of the files beside it.
            text: The same as text; by default as a person would write it.

        Raises:
            RecordingError: It cannot be written so that it reads the same.
        """
        written = _text_of(path, data) if text is None else text
        try:
            draft = cls.parse(path, written, contents=contents)
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


def _text_of(path: Path, data: dict[str, Any]) -> str:
    if path.suffix == ".json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return YamlStyle().write(styled(data))
