"""What extensions of the sandbox can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime import Location, Module

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_object_can_stand_for_the_value(bench: Bench) -> None:
    """An object that an extension made may be returned; the application learns what it is called."""
    outcome = await bench.run("module.exports = ({ handle }) => handle()")
    assert (None, None, {"handle": 7}) == (outcome.failure, outcome.value, outcome.resource)


async def test_an_answer_that_cannot_be_read_rejects_its_call(bench: Bench) -> None:
    """When an extension throws over an answer, the call rejects with what it threw, and others go on."""
    code = "module.exports = ({ echo }) => Promise.all([echo(1), echo('unreadable').catch(({ name, message }) => [name, message])])"
    assert [1, ["Error", "cannot be read"]] == await bench.value(code)


@pytest.mark.parametrize(
    "code",
    [
        "module.exports = () => require('echo-module').echoed",
        "import { echoed } from 'echo-module'\nexport default () => echoed",
    ],
)
async def test_a_method_can_import_what_an_extension_provides(bench: Bench, code: str) -> None:
    """Modules of the host are there for both module formats."""
    assert "from the host" == await bench.value(code)


async def test_another_module_is_a_load_error_that_lists_what_there_is(bench: Bench) -> None:
    """What cannot be imported is named, and so is what can."""
    failure = (await bench.run("const fs = require('fs')\nmodule.exports = () => 1")).failure
    assert failure is not None
    assert ("custom_code", "load") == (failure.type, failure.key)
    assert "'fs'" in failure.message
    assert "echo-module" in failure.message
    assert failure.location == Location(file="data/contacts/list.js", line=1, column=12)


@pytest.mark.parametrize("how", ["({ greeting })", "async ({ greeting })"])
async def test_a_run_can_be_prepared_by_another_file(bench: Bench, how: str) -> None:
    """An extension may call a method of another file before the run begins, and waits for it."""
    maker = Module(name="auth/make.js", code=f"exports.make = {how} => ({{ greeting, f: () => 7 }})")
    code = "module.exports = ({ made }) => [made.greeting, made.f()]"
    assert ["hello", 7] == await bench.value(code, companion=maker)


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("exports.make = () => {\n  throw new Error('no')\n}", 2, 9),
        ("export const make = async () => {\n  await null\n  return missing\n}", 3, 3),
        ("exports.make = () => {\n  let x = ;\n}", 2, 11),
    ],
)
async def test_what_is_wrong_in_another_file_is_told_with_its_place(
    bench: Bench, code: str, line: int, column: int
) -> None:
    """A failure names the file it happened in, and its line."""
    maker = Module(name="auth/make.js", code=code)
    failure = (await bench.run("module.exports = () => 1", companion=maker)).failure
    assert failure is not None
    assert Location(file="auth/make.js", line=line, column=column) == failure.location
    assert isinstance(failure.data, dict)
    assert code.split("\n")[line - 1] == failure.data["code"]
