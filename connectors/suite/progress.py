"""Progress: how far a suite is, in a terminal."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.printable import printable


class ProgressBar:
    """A bar on standard error as long as the suite is under way, where that is a terminal; nothing is left of it."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._failed = 0
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> Self:
        """Show it."""
        self._progress.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Take it away."""
        self._progress.stop()

    def begin(self, total: int) -> None:
        """Start from nothing."""
        self._failed = 0
        self._progress.reset(self._task, total=total, description="")

    def done(self, name: str, *, ok: bool) -> None:
        """Go on by one."""
        self._failed += not ok
        failed = f"[red]{self._failed} failed[/] " if self._failed else ""
        self._progress.update(self._task, advance=1, description=f"{failed}{escape(printable(name))}")
