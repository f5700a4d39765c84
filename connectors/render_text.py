"""Lines for the terminal: each part of a run as styled text. Untrusted text in it is made harmless."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.highlighter import JSONHighlighter
from rich.text import Text

from .printable import printable
from .sink import STANDARD_OUTPUT
from .source_frame import SourceFrame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge import Exchange
    from runtime import JSON, LogLine

    from .delivery import Written
    from .report import RunError, RunSuspension, RunUsage
    from .written_files import WrittenFiles

LONGEST_DATA = 500
TYPES_WITHOUT_DATA = frozenset({"configuration", "custom_code"})  # told by the message, and by the place
LEVEL_STYLES = {"warn": "yellow", "error": "red", "debug": "dim"}
STATUS_STYLES = {2: "green", 3: "cyan", 4: "red", 5: "red"}


def log_text(line: LogLine) -> Text:
    """Return a console line."""
    return Text.assemble(
        (f"{line.level:<5} ", LEVEL_STYLES.get(line.level, "cyan")), printable(line.message, keep="\n")
    )


def exchange_text(exchange: Exchange) -> Text:
    """Return an HTTP request and how it ended."""
    answer = str(exchange.status) if exchange.status is not None else exchange.error or "no answer"
    style = STATUS_STYLES.get((exchange.status or 0) // 100, "red")
    attempt = f", attempt {exchange.attempt}" if exchange.attempt > 1 else ""
    return Text.assemble(
        (f"{printable(exchange.method):<5} ", "cyan"),
        f"{printable(exchange.url)} ",
        (answer, style),
        (f" ({exchange.duration_ms:.0f} ms, {exchange.response_bytes} bytes{attempt})", "dim"),
    )


def warning_text(warning: str) -> Text:
    """Return a warning for the method's author."""
    return Text.assemble(("warning: ", "yellow"), printable(warning, keep="\n"))


def value_text(value: JSON) -> Text:
    """Return the value of a run as indented JSON."""
    return JSONHighlighter()(Text(printable(json.dumps(value, indent=2, ensure_ascii=False), keep="\n")))


def written_text(written: Written) -> Text:
    """Return what was written where."""
    name = "standard output" if written.file == STANDARD_OUTPUT else printable(written.file)
    return Text.assemble(("wrote ", "cyan"), f"{written.bytes} bytes to {name}")


def files_text(files: WrittenFiles) -> Text:
    """Return which files were written, which were kept, and what to do now."""
    text = Text()
    for verb, style, names in (("wrote", "cyan", files.written), ("kept ", "yellow", files.kept)):
        for name in names:
            text.append(f"{verb} ", style).append(f"{printable(f'{files.folder}/{name}')}\n")
    return text.append("\nNext:\n", "bold").append("\n".join(f"  {printable(line)}" for line in files.next))


def ending_text(usage: RunUsage, *, ok: bool) -> Text:
    """Return how a run ended, and what it used."""
    memory = f"memory {usage.peak_memory_bytes / 1e6:.0f} MB"
    figures = f" in {usage.wall_ms:.0f} ms (CPU {usage.cpu_ms:.0f} ms, {memory}, requests {usage.requests})"
    return Text.assemble(("ok", "bold green") if ok else ("failed", "bold red"), (figures, "dim"))


def suspended_text(suspended: RunSuspension) -> Text:
    """Return until when a run was put off."""
    until = suspended.resume_at.isoformat(timespec="seconds")
    return Text.assemble(("suspended", "bold yellow"), f" until {until}; go on with methodhost resume")


def error_text(error: RunError) -> Text:
    """Return an error without its place."""
    name = f"{error.type}/{error.key}" if error.key else error.type
    text = Text.assemble((f"{name}: ", "bold red"), (printable(error.message, keep="\n"), "bold"))
    if error.data is not None and error.type not in TYPES_WITHOUT_DATA:
        data = printable(json.dumps(error.data, ensure_ascii=False))
        text.append(f"\n  {data if len(data) <= LONGEST_DATA else data[:LONGEST_DATA] + '…'}", "dim")
    return text


def place_text(error: RunError, source: str | None) -> Text:
    """Return where an error came from: the lines around it with a caret, and the frames of the stack.

    Args:
        error: The error; nothing is returned for one without a place.
        source: Text of the file with the place, where it is known.
    """
    place = error.location
    if place is None:
        return Text()
    text = Text.assemble((printable(f"  {place.file}:{place.line}:{place.column}"), "cyan"))
    if source:
        text.append_text(frame_text(source, place.line, place.column))
    return text.append("".join(f"\n{frame}" for frame in _frames(error.stack)), "dim")


def frame_text(source: str, line: int, column: int | None) -> Text:
    """Return the lines around a place, each on a line of its own; nothing where the source has no such line.

    Args:
        source: Text of the file.
        line: Counted from 1.
        column: Where the caret stands; without it, the first character of the line.
    """
    text = Text()
    first = (
        len(source.split("\n")[line - 1]) - len(source.split("\n")[line - 1].lstrip()) + 1 if column is None else column
    )
    frame = SourceFrame.around(source, line, first)
    for margin, shown in frame.numbered() if frame else ():
        marked = margin.startswith(">") or shown.strip() == "^"
        text.append(f"\n  {margin}", "red" if marked else "dim").append(shown, "bold" if marked else "")
    return text


def _frames(stack: str | None) -> Iterator[str]:
    """Yield the frames of a stack but the first, which is where the error came from."""
    frames = [line for line in (stack or "").split("\n") if line.startswith("    at ")]
    yield from map(printable, frames[1:])
