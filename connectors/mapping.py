"""Mappings: files that build a value from others (`*.map.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge import UNDEFINED, Formula, FormulaCompat, FormulaScope

from .document import Document

if TYPE_CHECKING:
    from runtime import JSON

    from .source_file import SourceFile

_PLAIN: Final = "$plain"


@dataclass(frozen=True, kw_only=True)
class FormulaMapping:
    """A file that says how to build one value from others.

    Attributes:
        file: Where it is written.
        formula: What it says.
        compat: Which bugs of the published formula engine it has.
    """

    file: SourceFile
    formula: Formula
    compat: FormulaCompat

    @classmethod
    def parse(cls, file: SourceFile, *, compat: FormulaCompat | None = None, raw: str | None = None) -> FormulaMapping:
        """Read the mapping in `file`.

        Args:
            file: YAML.
            compat: Which bugs of the published formula engine it has; the usual ones otherwise.
            raw: A key whose values stay as they are written: their formulas are for somebody else to build.

        Raises:
            DefinitionError: It is not YAML, or uses an operator that cannot be computed.
        """
        document = Document.parse(file.place, file.text)
        for operator in Formula(definition=document.data).unknown_operators():
            raise document.wrong(str(operator), operator.path)
        definition = document.data if raw is None else _with_raw(document.data, raw)
        return cls(file=file, formula=Formula(definition=definition), compat=compat or FormulaCompat())

    def build(self, variables: dict[str, JSON]) -> JSON:
        """Return what the mapping builds; its variables stand at the root and under `input` (semantics 4.2).

        Raises:
            ConfigurationError: It takes too much work, or copies what is a copy.
        """
        built = self.formula.build(FormulaScope(variables=mapping_variables(variables), compat=self.compat))
        return None if built is UNDEFINED else built


def mapping_variables(variables: dict[str, JSON]) -> dict[str, JSON]:
    """Return what the formulas of a mapping see: its variables, also under `input`."""
    return {"input": variables, **variables}


def _with_raw(definition: JSON, key: str) -> JSON:
    """Return the definition with each value of `key` marked as one that is not built."""
    if isinstance(definition, list):
        return [_with_raw(item, key) for item in definition]
    if not isinstance(definition, dict):
        return definition
    return {
        name: {_PLAIN: member} if name == key else member if name == _PLAIN else _with_raw(member, key)
        for name, member in definition.items()
    }
