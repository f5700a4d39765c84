"""The operators of formulas, by name (semantics 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from .conditions import all_of, any_of, case, evaluate
from .structure_operators import copy, first_not_empty, iterate, map_value, merge_objects, plain, record, var
from .substitution import escaped
from .text_operators import concat, domain_from_email, extract_date, extract_time, tpl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime import JSON

    from .formula_scope import FormulaScope
    from .undefined import Found

Operator: TypeAlias = "Callable[[dict[str, JSON], FormulaScope], Found]"
"""Computes a formula whose first key is the operator's name."""

OPERATORS: Final[Mapping[str, Operator]] = {
    "$and": all_of,
    "$case": case,
    "$concat": concat,
    "$copy": copy,
    "$domainFromEmail": domain_from_email,
    "$eval": evaluate,
    "$extractDate": extract_date,
    "$extractTime": extract_time,
    "$firstNotEmpty": first_not_empty,
    "$formula": escaped,
    "$iterate": iterate,
    "$map": map_value,
    "$mergeObjects": merge_objects,
    "$or": any_of,
    "$plain": plain,
    "$record": record,
    "$tpl": tpl,
    "$var": var,
}

LEFT_OUT: Final = frozenset(
    {
        "$dataSchemaRef",
        "$findAppRecordId",
        "$findExternalRecordId",
        "$firstName",
        "$jsonata",
        "$lastName",
        "$lookup",
    }
)
"""Operators of the published engine that are not here: they need a name parser, a query language, or its records."""


def operator_of(formula: Mapping[str, JSON]) -> str:
    """Return the first key where it begins with `$`, and `''` otherwise; the other keys mean nothing then."""
    first = next(iter(formula), "")
    return first if first.startswith("$") else ""
