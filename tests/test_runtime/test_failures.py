"""What a run that throws says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime import Location

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_thrown_error_names_its_own_file_line_and_column(bench: Bench) -> None:
    """Name, message, stack and location of a thrown error are those of the author's file, without the host's frames."""
    code = "const helper = (x) => {\n  return x.missing.property;\n};\nexport default async function list({ id }) {\n  await null;\n  return helper({ id });\n}\n"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert "Cannot read properties of undefined (reading 'property')" == failure.message
    assert Location(file="data/contacts/list.js", line=2, column=20) == failure.location
    assert {
        "name": "TypeError",
        "lineNumber": 2,
        "columnNumber": 20,
        "code": "  return x.missing.property;",
    } == failure.data
    assert failure.stack == (
        "TypeError: Cannot read properties of undefined (reading 'property')\n"
        "    at helper (data/contacts/list.js:2:20)\n"
        "    at list (data/contacts/list.js:6:10)"
    )


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("module.exports = () => { throw new Error('x') }", 32),
        ("export default () => { throw new Error('x') }", 30),
        ("exports.a = 1; export default () => { throw new Error('x') }", 45),
        ("export const a = 1; export default () => { if (a) throw new Error('x') }", 57),
    ],
)
async def test_columns_of_the_first_line_are_those_of_the_source(bench: Bench, code: str, column: int) -> None:
    """Neither the module's wrapping nor the ES module transform moves a reported column."""
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert Location(file="data/contacts/list.js", line=1, column=column) == failure.location


@pytest.mark.parametrize(
    ("code", "line", "column", "message"),
    [
        ("const a = 1;\nlet x = ;\n", 2, 9, "Unexpected token ';'"),
        ("export default function list() {\n  const a = (;\n}", 2, 14, "Unexpected token"),
        ("}); globalThis.broken = 1; (() => {", 1, 1, "Unexpected token '}'"),
        ("const a = 1;\n  } , function () {", 2, 3, "Unexpected token '}'"),
        ("let a; let a;", 1, 12, "Identifier 'a' has already been declared"),
        ("/* open", 1, 1, "Invalid or unexpected token"),
    ],
)
async def test_a_syntax_error_names_its_place(bench: Bench, code: str, line: int, column: int, message: str) -> None:
    """Source that is not JavaScript, or that would close its own module early, is `custom_code/syntax` at its place."""
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert ("custom_code", "syntax") == (failure.type, failure.key)
    assert message in failure.message
    assert Location(file="data/contacts/list.js", line=line, column=column) == failure.location


@pytest.mark.parametrize("start", ["module.exports = () => ", "export default () => "])
async def test_source_that_is_nested_too_deeply_is_a_syntax_error(bench: Bench, start: str) -> None:
    """Source on which a parser's stack ends is refused like any other that cannot be compiled."""
    failure = (await bench.run(start + "(" * 100_000 + "1" + ")" * 100_000)).failure
    assert failure is not None
    assert ("custom_code", "syntax") == (failure.type, failure.key)
    assert "methodhost" not in repr(failure)


async def test_a_message_too_long_to_be_read_is_told_by_its_length(bench: Bench) -> None:
    """A message of a quarter of a billion characters costs no memory."""
    failure = (await bench.run("module.exports = () => { throw new Error('x'.repeat(2 ** 28)) }")).failure
    assert failure is not None
    assert ("custom_code", "<text of 268435456 characters>…") == (failure.type, failure.message)


@pytest.mark.parametrize(
    ("thrown", "message"),
    [
        ("null", "null"),
        ("undefined", "undefined"),
        ("1n", "1"),
        ("Symbol('s')", "Symbol(s)"),
        ("'just text'", "just text"),
        ("({ message: 'an object' })", "an object"),
        ("({ get stack() { throw 1 }, get message() { throw 2 }, toString() { throw 3 } })", "<unprintable>"),
        ("Object.create(null)", "<unprintable>"),
    ],
)
async def test_anything_can_be_thrown(bench: Bench, thrown: str, message: str) -> None:
    """Whatever a method throws becomes a failure with a safe message."""
    failure = (await bench.run(f"module.exports = async () => {{ throw {thrown} }}")).failure
    assert failure is not None
    assert ("custom_code", None, message) == (failure.type, failure.key, failure.message)


async def test_long_messages_are_cut(bench: Bench) -> None:
    """An error's message never crosses in full length beyond its limit."""
    failure = (await bench.run("module.exports = () => { throw new Error('é'.repeat(1e6)) }")).failure
    assert failure is not None
    assert len(failure.message.encode()) <= 8192 + len("…".encode())


async def test_a_hostile_stack_property_is_only_text(bench: Bench) -> None:
    """A stack that is no string, or throws, costs the stack and nothing else."""
    code = "module.exports = () => { const e = new Error('m'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e }"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert ("m", None, None) == (failure.message, failure.stack, failure.location)
