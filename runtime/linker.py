"""Linker: which files a run needs, and which file each import means."""

from __future__ import annotations

import asyncio
import posixpath
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from .frames import MOST_PARTS
from .script import Module
from .stack import StackReader
from .transform import SourceRefusedError
from .verdict import limit_failure

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from .failure import Failure
    from .fair_queue import Place
    from .limits import SandboxLimits
    from .script import Script
    from .transform import CompiledModule, Transformer

_SUFFIXES: Final = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json")
_WRITTEN_AS: Final = {".js": ".ts", ".mjs": ".mts", ".cjs": ".cts"}
"""TypeScript imports a file by the name that it has once it is compiled."""
_AT_A_TIME: Final = 4
"""Files of one script that are compiled beside each other."""
_MOST_MODULES: Final = (MOST_PARTS - 4) // 3
"""What a START frame can hold."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LinkedScript:
    """A script with all files it needs, compiled: one object for all runs of one script.

    Attributes:
        modules: The file that exports the method, and others that it or extensions may load.
        exports: Names under which the method may be exported.
        links: By file, which file each of its imports means.
        packages: Names of all packages that files could have imported.
    """

    modules: tuple[CompiledModule, ...]
    exports: tuple[str, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    packages: tuple[str, ...] = ()

    @cached_property
    def stacks(self) -> StackReader:
        """Reads stacks of its runs."""
        return StackReader(tuple(module.stacks for module in self.modules))


class Linker:
    """Follows the imports of scripts.

    Args:
        transformer: Turns their files into what V8 takes.
        packages: What all scripts may import by a name that is no path. They win over the packages of a script.
    """

    def __init__(self, transformer: Transformer, packages: Mapping[str, Module] | None = None) -> None:
        self._transformer = transformer
        self._packages = packages or {}
        self._linked: WeakKeyDictionary[Script, LinkedScript] = WeakKeyDictionary()

    async def link(self, script: Script, place: Place, limits: SandboxLimits) -> LinkedScript:
        """Return the script with all files that it imports, directly or not; the same one each time.

        Args:
            script: What is to be run.
            place: For whom.
            limits: Of the run.

        Raises:
            SourceRefusedError: One of them is not JavaScript or TypeScript, or there are too many.
            RunEnded: Compiling could not be started.
        """
        linked = self._linked.get(script)
        if linked is None or len(linked.modules) > limits.modules:
            linked = self._linked[script] = await self._link(script, place, limits)
        return linked

    async def _link(self, script: Script, place: Place, limits: SandboxLimits) -> LinkedScript:
        packages = {**script.packages, **self._packages}
        modules: dict[str, CompiledModule] = {}
        links: dict[str, dict[str, str]] = {}
        wave = {module.name: module for module in (script.module, *script.others)}
        while wave:
            if len(modules) + len(wave) > min(limits.modules, _MOST_MODULES):
                raise SourceRefusedError(_too_many(script, limits, len(modules) + len(wave)), lasting=False)
            compiled = await self._compile(tuple(wave.values()), place)
            modules |= {module.name: module for module in compiled}
            wave = {}
            for module in compiled:
                links[module.name] = dict(_imported(module, script.files, packages))
                for wanted, name in links[module.name].items():
                    if name not in modules:
                        wave[name] = _module(name, wanted, script.files, packages)
        return LinkedScript(
            modules=tuple(modules.values()), exports=script.exports, links=links, packages=tuple(sorted(packages))
        )

    async def _compile(self, modules: Sequence[Module], place: Place) -> list[CompiledModule]:
        """Compile some modules, a few at a time; of several that are wrong, the first one is told."""
        kept = list(filter(None, map(self._transformer.kept, modules)))
        if len(kept) == len(modules):
            return kept
        compiled: list[CompiledModule] = []
        for start in range(0, len(modules), _AT_A_TIME):
            some = (self._transformer.compile(module, place) for module in modules[start : start + _AT_A_TIME])
            for result in await asyncio.gather(*some, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result
                compiled.append(result)
        return compiled


def linked_file(importer: str, wanted: str, files: Container[str]) -> str | None:
    """Return the file that a relative import means; None where there is none, or the import is not relative.

    Args:
        importer: The file with the import.
        wanted: The import as it is written.
        files: Names of all files there are.
    """
    if not wanted.startswith(("./", "../")) and wanted not in {".", ".."}:
        return None
    return next((candidate for candidate in _candidates(importer, wanted) if candidate in files), None)


def _imported(
    importer: CompiledModule, files: Container[str], packages: Mapping[str, Module]
) -> Iterator[tuple[str, str]]:
    """Yield what a module imports, as it is written there and by the name of what it means."""
    for wanted in importer.imports:
        file = linked_file(importer.name, wanted, files)
        if file is not None:
            yield wanted, file
        elif wanted in packages:
            yield wanted, packages[wanted].name


def _module(name: str, wanted: str, files: Mapping[str, str], packages: Mapping[str, Module]) -> Module:
    """Return the module that an import means, by its name and as it is written."""
    package = packages.get(wanted)
    return Module(name=name, code=files[name]) if package is None or package.name != name else package


@lru_cache(maxsize=4096)
def _candidates(importer: str, wanted: str) -> tuple[str, ...]:
    """Return the files that a relative import may mean; each run asks for those of its files again."""
    return tuple(_spellings(posixpath.normpath(posixpath.join(posixpath.dirname(importer), wanted))))


def _spellings(path: str) -> Iterator[str]:
    yield path
    stem, suffix = posixpath.splitext(path)
    if suffix in _WRITTEN_AS:
        yield stem + _WRITTEN_AS[suffix]
    yield from (path + suffix for suffix in _SUFFIXES)
    yield from (posixpath.join(path, "index") + suffix for suffix in _SUFFIXES)


def _too_many(script: Script, limits: SandboxLimits, used: int) -> Failure:
    """Return the failure of a script with too many files; `used` is how many are known."""
    message = f"{script.module.name} and what it imports are more than {min(limits.modules, _MOST_MODULES)} files"
    return limit_failure("modules", message, limits, used=used)
