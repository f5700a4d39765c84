"""Which exported function is the method: every spelling of semantics 1.1 and the order of decision 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPELLINGS = {
    "default named async": "export default async function list(args) { return args.n }",
    "default named": "export default function list(args) { return args.n }",
    "default anonymous": "export default async function ({ n }) { return n }",
    "default arrow": "export default async ({ n }) => (n)",
    "commonjs function": "module.exports = async function ({ n }) { return n }",
    "commonjs arrow": "module.exports = async ({ n, other }) => { return n }",
    "commonjs sync arrow": "module.exports = ({ n }) => n",
    "commonjs default": "module.exports.default = ({ n }) => n",
    "named export": "exports.list = function ({ n }) { return n }",
    "named es export": "export async function list({ n }) { return n }",
    "only function": "exports.version = 1; exports.whatever = ({ n }) => n",
    "handler object": "export default new (class { constructor() { this.m = 2 } list({ n }) { return n + this.m - 2 } })()",
    "handler of functions": "export default { spec: () => 0, list: ({ n }) => n }",
    "hashbang": "#!/usr/bin/env node\nmodule.exports = ({ n }) => n",
}


@pytest.mark.parametrize("code", SPELLINGS.values(), ids=SPELLINGS.keys())
async def test_every_export_spelling_gives_the_method(bench: Bench, code: str) -> None:
    """Each spelling seen in real code exports a method."""
    assert 5 == await bench.value(code, {"n": 5})


async def test_the_default_export_wins_over_a_named_one(bench: Bench) -> None:
    """Where several functions could be the method, the default export is taken and the report warns."""
    outcome = await bench.run("export default () => 'default'; export function list() { return 'named' }")
    assert "default" == outcome.value
    assert (
        "data/contacts/list.js exports more than one function that could be the method; the default export is used",
    ) == outcome.warnings


@pytest.mark.parametrize(
    ("code", "exported"),
    [
        ("export const a = 1; export const b = 'x'", "'a' (number), 'b' (string)"),
        ("const a = 1", "nothing"),
        ("module.exports = 4", "a number"),
        ("exports.one = () => 1; exports.two = () => 2", "'one' (function), 'two' (function)"),
    ],
)
async def test_a_file_without_a_method_says_what_it_exports(bench: Bench, code: str, exported: str) -> None:
    """A file that exports no method fails with the names and types that it does export."""
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert ("custom_code", "load") == (failure.type, failure.key)
    assert f"exports no method: it exports {exported}" in failure.message


async def test_input_is_the_second_argument(bench: Bench) -> None:
    """A method that declares a second parameter receives `input`, and everything where there is none."""
    code = "module.exports = (context, input) => input"
    assert [1] == await bench.value(code, {"input": [1]})
    assert "7" == await bench.value("module.exports = (context, all) => all.id", {"id": "7"})
