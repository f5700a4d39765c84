"""The modules of Node.js that methods import, and crypto.subtle, compared with Node.js itself, case by case."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from bridge import Limits

if TYPE_CHECKING:
    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = Path(__file__).with_name("node_cases.js")
PRINT = f"require({json.dumps(str(CASES))})().then((outcomes) => process.stdout.write(JSON.stringify(outcomes)))"
PATIENCE_SECONDS = 60
FEWEST = 200
MOST_THROWN = 35

DIFFERS = {
    "path.join [7]": "path-browserify words its errors otherwise",
}
"""What is known to differ, and why."""


async def outcomes_of_node(program: str) -> dict[str, Any]:
    """Let Node.js evaluate all cases."""
    process = await asyncio.create_subprocess_exec(
        program, "--no-warnings", "-e", PRINT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    outcomes = json.loads(output)
    assert isinstance(outcomes, dict)
    return outcomes


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def outcomes(shared_methods: Methods, node_with_axios: str) -> dict[str, tuple[Any, Any]]:
    """What Node.js and a method made of each case, in that order."""
    body = f"const module = {{}}\n{CASES.read_text(encoding='utf-8')}\nreturn module.exports()"
    limits = Limits(cpu_time_seconds=30, wall_time_seconds=PATIENCE_SECONDS)
    theirs, ours = await asyncio.gather(outcomes_of_node(node_with_axios), shared_methods.value(body, limits=limits))
    assert list(theirs) == list(ours)
    return {name: (theirs[name], ours[name]) for name in theirs}


async def test_each_case_is_what_node_makes_of_it(outcomes: dict[str, tuple[Any, Any]]) -> None:
    """Values and errors are those of Node.js, but for the differences that are listed."""
    differing = {name: pair for name, pair in outcomes.items() if pair[0] != pair[1]}
    assert {} == {name: pair for name, pair in differing.items() if name not in DIFFERS}
    assert DIFFERS.keys() == differing.keys()


async def test_most_cases_give_something(outcomes: dict[str, tuple[Any, Any]]) -> None:
    """There are many cases, and not errors that both throw for reasons of their own are compared, but results."""
    threw = [name for name, (theirs, _) in outcomes.items() if isinstance(theirs, dict) and "thrown" in theirs]
    assert len(outcomes) >= FEWEST
    assert len(threw) <= MOST_THROWN
