"""Fixtures of all hostile cases; what must hold after each of them is told in `harness/__init__.py`."""

from __future__ import annotations

import os
import random
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from harness.case import Case, cases_of, whole_corpus
from harness.opening import open_arena

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.arena import Arena


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the cases of its module to each test that takes one."""
    if "case" in metafunc.fixturenames:
        cases = cases_of(metafunc.module.CASES)
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="module", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give this process a folder for temporary files that no other one uses."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    yield
    tempfile.tempdir = before


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def arena(own_temporary_folder: None) -> AsyncIterator[Arena]:
    """One arena for all cases of a module, which run one after the other."""
    async with open_arena(together=4) as arena:
        yield arena
        for line in arena.told():
            print(line)  # noqa: T201 (shown with -s)


@pytest.fixture
def corpus() -> list[Case]:
    """All cases, or CORPUS_SAMPLE of them, in an order that is another one each time, or that of CORPUS_SEED."""
    seed = int(os.environ.get("CORPUS_SEED") or random.randrange(2**32))  # noqa: S311 (an order)
    print(f"for this order again: CORPUS_SEED={seed}")  # noqa: T201 (shown where the test fails)
    cases = whole_corpus()
    random.Random(seed).shuffle(cases)  # noqa: S311 (an order)
    return cases[: int(os.environ.get("CORPUS_SAMPLE") or len(cases))]
