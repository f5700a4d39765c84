"""RecordCommand: what `methodhost record` does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime import VirtualTimeLoop

from .allow_option import read_allow
from .args_option import read_args
from .connection import Connection, read_connection
from .connector import Connector
from .document import Document
from .errors import DefinitionError
from .exit_status import ExitStatus
from .fixtures.runner import FixtureRunner
from .host import MethodHost
from .limits import parse_limits
from .recording.connection_secrets import holds_placeholders, real_values
from .recording.live_run import RunRequest
from .recording.proposal import Proposal
from .recording.recorded_case import RecordedCase
from .recording.recorder import Recorder
from .recording.rereading import drift_since, reread
from .recording.substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import JSON, DiskCache

    from .context import Mode
    from .package_bundler import PackageBundler
    from .record import Event
    from .recording.recording import Recording

    Ask = Callable[[Recording], bool]
    """Shows a person what would change, and returns whether it shall."""

_CONNECTION: Final = "--connection"


@dataclass(frozen=True, kw_only=True)
class RecordCommand:
    """One recording, as the options of the command line describe it.

    Attributes:
        target: The connector's folder or file, or a fixture.
        method: Name of the method, where it was given.
        case: Name of the case, where it was given.
        args: Text of `--args`.
        input: Text of `--input`.
        connection: Path of the connection's file.
        mode: What a 429 means, where it was given.
        allow: Addresses that methods may reach although they are not public.
        limits: Settings such as `wall_time=2`.
        public: Names of members of the connection that are no secrets.
        update: Whether a fixture that is there is recorded again.
        reads_only: Whether no more than its reads are sent.
        yes: Whether nobody is asked.
        cache: Where to keep what is made of sources.
        bundler: Makes importable what `package.json` names.
    """

    target: str
    method: str | None
    case: str | None
    args: str | None
    input: str | None
    connection: str | None
    mode: Mode | None
    allow: tuple[str, ...]
    limits: tuple[str, ...]
    public: tuple[str, ...]
    update: bool
    reads_only: bool
    yes: bool
    cache: DiskCache | None
    bundler: PackageBundler | None

    def execute(self, ask: Ask, on_event: Callable[[Event], None] | None) -> Recording:
        """Record, and write the fixture.

        Args:
            ask: Asked before a fixture is changed that is there.
            on_event: Told of console lines and requests as they happen.

        Raises:
            DefinitionError: An option, the connection's file, the fixture or the method's name is wrong.
            RecordingError: No fixture can be made of what happened, or none without secrets.
        """
        case = RecordedCase.find(Path(self.target), self.connector, self.method, self.case)
        case.require(exists=self.update or self.reads_only)
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
            proposal = loop.run(self._propose(case, on_event))
        return self._conclude(proposal, ask)

    @cached_property
    def connector(self) -> Connector:
        """The connector.

        Raises:
            DefinitionError: There is none, or it is wrong.
        """
        return Connector.load(RecordedCase.target(Path(self.target)), bundler=self.bundler)

    async def _propose(self, case: RecordedCase, on_event: Callable[[Event], None] | None) -> Proposal:
        request = self._request(case)
        limits = parse_limits(self.limits)
        host = MethodHost(limits=limits, egress=read_allow(self.allow), workers=1, spares=1, cache=self.cache)
        if case.file is not None and not self.update:
            async with host:
                return Proposal(recording=drift_since(case.file, await reread(host, case.file, request.members)))
        async with host, FixtureRunner(workers=1, cache=self.cache, bundler=self.bundler) as runner:
            recorder = Recorder(host=host, runner=runner, public=self.public, on_event=on_event)
            if case.file is None:
                return await recorder.record(request, case.path, case.name, dict(map(_setting, self.limits)))
            if self.reads_only:
                return await recorder.reread(case.file, request)
            return await recorder.update(case.file, request, with_args=self._gives_args)

    def _request(self, case: RecordedCase) -> RunRequest:
        """Return what is to be run: as the options say, else as the fixture does.

        Raises:
            DefinitionError: What the fixture says is no more than a placeholder.
        """
        members = self._members(case)
        fixture = None if case.file is None else case.file.fixture
        return RunRequest(
            connector=self.connector,
            method=case.method,
            connection=None if members is None else members.into(Connection),
            members={} if members is None else members.data,
            args=self._args(case, {} if members is None else members.data),
            mode=self.mode or (fixture.mode if fixture else "sync"),
        )

    def _members(self, case: RecordedCase) -> Document | None:
        """Return the connection's file, or else the connection of the fixture, if that holds no placeholders."""
        if self.connection is not None:
            return read_connection(self.connection)
        own = None if case.file is None else case.file.connection
        if own is None:
            return None
        if holds_placeholders(own):
            raise DefinitionError(
                "The fixture has placeholders where secrets were: give a real connection.", key=_CONNECTION
            )
        return Document(file=str(case.path), data={"id": "fixture", **own})

    def _args(self, case: RecordedCase, members: JSON) -> dict[str, JSON]:
        """Return the arguments, with credentials in place of placeholders for them."""
        if self._gives_args or case.file is None:
            return read_args(self.args, self.input)
        real = Substitution(real_values(case.file.connection, members)).value(case.file.fixture.args)
        if holds_placeholders(real):
            raise DefinitionError("The fixture has placeholders where secrets were: give real arguments.", key="--args")
        return real if isinstance(real, dict) else {}

    @property
    def _gives_args(self) -> bool:
        return self.args is not None or self.input is not None

    def _conclude(self, proposal: Proposal, ask: Ask) -> Recording:
        """Write what is proposed, if that is wanted."""
        recording = proposal.recording
        if proposal.draft is None or not (self.update and not self.yes) or ask(recording):
            return proposal.take()
        return replace(recording, declined=True, notes=(*recording.notes, "Nothing was written; --yes writes it"))


def status_of(recording: Recording) -> ExitStatus:
    """Return the exit status for what came of recording."""
    if recording.error is None:
        return ExitStatus.OK if recording.ok else ExitStatus.FAILED
    by_type = {"configuration": ExitStatus.WRONG, "limit": ExitStatus.LIMIT}
    return by_type.get(recording.error.type, ExitStatus.FAILED)


def _setting(text: str) -> tuple[str, str | int]:
    """Return a limit as a fixture has it: `wall_time=2` sets a number, `memory=256MB` text."""
    name, _, value = text.partition("=")
    return name, int(value) if value.isdigit() else value
