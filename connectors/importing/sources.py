"""What `methodhost import` is given: which files those are, and who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.errors import DefinitionError

from .cassette import KEYS, read_cassette
from .loader import read_recording
from .nango import SUFFIX, read_mocks
from .nango_folder import MOCKS, read_mocks_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .recording import Recording

CASSETTES = (".yaml", ".yml", ".json")


def sources_in(path: Path) -> Iterator[Path]:
    """Yield what there is to import: a file itself; of a folder, its folders of mocks and its `.test.json` files.

    Raises:
        DefinitionError: There is nothing to import.
    """
    if not path.exists():
        raise DefinitionError("There is no such file or folder.", file=str(path))
    if path.is_file():
        yield path
        return
    folders = sorted(folder for folder in (path, *path.rglob(MOCKS)) if folder.is_dir() and folder.name == MOCKS)
    files = sorted(path.rglob(f"*{SUFFIX}"))
    if not folders and not files:
        message = f"There are neither files *{SUFFIX} nor a folder {MOCKS} in it. Name cassettes one by one."
        raise DefinitionError(message, file=str(path))
    yield from (*folders, *files)


def read_source(path: Path, base_uri: str | None) -> list[Recording]:
    """Return the recordings of one source.

    Raises:
        DefinitionError: Names the file, the key and the line that are wrong.
    """
    if path.is_dir():
        return read_mocks_folder(path, base_uri)
    if path.name.endswith(SUFFIX):
        return [read_mocks(read_recording(path), path.name.removesuffix(SUFFIX), base_uri)]
    if path.suffix not in CASSETTES:
        raise DefinitionError(
            f"A recording is a file *{SUFFIX}, or a cassette *{', *'.join(CASSETTES)}.", file=str(path)
        )
    document = read_recording(path)
    if not isinstance(document.data, dict) or not any(key in document.data for key in KEYS):
        raise DefinitionError(f"This is no cassette: it has neither {' nor '.join(KEYS)}.", file=str(path))
    return [read_cassette(document, path.stem, base_uri)]
