"""FailureRepr: why a fixture failed, as pytest reports it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from connectors.suite.render_suite import failure_text
from connectors.suite.suite_report import SuiteReport

if TYPE_CHECKING:
    import pytest

    from connectors.connector import Connector
    from connectors.fixtures.result import FixtureResult

_PLAIN_WIDTH = 120


class Crash(NamedTuple):
    """What pytest's summary says of a failure."""

    message: str


class FailureRepr:
    """The differences, and the source of a throw; in colour where the terminal has colours.

    Args:
        result: Of the fixture.
        connector: Whose method was run.
    """

    def __init__(self, result: FixtureResult, connector: Connector) -> None:
        self.reprcrash = Crash(result.mismatches[0].title)
        self._result = result
        self._report = SuiteReport(results=(result,), connectors={result.file.target: connector})

    def toterminal(self, writer: pytest.TerminalWriter) -> None:  # type: ignore[name-defined]  # its type is private
        """Write it to a terminal."""
        writer.line(self._rendered(writer.fullwidth, colour=writer.hasmarkup))

    def __str__(self) -> str:
        """Return it as text."""
        return self._rendered(_PLAIN_WIDTH, colour=False)

    def _rendered(self, width: int, *, colour: bool) -> str:
        stream = StringIO()
        console = Console(file=stream, width=width, force_terminal=colour, color_system="standard" if colour else None)
        console.print(failure_text(self._result, self._report), soft_wrap=True)
        return stream.getvalue().rstrip()
