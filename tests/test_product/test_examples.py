"""The fixtures of the examples: every method has one, and all of them pass."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connectors import Connector
from connectors.fixtures.discovery import find_fixtures
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from runtime import VirtualTimeLoop

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = [FixtureFile.load(path) for path in find_fixtures([EXAMPLES])]


def test_all_fixtures_of_the_examples_pass() -> None:
    """They need no network, no server and no time."""

    async def run_all() -> list[str]:
        async with FixtureRunner() as runner:
            results = await asyncio.gather(*map(runner.run, FILES))
        return [f"{result.file.name}: {one.title}" for result in results for one in result.mismatches]

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
        assert [] == loop.run(run_all())


@pytest.mark.parametrize("name", ["crm", "fulfilment", "hello.js"])
def test_every_method_of_the_examples_has_a_fixture(name: str) -> None:
    """Those of a handler count as one."""
    connector = Connector.load(EXAMPLES / name)

    covered = {connector.find(file.method).file.name for file in FILES if file.target == EXAMPLES / name}

    assert {method.file.name for method in connector.methods.values()} == covered
