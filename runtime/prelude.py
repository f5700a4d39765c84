# Hostile side of the wall: evaluated in every isolate before a method's code.
"""The host's own JavaScript, put together for one isolate."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .libraries import LIBRARIES, library_sources
from .source import read_source, source_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .engine import Isolate
    from .host import Extension

SCRIPT_NAME = "methodhost:prelude"
_NAME_BYTES = 16


@dataclass(frozen=True)
class PreludeSource:
    """JavaScript of the host, the same for all isolates.

    Attributes:
        text: The prelude as a function that makes the object through which the worker drives a run.
        libraries: The text of each library by its name.
    """

    text: str
    libraries: Mapping[str, str]


def prelude_source(extensions: Sequence[Extension]) -> PreludeSource:
    """Return the prelude with these extensions."""
    parts = [read_source(__package__, name) for name in source_names(__package__, "js")]
    parts.extend(f"({extension.source.strip().rstrip(';')})(core);" for extension in extensions)
    body = "\n".join(parts)
    tables = {
        "libraryGlobals": {library.name: library.globals for library in LIBRARIES},
        "libraryModules": {library.name: library.modules for library in LIBRARIES if library.modules},
        "modulesWithMembers": {
            module: library.name for library in LIBRARIES if library.members for module in library.modules
        },
    }
    text = (
        '(() => {\n"use strict";\n'
        f"{''.join(f'const {name} = {json.dumps(table)};' for name, table in tables.items())}\n"
        f"{body}\nreturn doors;\n}})"
    )
    return PreludeSource(text, library_sources())


def _door_of_modules(name: str) -> str:
    return f"{name}.addModule("


LENGTH_OF_DOOR: Final = len(_door_of_modules("methodhost_" + "0" * 2 * _NAME_BYTES))
"""How many characters `Prelude.add_module` puts before a script, which has the module's body on its first line."""


def _random_name() -> str:
    return f"methodhost_{os.urandom(_NAME_BYTES).hex()}"


class Prelude:
    """The prelude of one isolate, and the pieces of JavaScript that drive it.

    The object that drives a run is a lexical binding of the isolate's global scope under a name nobody can guess or
    list: it is no property of `globalThis`.

    Args:
        source: What `prelude_source` returned.
        maker: A name in the isolate for the function that makes it, where there is one already.
    """

    def __init__(self, source: PreludeSource, maker: str | None = None) -> None:
        self._source = source
        self._maker = maker or _random_name()
        self._name = _random_name()
        definition = "" if maker else f"{self._maker}={source.text},"
        boot = f'"use strict";const {definition}{self._name}={self._maker}();\n//# sourceURL={SCRIPT_NAME}'
        self.boot = boot.encode()
        self._door_of_modules = _door_of_modules(self._name).encode()

    def again(self) -> Prelude:
        """Return another instance, for the isolate in which this one was booted."""
        return Prelude(self._source, self._maker)

    def door(self, name: str) -> bytes:
        """Return the step that gives a door of js/98_doors.js."""
        return f'"use strict";{self._name}.{name}'.encode()

    def add_library(self, name: str) -> bytes:
        """Return the step that brings a library's text, which is evaluated when it is first used.

        The parentheses let V8 compile it at once: a library that comes is mostly used, and would be parsed twice.
        """
        loader = f'(function (module, exports, globalThis, require) {{"use strict";{self._source.libraries[name]}\n}})'
        step = f'"use strict";{self._name}.addLibrary({json.dumps(name)},{loader})'
        return f"{step}\n//# sourceURL=methodhost:{name}".encode()

    def add_module(self, script: bytes) -> bytes:
        """Return the step that compiles a module.

        Args:
            script: Its name, the length of its body in UTF-16 units, its body as one function expression, and all that
                is after that; see `transform.wrap`.
        """
        return self._door_of_modules + script


class Doors:
    """The doors of an isolate's prelude: functions that are called with one text each, which is no part of a script.

    Args:
        isolate: Which was posted the prelude.
        prelude: This one.
        tag: Of the evaluation that ends when all of them are there.

    Attributes:
        last_words: The memory that the isolate writes and the host reads.
        configure: Told a run's limits, settings and arguments.
        allocate: Gives a buffer for so many bytes of the answers that come next.
        take_text: Told a text of the answers that come next.
        deliver: Told answers to calls.
        drain: Tells what happened.
        take_outgoing: Gives the bytes beside that.
    """

    def __init__(self, isolate: Isolate, prelude: Prelude, tag: int) -> None:
        self.last_words = isolate.keep(prelude.door("lastWordsBuffer"))
        self.configure = isolate.keep(prelude.door("configure"))
        self.allocate = isolate.keep(prelude.door("allocate"))
        self.take_text = isolate.keep(prelude.door("takeText"))
        self.deliver = isolate.keep(prelude.door("deliver"))
        self.drain = isolate.keep(prelude.door("drain"))
        self.take_outgoing = isolate.keep(prelude.door("takeOutgoing"))
        isolate.evaluate(b"0", tag)
