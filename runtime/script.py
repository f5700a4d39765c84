"""The code of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Module:
    """One source file.

    Attributes:
        name: As its author knows it: `data/contacts/list.js`.
        code: Its text.
        commonjs: Whether the text is CommonJS for certain, and is taken as it is.
    """

    name: str
    code: str
    commonjs: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Script:
    """What to run. Whoever runs the same object again has it linked once, so nothing in it may change.

    Attributes:
        module: The file that exports the method.
        exports: Names under which the method may be exported, the method's key first (`makeApiClient`).
        others: Further files, which extensions may load by name.
        files: Text of the files that these may import, by the names their authors know them by.
        packages: What they may import by a name that is no path, `dayjs`. A name with a colon is for packages alone.
    """

    module: Module
    exports: tuple[str, ...] = ()
    others: tuple[Module, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    packages: Mapping[str, Module] = field(default_factory=dict, repr=False)
