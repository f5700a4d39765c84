"""What benchmarks make of what they measure."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("measuring")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("table")


async def test_contenders_take_turns_and_each_round_begins_with_another(measuring: ModuleType) -> None:
    """A first round warms all of them up, and is not counted."""
    turns: list[str] = []

    def contender(name: str) -> object:
        async def measure() -> dict[str, float]:
            turns.append(name)
            return {"p50": len(turns)}

        return measuring.Contender(name, measure)

    figures = await measuring.alternate([contender("ours"), contender("rival")], 2, rest_seconds=0)
    assert ["ours", "rival", "ours", "rival", "rival", "ours"] == turns
    assert ([3, 6], [4, 5]) == (figures.values("ours", "p50"), figures.values("rival", "p50"))


def test_targets_hold_for_the_median_of_the_ratios_round_by_round(measuring: ModuleType, table: ModuleType) -> None:
    """The verdict is about ratios of the same round, not about the medians of either side."""
    row = measuring.Row("c", "work", "ms", [1, 9, 10], "rival", [2, 10, 4], measuring.Target(0.9))
    assert ("c", "work", "9 ms", "rival", "4 ms", "0.9 (0.5 to 2.5)", "<= 0.9", "met") == table.cells(row)
    throughput = measuring.Row("e", "work", "MB/s", [7], "rival", [10], measuring.Target(0.8, least=True))
    assert (">= 0.8", "missed") == table.cells(throughput)[-2:]


def test_rivals_that_cannot_be_installed_are_told(measuring: ModuleType, table: ModuleType) -> None:
    """Their row says why, and no target counts as met."""
    figures = measuring.Figures({"ours": [{"p50": 1.0}]})
    targets = {"rival": measuring.Target(1)}
    rows = figures.rows("a", "work", "p50", targets=targets, absent={"rival": "there is no Node.js"})
    assert ("a", "work", "1 ms", "rival", "there is no Node.js", "", "<= 1", "not measured") == table.cells(rows[-1])


def test_the_table_replaces_the_one_that_was_written_before(
    measuring: ModuleType, table: ModuleType, tmp_path: Path
) -> None:
    """What stands around it in the file stays."""
    file = tmp_path / "README.md"
    file.write_text(f"before\n\n{table.BEGIN}\nold\n{table.END}\n\nafter\n")
    for work in ("first", "second"):
        table.write(file, "2026-11-26, on a machine", [measuring.Row("j", work, "ms", [300])])
    text = file.read_text()
    assert text.startswith(f"before\n\n{table.BEGIN}\n\n2026-11-26")
    assert text.endswith(f"| j | second | 300 ms |  |  |  |  |  |\n\n{table.END}\n\nafter\n")
    assert "first" not in text
