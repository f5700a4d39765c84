"""SideFiles: what is too long, or no text, lies in files beside the fixture."""

from __future__ import annotations


class SideFiles:
    """The files of one fixture.

    Args:
        stem: How their names begin: `list.two-pages.fixture`.
    """

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self.contents: dict[str, bytes] = {}
        """What each file holds, by its name."""

    def add(self, content: bytes, suffix: str) -> str:
        """Take in a file, and return its name; the same content is one file."""
        for name, known in self.contents.items():
            if known == content and name.endswith(suffix):
                return name
        name = f"{self._stem}.{len(self.contents) + 1}{suffix}"
        self.contents[name] = content
        return name
