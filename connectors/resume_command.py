"""ResumeCommand: what `methodhost resume` does."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .allow_option import read_allow
from .connection import Connection
from .delivery import without_stream
from .host import MethodHost
from .journal_file import JournalFile
from .limits import parse_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge import InDoubt
    from runtime import DiskCache

    from .connector import Connector
    from .record import Event
    from .report import RunReport
    from .view_options import ViewOptions
    from .views import RunViews


@dataclass(frozen=True, kw_only=True)
class ResumeCommand:
    """A run that goes on, as the options of the command line describe it.

    Attributes:
        journal: Path of its journal, to which more is added.
        connection: Path of the connection's file.
        in_doubt: What to do about writes that were on their way.
        allow: Addresses that methods may reach although they are not public.
        limits: Settings such as `wall_time=2`.
        views: Views of the run.
        cache: Where to keep what is made of sources.
    """

    journal: str
    connection: str | None
    in_doubt: InDoubt
    allow: tuple[str, ...]
    limits: tuple[str, ...]
    views: ViewOptions
    cache: DiskCache | None

    def execute(self, connector: Connector, on_event: Callable[[Event], None] | None) -> RunReport:
        """Let the run go on in a host of its own.

        Args:
            connector: As it was when the run began.
            on_event: Told of console lines and requests as they happen.

        Raises:
            DefinitionError: An option, the connection's file or the journal is wrong.
        """
        connection = Connection.load(self.connection) if self.connection else None
        host = MethodHost(
            limits=parse_limits(self.limits), egress=read_allow(self.allow), workers=1, spares=1, cache=self.cache
        )
        file, text = JournalFile.append(self.journal)

        async def resume(views: RunViews | None) -> RunReport:
            async with host:
                report = await host.resume(
                    text,
                    connector,
                    connection=connection,
                    in_doubt=self.in_doubt,
                    on_event=on_event,
                    on_journal=file.write_line,
                    environment=views.environment if views else None,
                )
                report = await without_stream(report)
            return views.write(report, connector, report.journal.head.method) if views else report

        with closing(file), ExitStack() as stack:
            return asyncio.run(resume(self.views.open(stack)))
