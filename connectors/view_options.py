"""ViewOptions: which views of a run are asked for; options of several commands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from .cli_options import Command
    from .session import Session
    from .views import RunViews, Trace

_OPTIONS = (
    click.option("--har", metavar="FILE", help="Write what was requested to FILE, as an HTTP archive (HAR 1.2)."),
    click.option("--html", metavar="FILE", help="Write what happened to FILE, as one page for a browser."),
    click.option("--timeline", is_flag=True, help="Show what happened when, once the run is over."),
)


def view_options(command: Command) -> Command:
    """Give a command `--har`, `--html` and `--timeline`, which it takes as `views`."""

    @click.pass_obj
    @wraps(command)
    def with_views(
        session: Session,
        /,
        *,
        har: str | None,
        html: str | None,
        timeline: bool,
        **others: Any,  # noqa: ANN401 (the command's)
    ) -> Any:  # noqa: ANN401 (the command's)
        views = ViewOptions.of(har, html, timeline=timeline, show=session.output.show_timeline)
        return command(views=views, **others)

    decorated: Command = with_views
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@dataclass(frozen=True, kw_only=True)
class ViewOptions:
    """Views that are asked for.

    Attributes:
        files: Where to write them, by option: `--har`, `--html`.
        on_trace: Given what there was to see.
    """

    files: Mapping[str, str]
    on_trace: Callable[[Trace], None] | None = None

    @classmethod
    def of(cls, har: str | None, html: str | None, *, timeline: bool, show: Callable[[Trace], None] | None) -> Self:
        """Return what options say.

        Args:
            har: `--har`.
            html: `--html`.
            timeline: `--timeline`.
            show: Shows a timeline to a person; None where a program reads.

        Raises:
            UsageError: A program would have to read a timeline.
        """
        if timeline and show is None:
            raise click.UsageError("--timeline is for the terminal; with --json, write a page: --html FILE.")
        files = {option: file for option, file in (("--har", har), ("--html", html)) if file is not None}
        return cls(files=files, on_trace=show if timeline else None)

    def open(self, closing: ExitStack) -> RunViews | None:
        """Return what writes views, if any are asked for; what they take to load is loaded only then.

        Args:
            closing: Discards what is not complete.

        Raises:
            DefinitionError: A file cannot be written.
        """
        if not self.files and self.on_trace is None:
            return None
        from .views import RunViews

        return closing.enter_context(RunViews.open(self.files, self.on_trace))
