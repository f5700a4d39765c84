"""Formulas and locators; the expected values were observed of the published formula engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridge import UNDEFINED, ConfigurationError, Formula, FormulaCompat, FormulaScope

if TYPE_CHECKING:
    from runtime import JSON

VARIABLES: dict[str, JSON] = {
    "credentials": {"token": "abc", "key.with.dots": 1, "empty": "", "zero": 0, "no": False, "nothing": None},
    "list": [{"a": 1}, 0, "", None, False, "x"],
    "number": 1.5,
    "text": "Hello World",
    "nested": [[1, 2], [3]],
    "numbers": [1, 2, 0, 3],
    "record": {"id": "r1", "inner": {"id": "r2"}},
    "people": [
        {"name": "Ada", "age": 36, "tags": ["x", "y"]},
        {"name": "Bob", "age": "7", "tags": []},
        {"name": None},
    ],
    "array": ["a", "b"],
    "single": ["a"],
    "": {"a": "of the empty name"},
    "a]": "of a bracket",
    "$x": "of a dollar",
}


def build(formula: JSON, **compat: bool) -> Any:
    """Build a formula over the variables."""
    return Formula(definition=formula).build(FormulaScope(variables=VARIABLES, compat=FormulaCompat(**compat)))


@pytest.mark.parametrize(
    ("locator", "found"),
    [
        ("$", VARIABLES),
        ("$.credentials.token", "abc"),
        ("credentials.token", "abc"),
        ("list[0].a", 1),
        ("$.list[5]", "x"),
        ("list[ +5.0 ]", "x"),
        ("list[0x5]", "x"),
        ("nested[0][1]", 2),
        ("list.0", {"a": 1}),
        ("list.1", 0),
        ("list.length", 6),
        (r"credentials.key\.with\.dots", 1),
        (r"cred\entials.token", "abc"),
        ("credentials.nothing", None),
        (".a", "of the empty name"),
        ("$..a", "of the empty name"),
        ("a]", "of a bracket"),
        ("$.$x", "of a dollar"),
        (r"\$x", "of a dollar"),
        ("credentials.missing", UNDEFINED),
        ("missing.token", UNDEFINED),
        ("missing[0].a", UNDEFINED),
        ("list.a", UNDEFINED),
        ("list.00", UNDEFINED),
        ("list.map", UNDEFINED),
        ("credentials.constructor", UNDEFINED),
        ("__proto__", UNDEFINED),
        ("credentials.token.length", UNDEFINED),
        ("text[0]", UNDEFINED),
        ("credentials[0]", UNDEFINED),
        ("list[9]", UNDEFINED),
        ("list[4.5]", UNDEFINED),
        ("list.[5]", UNDEFINED),
        ("list[5].", UNDEFINED),
        ("a..b", UNDEFINED),
        ("text.", UNDEFINED),
        ("list[1]", UNDEFINED),
        ("list[2]", UNDEFINED),
        ("list[3]", UNDEFINED),
        ("list[4]", UNDEFINED),
        ("list[]", {"a": 1}),
        ("", None),
        ("$x", None),
        ("$$", None),
        ("a[x]", None),
        ("list[-1]", None),
        ("list[*].a", None),
        ("list[0", None),
        ("list[0]a", None),
        ("list[0]]", None),
        (7, None),
        (True, None),
        (None, None),
        ({"$var": "text"}, None),
        ("a" * 1001, None),
    ],
)
def test_locators_find_what_the_published_engine_finds(locator: JSON, found: object) -> None:
    """No locator finds null, nowhere is undefined, and falsy items are not found by index (semantics 4.3)."""
    assert found == build({"$var": locator})


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ("text", "text"),
        ({}, {}),
        ([], []),
        (None, None),
        ({"a": {}, "b": [[]]}, {"a": {}, "b": [[]]}),
        ({"a": {"$var": "missing"}}, UNDEFINED),
        ({"a": {"$var": "missing"}, "b": 1}, {"b": 1}),
        ([{"$var": "missing"}], UNDEFINED),
        ([{"$var": "missing"}, 1], [1]),
        ({"a": {"b": {"$var": "missing"}}, "c": None}, {"c": None}),
        ({"$var": "credentials.token", "other": 1}, "abc"),
        ({"other": 1, "$var": "credentials.token"}, {"other": 1, "$var": "credentials.token"}),
        ({"$unknown": {"$var": "credentials.token"}}, {"$unknown": "abc"}),
        ({"$unknown": {"$var": "missing"}}, UNDEFINED),
        ({"$plain": {"$var": "credentials.token"}}, {"$var": "credentials.token"}),
        ({"$record": {"id": 0}}, 0),
        ({"$record": {"id": {"$var": "text"}}}, {"$var": "text"}),
        ({"$record": {"$var": "record"}}, UNDEFINED),
        ({"$record": "r1"}, UNDEFINED),
    ],
)
def test_data_is_built_member_by_member(formula: JSON, built: object) -> None:
    """Undefined members vanish, and what becomes empty by that with them; what was empty before stays."""
    assert built == build(formula)


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ({"$concat": ["Bearer ", {"$var": "credentials.token"}]}, "Bearer abc"),
        ({"$concat": {"values": ["a", None, "", 0, False, 1.0], "delimiter": "-"}}, "a-0-false-1"),
        ({"$concat": {"values": {"$var": "nested"}, "delimiter": ", "}}, "1,2, 3"),
        ({"$concat": {"values": ["a", "b"], "delimiter": None}}, "ab"),
        ({"$concat": {"values": ["a", "b"], "delimiter": 0}}, "a0b"),
        ({"$concat": [{"$var": "missing"}]}, UNDEFINED),
        ({"$concat": [{"$var": "missing"}, None]}, ""),
        ({"$concat": [None, ""]}, ""),
        ({"$concat": []}, UNDEFINED),
        ({"$concat": "x"}, UNDEFINED),
        ({"$concat": {"$var": "nested"}}, UNDEFINED),
        ({"$concat": [[1, None, "x"], {"a": 1}]}, "1,,x[object Object]"),
        ({"$concat": [1e21, " ", 1e-7, " ", 0.000001, " ", 123456789012345680000, " ", 1.5e300, " ", -0.0]},
         "1e+21 1e-7 0.000001 123456789012345680000 1.5e+300 0"),
        ({"$concat": [10**400, " ", -(10**400), " ", 1e999]}, "Infinity -Infinity Infinity"),
        ({"$tpl": {"template": "hi {x}", "values": {"x": {"$var": "credentials.token"}}}}, "hi abc"),
        ({"$tpl": {"template": "{x} {y} {x}", "values": {"x": 0}}}, "0 {y} 0"),
        ({"$tpl": {"template": "<{x}{y}>", "values": {"x": {"$var": "missing"}, "y": None}}}, "<>"),
        ({"$tpl": {"template": "{x}{y}", "values": {"x": "{y}", "y": "z"}}}, "zz"),
        ({"$tpl": {"template": "{ x }{x.y}", "values": {"x": 1, " x ": 2, "x.y": 3}}}, "23"),
        ({"$tpl": {"template": "{{x}}", "values": {"x": [1, 2]}}}, "{1,2}"),
        ({"$tpl": {"template": "a{x}b", "values": {"x": "$& $$ $` $' $1"}}}, "a{x} $ a b $1b"),
        ({"$tpl": {"template": "{x}"}}, "{x}"),
        ({"$tpl": {"template": {"$var": "text"}, "values": {}}}, UNDEFINED),
        ({"$tpl": {"values": {"x": 1}}}, UNDEFINED),
        ({"$tpl": "hi"}, UNDEFINED),
        ({"$domainFromEmail": "ada@b.example"}, "b.example"),
        ({"$domainFromEmail": "ada@"}, ""),
        ({"$domainFromEmail": "a@b@c"}, UNDEFINED),
        ({"$domainFromEmail": "ada"}, UNDEFINED),
        ({"$domainFromEmail": 7}, UNDEFINED),
    ],
)  # fmt: skip
def test_operators_that_make_texts(formula: JSON, built: object) -> None:
    """Values become text as JavaScript's `String` has it; each operator has its own rule for what is empty."""
    assert built == build(formula)


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ({"$firstNotEmpty": [{"$var": "missing"}, None, "", "x"]}, ""),
        ({"$firstNotEmpty": [{"$var": "missing"}, None]}, UNDEFINED),
        ({"$firstNotEmpty": {"$var": "list"}}, {"a": 1}),
        ({"$firstNotEmpty": "x"}, UNDEFINED),
        ({"$mergeObjects": [{"a": 1}, None, {"b": 2, "a": 3}]}, {"a": 3, "b": 2}),
        ({"$mergeObjects": [{"a": 1}, {"a": {"$var": "missing"}}]}, {"a": 1}),
        ({"$mergeObjects": [{"a": {"x": 1}}, {"a": {"y": 2}}]}, {"a": {"y": 2}}),
        ({"$mergeObjects": [["p", "q"], 1, "text"]}, {"0": "p", "1": "q"}),
        ({"$mergeObjects": [{}, {}]}, UNDEFINED),
        ({"$mergeObjects": {"a": 1}}, UNDEFINED),
        ({"$map": {"value": "b", "mapping": [{"from": "a", "to": 1}, {"from": "b", "to": {"$var": "text"}}]}},
         "Hello World"),
        ({"$map": {"value": "c", "mapping": [{"from": "a", "to": 1}], "default": 9}}, 9),
        ({"$map": {"value": "c", "mapping": [{"from": "a", "to": 1}]}}, UNDEFINED),
        ({"$map": {"value": 1, "mapping": [{"from": "1", "to": "x"}]}}, "x"),
        ({"$map": {"value": {"a": [1]}, "mapping": [{"from": {"a": ["1"]}, "to": 1}, {"from": {"a": [1]}, "to": 2}]}},
         2),
        ({"$map": {"value": {"$var": "missing"}, "mapping": [{"from": None, "to": "none"}]}}, "none"),
        ({"$map": {"value": "a", "mapping": [{"from": "a"}], "default": 9}}, UNDEFINED),
        ({"$map": {"value": "a", "mapping": "x", "default": 9}}, 9),
        ({"$map": "x"}, UNDEFINED),
        ({"$iterate": {"source": {"$var": "people"}, "item": {"n": {"$var": "item.name"}, "i": {"$var": "index"}}}},
         [{"n": "Ada", "i": 0}, {"n": "Bob", "i": 1}, {"n": None, "i": 2}]),
        ({"$iterate": {"source": {"$var": "numbers"}, "item": {"$var": "item"}}}, [1, 2, 3]),
        ({"$iterate": {"source": [1, 2], "item": {"$var": "parent.text"}}}, ["Hello World", "Hello World"]),
        ({"$iterate": {"source": [1, 2], "item": {"$var": "text"}}}, UNDEFINED),
        ({"$iterate": {"source": [1], "item": {"$iterate": {"source": [2],
          "item": [{"$var": "item"}, {"$var": "parent.item"}]}}}}, [[[2, 1]]]),
        ({"$iterate": {"source": [1], "item": {}}}, [{}]),
        ({"$iterate": {"source": [], "item": 1}}, UNDEFINED),
        ({"$iterate": {"source": {"$var": "record"}, "item": 1}}, UNDEFINED),
        ({"$iterate": {"source": [1]}}, UNDEFINED),
        ({"$iterate": {"locator": "people", "items": 1}}, UNDEFINED),
        ({"$formula": {"$var": "text"}}, {"$var": "text"}),
        ({"$formula": {"$concat": [{"$var": "text"}, {"$var": "missing"}]}}, {"$concat": ["Hello World"]}),
        ({"$formula": {"a": {"$var": "text"}, "b": {"$var": "missing"}, "c": [{"$var": "missing"}]}},
         {"a": "Hello World", "c": []}),
        ({"$formula": {"$eval": {"$var": "number"}, "is": {"$var": "number"}}},
         {"$eval": 1.5, "is": {"$var": "number"}}),
        ({"$formula": {"$iterate": {"source": {"$var": "array"}, "item": {"$var": "item"}}}},
         {"$iterate": {"source": ["a", "b"], "item": {"$var": "item"}}}),
        ({"a": {"$copy": "b.c"}, "b": {"c": {"$var": "text"}}}, {"a": "Hello World", "b": {"c": "Hello World"}}),
        ({"a": [{"$copy": "$.b[0]"}, {"$copy": "missing"}, {"$copy": ""}], "b": [0]}, {"a": [0], "b": [0]}),
        ({"a": {"$plain": {"$copy": "b"}}, "b": 1}, {"a": {"$copy": "b"}, "b": 1}),
        ({"a": {"$copy": {"$var": "missing"}}, "b": 1}, {"b": 1}),
        ({"$copy": "a"}, {"$copy": "a"}),
        ({"$and": [{"$copy": "a"}]}, True),
        ({"$case": [{"filter": {"$eval": {"$copy": "a"}, "is": 1}, "value": 1}]}, UNDEFINED),
    ],
)  # fmt: skip
def test_operators_that_pick_and_combine(formula: JSON, built: object) -> None:
    """Picking, merging, mapping, repeating, escaping and copying."""
    assert built == build(formula)


@pytest.mark.parametrize("copied", ["a", "b", "$"])
def test_a_copy_is_not_copied(copied: str) -> None:
    """What holds a copy itself cannot be copied."""
    with pytest.raises(ConfigurationError, match="copy"):
        build({"a": {"$copy": copied}, "b": {"x": {"$copy": "c"}}, "c": 1})


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("2024-02-03T04:05:06Z", "2024-02-03", "04:05:06"),
        ("2024-02-03T04:05:06.789Z", "2024-02-03", "04:05:06"),
        ("2024-02-03T23:05:06-05:00", "2024-02-04", "04:05:06"),
        ("2024-02-03 04:05:06+0200", "2024-02-03", "02:05:06"),
        ("2024-02-03T04:05", "2024-02-03", "04:05:00"),
        ("2024-02-03T24:00:00Z", "2024-02-04", "00:00:00"),
        ("2024-02-03", "2024-02-03", "00:00:00"),
        ("2024-02", "2024-02-01", "00:00:00"),
        ("2024", "2024-01-01", "00:00:00"),
        (" 2024-2-3 ", "2024-02-03", "00:00:00"),
        ("2024-02-30", "2024-03-01", "00:00:00"),
        ("0099-01-01", "0099-01-01", "00:00:00"),
        ("2024/02/03", "2024-02-03", "00:00:00"),
        ("02/03/2024", "2024-02-03", "00:00:00"),
        ("Feb 3, 2024", "2024-02-03", "00:00:00"),
        ("February 3, 2024 4:05 pm", "2024-02-03", "16:05:00"),
        ("2024-02-03 12:05:06 AM", "2024-02-03", "00:05:06"),
        ("Sat, 03 Feb 2024 04:05:06 GMT", "2024-02-03", "04:05:06"),
        ("Sat Feb 03 2024 04:05:06 GMT+0200 (EET)", "2024-02-03", "02:05:06"),
        ("2024-13-01", UNDEFINED, UNDEFINED),
        ("2024-02-32", UNDEFINED, UNDEFINED),
        ("2024-02-03T25:00", UNDEFINED, UNDEFINED),
        ("2024-02-03T04:60", UNDEFINED, UNDEFINED),
        ("2024-02-03T04Z", UNDEFINED, UNDEFINED),
        ("2024-02-03 13:00 pm", UNDEFINED, UNDEFINED),
        ("9999-12-31T23:00:00-05:00", UNDEFINED, UNDEFINED),
        ("20240203", UNDEFINED, UNDEFINED),
        ("Fob 3, 2024", UNDEFINED, UNDEFINED),
        ("nonsense", UNDEFINED, UNDEFINED),
        ("2024-02-03" + " " * 80 + "04:05", UNDEFINED, UNDEFINED),
        ("", UNDEFINED, UNDEFINED),
        (1706933106000, UNDEFINED, UNDEFINED),
        (None, UNDEFINED, UNDEFINED),
    ],
)
def test_dates_and_times_are_read_in_utc(text: JSON, date: object, time: object) -> None:
    """Texts as people and servers write moments; numbers and everything else are undefined."""
    assert (date, time) == (build({"$extractDate": text}), build({"$extractTime": text}))


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ({"$eval": 1, "oneOf": [1, 2]}, True),
        ({"$eval": 1, "oneOf": ["1", True]}, False),
        ({"$eval": 1, "oneOf": 1}, False),
        ({"$eval": None, "oneOf": [None]}, True),
        ({"$eval": {"$var": "missing"}, "oneOf": [None]}, False),
        ({"$eval": {"a": 1}, "oneOf": [{"a": 1}]}, False),
        ({"$eval": {"$var": "nested[0]"}, "oneOf": {"$var": "nested"}}, True),
        ({"$eval": 1, "noneOf": [1]}, False),
        ({"$eval": 1, "noneOf": ["1"]}, True),
        ({"$eval": 1, "noneOf": None}, True),
        ({"$eval": "Hello", "contains": "ELL"}, True),
        ({"$eval": "Hello", "contains": "x"}, False),
        ({"$eval": "Hello", "contains": ""}, True),
        ({"$eval": "null", "contains": None}, False),
        ({"$eval": "", "contains": ""}, False),
        ({"$eval": 0, "contains": 0}, False),
        ({"$eval": 123, "contains": 2}, True),
        ({"$eval": True, "contains": "RU"}, True),
        ({"$eval": ["a", "B"], "contains": "b"}, False),
        ({"$eval": ["a", "B"], "contains": "B"}, True),
        ({"$eval": [1], "contains": "1"}, False),
        ({"$eval": {"$var": "missing"}, "contains": "a"}, False),
        ({"$eval": "Hello", "doesNotContain": "ELL"}, False),
        ({"$eval": "Hello", "doesNotContain": "x"}, True),
        ({"$eval": "", "doesNotContain": ""}, True),
        ({"$eval": ["a"], "doesNotContain": "a"}, False),
        ({"$eval": {"$var": "missing"}, "doesNotContain": "a"}, True),
        ({"$eval": 1, "lt": 2}, True),
        ({"$eval": "10", "lt": "9"}, False),
        ({"$eval": "1a", "lt": "2b"}, True),
        ({"$eval": " 5 ", "gte": 5}, True),
        ({"$eval": "5", "lte": 4}, False),
        ({"$eval": "1e3", "gt": 999}, True),
        ({"$eval": "0x10", "gt": 1}, False),
        ({"$eval": "-Infinity", "lt": 1}, True),
        ({"$eval": [5, 6], "gt": 4}, True),
        ({"$eval": "2025-05-01", "gt": "2024-01-01"}, True),
        ({"$eval": None, "gte": 0}, False),
        ({"$eval": True, "lt": 2}, False),
        ({"$eval": {"$var": "missing"}, "lt": 1}, False),
        ({"$eval": {"$var": "missing"}, "isEmpty": False}, True),
        ({"$eval": None, "isEmpty": True}, True),
        ({"$eval": "", "isEmpty": True}, True),
        ({"$eval": [], "isEmpty": True}, True),
        ({"$eval": {}, "isEmpty": True}, True),
        ({"$eval": 0, "isEmpty": True}, False),
        ({"$eval": False, "isEmpty": True}, False),
        ({"$eval": " ", "isNotEmpty": True}, True),
        ({"$eval": "", "isNotEmpty": False}, False),
        ({"$eval": 1}, True),
        ({"$eval": {"$var": "missing"}}, True),
        ({"$eval": 1, "equals": 2}, True),
        ({"$eval": 1, "equals": 2, "is": 2}, True),
        ({"$eval": 1, "is": 2, "isNot": 2}, False),
    ],
)
def test_eval_compares(formula: JSON, built: object) -> None:
    """The second key is the comparison, whatever follows it; without one that is known the answer is true."""
    assert built is build(formula)


NOTHING, OBJECT, ARRAY = None, {"a": 1}, [1, 2]


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, "1", True),
        (1, " 1.0 ", True),
        (16, "0x10", True),
        (1000, "1e3", True),
        (0, "", True),
        (0, "x", False),
        (1, True, True),
        ("1", True, True),
        ("true", True, False),
        (0, False, True),
        ("", False, True),
        (None, False, False),
        (None, 0, False),
        (None, "", False),
        (None, None, True),
        ([], "", True),
        ([], 0, True),
        ([], False, True),
        ([1], 1, True),
        ([1, 2], "1,2", True),
        ([[1]], "1", True),
        ({}, "[object Object]", True),
        ({}, {}, False),
        ([], [], False),
        ("a", "A", False),
        ("1" * 2000, 1, False),
    ],
)
def test_is_compares_loosely(left: JSON, right: JSON, equal: bool) -> None:  # noqa: FBT001 (a table)
    """`is` is JavaScript's `==`, both ways round."""
    assert [equal, equal, not equal] == [
        build({"$eval": left, "is": right}),
        build({"$eval": right, "is": left}),
        build({"$eval": left, "isNot": right}),
    ]


def test_undefined_is_null() -> None:
    """What is missing equals null and nothing else; a value that is found twice equals itself."""
    assert build({"$eval": {"$var": "missing"}, "is": None})
    assert not build({"$eval": {"$var": "missing"}, "is": 0})
    assert build({"$eval": {"$var": "record"}, "is": {"$var": "record"}})


@pytest.mark.parametrize(
    ("values", "both", "either"),
    [
        ([True, True], True, True),
        ([True, False], False, True),
        ([0, ""], False, False),
        ([{}, []], True, True),
        ([None, True], True, True),
        ([None, False], False, False),
        ([None, {"$var": "missing"}], UNDEFINED, UNDEFINED),
        ([], UNDEFINED, UNDEFINED),
        ({"$var": "list"}, False, True),
        (True, UNDEFINED, UNDEFINED),
    ],
)
def test_and_and_or_leave_out_what_is_nothing(values: JSON, both: object, either: object) -> None:
    """Null and undefined do not count; where nothing else is left the answer is undefined."""
    assert (both, either) == (build({"$and": values}), build({"$or": values}))


@pytest.mark.parametrize(
    ("formula", "built"),
    [
        ({"$case": {"cases": [{"filter": {"$eval": 1, "is": 1}, "value": "a"}], "default": "d"}}, "a"),
        ({"$case": {"cases": [{"filter": {"$eval": 1, "is": 2}, "value": "a"}], "default": "d"}}, "d"),
        ({"$case": {"cases": [], "default": {"$var": "text"}}}, "Hello World"),
        ({"$case": [{"filter": {"$eval": 1, "is": 2}, "value": "a"}]}, UNDEFINED),
        ({"$case": [{"filter": {"$eval": 1, "is": 1}, "value": {"$var": "text"}}]}, "Hello World"),
        ({"$case": [{"filter": {"$var": "missing"}, "value": "a"}]}, "a"),
        ({"$case": [{"filter": {"$var": "credentials.nothing"}, "value": "a"}]}, "a"),
        ({"$case": [{"filter": {"$and": []}, "value": "a"}]}, "a"),
        ({"$case": [{"filter": {"$var": "credentials.zero"}, "value": "a"}]}, UNDEFINED),
        ({"$case": [{"filter": {"$var": "credentials.empty"}, "value": "a"}]}, UNDEFINED),
        ({"$case": [{"filter": False, "value": "a"}]}, "a"),
        ({"$case": [{"filter": {"plain": 1}, "value": "a"}]}, "a"),
        ({"$case": [{"value": "a"}]}, "a"),
        ({"$case": [{"value": {"$var": "missing"}}, {"value": "b"}]}, UNDEFINED),
        ({"$case": [{"filter": [], "value": "a"}]}, "a"),
        ({"$case": {"default": "d"}}, UNDEFINED),
        ({"$case": "x"}, UNDEFINED),
    ],
)
def test_case_takes_the_first_that_matches(formula: JSON, built: object) -> None:
    """A filter that is undefined matches, and so does everything that is neither a formula nor a list."""
    assert built == build(formula)


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("text", "is", "Hello World", True),
        ("text", "is", "hello world", False),
        ("number", "is", "1.5", True),
        ("missing", "is", None, True),
        ("text", "is", {"$var": "text"}, False),
        ("text", "is_not", "x", True),
        ("people.name", "is", "Bob", True),
        ("people.name", "is_not", "Ada", True),
        ("people[0].name", "is_not", "Ada", False),
        ("people.tags", "is_empty", None, True),
        ("people.missing", "is_empty", None, True),
        ("people.name", "is_empty", None, False),
        ("people.0.name", "is", "Ada", False),
        ("array", "is", "a", False),
        ("single", "is", "a", True),
        ("array.length", "is", 2, False),
        ("number", "is_one_of", [1.5], True),
        ("number", "is_one_of", ["1.5"], False),
        ("text", "is_one_of", "Hello World", False),
        ("number", "is_not_one_of", ["1.5"], True),
        ("people.name", "is_not_one_of", ["Ada"], True),
        ("array", "is_true", None, True),
        ("credentials.zero", "is_true", None, False),
        ("credentials.no", "is_false", None, True),
        ("credentials.zero", "is_false", None, False),
        ("missing", "is_false", None, False),
        ("text", "contains", "Hello", True),
        ("text", "contains", "hello", False),
        ("number", "contains", ".", True),
        ("array", "contains", "a,b", True),
        ("missing", "contains", "", False),
        ("text", "does_not_contain", "hello", True),
        ("missing", "does_not_contain", "x", False),
        ("array", "array_includes", "a", True),
        ("people.tags", "array_includes", "y", True),
        ("text", "array_includes", "H", False),
        ("array", "array_does_not_include", "a", False),
        ("text", "array_does_not_include", "H", True),
        ("people.age", "less_than", 10, True),
        ("people.age", "less_than", "7", False),
        ("people.age", "less_than_or_equal", "7", True),
        ("people.age", "more_than", 35, True),
        ("people.age", "more_than_or_equal", 37, False),
        ("credentials.zero", "is_empty", None, False),
        ("credentials.zero", "is_not_empty", None, True),
        ("missing", "is_not_empty", None, False),
        ("bad[x]", "is_empty", None, True),
        (7, "is_empty", None, True),
        ("$", "is_empty", None, False),
        ("text", "unheard_of", "x", True),
        ("text", None, "x", True),
    ],
)
def test_list_filters_look_into_arrays(field: JSON, operator: JSON, value: JSON, holds: bool) -> None:  # noqa: FBT001 (a table)
    """A field that leads through an array holds where one of its values does; unknown operators are passed over."""
    entry: JSON = {"field": field, "operator": operator, "value": value}
    assert holds is build({"$case": {"cases": [{"filter": [entry], "value": True}], "default": False}})


def test_all_entries_of_a_list_filter_must_hold() -> None:
    """Entries are joined with and."""
    good: JSON = {"field": "text", "operator": "is_not_empty"}
    bad: JSON = {"field": "text", "operator": "is_empty"}
    assert build({"$case": [{"filter": [good, good, "stray"], "value": True}]})
    assert build({"$case": [{"filter": [good, bad], "value": True}]}) is UNDEFINED


def test_each_bug_of_the_published_engine_has_a_switch() -> None:
    """Two of the bugs are there unless switched off, the third unless switched on is not."""
    item: JSON = {"$var": "list[1]"}
    template: JSON = {"$tpl": {"template": "{x}", "values": {"x": "$$"}}}
    case: JSON = {"$case": [{"filter": [{"field": "text", "operator": "is", "value": "x"}], "value": 1}]}

    assert [UNDEFINED, "$", UNDEFINED] == [build(formula) for formula in (item, template, case)]
    assert 0 == build(item, lose_falsy_items=False)
    assert "$$" == build(template, expand_replacements=False)
    assert 1 == build(case, match_list_filters=True)


TEXT = "x" * 1_000_000
BIG: dict[str, JSON] = {"numbers": list(range(1000)), "text": TEXT, "zeros": [0] * 1_000_000, "dollars": "$`" * 10}


def each(item: JSON) -> JSON:
    """Compute something for each of the numbers."""
    return {"$iterate": {"source": {"$var": "numbers"}, "item": item}}


@pytest.mark.parametrize(
    "formula",
    [
        each({"$iterate": {"source": {"$var": "parent.numbers"}, "item": 1}}),
        each({"$eval": {"$var": "parent.text"}, "contains": "y"}),
        each({"$eval": 1, "oneOf": {"$var": "parent.zeros"}}),
        each(
            {"$case": [{"filter": [{"field": "parent.zeros", "operator": "array_includes", "value": 1}], "value": 1}]}
        ),
        {"$concat": {"values": {"$var": "zeros"}}},
        {"$concat": [{"$var": "zeros"}]},
        {"$concat": [{"$var": "text"}] * 100},
        {"$eval": {"$var": "zeros"}, "is": "x"},
        {"$map": {"value": 1, "mapping": [{"from": {"$var": "zeros"}, "to": 1}]}},
        {"$tpl": {"template": "{x}" * 100, "values": {"x": {"$var": "text"}}}},
        {"$tpl": {"template": "{x}" * 10_000, "values": {"x": {"$var": "dollars"}}}},
        {"$case": [{"filter": [{"field": "zeros.a", "operator": "is", "value": 1}], "value": 1}]},
        {"a": [{"$copy": "b"}] * 10, "b": {"$plain": [0] * 10_000}},
        {"$formula": [1] * 30_000},
    ],
)
def test_the_work_of_a_formula_is_bounded(formula: JSON) -> None:
    """A short text that means endless work, or endless text, is refused before it is done."""
    with pytest.raises(ConfigurationError, match="more than 20000 steps"):
        Formula(definition=formula).build(FormulaScope(variables=BIG))


def test_a_formula_may_be_nested_too_deeply() -> None:
    """The error says so, and nothing else breaks."""
    deep: JSON = 1
    for _ in range(2000):
        deep = [deep]
    with pytest.raises(ConfigurationError, match="nested too deeply"):
        build(deep)
    assert not Formula(definition=deep).has_bare_eval()


def test_operators_that_cannot_be_computed_are_named() -> None:
    """Those of the published engine and those of nobody, from the outside in; not in what is not computed."""
    definition: JSON = {
        "a": [{"$cond": {"$jsonata": "x"}}],
        "b": {"$plain": {"$lookup": 1}},
        "c": {"$formula": {"$lookup": 1}},
        "d": {"e": 1, "$notFirst": 2},
    }
    unknown = list(Formula(definition=definition).unknown_operators())
    assert [("$cond", ("a", 0, "$cond"), False), ("$jsonata", ("a", 0, "$cond", "$jsonata"), True)] == [
        (operator.name, operator.path, operator.is_left_out) for operator in unknown
    ]
    assert "not known" in str(unknown[0])
    assert "compute this in JavaScript" in str(unknown[1])
