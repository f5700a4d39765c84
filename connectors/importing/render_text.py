"""Lines for the terminal: what became of recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from connectors.printable import printable

if TYPE_CHECKING:
    from .imported import Imported, ImportedFixture
    from .recording import Note


def imported_text(imported: Imported) -> Text:
    """Return which fixtures were written, what is different in them, and what to do now."""
    text = Text("\n").join(_file_text(file) for file in imported.files)
    if imported.next:
        text.append("\n\nNext:\n", "bold").append("\n".join(f"  {printable(line)}" for line in imported.next))
    return text


def _file_text(file: ImportedFixture) -> Text:
    if file.error is None:
        text = Text.assemble(
            ("wrote ", "cyan"), printable(file.fixture or ""), (f" ({_count(file.exchanges)}, of ", "dim")
        )
        text.append(printable(file.source)).append(")", "dim")
    else:
        text = Text.assemble(("failed ", "bold red"), _note_text(file.error))
    for note in file.notes:
        text.append("\n  ").append_text(_note_text(note))
    return text


def _note_text(note: Note) -> Text:
    line = f":{note.line}" if note.line else ""
    key = f" {note.key}" if note.key else ""
    return Text.assemble((printable(f"{note.file}{line}{key}"), "dim"), f": {printable(note.message)}")


def _count(exchanges: int) -> str:
    return "1 exchange" if exchanges == 1 else f"{exchanges} exchanges"
