"""Modules of the host that methods import, and the randomness of crypto."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime import Location

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODULES = {
    "buffer": ("Buffer", "m.Buffer.from('a').length", 1),
    "crypto": ("createHash", "m.createHash('md5').update('').digest('hex')", "d41d8cd98f00b204e9800998ecf8427e"),
    "events": ("EventEmitter", "new m.EventEmitter().emit('x')", False),
    "lodash": ("chunk", "m.chunk([1, 2, 3], 2)", [[1, 2], [3]]),
    "path": ("join", "m.join('a', '../b')", "b"),
    "querystring": ("parse", "m.parse('a=1').a", "1"),
    "url": ("URL", "new m.URL('https://a.example/b').pathname", "/b"),
    "util": ("inspect", "m.inspect({ a: [1] })", "{ a: [ 1 ] }"),
}

FORMS = (
    "import m from '{module}'\nexport default () => {use}",
    "import * as m from '{module}'\nexport default () => {use}",
    "import {{ {name} }} from '{module}'\nconst m = {{ {name} }}\nexport default () => {use}",
    "const m = require('{module}')\nmodule.exports = () => {use}",
    "const {{ {name} }} = require('{module}')\nconst m = {{ {name} }}\nmodule.exports = () => {use}",
    "export default async () => {{ const m = await import('{module}'); return {use} }}",
)


@pytest.mark.parametrize("name", [*MODULES, *(f"node:{name}" for name in MODULES if name != "lodash")])
async def test_modules_of_the_host_in_every_form_of_import(bench: Bench, name: str) -> None:
    """Default, namespace, named and dynamic imports give the same module as require does, with and without `node:`."""
    member, use, value = MODULES[name.removeprefix("node:")]
    for form in FORMS:
        assert value == await bench.value(form.format(module=name, name=member, use=use))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import get from 'lodash/get'\nexport default () => get({ a: [{ b: 1 }] }, 'a[0].b')", 1),
        ("module.exports = () => require('lodash').isBuffer(Buffer.from('a'))", True),
        (
            "module.exports = () => require('lodash').isEqual(require('lodash').cloneDeep([new Date(1)]), [new Date(1)])",
            True,
        ),
        ("module.exports = () => new Promise((resolve) => require('lodash').debounce(() => resolve(7), 1)())", 7),
        ("module.exports = () => require('path/posix') === require('node:path')", True),
        ("import path, { sep } from 'path'\nexport default () => path.resolve('a') + sep", "/a/"),
    ],
)
async def test_what_else_can_be_imported(bench: Bench, code: str, value: object) -> None:
    """One function of lodash, and what lodash finds out about values of other libraries."""
    assert value == await bench.value(code)


@pytest.mark.parametrize("name", ["fs", "node:fs", "net", "child_process", "lodash/nothing", "node:lodash", "left-pad"])
async def test_a_module_that_is_not_there_is_a_load_error_that_lists_those_that_are(bench: Bench, name: str) -> None:
    """The error names the module, the file, the line, and each module that can be imported, once."""
    failure = (await bench.run(f"\nimport m from '{name}'\nexport default () => m")).failure
    assert failure is not None
    assert ("custom_code", "load") == (failure.type, failure.key)
    assert failure.location == Location(file="data/contacts/list.js", line=2, column=1)
    available = failure.message.partition("Available: ")[2].rstrip(".").split(", ")
    assert f"data/contacts/list.js imports '{name}', which is not available." in failure.message
    assert set(MODULES) <= set(available)
    assert len(set(available)) == len(available)


async def test_what_node_does_with_keys_is_refused_with_what_to_use_instead(bench: Bench) -> None:
    """Signing, ciphers and derivation are in crypto.subtle; the functions of Node.js say so."""
    failure = (await bench.run("module.exports = () => require('crypto').createSign('RSA-SHA256')")).failure
    assert failure is not None
    assert failure.message == "crypto.createSign is not available here: use crypto.subtle.sign and crypto.subtle.verify"


RANDOM = """const { randomBytes } = require('crypto')
module.exports = () => [
  crypto.randomUUID(), randomBytes(3).toString('hex'), [...crypto.getRandomValues(new Uint32Array(2))], randomBytes(200000).at(-1)
]"""


async def test_randomness_comes_from_the_seed(bench: Bench) -> None:
    """The same seed gives the same values in the same order, another one others; without one each run has its own."""
    first, again, other = [await bench.value(RANDOM, seed=bytes([n]) * 32) for n in (1, 1, 2)]
    assert first == again
    assert not set(map(str, first[:3])) & set(map(str, other[:3]))
    assert await bench.value(RANDOM) != await bench.value(RANDOM)


async def test_a_seed_has_32_bytes(bench: Bench) -> None:
    """Another length is an error of the application's."""
    with pytest.raises(ValueError, match="seed must be 32 bytes long, not 3"):
        await bench.run(RANDOM, seed=b"abc")


async def test_nobody_computes_for_a_sandbox_without_a_bridge(bench: Bench) -> None:
    """crypto.subtle is carried out by the application; where it offers nothing, calls reject."""
    code = "module.exports = () => crypto.subtle.digest('SHA-256', new Uint8Array(1)).catch((error) => [error.name, error.message])"
    assert ["NotSupportedError", "crypto.subtle is not available in this run"] == await bench.value(code)
