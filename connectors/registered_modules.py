"""Modules that an application lets methods import."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from runtime import Module

from .errors import DefinitionError
from .node_modules import REACHES_THE_MACHINE
from .source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE_FOLDER = "node_modules"
"""How stacks name files of packages; no file of a connector is in a folder of that name."""

NAME = re.compile(r"(?:@[a-z0-9-][\w.-]*/)?[a-z0-9][\w.-]*(?:/(?!\.\.?(?:/|$))[\w.-]+)*", re.IGNORECASE | re.ASCII)

LONGEST_MODULE_BYTES = 8 * 1024 * 1024


def registered_modules(modules: Mapping[str, str | Path]) -> dict[str, Module]:
    """Return modules as the sandbox takes them.

    Args:
        modules: By name: the text, or the path of a file with it.

    Raises:
        DefinitionError: A name cannot be that of a module, or is reserved; or the text is empty, or cannot be read.
    """
    return {name: _registered(name, given) for name, given in modules.items()}


def _registered(name: str, given: str | Path) -> Module:
    key = f"modules[{name!r}]"
    if not NAME.fullmatch(name):
        raise DefinitionError("This is no name of a module, such as dayjs, lodash/get or @acme/api.", key=key)
    if name.partition("/")[0] in REACHES_THE_MACHINE:
        raise DefinitionError("The name is that of a module of Node.js that methods must not have.", key=key)
    if isinstance(given, Path):
        text = SourceFile.read(given, name=name, most_bytes=LONGEST_MODULE_BYTES).text
    elif len(given) < 1024 and Path(given).suffix in {".js", ".mjs", ".cjs"} and "\n" not in given:
        raise DefinitionError(f"This is a path, not JavaScript: give Path({given!r}).", key=key)
    elif not given.strip():
        raise DefinitionError("The text is empty.", key=key)
    else:
        text = given
    return package_module(name, text)


def package_module(name: str, code: str, *, commonjs: bool = False) -> Module:
    """Return the module of a package.

    Args:
        name: As files import it.
        code: Its text.
        commonjs: Whether that is CommonJS for certain.
    """
    return Module(name=f"{PACKAGE_FOLDER}/{name}", code=code, commonjs=commonjs)
