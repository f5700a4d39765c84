"""Imports of a connector's files: those that lead nowhere, and files to which nothing leads."""

from __future__ import annotations

import posixpath
from difflib import get_close_matches
from typing import TYPE_CHECKING

from runtime import linked_file

from .check_report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .outline import Import, Outline

MOST_LISTED = 12


def import_problems(
    outlines: Mapping[str, Outline], texts: Mapping[str, str], unavailable: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is imported and is not there.

    Args:
        outlines: Of the connector's files.
        texts: All files that may be imported.
        unavailable: Why modules are not available that are imported by name.
    """
    for outline in outlines.values():
        for one in outline.imports:
            if not one.module.startswith("."):
                if one.module in unavailable:
                    yield _problem(outline.name, one, f"This imports {unavailable[one.module]}")
                continue
            file = linked_file(outline.name, one.module, texts)
            if file is None:
                question = _nearest(outline.name, one.module, texts)
                message = f"This imports '{one.module}', but there is no such file.{question}"
                yield _problem(outline.name, one, message)
            elif file in outlines:
                yield from _missing_names(outline.name, one, outlines[file])


def reached(outlines: Mapping[str, Outline], texts: Mapping[str, str], starts: Iterable[str]) -> set[str]:
    """Return the files that some files import, directly or not; those themselves only where others import them."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        outline = outlines.get(waiting.pop())
        if outline is None:
            continue
        files = {linked_file(outline.name, one.module, texts) for one in outline.imports} - {None}
        new = {file for file in files if file is not None} - found
        found |= new
        waiting += new
    return found


def _missing_names(importer: str, one: Import, target: Outline) -> Iterator[Problem]:
    """Yield the names that an import takes of a file that does not give them."""
    names = {export.name for export in target.exports}
    if target.open or "module.exports" in names or not target.exports:
        return
    for name in one.names:
        if name.name in names or name.name == "*" or (name.name == "default" and not target.module):
            continue
        listed = ", ".join(sorted(names)[:MOST_LISTED])
        message = f"{target.name} has no export '{name.name}'. It exports {listed}."
        yield Problem.at(name, rule="import", message=message, file=importer)


def _nearest(importer: str, wanted: str, texts: Mapping[str, str]) -> str:
    """Return a question about the file that may have been meant; nothing where none is near."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), wanted))
    near = get_close_matches(path, texts, n=1, cutoff=0.85)
    return f" Did you mean {near[0]}?" if near else ""


def _problem(file: str, one: Import, message: str) -> Problem:
    return Problem.at(one, rule="import", message=message, file=file)
