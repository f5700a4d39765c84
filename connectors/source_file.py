"""One text file of a connector, held in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import DefinitionError

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_FILE_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One file as its author wrote it.

    Attributes:
        name: Its path inside the connector, `data/contacts/list.js`.
        place: Its path as the caller knows it, for errors about the definition.
        text: What it says, without a byte order mark.
        digest: SHA-256 of the text, in hexadecimal.
    """

    name: str
    place: str
    text: str = field(repr=False)
    digest: str = field(repr=False)

    @classmethod
    def of(cls, name: str, text: str, *, place: str | None = None) -> SourceFile:
        """Hold `text` as the file `name`.

        Raises:
            DefinitionError: There is nothing in it, or text that UTF-8 cannot hold.
        """
        place = place or name
        if not text.strip():
            raise DefinitionError("The file is empty.", file=place)
        try:
            digest = hashlib.sha256(text.encode()).hexdigest()
        except UnicodeEncodeError as caught:
            raise DefinitionError("The text is not Unicode: it holds half a surrogate pair.", file=place) from caught
        return cls(name=name, place=place, text=text, digest=digest)

    @classmethod
    def read(cls, path: Path, *, name: str, most_bytes: int = LONGEST_FILE_BYTES) -> SourceFile:
        """Read a file from disk.

        Args:
            path: Of the file.
            name: Its path inside the connector.
            most_bytes: How long it may be.

        Raises:
            DefinitionError: It cannot be read, is no regular file, is too long, is empty, or is not UTF-8.
        """
        place = str(path)
        if path.exists() and not path.is_file():
            raise DefinitionError("This is not a regular file.", file=place)
        try:
            with path.open("rb") as stream:
                content = stream.read(most_bytes + 1)
        except OSError as caught:
            raise DefinitionError(f"The file cannot be read: {caught.strerror}.", file=place) from caught
        if len(content) > most_bytes:
            raise DefinitionError(f"The file is longer than {most_bytes} bytes.", file=place)
        try:
            return cls.of(name, content.decode("utf-8-sig"), place=place)
        except UnicodeDecodeError as caught:
            raise DefinitionError(f"The file is not UTF-8: byte {caught.start} is wrong.", file=place) from caught
