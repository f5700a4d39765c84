"""All hostile cases of this folder, one after the other in any order, and many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Case

MANY = 16
FEW = 4


@pytest.mark.parametrize("together", [FEW, MANY])
async def test_no_order_and_no_number_of_them_hurts_anybody(arena_for: Any, corpus: list[Case], together: int) -> None:
    """Whatever ran before, and whatever runs beside it, each case ends as it ends alone.

    Those that wait for time to be over would take minutes one by one, so that a few are under way even in the first order.
    """
    async with arena_for(together=together) as arena:
        assert {} == await arena.check_all(corpus, together=together)


def test_names_are_unique(corpus: list[Case]) -> None:
    """Findings are told by the name of a case."""
    assert len(corpus) == len({case.name for case in corpus})
