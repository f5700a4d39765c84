"""Operators that pick, combine and repeat values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .coercion import is_truthy
from .copies import Copy
from .equality import deeply_equal
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found


def var(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$var: locator}`."""
    return scope.locate(formula["$var"])


def plain(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$plain: anything}`: untouched."""
    return formula["$plain"]


def record(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$record: {id: ...}}`: the id, as it is written."""
    operand = formula["$record"]
    return operand.get("id", UNDEFINED) if isinstance(operand, dict) else UNDEFINED


def first_not_empty(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$firstNotEmpty: [...]}`: the first that is neither undefined nor null; '' counts."""
    return next((value for value in values_of(formula["$firstNotEmpty"], scope) if value is not None), UNDEFINED)


def merge_objects(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$mergeObjects: [...]}`: later members win; undefined where nothing is left."""
    merged: dict[str, JSON] = {}
    for value in values_of(formula["$mergeObjects"], scope):
        if isinstance(value, list):
            value = {str(index): item for index, item in enumerate(value)}
        if isinstance(value, dict):
            merged |= value
    return merged or UNDEFINED


def map_value(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$map: {value, mapping: [{from, to}], default}}`: the first whose `from` is the value, deeply or loosely."""
    operand = formula["$map"]
    if not isinstance(operand, dict):
        return UNDEFINED
    value = part(operand, "value", scope)
    mapping = operand.get("mapping")
    for entry in mapping if isinstance(mapping, list) else []:
        if isinstance(entry, dict) and _is_same(value, part(entry, "from", scope), scope):
            return part(entry, "to", scope)
    return part(operand, "default", scope)


def copy(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$copy: locator}`: what stands elsewhere in the result; put in when all of it is built."""
    locator = scope.build(formula["$copy"])
    made = Copy({"$copy": None if locator is UNDEFINED else locator})
    scope.copies.append(made)
    return made


def iterate(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$iterate: {source, item}}`: one item after the other, as `{item, parent, index}`; what is falsy is dropped."""
    operand = formula["$iterate"]
    source = part(operand, "source", scope) if isinstance(operand, dict) else UNDEFINED
    if not isinstance(operand, dict) or not isinstance(source, list):
        return UNDEFINED
    built = []
    for index, item in enumerate(source):
        inner = scope.inner({"item": item, "parent": scope.variables, "index": index})
        value = part(operand, "item", inner)
        if value is not UNDEFINED and is_truthy(value):
            built.append(value)
    return built or UNDEFINED


def part(operand: Mapping[str, JSON], name: str, scope: FormulaScope) -> Found:
    """Build a member of an operand; undefined where there is none."""
    return scope.build(operand[name]) if name in operand else UNDEFINED


def values_of(operand: JSON, scope: FormulaScope) -> list[JSON]:
    """Build an operand that must be an array; none where it is not."""
    built = scope.build(operand)
    return built if isinstance(built, list) else []


def _is_same(value: Found, candidate: Found, scope: FormulaScope) -> bool:
    scope.budget.spend_on_all(candidate)
    return deeply_equal(value, candidate) or scope.loosely_equal(value, candidate)
