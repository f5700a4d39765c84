"""TypesCommand: what `methodhost types` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .connector import require_single_file
from .errors import DefinitionError
from .folder import definition_files
from .package_files import TYPES, package_files, write_files
from .written_files import WrittenFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = "types/methodhost"
TYPESCRIPT: Final = (".ts", ".mts", ".cts")
TSCONFIG: Final = "tsconfig.json"
JSCONFIG: Final = "jsconfig.json"
CHECKED: Final = (".d.ts", ".schema.json")
"""Ends of names of files that editors check by."""


@dataclass(frozen=True, kw_only=True)
class TypesCommand:
    """Writes declarations of types beside a connector's methods.

    Attributes:
        path: The connector's folder, or one file.
        force: Whether files of the author's are written over.
    """

    path: str
    force: bool

    def execute(self) -> WrittenFiles:
        """Write them.

        Raises:
            DefinitionError: There is no such connector, a file is the author's own, or cannot be written.
        """
        path = Path(self.path)
        if not path.is_dir():
            require_single_file(path)
        folder = path if path.is_dir() else path.parent
        texts = {f"{FOLDER}/{name}": text for name, text in package_files(TYPES).items() if name.endswith(CHECKED)}
        if not self.force:
            _require_ours(folder, texts)
        kept = () if self.force else tuple(name for name in (TSCONFIG, JSCONFIG) if (folder / name).exists())
        if not kept:
            name = TSCONFIG if any(_typescript(path)) else JSCONFIG
            texts[name] = package_files(TYPES)[name]
        write_files(folder, texts)
        return WrittenFiles(folder=str(folder), written=tuple(texts), kept=kept, next=tuple(_hints(kept)))


def _require_ours(folder: Path, texts: dict[str, str]) -> None:
    """Raise DefinitionError where a file is there that this command did not write."""
    for name, text in texts.items():
        path = folder / name
        if path.exists() and not _begins_like(path, text):
            raise DefinitionError("This file was not written by methodhost; --force writes over it.", file=str(path))


def _begins_like(path: Path, text: str) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.readline() == text[: text.index("\n") + 1]
    except (OSError, UnicodeDecodeError):
        return False


def _typescript(path: Path) -> Iterator[bool]:
    """Yield whether each file of a connector is TypeScript."""
    if path.is_dir():
        yield from (name.endswith(TYPESCRIPT) for name, _ in definition_files(path))
    else:
        yield path.name.endswith(TYPESCRIPT)


def _hints(kept: tuple[str, ...]) -> Iterator[str]:
    yield "In TypeScript: import type { Arguments, Result } from 'methodhost'"
    yield "In JavaScript: /** @param {import('methodhost').Arguments<'data/list'>} args */"
    for name in kept:
        yield f"{name} is yours and was left as it is: see that it includes {FOLDER}"
