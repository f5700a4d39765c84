"""Recorder: makes fixtures of runs against the live API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import RecordingError
from .leak_scan import LeakScan
from .live_run import run_live
from .recorded_fixture import RecordedFixture
from .recording import Recording
from .trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from connectors.fixtures.runner import FixtureRunner
    from connectors.host import MethodHost
    from connectors.record import Event
    from connectors.report import RunReport

    from .draft import Draft
    from .live_run import RunRequest
    from .secret_ledger import SecretLedger

_NO_CASES = frozenset({"configuration", "internal", "limit"})
"""Types of errors with which a run has not ended by what the method or the server did."""
_STALE = "The run got new credentials, and the old ones may hold no longer: put new ones into the connection's file."


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Makes fixtures of runs against the live API.

    Attributes:
        host: Runs methods against it; in a `VirtualTimeLoop`, like the runner.
        runner: Replays what was recorded.
        public: Names of members of connections that are no secrets.
        on_event: Told of console lines and requests as they happen, credentials masked.
    """

    host: MethodHost
    runner: FixtureRunner
    public: Collection[str] = ()
    on_event: Callable[[Event], None] | None = field(default=None, repr=False)

    async def record(self, request: RunRequest, path: Path, name: str, limits: dict[str, Any]) -> Recording:
        """Run a method and write what happened as a fixture that is not there yet.

        Args:
            request: What to run.
            path: Of the fixture.
            name: Of the fixture, `data/contacts/list.two-pages`.
            limits: Of the run, as the fixture has them.

        Raises:
            DefinitionError: The connector, the method or its arguments are wrong.
            RecordingError: No fixture can be made of what happened, or none without secrets.
        """
        live = await run_live(self.host, request, name, self.on_event)
        if live.report.error is not None and live.report.error.type in _NO_CASES:
            return Recording(file=path, error=live.report.error)
        recorded = RecordedFixture(request=request, live=live, stem=path.name.rpartition(".")[0], limits=limits)
        recorded.find_secrets(public=self.public)
        trial = Trial(runner=self.runner, path=path, write=recorded.data, substitution=recorded.ledger.substitution)
        tried = await trial.run()
        refuse_secrets(tried.draft, recorded.ledger)
        tried.draft.write()
        return Recording(
            file=path,
            written=tuple(path.with_name(file) for file in (path.name, *tried.draft.contents)),
            exchanges=len(live.exchanges),
            mismatches=tried.result.mismatches,
            notes=(*tried.notes, *_notes(live.report)),
        )


def refuse_secrets(draft: Draft, ledger: SecretLedger) -> None:
    """Raise RecordingError where a secret stands in what is to be written."""
    scan = LeakScan(ledger.names)
    for file, text in {draft.path.name: draft.text, **_texts(draft)}.items():
        found = scan.find(text)
        if found is not None:
            raise RecordingError(
                f"Nothing was written: the secret {ledger.names[found]} would still stand in {file}, in a form that is "
                "not replaced. Please report what the method does with it.",
                file=str(draft.path),
            )


def _texts(draft: Draft) -> dict[str, str]:
    """Return what the fixture says, and the files beside it, as text."""
    contents = {name: content.decode("utf-8", "replace") for name, content in draft.contents.items()}
    return contents | {f"{draft.path.name} ": "\n".join(_strings(draft.document.data))}


def _strings(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    if isinstance(value, dict):
        return [text for name, member in value.items() for text in (name, *_strings(member))]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value if isinstance(value, str) else repr(value)]


def _notes(report: RunReport) -> list[str]:
    return [*report.warnings, *([_STALE] if report.credentials is not None else [])]
