"""Outline: what a static look at one file shows, as `bundles/outline.js` tells it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, extra="forbid")


class Placed(_Part):
    """Something that stands somewhere: line and column from 1, the column in UTF-16 code units."""

    line: int
    column: int


class Name(Placed):
    """A name."""

    name: str


class Refusal(Placed):
    """What the parser does not understand."""

    message: str


class Import(Placed):
    """What a file asks of another one, or of a module, once types are erased.

    Attributes:
        module: As it is written.
        names: What it takes of it: `default`, `*` for everything, or names.
    """

    module: str
    names: tuple[Name, ...]


class Returned(Placed):
    """What one `return` gives.

    Attributes:
        kind: `object` where all its keys are written, `array`, `null`, `nothing`, the kind of a literal, or `other`.
        keys: Those of an object that are written.
    """

    kind: str
    keys: tuple[str, ...]


class FunctionFacts(Placed):
    """A function.

    Attributes:
        generator: Whether it is one.
        arguments: What it takes of the one object it receives.
        returns: What it gives, one for each place where it gives something.
        never_ends: Whether it cannot come to its end without a `return`.
    """

    generator: bool
    arguments: tuple[Name, ...]
    returns: tuple[Returned, ...]
    never_ends: bool


class Value(_Part):
    """What is known of an exported value.

    Attributes:
        kind: What it is; `unknown` where that does not show.
        function: Of a function.
        members: Of an object.
        open: Whether an object has further members.
    """

    kind: Literal["function", "class", "object", "literal", "unknown"]
    function: FunctionFacts | None = None
    members: tuple[Export, ...] = ()
    open: bool = False

    @classmethod
    def unknown(cls) -> Self:
        """Return a value of which nothing is known."""
        return cls(kind="unknown")


class Export(Placed):
    """One export.

    Attributes:
        name: `default`, `module.exports` for the whole of it, or a name.
        value: What it is.
    """

    name: str
    value: Value


class UnawaitedCall(Placed):
    """A call of apiClient whose promise is taken for the answer."""

    call: str


class Outline(_Part):
    """One file.

    Attributes:
        name: Its path inside the connector.
        parsed: Whether it could be looked at.
        error: What the parser does not understand, where there is something.
        module: Whether it is an ES module; of CommonJS the default export is everything.
        imports: What it asks of others.
        exports: What it gives.
        open: Whether it gives more than that.
        unawaited: Calls that nobody awaits.
    """

    name: str
    parsed: bool
    error: Refusal | None
    module: bool
    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    open: bool
    unawaited: tuple[UnawaitedCall, ...]


class Outlines(_Part):
    """Some files.

    Attributes:
        outlines: One for each.
        unavailable: Why modules are not available that they import by name.
    """

    outlines: tuple[Outline, ...]
    unavailable: dict[str, str]
