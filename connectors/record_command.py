"""RecordCommand: what `methodhost record` does."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bridge import ConfigurationError, EgressPolicy
from runtime import VirtualTimeLoop

from .args_option import read_args
from .connection import Connection
from .errors import DefinitionError
from .exit_status import ExitStatus
from .fixtures.placement import Placement
from .fixtures.runner import FixtureRunner
from .host import MethodHost
from .limits import parse_limits
from .recording.live_run import RunRequest
from .recording.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import DiskCache

    from .connector import Connector
    from .context import Mode
    from .record import Event
    from .recording.recording import Recording

_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class RecordCommand:
    """One recording, as the options of the command line describe it.

    Attributes:
        target: The connector's folder or file.
        method: Name of the method, where it was given.
        case: Name of the case.
        args: Text of `--args`.
        input: Text of `--input`.
        connection: Path of the connection's file.
        mode: What a 429 means.
        allow: Addresses that methods may reach although they are not public.
        limits: Settings such as `wall_time=2`.
        public: Names of members of the connection that are no secrets.
        cache: Where to keep what is made of sources.
    """

    target: str
    method: str | None
    case: str
    args: str | None
    input: str | None
    connection: str | None
    mode: Mode
    allow: tuple[str, ...]
    limits: tuple[str, ...]
    public: tuple[str, ...]
    cache: DiskCache | None

    def execute(self, connector: Connector, on_event: Callable[[Event], None] | None) -> Recording:
        """Run the method against the live API, and write its fixture.

        Raises:
            DefinitionError: An option, the connection's file or the method's name is wrong.
            RecordingError: No fixture can be made of what happened, or none without secrets.
        """
        path = self._path(connector)
        request = RunRequest(
            connector=connector,
            method=connector.find(self.method).name,
            connection=Connection.load(self.connection) if self.connection else None,
            args=read_args(self.args, self.input),
            mode=self.mode,
        )
        host = MethodHost(
            limits=parse_limits(self.limits), egress=self._egress(), workers=1, spares=1, cache=self.cache
        )
        limits: dict[str, Any] = dict(setting.split("=", 1) for setting in self.limits)

        async def record() -> Recording:
            async with host, FixtureRunner(workers=1, cache=self.cache) as runner:
                recorder = Recorder(host=host, runner=runner, public=self.public, on_event=on_event)
                return await recorder.record(request, path, Placement.of(path).name, limits)

        with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
            return loop.run(record())

    def status(self, recording: Recording) -> ExitStatus:
        """Return the exit status for what came of it."""
        if recording.error is not None:
            return {"configuration": ExitStatus.WRONG, "limit": ExitStatus.LIMIT}.get(
                recording.error.type, ExitStatus.FAILED
            )
        return ExitStatus.OK if recording.ok else ExitStatus.FAILED

    def _path(self, connector: Connector) -> Path:
        """Return where the fixture belongs: beside its method.

        Raises:
            DefinitionError: The case has no such name, or is there already.
        """
        if not _CASE.fullmatch(self.case):
            raise DefinitionError("A case is named with letters, digits, - and _.", key="--case")
        file = Path(self.target)
        folder = file.parent if file.is_file() else file
        method = connector.find(self.method)
        path = folder / f"{method.name}.{self.case}.fixture.yml"
        if path.exists():
            raise DefinitionError("This case is there already; --update records it again.", file=str(path))
        return path

    def _egress(self) -> EgressPolicy:
        """Return the policy that `--allow` describes."""
        try:
            return EgressPolicy.from_allow(list(self.allow))
        except ConfigurationError as caught:
            raise DefinitionError(caught.message, key="--allow") from caught
