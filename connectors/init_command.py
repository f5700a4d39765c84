"""InitCommand: what `methodhost init` does."""

from __future__ import annotations

import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import DefinitionError
from .package_files import TEMPLATE, package_files, write_files
from .types_command import TypesCommand
from .written_files import WrittenFiles

LONGEST_NAME: Final = 64
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDER: Final = "connector-key"
"""Stands in the template where the new connector's name goes."""


@dataclass(frozen=True, kw_only=True)
class InitCommand:
    """Makes a connector that runs, for its author to change.

    Attributes:
        name: Its folder, whose last part is the connector's key.
    """

    name: str

    def execute(self) -> WrittenFiles:
        """Make its folder, all of it or nothing.

        Raises:
            DefinitionError: The name cannot be a key, the folder is there already, or cannot be written.
        """
        folder = Path(self.name)
        key = folder.name
        if len(key) > LONGEST_NAME or not _NAME.fullmatch(key):
            message = (
                f"{key!r} cannot be a connector's name: use lower-case letters, digits and single hyphens between them."
            )
            raise DefinitionError(message, key="NAME")
        if folder.exists():
            raise DefinitionError("This is there already; choose another name.", file=str(folder))
        if not folder.parent.is_dir():
            raise DefinitionError("There is no such folder.", file=str(folder.parent))
        written = _make(
            folder, {name: text.replace(_PLACEHOLDER, key) for name, text in package_files(TEMPLATE).items()}
        )
        quoted = shlex.quote(self.name)
        connection = f"--connection {shlex.quote(f'{self.name}/connection.yml')}"
        return WrittenFiles(
            folder=self.name,
            written=written,
            next=(
                f"methodhost check {quoted}",
                f"methodhost run {quoted} auth/test {connection}",
                f"methodhost run {quoted} data/posts/list {connection}",
            ),
        )


def _make(folder: Path, texts: dict[str, str]) -> tuple[str, ...]:
    """Write the files into a folder beside the place, and give it its name when it is complete."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
            made = Path(temporary) / folder.name
            write_files(made, texts)
            types = TypesCommand(path=str(made), force=False).execute()
            made.rename(folder)
    except OSError as caught:
        raise DefinitionError(f"The folder cannot be made: {caught.strerror}.", file=str(folder)) from caught
    return (*texts, *types.written)
