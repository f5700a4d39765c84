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
    "inherited by a handler": "class Base { list({ n }) { return n } }; export default new (class extends Base {})()",
    "commonjs handler": "module.exports = new (class { find() { return 0 } list({ n }) { return n } })()",
    "two names in one declaration": "export const version = 1, list = ({ n }) => n",
    "default of several": "const a = 1, list = ({ n }) => n\nexport { a, list as default }",
    "default of another name": "function other({ n }) { return n }\nexport default other",
    "key as the file spells it": "exports['list'] = async ({ n }) => n",
    "generic function": "exports.default = async function list(context, input) { return input.n }",
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


ORDER = {
    "default export": "export default () => 'default export'\nexport const list = () => 2",
    "module.exports": "module.exports = () => 'module.exports'\nmodule.exports.default = () => 2\nmodule.exports.list = () => 3",
    "exports.default": "exports.default = () => 'exports.default'\nexports.list = () => 2",
    "named export": "exports.list = () => 'named export'\nexports.other = () => 2",
    "older name": "exports.find = () => 'older name'\nexports.other = () => 2",
    "only function": "exports.other = () => 'only function'\nexports.default = { list: () => 2 }",
    "handler": "exports.a = () => 1\nexports.b = () => 2\nexports.default = { list: () => 'handler' }",
}


@pytest.mark.parametrize("taken", ORDER)
async def test_of_several_candidates_the_first_in_order_is_taken(bench: Bench, taken: str) -> None:
    """The order is that of decision 1."""
    assert taken == await bench.value(ORDER[taken], exports=("list", "find"))


@pytest.mark.parametrize(
    ("code", "exported"),
    [
        ("export const a = 1; export const b = 'x'", "'a' (number), 'b' (string)"),
        ("const a = 1", "nothing"),
        ("module.exports = 4", "a number"),
        ("exports.one = () => 1; exports.two = () => 2", "'one' (function), 'two' (function)"),
        ("export default { find: () => 1, update: () => 2, path: 'x' }", "'default' (object with find, update)"),
        ("module.exports = new (class { find = () => 1 })()", "'find' (function)"),
        ("export const toString = 1", "'toString' (number)"),
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
