"""Views of the runs of many fixtures, each in a file of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from connectors.errors import DefinitionError
from connectors.views import Trace, har_of, timeline_page

from .shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from connectors.fixtures.result import FixtureResult

    from .suite_report import SuiteReport


def _archive(trace: Trace) -> str:
    return json.dumps(har_of(trace), indent=2, ensure_ascii=False)


_WRITERS: Final[dict[str, Callable[[Trace], str]]] = {".har": _archive, ".html": timeline_page}


def write_views(report: SuiteReport, folders: Mapping[str, Path | None]) -> None:
    """Write views of each run, such as `FOLDER/examples/crm/data/contacts/list.two-pages.har`, secrets masked.

    Args:
        report: Of the runs.
        folders: By what files are called: `.har` for HTTP archives, `.html` for pages with a timeline.

    Raises:
        DefinitionError: A file cannot be written.
    """
    for result in report.results:
        trace = Trace.of(
            result.report,
            result.capture,
            redactor=result.redactor,
            connector=report.connectors[result.file.target],
            method=result.file.method,
        )
        for ending, folder in folders.items():
            if folder is not None:
                _write(folder / _inside(result) / f"{result.file.name}{ending}", _WRITERS[ending](trace), ending)


def _write(path: Path, text: str, ending: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "replace"))
    except OSError as caught:
        raise DefinitionError(f"{path} cannot be written: {caught.strerror}.", key=f"--{ending[1:]}") from caught


def _inside(result: FixtureResult) -> str:
    """Return where in the folder the views of a connector are: as it is below the working directory, or its name."""
    target = result.file.target
    shown = shown_path(target)
    return target.name if shown.startswith("/") or shown == "." else shown
