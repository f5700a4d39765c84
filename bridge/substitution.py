"""Substitution: `$formula`, a formula that stays one, with what its `$var`s find written into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found


def escaped(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$formula: anything}`: what is undefined is dropped; the items of `$iterate` have variables of their own."""
    operand = formula["$formula"]
    return operand if isinstance(operand, dict) and scope.operator_of(operand) == "$var" else _filled(operand, scope)


def _filled(value: JSON, scope: FormulaScope) -> Found:
    """Write what the variables of a formula find in their place."""
    scope.budget.spend(1)
    if isinstance(value, list):
        return [filled for item in value if (filled := _filled(item, scope)) is not UNDEFINED]
    if not isinstance(value, dict):
        return value
    operator = scope.operator_of(value)
    if operator == "$var":
        return scope.locate(value["$var"])
    return {
        name: filled
        for name, member in value.items()
        if (filled := _filled_member(name, member, scope) if operator in {None, name} else member) is not UNDEFINED
    }


def _filled_member(name: str, member: JSON, scope: FormulaScope) -> Found:
    """Fill a member; of an `$iterate` its source, since its item has variables of its own."""
    if name != "$iterate" or not isinstance(member, dict) or "source" not in member:
        return _filled(member, scope)
    return {
        name: filled
        for name, part in member.items()
        if (filled := _filled(part, scope) if name == "source" else part) is not UNDEFINED
    }
