"""The script that looks at source without running it."""

from __future__ import annotations

from .script import Module, Script
from .source import read_source


def outline_script() -> Script:
    """Return a script that gives an outline of each module: its imports and exports, and what its functions take.

    Its one argument is `files`, a list of `{name, code, typescript}`; its value is `{outlines, unavailable}`: one
    outline for each file (`connectors.outline.Outline` has the shape), and why modules that are imported by name are
    not available, by their names. To be run like any other script, behind the wall.
    """
    code = read_source(__package__, "bundles/outline.js")
    return Script(module=Module(name="methodhost:outline", code=code, commonjs=True))
