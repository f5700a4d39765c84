"""SideFiles: what is too long, or no text, lies in files beside the fixture."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class SideFiles:
    """The files of one fixture.

    Args:
        stem: How their names begin: `list.two-pages.fixture`.
        taken: Names that others have.
    """

    def __init__(self, stem: str, taken: Collection[str] = ()) -> None:
        self._stem = stem
        self._taken = taken
        self.contents: dict[str, bytes] = {}
        """What each file holds, by its name."""

    def add(self, content: bytes, suffix: str) -> str:
        """Take in a file, and return its name; the same content is one file."""
        for name, known in self.contents.items():
            if known == content and name.endswith(suffix):
                return name
        names = (f"{self._stem}.{number}{suffix}" for number in count(1))
        name = next(name for name in names if name not in self.contents and name not in self._taken)
        self.contents[name] = content
        return name
