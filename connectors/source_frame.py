"""SourceFrame: the lines of source around a place, with a caret under it."""

from __future__ import annotations

from dataclasses import dataclass

from .printable import printable

LINES_AROUND = 2
WIDEST = 120


@dataclass(frozen=True, kw_only=True)
class SourceFrame:
    """Some lines of a source file, ready to print.

    Attributes:
        first: Number of the first line, counted from 1.
        lines: The lines; tabs and control characters are replaced, long lines are cut on both sides.
        marked: Number of the line with the place.
        caret: Characters before the place, in its line as it stands here.
    """

    first: int
    lines: tuple[str, ...]
    marked: int
    caret: int

    @classmethod
    def around(cls, source: str, line: int, column: int) -> SourceFrame | None:
        """Return the frame around a place; None when the source has no such line.

        Args:
            source: The file's text.
            line: Counted from 1.
            column: In UTF-16 code units, as V8 counts, from 1.
        """
        lines = source.split("\n")
        if not 0 < line <= len(lines):
            return None
        before = lines[line - 1].encode("utf-16-le")[: 2 * (column - 1)].decode("utf-16-le", errors="ignore")
        caret = len(_shown(before))
        start = max(0, caret - WIDEST // 2) if caret > WIDEST - 20 else 0
        first = max(1, line - LINES_AROUND)
        shown = (_shown(text)[start : start + WIDEST] for text in lines[first - 1 : line + LINES_AROUND])
        return cls(first=first, lines=tuple(shown), marked=line, caret=caret - start)

    def numbered(self) -> list[tuple[str, str]]:
        """Return the lines, each with what stands left of it; the caret has a line of its own."""
        width = len(str(self.first + len(self.lines)))
        rows = []
        for number, text in enumerate(self.lines, self.first):
            marker = ">" if number == self.marked else " "
            rows.append((f"{marker} {number:>{width}} │ ", text))
            if number == self.marked:
                rows.append((f"  {'':>{width}} │ ", f"{' ' * self.caret}^"))
        return rows


def _shown(text: str) -> str:
    """Return a piece of a line as it is printed."""
    return printable(text.rstrip("\r").replace("\t", "  "))
