"""Source as authors write it, turned into what V8's scripts can hold."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from .failure import Failure, Location
from .libraries import libraries_of
from .prelude import LENGTH_OF_DOOR
from .script import Module, Script
from .source import read_source
from .stack import ModuleStackReader, SourceColumns, StackReader, script_url
from .transformed import TRANSFORMED, Refused, Transformed
from .verdict import protocol_failure, syntax_failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from .disk_cache import DiskCache
    from .fair_queue import Place
    from .outcome import Outcome

_HEAD: Final = "function (exports, require, module) {"
_TAIL: Final = "\n}"
_MOST_KEPT: Final = 1024
_LONGEST_KEPT: Final = 128 * 1024 * 1024
"""Characters of source, and bytes of what was made of it, that are kept in memory."""
_TYPESCRIPT: Final = (".ts", ".mts", ".cts")
_IMPORT: Final = re.compile(r"""\brequire\(\s*(['"])([^'"\n]+)\1\s*\)""")
_MODULE_SYNTAX: Final = re.compile(r"\b(?:import|export)\b")
_COLUMN_IN_MESSAGE: Final = re.compile(r"\s*\(\d+:\d+\)$|^Error transforming [^:]*: ")


class SourceRefusedError(Exception):
    """A module's source could not be turned into a script.

    Args:
        failure: Why.
        lasting: Whether it never can be.
    """

    def __init__(self, failure: Failure, *, lasting: bool) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.lasting = lasting


@dataclass(frozen=True)
class CompiledModule:
    """A module as V8 gets it.

    Attributes:
        name: The file as its author knows it.
        script: As `Prelude.add_module` takes it, with one function over `exports`, `require` and `module`, in UTF-8.
        stacks: Reads what stacks say of this module.
        imports: What it asks `require` for, as far as the text shows.
        libraries: Names of the libraries that its code can touch.
    """

    name: str
    script: bytes
    stacks: ModuleStackReader
    imports: tuple[str, ...]
    libraries: tuple[str, ...]


class Transformer:
    """Turns ES modules and TypeScript into CommonJS, in an isolate of its own, and keeps results by content.

    Args:
        run: Runs the transforming script with these arguments, behind the wall like any other, in a place. Each time
            in a worker of its own: what it says of one source is believed, and kept for all who have the same source,
            so no other source may have had its hands on that worker before.
        cache: Where results are kept beyond the life of this process.
    """

    def __init__(
        self,
        run: Callable[[CompiledModule, Script, dict[str, Any], Place], Awaitable[Outcome]],
        cache: DiskCache | None = None,
    ) -> None:
        self._run = run
        self._cache = cache
        self._kept: OrderedDict[Module, CompiledModule | Failure] = OrderedDict()
        self._kept_length = 0
        self._under_way: dict[tuple[Module, Place], asyncio.Task[CompiledModule]] = {}

    def kept(self, module: Module) -> CompiledModule | None:
        """Return the module as V8 gets it, where it has been compiled already."""
        kept = self._kept.get(module)
        if not isinstance(kept, CompiledModule):
            return None
        self._kept.move_to_end(module)
        return kept

    async def compile(self, module: Module, place: Place) -> CompiledModule:
        """Return the module as V8 gets it.

        Args:
            module: The source.
            place: For whom. What is compiled is kept for all; until then each compiles for itself, so that none waits
                for another.

        Raises:
            SourceRefusedError: Its source is not what the end of its name says (JavaScript, TypeScript or JSON), or it
                takes too much to compile.
            RunEnded: Compiling could not be started.
        """
        kept = self._kept.get(module)
        if isinstance(kept, Failure):
            raise SourceRefusedError(kept, lasting=True)
        return kept or await self._compile_once(module, place)

    async def _compile_once(self, module: Module, place: Place) -> CompiledModule:
        """Compile, once for all in like places who wait for it; it goes on when one of them gives up."""
        task = self._under_way.get((module, place))
        if task is None:
            task = asyncio.create_task(self._compile(module, place))
            self._under_way[module, place] = task
            task.add_done_callback(lambda done: self._compiled(module, place, done))
        return await asyncio.shield(task)

    def _compiled(self, module: Module, place: Place, done: asyncio.Task[CompiledModule]) -> None:
        """Keep what is true of the source, and not what happened on the way."""
        del self._under_way[module, place]
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._keep(module, done.result())
        elif isinstance(error, SourceRefusedError) and error.lasting:
            self._keep(module, error.failure)

    def _keep(self, module: Module, result: CompiledModule | Failure) -> None:
        if module not in self._kept:  # by somebody in another place
            self._kept[module] = result
            self._kept_length += _length_of(module, result)
        while len(self._kept) > _MOST_KEPT or self._kept_length > _LONGEST_KEPT:
            self._kept_length -= _length_of(*self._kept.popitem(last=False))

    async def _compile(self, module: Module, place: Place) -> CompiledModule:
        if module.name.endswith(".json"):
            return wrap(module, f"module.exports = {module.code}", {}, ())
        typescript = module.name.endswith(_TYPESCRIPT)
        if module.commonjs or not (typescript or _MODULE_SYNTAX.search(module.code)):
            return wrap(module, module.code, {}, libraries_of(module.code))
        result = await self._transform(module, place, typescript=typescript)
        if isinstance(result, Refused):
            raise SourceRefusedError(_refusal(module, result), lasting=True)
        return wrap(module, result.code, dict(result.columns), libraries_of(result.code))

    async def _transform(self, module: Module, place: Place, *, typescript: bool) -> Transformed | Refused:
        """Return what the transforming script says of a module, now or at an earlier time."""
        if self._cache is None:
            return _read(await self._transform_anew(module, place, typescript=typescript))
        key = f"transform\0{self._script_digest}\0{module.name}\0{module.code}".encode(errors="surrogatepass")
        kept = await asyncio.to_thread(self._cache.read, key)
        with suppress(ValidationError):
            if kept is not None:
                return TRANSFORMED.validate_json(kept)
        said = await self._transform_anew(module, place, typescript=typescript)
        result = _read(said)
        await asyncio.to_thread(self._cache.write, key, said)
        return result

    async def _transform_anew(self, module: Module, place: Place, *, typescript: bool) -> bytes:
        """Run the transforming script, and return what it says as JSON text."""
        module_of_script = Module(name="methodhost:transform", code=self._script_code, commonjs=True)
        arguments = {"code": module.code, "name": module.name, "typescript": typescript}
        compiled = wrap(module_of_script, module_of_script.code, {}, ())
        outcome = await self._run(compiled, Script(module=module_of_script), arguments, place)
        if outcome.failure is not None:
            raise SourceRefusedError(outcome.failure, lasting=False)
        return json.dumps(outcome.value, ensure_ascii=False).encode(errors="replace")

    @property
    def _script_code(self) -> str:
        return read_source(__package__, "bundles/transform.js")

    @cached_property
    def _script_digest(self) -> str:
        return hashlib.sha256(self._script_code.encode()).hexdigest()


def wrap(module: Module, code: str, moved: Mapping[int, Sequence[int]], libraries: tuple[str, ...]) -> CompiledModule:
    """Return `code`, CommonJS made of `module`, as one function expression.

    Args:
        module: The source.
        code: What is to be compiled, with the same lines.
        moved: See `SourceColumns`.
        libraries: What the code can touch.
    """
    if code.startswith("#!"):
        code = "//" + code[2:]
    code = code.encode(errors="replace").decode()
    body = _HEAD + code + _TAIL
    head = f"{json.dumps(module.name)},{len(body.encode('utf-16-le')) // 2},"
    script = f"{head}{body})\n//# sourceURL={script_url(module.name)}"
    columns = SourceColumns(LENGTH_OF_DOOR + len(head) + len(_HEAD), moved)
    stacks = ModuleStackReader(module.name, module.code, columns)
    imports = dict.fromkeys(match[2] for match in _IMPORT.finditer(code))
    return CompiledModule(module.name, script.encode(), stacks, tuple(imports), libraries)


def _length_of(module: Module, result: CompiledModule | Failure) -> int:
    return len(module.code) + (0 if isinstance(result, Failure) else len(result.script))


def _read(said: bytes) -> Transformed | Refused:
    """Return what the script said.

    Raises:
        SourceRefusedError: No honest script says that.
    """
    try:
        return TRANSFORMED.validate_json(said)
    except ValidationError:
        raise SourceRefusedError(protocol_failure(), lasting=False) from None


def _refusal(module: Module, result: Refused) -> Failure:
    message = _COLUMN_IN_MESSAGE.sub("", _COLUMN_IN_MESSAGE.sub("", result.message))
    place = result.location
    location = Location(file=module.name, line=place.line, column=place.column) if place else None
    stacks = StackReader((ModuleStackReader(module.name, module.code, SourceColumns(0)),))
    return syntax_failure(message, location, stacks)
