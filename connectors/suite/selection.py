"""Selection: which of the fixtures that were found are run."""

from __future__ import annotations

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from connectors.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.fixtures.fixture_file import FixtureFile

_BETWEEN_PARTS = re.compile(r"[/.]")
_WILDCARDS = frozenset("*?[")


def matches(name: str, expression: str) -> bool:
    """Whether a fixture's name is meant by an expression.

    Args:
        name: `data/contacts/list.two-pages`.
        expression: A part of the name; with `*`, `?` or `[...]` in it, all of the name. Capitals do not matter.
    """
    name, expression = name.lower(), expression.lower()
    return fnmatchcase(name, expression) if _WILDCARDS & set(expression) else expression in name


def select(files: Sequence[FixtureFile], expressions: Sequence[str]) -> list[FixtureFile]:
    """Return the fixtures that any of the expressions means; all of them where there is no expression.

    Raises:
        DefinitionError: An expression means none of them.
    """
    for expression in expressions:
        if not any(matches(file.name, expression) for file in files):
            raise DefinitionError(
                f"No fixture's name matches {expression!r}.{_nearest(expression, files)}", key="--filter"
            )
    return matching(files, expressions)


def matching(files: Sequence[FixtureFile], expressions: Sequence[str]) -> list[FixtureFile]:
    """Return the fixtures that any of the expressions means; all of them where there is no expression."""
    return [file for file in files if not expressions or any(matches(file.name, one) for one in expressions)]


def _nearest(expression: str, files: Sequence[FixtureFile]) -> str:
    """Return a question about the name that may have been meant, or some names that there are."""
    names = sorted({file.name for file in files})
    parts = {part: name for name in reversed(names) for part in (name, *_BETWEEN_PARTS.split(name))}
    near = get_close_matches(expression.strip("*"), parts, n=1, cutoff=0.6)
    if near:
        return f" Did you mean {parts[near[0]]}?"
    listed = ", ".join(names[:5])
    return f" There are: {listed}{', …' if len(names) > 5 else ''}."
