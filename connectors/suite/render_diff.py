"""Diffs as a person reads them: coloured, what differs within a line marked, long stretches without change left out."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from connectors.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AROUND = 3
"""Lines without change that are shown on each side of a change."""
MOST_LINES = 60
LONGEST_LINE = 400
_ALIKE = 0.4
"""Two lines are shown as one that changed when at least so much of them is the same."""
_STYLES = {"-": "red", "+": "green"}
_MARKED = {"-": "bold reverse red", "+": "bold reverse green"}


def diff_text(lines: Sequence[str]) -> Text:
    """Return a diff.

    Args:
        lines: Each begins with `- ` (expected), `+ ` (what happened) or two spaces (both).
    """
    shown = list(_shown(lines))
    rows = shown[:MOST_LINES]
    if len(shown) > MOST_LINES:
        rows.append(Text(f"  … {len(shown) - MOST_LINES} more lines", "dim"))
    return Text("\n").join(rows)


def _shown(lines: Sequence[str]) -> Iterator[Text]:
    """Yield the lines as they are shown."""
    stretches = [(changed, list(group)) for changed, group in groupby(lines, lambda line: line[:1] in _STYLES)]
    for number, (changed, group) in enumerate(stretches):
        if changed:
            yield from _changed(group)
        else:
            yield from _unchanged(group, first=number == 0, last=number == len(stretches) - 1)


def _unchanged(lines: list[str], *, first: bool, last: bool) -> Iterator[Text]:
    """Yield the lines next to a change, and how many are left out."""
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    left_out = len(lines) - head - tail
    if left_out < 2:
        head, left_out = len(lines), 0
    yield from (Text(_cut(line), "dim") for line in lines[:head])
    if left_out:
        yield Text(f"  … {left_out} lines alike", "dim italic")
        yield from (Text(_cut(line), "dim") for line in lines[len(lines) - tail :])


def _changed(lines: list[str]) -> Iterator[Text]:
    """Yield lines that changed, the expected ones first, with the difference marked of those that belong together."""
    expected = [line for line in lines if line.startswith("-")]
    actual = [line for line in lines if line.startswith("+")]
    marked = [_pair(old, new) for old, new in zip(expected, actual, strict=False)]
    yield from (old for old, _ in marked)
    yield from (_plain(line) for line in expected[len(marked) :])
    yield from (new for _, new in marked)
    yield from (_plain(line) for line in actual[len(marked) :])


def _pair(old: str, new: str) -> tuple[Text, Text]:
    """Return an expected line and the one that came instead."""
    old, new = _cut(old), _cut(new)
    matcher = SequenceMatcher(None, old[2:], new[2:], autojunk=False)
    texts = _plain(old), _plain(new)
    if matcher.ratio() < _ALIKE:
        return texts
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            texts[0].stylize(_MARKED["-"], start + 2, end + 2)
            texts[1].stylize(_MARKED["+"], new_start + 2, new_end + 2)
    return texts


def _plain(line: str) -> Text:
    return Text(_cut(line), _STYLES[line[:1]])


def _cut(line: str) -> str:
    """Return a line that is safe to print, cut where it is very long."""
    line = printable(line.rstrip("\n"))
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
