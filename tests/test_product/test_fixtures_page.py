"""What the page on fixtures shows is what happens."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.fixtures.discovery import find_fixtures
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from connectors.fixtures.result import FixtureResult

PAGE = (Path(__file__).parents[2] / "docs/fixtures.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```\w+\n((?:#|//) (\S+)\n.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


async def run_all(folder: Path) -> list[FixtureResult]:
    """Run the fixtures in a folder."""
    async with FixtureRunner() as runner:
        return [await runner.run(FixtureFile.load(path)) for path in find_fixtures([folder])]


def test_the_fixtures_that_are_shown_pass_and_the_failure_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """Each file of the page is written where it says; then the method asks for its second page by another name."""
    assert [".js", ".yml", ".yml", ".yml"] == [Path(name).suffix for _, name in FILES]
    (tmp_path / "spec.yml").write_text("key: crm\nname: CRM\n")
    for text, name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    method = tmp_path / "data/contacts/list.js"
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
        results = loop.run(run_all(tmp_path))
        assert [] == [mismatch for result in results for mismatch in result.mismatches]
        assert 3 == len(results)
        method.write_text(method.read_text().replace("{ cursor }", "{ page: 2 }"))
        (mismatch,) = loop.run(run_all(tmp_path))[-1].mismatches
    shown = [
        f"{mismatch.title}  list.two-pages.fixture.yml:{mismatch.line}",
        *(f"    {line}" for line in mismatch.diff),
    ]
    assert all(line in PAGE for line in shown), shown
