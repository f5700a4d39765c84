"""Modules that an application gives to methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors import Connector, DefinitionError, MethodHost

if TYPE_CHECKING:
    from pathlib import Path


async def test_methods_import_what_the_application_gives(tmp_path: Path) -> None:
    """Text or the file of a CommonJS or ES module is imported by its name; errors in it name it."""
    file = tmp_path / "money.mjs"
    file.write_text("import { rate } from '@acme/rates'\nexport const convert = (n) => n * rate\n")
    modules = {"money": file, "@acme/rates": "exports.rate = 3", "broken/part": "exports.a = (\n"}
    async with MethodHost(workers=1, spares=1, modules=modules) as host:
        code = "import { convert } from 'money'\nexport default ({ n }) => convert(n)"
        report = await host.run(Connector.from_source("list", code), args={"n": 2})
        assert 6 == report.unwrap()
        report = await host.run(Connector.from_source("list", "module.exports = () => 1\nrequire('broken/part')"))
        assert report.error is not None
        assert report.error.location is not None
        assert ("syntax", "node_modules/broken/part") == (report.error.key, report.error.location.file)
        report = await host.run(Connector.from_source("list", "import fs from 'fs'\nexport default () => fs"))
        assert report.error is not None
        assert "list.js imports 'fs', which is not available. Available: " in report.error.message
        assert report.error.message.endswith(", @acme/rates, broken/part, money.")


@pytest.mark.parametrize("name", ["fs", "net", "child_process", "fs/promises", "http2", "worker_threads", "os"])
def test_a_module_that_reaches_the_machine_cannot_be_given(name: str) -> None:
    """What methods never have, no application gives them by mistake."""
    with pytest.raises(DefinitionError, match=r"modules\['.*'\]: The name is that of a module of Node.js"):
        MethodHost(modules={name: "exports.a = 1"})


@pytest.mark.parametrize(
    "name", ["", "./a", "../a", "node:fs", "/a", "a b", "a/../b", "a/.", "@acme", "methodhost:x", "a\n"]
)
def test_a_name_must_be_that_of_a_module(name: str) -> None:
    """Paths, and names with a scheme, are not imported by name."""
    with pytest.raises(DefinitionError, match="This is no name of a module"):
        MethodHost(modules={name: "exports.a = 1"})


def test_what_is_given_must_be_source_or_a_file(tmp_path: Path) -> None:
    """A path that is not marked as one, an empty text and a missing file are told apart."""
    with pytest.raises(DefinitionError, match=r"This is a path, not JavaScript: give Path\('lib/a.js'\)"):
        MethodHost(modules={"a": "lib/a.js"})
    with pytest.raises(DefinitionError, match=r"modules\['a'\]: The text is empty"):
        MethodHost(modules={"a": " \n"})
    with pytest.raises(DefinitionError, match=r"no\.js: The file cannot be read: No such file"):
        MethodHost(modules={"a": tmp_path / "no.js"})
