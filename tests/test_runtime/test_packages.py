"""Packages: what files import by a name that is no path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from runtime import Module, Outcome, Sandbox, Script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from runtime import HostCall, HostReply

pytestmark = pytest.mark.asyncio(loop_scope="module")


def package(name: str, code: str) -> Module:
    """Return a package's module."""
    return Module(name=f"node_modules/{name}", code=code)


PACKAGES = {
    "esm": package(
        "esm", "import { base } from '@acme/base'\nexport const value = base + 1\nexport default () => value"
    ),
    "@acme/base": package("@acme/base", "exports.base = 40; exports.load = () => require('esm').value"),
    "broken": package("broken", "const a = ;"),
    "throws": package("throws", "exports.f = () => {\n  throw new Error('inside') }"),
    "count": package("count", "exports.n = (exports.n ?? 0) + 1"),
    "needs": package("needs", "require('fs')"),
    "paths": package("paths", "require('./list')"),
}


async def no_calls(call: HostCall) -> HostReply:
    """Answer nothing."""
    raise NotImplementedError(call.operation)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with packages."""
    async with Sandbox(workers=4, packages=PACKAGES) as opened:
        yield opened


async def run(sandbox: Sandbox, code: str, packages: Mapping[str, Module] | None = None) -> Outcome:
    """Run a file."""
    script = Script(module=Module(name="list.js", code=code), exports=("list",), packages=packages or {})
    return await sandbox.run(script, {}, isolation_key="acme", calls=no_calls)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import f, { value } from 'esm'\nexport default () => [f(), value]", [41, 41]),
        ("const { base, load } = require('@acme/base')\nmodule.exports = () => [base, load()]", [40, 41]),
        ("export default async () => (await import('esm')).value", 41),
        ("import 'count'\nimport { n } from 'count'\nexport default () => n", 1),
    ],
)
async def test_a_package_is_imported_by_its_name(sandbox: Sandbox, code: str, value: object) -> None:
    """Packages are CommonJS or ES modules, import each other, and are evaluated once a run."""
    outcome = await run(sandbox, code)
    assert (None, value) == (outcome.failure, outcome.value)


async def test_a_package_of_the_sandbox_wins_over_one_of_the_script(sandbox: Sandbox) -> None:
    """Packages that come with a script stand beside those of the sandbox, and do not replace them."""
    own = {"count": package("count", "exports.n = 7"), "own": package("own", "exports.m = 8")}
    code = "import { n } from 'count'\nimport { m } from 'own'\nexport default () => [n, m]"
    assert [1, 8] == (await run(sandbox, code, own)).value


@pytest.mark.parametrize(
    ("code", "words", "place"),
    [
        ("import 'broken'\nexport default () => 1", "Unexpected token", ("node_modules/broken", 1, 11)),
        ("import { f } from 'throws'\nexport default () => f()", "inside", ("node_modules/throws", 2, 9)),
        (
            "export default () => 1\nimport 'other'",
            ", @acme/base, broken, count, esm, needs, paths, throws.",
            ("list.js", 2, 1),
        ),
        (
            "import 'needs'\nexport default () => 1",
            "node_modules/needs imports 'fs'",
            ("node_modules/needs", 1, 1),
        ),
        (
            "import 'paths'\nexport default () => 1",
            "imports './list', but there is no such",
            ("node_modules/paths", 1, 1),
        ),
    ],
)
async def test_what_is_wrong_with_a_package_or_an_import_is_told(
    sandbox: Sandbox, code: str, words: str, place: tuple[str, int, int]
) -> None:
    """The error names the package, or the file and line of an import that means nothing, and what there is."""
    failure = (await run(sandbox, code)).failure
    assert failure is not None
    assert words in failure.message
    assert failure.location is not None
    assert place == (failure.location.file, failure.location.line, failure.location.column)
