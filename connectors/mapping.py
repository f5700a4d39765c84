"""A mapping: a formula in a file of its own (`make-api-client.map.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .document import Document
from .formula import OPERATORS, build, unknown_operators
from .locator import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .source_file import SourceFile


@dataclass(frozen=True, kw_only=True)
class FormulaMapping:
    """A file that says how to build one value from others.

    Attributes:
        file: Where it is written.
        formula: What it says.
    """

    file: SourceFile
    formula: JSON

    @classmethod
    def parse(cls, file: SourceFile) -> FormulaMapping:
        """Read the mapping in `file`.

        Raises:
            DefinitionError: It is not YAML, or uses an operator that is not known.
        """
        document = Document.parse(file.place, file.text)
        for operator, key in unknown_operators(document.data):
            known = ", ".join(sorted(OPERATORS))
            raise document.wrong(f"The operator {operator} is not known. Known: {known}.", key)
        return cls(file=file, formula=document.data)

    def build(self, variables: dict[str, JSON]) -> JSON:
        """Return what the mapping builds; its variables stand at the root and under `input` (semantics 4.2)."""
        built = build(self.formula, {"input": variables, **variables})
        return None if built is UNDEFINED else built
