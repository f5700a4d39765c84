"""FormulaScope: where the parts of a formula are computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .budget import Budget
from .coercion import text_of
from .equality import loosely_equal
from .formula_compat import FormulaCompat
from .locator import locate
from .operators import OPERATORS, operator_of
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .copies import Copy
    from .undefined import Found


@dataclass(frozen=True, kw_only=True)
class FormulaScope:
    """One evaluation of a formula, or an inner part of it with variables of its own.

    Attributes:
        variables: What locators find.
        compat: Which bugs of the published engine it has.
        bare_eval: What an `$eval` without a comparison gives.
        budget: Shared by all parts of one evaluation.
        copies: Those that were built so far, of all parts.
    """

    variables: dict[str, JSON]
    compat: FormulaCompat = field(default_factory=FormulaCompat)
    bare_eval: Found = True
    budget: Budget = field(default_factory=Budget)
    copies: list[Copy] = field(default_factory=list)

    def build(self, formula: JSON) -> Found:
        """Return what a formula gives, or data whose members are built; undefined ones are dropped.

        An object or array that becomes empty by that is undefined itself.
        """
        self.budget.spend(1)
        built = self._build(formula)
        self.budget.spend_on(built)
        return built

    def inner(self, variables: dict[str, JSON]) -> FormulaScope:
        """Return the scope of a part that sees other variables."""
        return FormulaScope(
            variables=variables,
            compat=self.compat,
            bare_eval=self.bare_eval,
            budget=self.budget,
            copies=self.copies,
        )

    def locate(self, locator: JSON) -> Found:
        """Return what a locator finds among the variables."""
        return locate(self.variables, locator, falsy_items=not self.compat.lose_falsy_items)

    def text(self, value: Found) -> str:
        """Return `String(value)`."""
        if isinstance(value, list):
            self.budget.spend_on_all(value)
        return text_of(value)

    def loosely_equal(self, left: Found, right: Found) -> bool:
        """Compare as `==`."""
        for value in (left, right):
            if isinstance(value, list):
                self.budget.spend_on_all(value)
        return loosely_equal(left, right)

    @staticmethod
    def operator_of(formula: JSON) -> str | None:
        """Return the operator of a formula; None for everything else."""
        name = operator_of(formula) if isinstance(formula, dict) else ""
        return name if name in OPERATORS else None

    def _build(self, formula: JSON) -> Found:
        if isinstance(formula, list):
            return _unless_emptied([value for part in formula if (value := self.build(part)) is not UNDEFINED], formula)
        if not isinstance(formula, dict):
            return formula
        operator = OPERATORS.get(operator_of(formula))
        if operator is not None:
            return operator(formula, self)
        members = {name: value for name, part in formula.items() if (value := self.build(part)) is not UNDEFINED}
        return _unless_emptied(members, formula)


def _unless_emptied(built: JSON, formula: JSON) -> Found:
    """Return an object or array, unless all that was in it is undefined."""
    return built if built or not formula else UNDEFINED
