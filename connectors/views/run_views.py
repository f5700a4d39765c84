"""RunViews: views of one run, in the files that options of the command line name."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from bridge import Capture, Redactor
from connectors.environment import RunEnvironment
from connectors.errors import DefinitionError
from connectors.report import RunError
from connectors.sink import STANDARD_OUTPUT, open_sink

from .har import har_of
from .timeline_page import timeline_page
from .trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connectors.connector import Connector
    from connectors.report import RunReport
    from connectors.sink import Sink


def _archive(trace: Trace) -> str:
    return json.dumps(har_of(trace), indent=2, ensure_ascii=False)


_WRITERS: Final[dict[str, Callable[[Trace], str]]] = {"--har": _archive, "--html": timeline_page}


@dataclass(frozen=True)
class RunViews:
    """Watches one run, and writes what there was to see.

    Attributes:
        sinks: Where to write what each option asks for, and what it calls that place.
        capture: Of the run.
        redactor: Of the run.
        on_trace: Given what there was to see.
    """

    sinks: Mapping[str, tuple[str, Sink]]
    capture: Capture
    redactor: Redactor
    on_trace: Callable[[Trace], None] | None = None

    @classmethod
    @contextmanager
    def open(cls, files: Mapping[str, str], on_trace: Callable[[Trace], None] | None = None) -> Iterator[Self]:
        """Open files before there is anything to write; leave nothing behind of those that were not written.

        Args:
            files: Their names, by the options that named them: `--har`, `--html`.
            on_trace: Given what there was to see.

        Raises:
            DefinitionError: One cannot be written.
        """
        with ExitStack() as closing:
            sinks = {}
            for option, name in files.items():
                if name == STANDARD_OUTPUT:
                    raise DefinitionError("It must be the name of a file.", key=option)
                sink = open_sink(name, option=option)
                closing.callback(sink.discard)
                sinks[option] = name, sink
            yield cls(sinks, Capture(), Redactor(), on_trace)

    @property
    def environment(self) -> RunEnvironment:
        """What the run must be given, so that there is something to see."""
        return RunEnvironment(capture=self.capture, redactor=self.redactor)

    def write(self, report: RunReport, connector: Connector, method: str | None) -> RunReport:
        """Write all of them; return the report, which tells where one could not be written.

        Args:
            report: Of the run. Its value stays in it: what was done was done.
            connector: Whose method ran.
            method: Its name, as it was asked for.
        """
        trace = Trace.of(report, self.capture, redactor=self.redactor, connector=connector, method=method)
        if self.on_trace is not None:
            self.on_trace(trace)
        for option, (name, sink) in self.sinks.items():
            try:
                sink.write(_WRITERS[option](trace).encode("utf-8", "replace"))
                sink.keep()
            except OSError as caught:
                report = _unwritten(report, f"{name} cannot be written: {caught.strerror}.")
        return report


def _unwritten(report: RunReport, message: str) -> RunReport:
    """Return the report with an error beside its value, or with a warning beside its error."""
    if report.error is not None:
        return report.model_copy(update={"warnings": (*report.warnings, message)})
    return report.model_copy(update={"ok": False, "error": RunError(type="internal", key="output", message=message)})
