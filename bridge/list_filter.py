"""List filters, the older form of a `$case`'s filter: `[{field, operator, value}, ...]`, all of which must hold.

A field is a locator whose names go through arrays: it finds a value in each item, and one that fits is enough. What an
operator compares with is taken as it is written. An entry whose operator is not known is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .coercion import is_truthy
from .comparisons import COMPARISONS, Comparison
from .equality import includes
from .locator import member, steps_of
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .locator import Step
    from .undefined import Found


def passes(entries: list[JSON], scope: FormulaScope) -> bool:
    """Tell whether all entries of a list filter hold."""
    return all(_holds(entry, scope) for entry in entries if isinstance(entry, dict))


def _holds(entry: dict[str, JSON], scope: FormulaScope) -> bool:
    name = entry.get("operator")
    operator = OPERATORS.get(name) if isinstance(name, str) else None
    if operator is None:
        return True
    operand = entry.get("value")
    return any(_fits(operator, value, operand, scope) for value in _values(entry.get("field"), scope))


def _fits(operator: Comparison, value: Found, operand: JSON, scope: FormulaScope) -> bool:
    scope.budget.spend(1)
    scope.budget.spend_on(value)
    scope.budget.spend_on(operand)
    return operator(value, operand, scope)


def _values(field: JSON, scope: FormulaScope) -> list[Found]:
    """Return what a field finds, null left out; undefined alone where that is nothing."""
    steps = steps_of(field) if isinstance(field, str) else None
    found: list[Found] = [UNDEFINED if steps is None else scope.variables]
    for step in steps or ():
        found = [inner for value in found for inner in _inner(value, step, scope)]
    values: list[Found] = [value for value in found if value is not None and value is not UNDEFINED]
    return values or [UNDEFINED]


def _inner(value: Found, step: Step, scope: FormulaScope) -> list[Found]:
    """Return what one step finds in a value; a name goes through arrays."""
    scope.budget.spend(1)
    if isinstance(step, str) and isinstance(value, list):
        return [inner for item in value for inner in _inner(item, step, scope)]
    return [member(value, step)]


def _is_true(value: Found, operand: Found, scope: FormulaScope) -> bool:
    return is_truthy(value)


def _is_false(value: Found, operand: Found, scope: FormulaScope) -> bool:
    return value is False


def _contains(value: Found, operand: Found, scope: FormulaScope) -> bool:
    """With regard to case, unlike `$eval`; a value that is falsy contains nothing."""
    return is_truthy(value) and scope.text(operand) in scope.text(value)


def _does_not_contain(value: Found, operand: Found, scope: FormulaScope) -> bool:
    """A value that is falsy does not lack anything either."""
    return is_truthy(value) and scope.text(operand) not in scope.text(value)


def _array_includes(value: Found, operand: Found, scope: FormulaScope) -> bool:
    return includes(value, operand)


def _array_does_not_include(value: Found, operand: Found, scope: FormulaScope) -> bool:
    return not includes(value, operand)


OPERATORS: Final[Mapping[str, Comparison]] = {
    "array_does_not_include": _array_does_not_include,
    "array_includes": _array_includes,
    "contains": _contains,
    "does_not_contain": _does_not_contain,
    "is": COMPARISONS["is"],
    "is_empty": COMPARISONS["isEmpty"],
    "is_false": _is_false,
    "is_not": COMPARISONS["isNot"],
    "is_not_empty": COMPARISONS["isNotEmpty"],
    "is_not_one_of": COMPARISONS["noneOf"],
    "is_one_of": COMPARISONS["oneOf"],
    "is_true": _is_true,
    "less_than": COMPARISONS["lt"],
    "less_than_or_equal": COMPARISONS["lte"],
    "more_than": COMPARISONS["gt"],
    "more_than_or_equal": COMPARISONS["gte"],
}
