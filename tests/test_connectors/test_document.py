"""Reading YAML and JSON files."""

from __future__ import annotations

import pytest

from connectors.document import Document
from connectors.errors import DefinitionError


def test_scalars_are_read_as_yaml_1_2() -> None:
    """What YAML 1.1 takes for booleans, dates, octal and sexagesimal numbers is text."""
    text = "a: no\nb: 2024-01-01\nc: 0123\nd: 12:30\ne: 12\nf: -1.5e3\ng: true\nh: ~\ni:\nj: 0x1F\nk: '1'\n1: x\n"

    expected = {
        "a": "no",
        "b": "2024-01-01",
        "c": "0123",
        "d": "12:30",
        "e": 12,
        "f": -1500.0,
        "g": True,
        "h": None,
        "i": None,
        "j": 31,
        "k": "1",
        "1": "x",
    }
    assert expected == Document.parse("a.yml", text).data


def test_anchors_and_merge_keys_work() -> None:
    """Authors share parts of a definition."""
    text = "base: &base\n  a: 1\nother:\n  <<: *base\n  b: 2\n"

    assert {"base": {"a": 1}, "other": {"a": 1, "b": 2}} == Document.parse("a.yml", text).data


@pytest.mark.parametrize(
    ("file", "text", "message", "line"),
    [
        ("a.yml", "a: 1\nb: [", "not YAML", 2),
        ("a.yml", "a: 1\nb: 2\na: 3\n", "twice", 3),
        ("a.yml", "a: !!python/object:os.system x\n", "not supported", 1),
        ("a.yml", "a: !!timestamp 2024-01-01\n", "not supported", 1),
        ("a.yml", "? [a]\n: 1\n", "must be text", 1),
        ("a.yml", "a: &a [*a]\n", "nested too deeply", None),
        ("a.yml", "[" * 5000, "nested too deeply", None),
        ("a.yml", "a: *b\n", "undefined alias", 1),
        ("a.yml", "a: 1\n---\nb: 2\n", "not YAML", 2),
        ("a.yml", "a: '\x00'\n", "not YAML", None),
        ("a.json", '{"a": 1,\n}', "not JSON", 2),
        ("a.json", '{"a": 1, "a": 2}', "twice", None),
        ("a.json", '{"a": NaN}', "not JSON", None),
        ("a.json", "[" * 100_000, "nested too deeply", None),
        ("a.yml", "a" * 300_000, "longer than", None),
    ],
)
def test_text_that_cannot_be_read_is_named_with_its_line(file: str, text: str, message: str, line: int | None) -> None:
    """Errors say which file, and which line where the parser gives one."""
    with pytest.raises(DefinitionError, match=message) as caught:
        Document.parse(file, text)

    assert (file, line) == (caught.value.file, caught.value.line)


def test_an_alias_bomb_is_refused() -> None:
    """Nine lines of text may mean a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    with pytest.raises(DefinitionError, match="more than 50000 values"):
        Document.parse("a.yml", "\n".join(lines))


def test_what_is_wrong_in_json_is_named_with_its_line() -> None:
    """JSON that was read has lines too."""
    text = '{\n  "a": 1,\n  "b": [\n    {"c": {}}\n  ]\n}'
    assert "a.json:4: b[0].c: no." == str(Document.parse("a.json", text).wrong("no.", ("b", 0, "c")))
    assert "a.json:1: d: no." == str(Document.parse("a.json", text).wrong("no.", ("d",)))
