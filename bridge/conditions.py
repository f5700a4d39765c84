"""Operators that decide: `$eval`, `$and`, `$or`, `$case`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .coercion import is_truthy
from .comparisons import COMPARISONS
from .list_filter import passes
from .structure_operators import part, values_of
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found


def evaluate(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$eval: value, <comparison>: operand}`; the second key decides, and what it does not know is true."""
    name = comparison_of(formula)
    if name is None:
        return scope.bare_eval
    return COMPARISONS[name](scope.build(formula["$eval"]), scope.build(formula[name]), scope)


def comparison_of(formula: Mapping[str, JSON]) -> str | None:
    """Return the name of the comparison that an `$eval` makes; None where it makes none."""
    name = next((name for index, name in enumerate(formula) if index == 1), None)
    return name if name in COMPARISONS else None


def all_of(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$and: [...]}`: null and undefined do not count; undefined where nothing is left."""
    values = [value for value in values_of(formula["$and"], scope) if value is not None]
    return all(map(is_truthy, values)) if values else UNDEFINED


def any_of(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$or: [...]}`: null and undefined do not count; undefined where nothing is left."""
    values = [value for value in values_of(formula["$or"], scope) if value is not None]
    return any(map(is_truthy, values)) if values else UNDEFINED


def case(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$case: {cases: [{filter, value}], default}}` or `{$case: [...]}`: the value of the first that matches."""
    operand = formula["$case"]
    whole: Mapping[str, JSON] = operand if isinstance(operand, dict) else {"cases": operand}
    cases = whole.get("cases")
    if not isinstance(cases, list):
        return UNDEFINED
    for entry in cases:
        if isinstance(entry, dict) and _matches(entry.get("filter"), scope):
            return part(entry, "value", scope)
    return part(whole, "default", scope)


def _matches(condition: JSON, scope: FormulaScope) -> bool:
    """Tell whether a case's filter matches: a formula whose value is not false, or a list; anything else does."""
    if isinstance(condition, list):
        return scope.compat.match_list_filters or passes(condition, scope)
    if scope.operator_of(condition) is None:
        return True
    value = scope.build(condition)
    return value is None or value is UNDEFINED or is_truthy(value)
