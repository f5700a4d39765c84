"""Formulas and locators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.formula import build
from connectors.locator import UNDEFINED, locate

if TYPE_CHECKING:
    from runtime import JSON

VARIABLES: dict[str, JSON] = {
    "credentials": {"token": "abc", "key.with.dots": 1, "empty": "", "zero": 0, "no": False, "nothing": None},
    "list": [{"a": 1}, 0, "", None, False, "x"],
    "number": 1.5,
}


@pytest.mark.parametrize(
    ("locator", "found"),
    [
        ("$", VARIABLES),
        ("$.credentials.token", "abc"),
        ("credentials.token", "abc"),
        ("list[0].a", 1),
        ("$.list[5]", "x"),
        ("list.length", 6),
        (r"credentials.key\.with\.dots", 1),
        ("credentials.nothing", None),
        ("credentials.missing", UNDEFINED),
        ("missing.token", UNDEFINED),
        ("list.a", UNDEFINED),
        ("credentials.token.length", UNDEFINED),
        ("list[9]", UNDEFINED),
        ("list[1]", UNDEFINED),
        ("list[2]", UNDEFINED),
        ("list[3]", UNDEFINED),
        ("list[4]", UNDEFINED),
        ("", None),
        ("a..b", None),
        ("a[x]", None),
        (".a", None),
        (7, None),
        (None, None),
    ],
)
def test_locators_find_what_the_published_engine_finds(locator: JSON, found: object) -> None:
    """No locator finds null, nowhere is undefined, and falsy items are not found by index (semantics 4.3)."""
    assert found == locate(VARIABLES, locator)


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ("text", "text"),
        ({}, {}),
        ([], []),
        (None, None),
        ({"a": {"$var": "missing"}}, UNDEFINED),
        ({"a": {"$var": "missing"}, "b": 1}, {"b": 1}),
        ([{"$var": "missing"}], UNDEFINED),
        ([{"$var": "missing"}, 1], [1]),
        ({"a": {"b": {"$var": "missing"}}, "c": None}, {"c": None}),
        ({"$var": "credentials.token", "other": 1}, "abc"),
        ({"other": 1, "$var": "credentials.token"}, {"other": 1, "$var": "credentials.token"}),
        ({"$plain": {"$var": "credentials.token"}}, {"$var": "credentials.token"}),
        ({"$concat": ["Bearer ", {"$var": "credentials.token"}]}, "Bearer abc"),
        ({"$concat": {"values": ["a", None, "", 0, False, 1.0], "delimiter": "-"}}, "a-0-false-1"),
        ({"$concat": [{"$var": "missing"}]}, UNDEFINED),
        ({"$concat": [None, ""]}, ""),
        ({"$concat": [[1, None, "x"], {"a": 1}]}, "1,,x[object Object]"),
        ({"$tpl": {"template": "hi {x}{y}", "values": {"x": {"$var": "credentials.token"}}}}, "hi abc"),
        ({"$tpl": {"template": "hi {x}", "values": {"x": "$& and $$"}}}, "hi {x} and $"),
        ({"$firstNotEmpty": [{"$var": "missing"}, None, "", "x"]}, ""),
        ({"$firstNotEmpty": [{"$var": "missing"}, None]}, UNDEFINED),
    ],
)
def test_formulas_build_what_the_published_engine_builds(formula: JSON, built: object) -> None:
    """Undefined members vanish, and each operator has its own rule for what is empty (semantics 4.3)."""
    assert built == build(formula, VARIABLES)
