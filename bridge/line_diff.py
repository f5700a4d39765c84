"""Differences between what was expected and what came, line by line."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONTEXT: Final = 3
_MOST_LINES: Final = 2000
"""Beyond this, lines that come often are not looked for everywhere: the time is in proportion to their square."""


def line_diff(expected: Sequence[str], actual: Sequence[str]) -> tuple[str, ...]:
    """Return both as lines that begin with `- ` (expected), `+ ` (came) or two spaces (both); long equal parts cut."""
    matcher = _matcher(expected, actual)
    lines: list[str] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            lines += _context(expected[start:end], first=start == 0, last=end == len(expected))
        else:
            lines += (f"- {line}" for line in expected[start:end])
            lines += (f"+ {line}" for line in actual[other_start:other_end])
    return tuple(lines)


def likeness(expected: Sequence[str], actual: Sequence[str]) -> float:
    """Return how alike two texts are: from 0 to 1."""
    return _matcher(expected, actual).ratio()


def _matcher(expected: Sequence[str], actual: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, expected, actual, autojunk=len(expected) + len(actual) > _MOST_LINES)


def _context(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[str]:
    """Yield what stands around differences."""
    before = 0 if first else _CONTEXT
    after = 0 if last else _CONTEXT
    if len(lines) <= before + after + 1:
        yield from (f"  {line}" for line in lines)
        return
    yield from (f"  {line}" for line in lines[:before])
    yield "  ..."
    yield from (f"  {line}" for line in lines[len(lines) - after :])
