"""The code of a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Module:
    """One source file: the name its author knows it by (`data/contacts/list.js`) and its text."""

    name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Script:
    """What to run.

    Attributes:
        module: The file that exports the method.
        exports: Names under which the method may be exported, the method's key first (`makeApiClient`).
        others: Further files, which extensions may load by name.
    """

    module: Module
    exports: tuple[str, ...] = ()
    others: tuple[Module, ...] = ()
