"""The folder of a connector on disk, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import DefinitionError
from .source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = "spec.yml"
SOURCE = "src"
CODE_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json")
"""Files that methods may import."""
SUFFIXES = (*CODE_SUFFIXES, ".yml", ".yaml")
NOT_READ = frozenset({"node_modules", "docs"})
"""Folders that hold no definitions."""
NOT_DEFINITIONS = (
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "jsconfig.json",
    ".d.ts",
    ".test.json",
    "fixture.schema.json",
)
"""Ends of names of files for other tools."""
FIXTURE = ".fixture."
"""Part of the names of fixtures, and of the files that belong to them."""

MOST_FILES = 2000
MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 8


def definitions_folder(folder: Path) -> Path:
    """Return the folder with the definitions: `src` of a connector that is a package (semantics 1.1)."""
    source = folder / SOURCE
    return source if (source / SPEC).is_file() and not (folder / SPEC).exists() else folder


def read_folder(root: Path) -> dict[str, SourceFile]:
    """Return the definition files under `root` by their path inside it.

    Raises:
        DefinitionError: A file cannot be used, a link leaves the folder, or there is too much of it.
    """
    files: dict[str, SourceFile] = {}
    total = 0
    for name, path in definition_files(root):
        files[name] = SourceFile.read(path, name=name)
        total += len(files[name].text)
        if len(files) > MOST_FILES or total > MOST_BYTES:
            limits = f"{MOST_FILES} files or {MOST_BYTES} characters"
            raise DefinitionError(f"The connector has more than {limits}.", file=str(root))
    return files


def definition_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files to read, each with its path inside `root`, in a fixed order.

    Raises:
        DefinitionError: A folder cannot be read, or a link leaves `root`.
    """
    for path in _walk(root, root.resolve(), depth=0):
        yield path.relative_to(root).as_posix(), path


def _walk(folder: Path, real_root: Path, *, depth: int) -> Iterator[Path]:
    """Yield the definition files below `folder`."""
    _inside(folder, real_root)
    if depth > DEEPEST:
        raise DefinitionError(f"Folders are nested more than {DEEPEST} deep.", file=str(folder))
    try:
        entries = sorted(folder.iterdir())
    except OSError as caught:
        raise DefinitionError(f"The folder cannot be read: {caught.strerror}.", file=str(folder)) from caught
    for path in entries:
        if path.name.startswith(".") or path.name in NOT_READ:
            continue
        if path.is_dir():
            yield from _walk(path, real_root, depth=depth + 1)
        elif is_definition(path.name):
            yield _inside(path, real_root)


def is_definition(name: str) -> bool:
    """Whether a file of that name holds a definition, or code that one may import."""
    return name.endswith(SUFFIXES) and not name.endswith(NOT_DEFINITIONS) and FIXTURE not in name


def _inside(path: Path, real_root: Path) -> Path:
    """Return `path` when it lies in the connector's folder, wherever links lead."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError) as caught:  # RuntimeError: links in a circle
        raise DefinitionError("The link leads nowhere.", file=str(path)) from caught
    if not real.is_relative_to(real_root):
        raise DefinitionError("The link leaves the connector's folder.", file=str(path))
    return path
