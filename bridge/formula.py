"""Formula: data with `$` operators in it, as mappings and the handlers of a client are written.

An object whose first key is an operator is computed; everything else is data whose members are built. What is undefined
is dropped, and an object or array that becomes empty by that is undefined itself (semantics 4.3, as observed of the
published engine, the peculiar parts included).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from .conditions import comparison_of
from .copies import with_copies
from .errors import ConfigurationError
from .operators import LEFT_OUT, OPERATORS, operator_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found

Path: TypeAlias = tuple[str | int, ...]
"""Names and indices from the whole of a definition to a part of it."""

_UNTOUCHED: Final = frozenset({"$plain", "$formula"})
"""Operators whose operand is not computed."""


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A formula, or data with formulas in it.

    Attributes:
        definition: As it is written.
    """

    definition: JSON

    def build(self, scope: FormulaScope) -> Found:
        """Return what it says.

        Raises:
            ConfigurationError: It takes too much work, or copies what is a copy.
        """
        try:
            built = scope.build(self.definition)
            return with_copies(built, scope.budget) if scope.copies else built
        except RecursionError:
            raise ConfigurationError("The formula is nested too deeply.") from None

    def unknown_operators(self) -> Iterator[UnknownOperator]:
        """Name each operator that cannot be computed, from the outside in."""
        for part, path in self._objects():
            name = operator_of(part)
            if name and name not in OPERATORS:
                yield UnknownOperator(name=name, path=(*path, name))

    def has_bare_eval(self) -> bool:
        """Tell whether there is an `$eval` in it that compares with nothing."""
        return any(operator_of(part) == "$eval" and comparison_of(part) is None for part, _ in self._objects())

    def _objects(self) -> Iterator[tuple[dict[str, JSON], Path]]:
        """Yield each object that may be a formula, and where it stands."""
        waiting: deque[tuple[JSON, Path]] = deque([(self.definition, ())])
        while waiting:
            part, path = waiting.popleft()
            if isinstance(part, dict):
                yield part, path
                members = () if operator_of(part) in _UNTOUCHED else part.items()
                waiting.extend((member, (*path, key)) for key, member in members)
            elif isinstance(part, list):
                waiting.extend((item, (*path, index)) for index, item in enumerate(part))


@dataclass(frozen=True, kw_only=True)
class UnknownOperator:
    """An operator that cannot be computed.

    Attributes:
        name: As it is written, `$jsonata`.
        path: Where, itself included.
    """

    name: str
    path: Path

    @property
    def is_left_out(self) -> bool:
        """Whether the published engine knows it."""
        return self.name in LEFT_OUT

    def __str__(self) -> str:
        known = ", ".join(OPERATORS)
        if self.is_left_out:
            return f"The operator {self.name} is not supported here: compute this in JavaScript. Supported: {known}."
        return f"The operator {self.name} is not known. Known: {known}."
