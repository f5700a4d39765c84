"""What came of recording a fixture, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from .printable import printable
from .render_text import error_text, warning_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .recording.recording import Recording

_STYLES: Final = {"-": "red", "+": "green", "@": "cyan"}


def change_text(recording: Recording) -> Text:
    """Return how a fixture would change, and whether its replay would pass."""
    return _diff(recording.diff).append_text(_mismatches(recording)).append_text(_ending(recording))


def recording_text(recording: Recording, *, with_diff: bool) -> Text:
    """Return what was written, how it differs from what was there, and whether its replay passes.

    Args:
        recording: What came of recording.
        with_diff: Whether the differences were not shown already.
    """
    text = Text()
    for note in recording.notes:
        text.append_text(warning_text(note)).append("\n")
    if recording.error is not None:
        text.append_text(error_text(recording.error))
        return text.append("\nNothing was written: a run that ends so is no case.")
    if with_diff:
        text.append_text(_diff(recording.diff))
    for drift in recording.drift:
        text.append(f"{printable(drift.request)}\n", "bold")
        text.append("".join(f"  {printable(change)}\n" for change in drift.changes), "yellow")
    for path in recording.written:
        text.append("wrote ", "cyan").append(f"{printable(str(path))}\n")
    return text.append_text(_mismatches(recording)).append_text(_ending(recording))


def _mismatches(recording: Recording) -> Text:
    text = Text()
    for mismatch in recording.mismatches:
        place = recording.file if mismatch.line is None else f"{recording.file}:{mismatch.line}"
        text.append(f"{printable(str(place))}: ", "cyan").append(f"{printable(mismatch.title)}\n", "bold")
        text.append_text(_diff(mismatch.diff))
    return text


def _ending(recording: Recording) -> Text:
    if recording.mismatches:
        return Text.assemble(("failed", "bold red"), ": a replay of the fixture does not do what the live run did")
    if recording.drift:
        return Text.assemble(("drifted", "bold yellow"), f": {len(recording.drift)} answers have another shape")
    if recording.reads is not None:
        return Text.assemble(("ok", "bold green"), (f": {recording.reads} answers have the shape they had", "dim"))
    return Text.assemble(("ok", "bold green"), (f": {recording.exchanges} exchanges", "dim"))


def _diff(lines: Iterable[str]) -> Text:
    text = Text()
    for line in lines:
        text.append(f"{printable(line.rstrip())}\n", _STYLES.get(line[:1], ""))
    return text
