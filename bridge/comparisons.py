"""Comparisons, the second keys of `$eval`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from .coercion import is_empty, is_truthy, leading_number
from .equality import includes
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .formula_scope import FormulaScope
    from .undefined import Found

Comparison: TypeAlias = "Callable[[Found, Found, FormulaScope], bool]"


def _is(left: Found, right: Found, scope: FormulaScope) -> bool:
    return scope.loosely_equal(left, right)


def _is_not(left: Found, right: Found, scope: FormulaScope) -> bool:
    return not scope.loosely_equal(left, right)


def _one_of(left: Found, right: Found, scope: FormulaScope) -> bool:
    return includes(right, left)


def _none_of(left: Found, right: Found, scope: FormulaScope) -> bool:
    return not includes(right, left)


def _contains(left: Found, right: Found, scope: FormulaScope) -> bool:
    """Arrays strictly; texts without regard to case."""
    if isinstance(left, list):
        return includes(left, right)
    if not is_truthy(left) or right is None or right is UNDEFINED:
        return False
    return scope.text(right).lower() in scope.text(left).lower()


def _does_not_contain(left: Found, right: Found, scope: FormulaScope) -> bool:
    return not _contains(left, right, scope)


def _lt(left: Found, right: Found, scope: FormulaScope) -> bool:
    return leading_number(scope.text(left)) < leading_number(scope.text(right))


def _lte(left: Found, right: Found, scope: FormulaScope) -> bool:
    return leading_number(scope.text(left)) <= leading_number(scope.text(right))


def _gt(left: Found, right: Found, scope: FormulaScope) -> bool:
    return leading_number(scope.text(left)) > leading_number(scope.text(right))


def _gte(left: Found, right: Found, scope: FormulaScope) -> bool:
    return leading_number(scope.text(left)) >= leading_number(scope.text(right))


def _is_empty(left: Found, right: Found, scope: FormulaScope) -> bool:
    return is_empty(left)


def _is_not_empty(left: Found, right: Found, scope: FormulaScope) -> bool:
    return not is_empty(left)


COMPARISONS: Final[Mapping[str, Comparison]] = {
    "contains": _contains,
    "doesNotContain": _does_not_contain,
    "gt": _gt,
    "gte": _gte,
    "is": _is,
    "isEmpty": _is_empty,
    "isNot": _is_not,
    "isNotEmpty": _is_not_empty,
    "lt": _lt,
    "lte": _lte,
    "noneOf": _none_of,
    "oneOf": _one_of,
}
