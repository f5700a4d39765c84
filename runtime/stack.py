"""Stacks as V8 prints them, told in the terms of the method's own source."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from .failure import Location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOST_FRAME = re.compile(r"^\s+at (?:.*\(methodhost:.*\)|(?:async )?methodhost:\S*|(?:.*\()?<anonymous>:\d+:\d+\)?)$")
_BUILT_IN_FRAME = re.compile(r"^\s+at .*\(<anonymous>\)$")
_SYNTAX = re.compile(r"^[^\n]*?:(?P<line>\d{1,9}): SyntaxError: (?P<message>[^\n]*)\n(?:[^\n]*\n(?P<indent>[ \t]*)\^)?")


def script_url(name: str) -> str:
    """Return `name` as V8 can show it in stacks: without white space and control characters."""
    return quote(name, safe="/:@!$&'()*+,;=~[]#?")


@dataclass(frozen=True)
class SourceColumns:
    """Where the columns of compiled code are in the source. Lines are the same in both.

    Attributes:
        prefix: Characters that stand before the code's first line.
        moved: For each line with moved columns, pairs of column in the code and column in the source, flat and
            ascending; none where nothing of the line was kept.
    """

    prefix: int
    moved: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def source_column(self, line: int, column: int, line_length: int) -> int:
        """Return the column in the source, counted from 1.

        Args:
            line: In both.
            column: In the code.
            line_length: Characters of the line in the source.
        """
        if line == 1:
            column -= self.prefix
        pairs = self.moved.get(line)
        if pairs is None:
            return max(column, 1)
        if not pairs:
            return 1
        generated, original = pairs[::2], pairs[1::2]
        index = bisect_right(generated, column - 1) - 1
        if index < 0:
            return 1
        shift = column - generated[index]
        end = original[index + 1] if index + 1 < len(original) else line_length
        beyond = original[index] + shift > end
        return original[index] + (1 if beyond else shift)  # added code has the place of what it stands for


@dataclass(frozen=True)
class StackReader:
    """Reads stacks of a run.

    Attributes:
        modules: One reader for each of its modules.
    """

    modules: tuple[ModuleStackReader, ...]

    def read(self, text: str) -> str:
        """Return `text` with positions told in the terms of the sources, and without the host's own frames."""
        text = "\n".join(_without_host_frames(text.split("\n")))
        for module in self.modules:
            text = module.read(text)
        return text

    def location(self, stack: str) -> Location | None:
        """Return the place of the first frame in one of the modules, of a stack as V8 printed it."""
        found = [match for module in self.modules if (match := module.find(stack)) is not None]
        return min(found, default=(0, None), key=lambda match: match[0])[1]

    def line(self, location: Location) -> str:
        """Return the line of the source with a place; empty where there is no such line."""
        return next((module.line(location.line) for module in self.modules if module.name == location.file), "")

    def syntax_error(self, text: str, module: int) -> tuple[str, Location | None]:
        """Return message and place of what V8 says about source it could not compile.

        Args:
            text: V8's words, which do not name the file.
            module: Number of the module.
        """
        match = _SYNTAX.match(text)
        if match is None or module >= len(self.modules):
            return "the source could not be compiled", None
        return match["message"], self.modules[module].place(int(match["line"]), len(match["indent"] or "") + 1)


@dataclass(frozen=True)
class ModuleStackReader:
    """Reads what stacks say of one module.

    Attributes:
        name: The module's file as its author knows it.
        source: Its text.
        columns: Of the code that V8 compiled for it.
    """

    name: str
    source: str
    columns: SourceColumns

    def read(self, text: str) -> str:
        """Return `text` with positions in the module told in the terms of its source."""
        return self._position.sub(lambda match: _shown(self._locate(match)), text)

    def find(self, stack: str) -> tuple[int, Location] | None:
        """Return where the first frame in the module stands in a stack as V8 printed it, and its place."""
        match = self._frame.search(stack)
        return None if match is None else (match.start(), self._locate(match))

    def line(self, number: int) -> str:
        """Return a line of the source; empty where there is no such line."""
        starts = self._starts
        return self.source[starts[number - 1] : starts[number] - 1] if 0 < number < len(starts) else ""

    def place(self, line: int, column: int) -> Location:
        """Return the place in the source of one in the code that V8 compiled."""
        column = self.columns.source_column(line, column, len(self.line(line)))
        return Location(file=self.name, line=line, column=column)

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where each line starts, and one more would."""
        return array("Q", [0, *(match.end() for match in re.finditer("\n", self.source)), len(self.source) + 1])

    @cached_property
    def _position(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![^\s(]){self._pattern}")

    @cached_property
    def _frame(self) -> re.Pattern[str]:
        return re.compile(rf"^[ \t]+at (?:.*\(|async )?{self._pattern}", re.MULTILINE)

    @property
    def _pattern(self) -> str:
        """Matches a place; a number of more digits is hostile, and too long to be read as one."""
        return rf"{re.escape(script_url(self.name))}:(\d{{1,9}}):(\d{{1,9}})"

    def _locate(self, match: re.Match[str]) -> Location:
        return self.place(int(match[1]), int(match[2]))


def _without_host_frames(lines: Sequence[str]) -> list[str]:
    """Return lines without the host's frames and those of built-in functions that the host called."""
    kept = []
    by_host = False
    for line in reversed(lines):
        by_host = bool(_HOST_FRAME.match(line)) or (by_host and bool(_BUILT_IN_FRAME.match(line)))
        if not by_host:
            kept.append(line)
    return kept[::-1]


def _shown(location: Location) -> str:
    return f"{location.file}:{location.line}:{location.column}"
