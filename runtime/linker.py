"""Linker: which files a run needs, and which file each import means."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .script import Module

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from .fair_queue import Place
    from .script import Script
    from .transform import CompiledModule, Transformer

_SUFFIXES: Final = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json")
_WRITTEN_AS: Final = {".js": ".ts", ".mjs": ".mts", ".cjs": ".cts"}
"""TypeScript imports a file by the name that it has once it is compiled."""


@dataclass(frozen=True, kw_only=True)
class LinkedScript:
    """A script with all files it needs.

    Attributes:
        modules: The file that exports the method first.
        links: By file, which file each of its relative imports means.
    """

    modules: tuple[CompiledModule, ...]
    links: Mapping[str, Mapping[str, str]]


class Linker:
    """Follows the imports of scripts.

    Args:
        transformer: Turns their files into what V8 takes.
    """

    def __init__(self, transformer: Transformer) -> None:
        self._transformer = transformer

    async def link(self, script: Script, place: Place) -> LinkedScript:
        """Return the script with all files that it imports, directly or not.

        Args:
            script: What is to be run.
            place: For whom.

        Raises:
            SourceRefusedError: One of them is not JavaScript or TypeScript.
            RunEnded: Compiling could not be started.
        """
        waiting = [script.module, *script.others]
        modules: dict[str, CompiledModule] = {}
        links: dict[str, dict[str, str]] = {}
        while waiting:
            module = waiting.pop(0)
            if module.name in modules:
                continue
            compiled = modules[module.name] = await self._transformer.compile(module, place)
            found = {
                wanted: name for wanted in compiled.imports if (name := linked_file(module.name, wanted, script.files))
            }
            if found:
                links[module.name] = found
            waiting += (Module(name=name, code=script.files[name]) for name in found.values())
        return LinkedScript(modules=tuple(modules.values()), links=links)


def linked_file(importer: str, wanted: str, files: Container[str]) -> str | None:
    """Return the file that a relative import means; None where there is none, or the import is not relative.

    Args:
        importer: The file with the import.
        wanted: The import as it is written.
        files: Names of all files there are.
    """
    if not wanted.startswith(("./", "../")) and wanted not in {".", ".."}:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), wanted))
    return next((candidate for candidate in _candidates(path) if candidate in files), None)


def _candidates(path: str) -> Iterator[str]:
    yield path
    stem, suffix = posixpath.splitext(path)
    if suffix in _WRITTEN_AS:
        yield stem + _WRITTEN_AS[suffix]
    yield from (path + suffix for suffix in _SUFFIXES)
    yield from (posixpath.join(path, "index") + suffix for suffix in _SUFFIXES)
