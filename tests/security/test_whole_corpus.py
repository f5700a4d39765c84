"""All hostile cases of this folder, in any order, sixteen at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.case import whole_corpus
from harness.many import Crowd
from harness.opening import open_arena

if TYPE_CHECKING:
    from harness.case import Case

TOGETHER = 16


async def test_no_order_and_no_number_of_them_hurts_anybody(own_temporary_folder: None, corpus: list[Case]) -> None:
    """Whatever ran before, and whatever runs beside it, each case ends as it ends alone."""
    async with open_arena(together=TOGETHER) as arena:
        found = await Crowd(arena, corpus, together=TOGETHER).findings()
        for line in (*arena.told(), *found.items()):
            print(line)  # noqa: T201 (shown where the test fails)
    assert {} == found


def test_names_are_unique() -> None:
    """Findings are told by the name of a case."""
    cases = whole_corpus()
    assert len(cases) == len({case.name for case in cases})
