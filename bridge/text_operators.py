"""Operators that make texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .moment import moment_of
from .structure_operators import part
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from datetime import datetime

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found

_REPLACEMENT: Final = re.compile(r"\$[$&`']")


def concat(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$concat: [...]}` or `{$concat: {values, delimiter}}`: undefined, null and '' are left out, 0 and false not."""
    operand = formula["$concat"]
    if isinstance(operand, dict):
        values, delimiter = part(operand, "values", scope), part(operand, "delimiter", scope)
    else:
        values, delimiter = scope.build(operand), UNDEFINED
    if not isinstance(values, list) or not values:
        return UNDEFINED
    between = "" if delimiter is None or delimiter is UNDEFINED else scope.text(delimiter)
    texts = [scope.text(value) for value in values if value is not None and value != ""]
    scope.budget.spend_text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def tpl(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$tpl: {template: 'hi {x}', values: {x: ...}}}`: one value after the other takes its places.

    A value that is null or undefined is ''; a place without a value stays.
    """
    operand = formula["$tpl"]
    text = operand.get("template") if isinstance(operand, dict) else None
    if not isinstance(operand, dict) or not isinstance(text, str):
        return UNDEFINED
    values = operand.get("values")
    for name, member in values.items() if isinstance(values, dict) else ():
        value = scope.build(member)
        shown = "" if value is None or value is UNDEFINED else scope.text(value)
        text = _filled(text, f"{{{name}}}", shown, scope)
    return text


def domain_from_email(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$domainFromEmail: address}`: what stands after its one `@`."""
    address = scope.build(formula["$domainFromEmail"])
    if not isinstance(address, str) or address.count("@") != 1:
        return UNDEFINED
    return address.partition("@")[2]


def extract_date(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$extractDate: text}`: `YYYY-MM-DD`, in UTC."""
    moment = _moment(formula["$extractDate"], scope)
    return UNDEFINED if moment is None else moment.date().isoformat()


def extract_time(formula: dict[str, JSON], scope: FormulaScope) -> Found:
    """`{$extractTime: text}`: `HH:MM:SS`, in UTC."""
    moment = _moment(formula["$extractTime"], scope)
    return UNDEFINED if moment is None else moment.time().isoformat(timespec="seconds")


def _moment(operand: JSON, scope: FormulaScope) -> datetime | None:
    value = scope.build(operand)
    return moment_of(value) if isinstance(value, str) else None


def _filled(text: str, place: str, value: str, scope: FormulaScope) -> str:
    """Put a value into each of its places."""
    places = text.count(place)
    scope.budget.spend_text(len(text) + places * len(value))
    if not scope.compat.expand_replacements or "$" not in value:
        return text.replace(place, value)
    expansions = value.count("$`") + value.count("$'")
    scope.budget.spend_text(places * expansions * len(text))
    return re.sub(re.escape(place), lambda match: _expanded(value, match), text)


def _expanded(value: str, match: re.Match[str]) -> str:
    """Expand `$&` and its kin, as `String.prototype.replace` does with a replacement string."""
    meaning = {
        "$$": "$",
        "$&": match[0],
        "$`": match.string[: match.start()],
        "$'": match.string[match.end() :],
    }
    return _REPLACEMENT.sub(lambda sign: meaning[sign[0]], value)
