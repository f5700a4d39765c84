"""Formulas: data with `$` operators in it, as mappings (`*.map.yml`) are written.

An object whose first key is an operator is computed; everything else is data whose members are built. What is undefined
is dropped, and an object or array that becomes empty by that is undefined itself (semantics 4.3, as observed of the
published engine, the peculiar parts included).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from .locator import UNDEFINED, Found, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runtime import JSON

    from .document import Key

Operator: TypeAlias = "Callable[[JSON, dict[str, JSON]], Found]"


def build(formula: JSON, variables: dict[str, JSON]) -> Found:
    """Return what `formula` says of `variables`."""
    if isinstance(formula, dict):
        operator = operator_of(formula)
        return (
            OPERATORS[operator](formula[operator], variables)
            if operator in OPERATORS
            else _build_object(formula, variables)
        )
    if isinstance(formula, list):
        return _build_array(formula, variables)
    return formula


def operator_of(formula: Mapping[str, JSON]) -> str:
    """Return the first key where it begins with `$`, and `''` otherwise; the other keys mean nothing then."""
    first = next(iter(formula), "")
    return first if first.startswith("$") else ""


def unknown_operators(formula: JSON, key: Key = ()) -> Iterator[tuple[str, Key]]:
    """Name each operator that cannot be computed, and where it stands."""
    if isinstance(formula, dict):
        operator = operator_of(formula)
        if operator and operator not in OPERATORS:
            yield operator, (*key, operator)
        if operator != "$plain":
            for name, member in formula.items():
                yield from unknown_operators(member, (*key, name))
    elif isinstance(formula, list):
        for index, member in enumerate(formula):
            yield from unknown_operators(member, (*key, index))


def _build_object(formula: Mapping[str, JSON], variables: dict[str, JSON]) -> Found:
    built = {name: value for name, member in formula.items() if (value := build(member, variables)) is not UNDEFINED}
    return built if built or not formula else UNDEFINED


def _build_array(formula: list[JSON], variables: dict[str, JSON]) -> Found:
    built = [value for member in formula if (value := build(member, variables)) is not UNDEFINED]
    return built if built or not formula else UNDEFINED


def _var(operand: JSON, variables: dict[str, JSON]) -> Found:
    """`{$var: locator}`."""
    return locate(variables, operand)


def _plain(operand: JSON, variables: dict[str, JSON]) -> Found:
    """`{$plain: anything}`: untouched."""
    return operand


def _concat(operand: JSON, variables: dict[str, JSON]) -> Found:
    """`{$concat: [...]}` or `{$concat: {values, delimiter}}`: undefined, null and '' are left out, 0 and false not."""
    built = build(operand, variables)
    values, delimiter = (built.get("values"), built.get("delimiter", "")) if isinstance(built, dict) else (built, "")
    if not isinstance(values, list):
        return UNDEFINED
    return _text(delimiter).join(_text(value) for value in values if value is not None and value != "")


def _tpl(operand: JSON, variables: dict[str, JSON]) -> Found:
    """`{$tpl: {template: 'hi {x}', values: {x: ...}}}`: what is missing is ''."""
    built = build(operand, variables)
    template = built.get("template") if isinstance(built, dict) else None
    if not isinstance(built, dict) or not isinstance(template, str):
        return UNDEFINED
    values = built.get("values")
    named = values if isinstance(values, dict) else {}
    return _PLACEHOLDER.sub(lambda match: _replacement(_text(named.get(match[1], "")), match), template)


def _first_not_empty(operand: JSON, variables: dict[str, JSON]) -> Found:
    """`{$firstNotEmpty: [...]}`: the first that is neither undefined nor null ('' counts)."""
    built = build(operand, variables)
    values = built if isinstance(built, list) else []
    return next((value for value in values if value is not None), UNDEFINED)


OPERATORS: Mapping[str, Operator] = {
    "$concat": _concat,
    "$firstNotEmpty": _first_not_empty,
    "$plain": _plain,
    "$tpl": _tpl,
    "$var": _var,
}

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PATTERN = re.compile(r"\$[$&`']")


def _replacement(value: str, match: re.Match[str]) -> str:
    """Expand `$&` and its kin in a value, as `String.prototype.replace` does with a replacement string."""
    meaning = {
        "$$": "$",
        "$&": match[0],
        "$`": match.string[: match.start()],
        "$'": match.string[match.end() :],
    }
    return _PATTERN.sub(lambda pattern: meaning[pattern[0]], value)


def _text(value: JSON) -> str:
    """Return `String(value)` as JavaScript has it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else _text(item) for item in value)
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e21 else repr(value)
