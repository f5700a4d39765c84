"""Recorder: makes fixtures of runs against the live API."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .live_run import run_live
from .proposal import Proposal
from .recorded_fixture import RecordedFixture
from .recording import Recording
from .reread_fixture import RereadFixture
from .rereading import drift_since, reread
from .trial import Trial
from .update import Update

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.runner import FixtureRunner
    from connectors.host import MethodHost
    from connectors.record import Event

    from .live_run import LiveRun, RunRequest
    from .trial import Tried

_NO_CASES = frozenset({"configuration", "egress", "internal", "limit"})
"""Types of errors with which a run has not ended by what the method or the server did."""
_STALE = "The run got new credentials, and the old ones may hold no longer: put new ones into the connection's file."


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Makes fixtures of runs against the live API. Nothing is written before somebody takes what it proposes.

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

    async def record(self, request: RunRequest, path: Path, name: str, limits: dict[str, Any]) -> Proposal:
        """Run a method, and return what happened as a fixture that is not there yet.

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
        if _is_no_case(live):
            return Proposal(recording=Recording(file=path, error=live.report.error))
        recorded = RecordedFixture(request=request, live=live, stem=_stem(path), limits=limits)
        recorded.find_secrets(public=self.public)
        tried = await Trial(
            runner=self.runner,
            path=path,
            versions=(recorded.data,),
            substitution=recorded.ledger.substitution,
        ).run()
        return Proposal.of(tried, recorded.ledger, notes=_notes(live, recorded, tried))

    async def update(self, file: FixtureFile, request: RunRequest, *, with_args: bool) -> Proposal:
        """Run a fixture's method again, and return the fixture with what is other now.

        Args:
            file: The fixture.
            request: What to run.
            with_args: Whether its arguments are others than the fixture's.

        Raises:
            DefinitionError: The connector, the method or its arguments are wrong.
            RecordingError: No fixture can be made of what happened, or none without secrets.
        """
        seed = file.fixture.seed
        live = await run_live(self.host, request, file.name if seed is None else seed, self.on_event)
        if _is_no_case(live):
            return Proposal(recording=Recording(file=file.path, error=live.report.error))
        recorded = RecordedFixture(
            request=request, live=live, stem=_stem(file.path), limits={}, taken=tuple(_files_of(file.document.data))
        )
        recorded.find_secrets(public=self.public, earlier=file.connection)
        update = Update(file=file, recorded=recorded, with_args=with_args)
        tried = await Trial(
            runner=self.runner,
            path=file.path,
            versions=(update.as_then, update.as_now),
            amend=update.amend,
            substitution=recorded.ledger.substitution,
        ).run()
        return Proposal.of(tried, recorded.ledger, notes=_notes(live, recorded, tried), before=file)

    async def reread(self, file: FixtureFile, request: RunRequest) -> Proposal:
        """Send the reads of a fixture alone, and return how the shapes of their answers have changed.

        What is proposed to be written is the fixture with these answers.

        Args:
            file: The fixture.
            request: Whose connection to use; nothing is run.

        Raises:
            RecordingError: There are no reads, or no fixture can hold their answers without secrets.
        """
        again = await reread(self.host, file, request.members)
        taken = tuple(_files_of(file.document.data))
        fixture = RereadFixture(file=file, request=request, again=tuple(again), taken=taken)
        fixture.find_secrets(public=self.public, earlier=file.connection)
        tried = await Trial(
            runner=self.runner,
            path=file.path,
            versions=(fixture.data,),
            amend=fixture.amend,
            substitution=fixture.ledger.substitution,
        ).run()
        proposal = Proposal.of(tried, fixture.ledger, before=file)
        seen = drift_since(file, again)
        return replace(proposal, recording=replace(proposal.recording, drift=seen.drift, reads=seen.reads))


def _is_no_case(live: LiveRun) -> bool:
    return live.report.error is not None and live.report.error.type in _NO_CASES


def _stem(path: Path) -> str:
    """Return how the names of files beside a fixture begin."""
    return path.name.rpartition(".")[0]


def _files_of(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    """Return the names of the files that a fixture refers to."""
    if isinstance(value, list):
        return [name for item in value for name in _files_of(item)]
    if not isinstance(value, dict):
        return []
    own = [value["file"]] if isinstance(value.get("file"), str) else []
    return [*own, *(name for member in value.values() for name in _files_of(member))]


def _notes(live: LiveRun, recorded: RecordedFixture, tried: Tried) -> tuple[str, ...]:
    """Return what the fixture's author should know."""
    notes = list(live.report.warnings)
    if live.report.credentials is not None:
        notes.append(_STALE)
    if not tried.result.ok and recorded.ledger.ordinary:
        names = " ".join(f"--public {name}" for name in recorded.ledger.ordinary)
        notes.append(f"Ordinary words were taken for secrets, which may be why the replay differs; if not: {names}")
    return tuple(notes)
