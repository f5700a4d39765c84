"""Imports: which files of a connector may import which, seen in their text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime import linked_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_RELATIVE: Final = re.compile(r"""(["'`])(\.{1,2}(?:/[^"'`\n]*)?)\1""")
"""Literals that may be the path of an import. Not all are: a file is then held to import more than it does."""


def importers(files: Mapping[str, str], changed: Collection[str]) -> set[str]:
    """Return the files that may import any of some files, directly or not, and those themselves.

    Args:
        files: Text of all files that may be imported, by name.
        changed: Names, some perhaps of files that are gone.
    """
    names = {*files, *changed}
    imported = {name: _imported(name, text, names) for name, text in files.items()}
    found = set(changed)
    while more := {name for name, targets in imported.items() if name not in found and targets & found}:
        found |= more
    return found


def _imported(name: str, text: str, names: Collection[str]) -> set[str]:
    """Return the files that one file may import."""
    targets = (linked_file(name, match[2], names) for match in _RELATIVE.finditer(text))
    return {target for target in targets if target is not None}
