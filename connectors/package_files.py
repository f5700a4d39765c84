"""Files of this package that go into folders of authors."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from .errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

TYPES: Final = "types"
TEMPLATE: Final = "template"


def package_files(folder: str) -> dict[str, str]:
    """Return the text of each file in a folder of this package, by its path inside it."""
    return dict(sorted(_texts(resources.files(__package__).joinpath(folder), "")))


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files into a folder.

    Raises:
        DefinitionError: One of them cannot be written.
    """
    for name, text in texts.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as caught:
            raise DefinitionError(f"The file cannot be written: {caught.strerror}.", file=str(path)) from caught


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
