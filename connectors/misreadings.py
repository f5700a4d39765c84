"""Hints about code that reads a bare body as if it were a whole response."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bridge import BareBody

    from .source_file import SourceFile

_NAME = re.compile(r"(?P<name>[A-Za-z_$][\w$]*)\s*=\s*await\s*$|\{(?P<members>[^{}]*)\}\s*=\s*await\s*$")


def misreadings(files: Mapping[str, SourceFile], bodies: Iterable[BareBody]) -> Iterator[str]:
    """Yield a warning for each call whose body is read as a response: `.data` of a body that has no such member.

    Args:
        files: Of the connector, by name.
        bodies: What calls gave.
    """
    for body in bodies:
        name, _, place = body.site.partition(":")
        line = int(place.partition(":")[0] or 0)
        file = files.get(name)
        if file is not None:
            yield from _misreadings_at(file, line, body)


def _misreadings_at(file: SourceFile, line: int, body: BareBody) -> Iterator[str]:
    lines = file.text.split("\n")
    match = _NAME.search(re.split(r"\b(?:externalApiClient|apiClient)\b", "".join(lines[line - 1 : line]))[0])
    if match is None:
        return
    for key in body.missing:
        found = (
            _line_that_reads(lines, line, match["name"], key) if match["name"] else _taken(match["members"], key, line)
        )
        if found:
            yield (
                f"{file.name}:{found} reads {key} of what the call in line {line} gave. That is the body itself, "
                f"which has no {key}; set returnFullResponse to get a response with status, headers and data."
            )


def _line_that_reads(lines: list[str], start: int, name: str, key: str) -> int | None:
    pattern = re.compile(rf"(?<![\w$.]){re.escape(name)}\??\.{key}\b")
    return next((number for number, text in enumerate(lines[start:], start + 1) if pattern.search(text)), None)


def _taken(members: str, key: str, line: int) -> int | None:
    return line if re.search(rf"(?:^|,)\s*{key}\s*(?:[:,=]|$)", members) else None
