"""FormulaCompat: bugs of the published formula engine, each of them on or off (decision 35)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class FormulaCompat(BaseModel):
    """Which bugs of the published formula engine formulas have.

    Attributes:
        lose_falsy_items: `[n]` in a locator does not find an item that is 0, '', null or false.
        expand_replacements: `$&`, `$$`, `` $` `` and `$'` in a value of `$tpl` mean what they mean to JavaScript's
            `replace`.
        match_list_filters: A list as the filter of a `$case` matches whatever it says.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    lose_falsy_items: bool = True
    expand_replacements: bool = True
    match_list_filters: bool = False
