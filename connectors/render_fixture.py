"""The result of a fixture as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from .printable import printable

if TYPE_CHECKING:
    from .fixtures.result import FixtureResult, Mismatch

STYLES = {"- ": "red", "+ ": "green"}


def fixture_text(result: FixtureResult) -> Text:
    """Return whether it passed, and each difference with its place."""
    verdict = ("passed ", "green") if result.ok else ("FAILED ", "bold red")
    text = Text.assemble(verdict, printable(result.file.name), (f" ({result.seconds * 1000:.0f} ms)", "dim"))
    for mismatch in result.mismatches:
        text.append_text(_mismatch_text(str(result.file.path), mismatch))
    return text


def _mismatch_text(file: str, mismatch: Mismatch) -> Text:
    place = file if mismatch.line is None else f"{file}:{mismatch.line}"
    text = Text.assemble("\n  ", (printable(place), "cyan"), " ", (printable(mismatch.title), "bold"))
    for line in mismatch.diff:
        text.append(f"\n    {printable(line)}", STYLES.get(line[:2], "dim"))
    return text
