"""RunCommand: what `methodhost run` does."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .allow_option import read_allow
from .args_option import read_args
from .connection import Connection
from .delivery import Delivery, without_stream
from .host import SUSPEND_AFTER_SECONDS, MethodHost
from .journal_file import JournalFile
from .limits import parse_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import DiskCache

    from .connector import Connector
    from .context import Mode
    from .record import Event
    from .report import RunReport
    from .view_options import ViewOptions
    from .views import RunViews


@dataclass(frozen=True, kw_only=True)
class RunCommand:
    """One run, as the options of the command line describe it.

    Attributes:
        method: Name of the method, where it was given.
        args: Text of `--args`.
        input: Text of `--input`.
        connection: Path of the connection's file.
        mode: What a 429 means.
        allow: Addresses that methods may reach although they are not public.
        limits: Settings such as `wall_time=2`.
        output: Where to write the result.
        views: Views of the run.
        journal: Where to keep the journal of the run, which may be suspended then.
        cache: Where to keep what is made of sources.
    """

    method: str | None
    args: str | None
    input: str | None
    connection: str | None
    mode: Mode
    allow: tuple[str, ...]
    limits: tuple[str, ...]
    output: str | None
    views: ViewOptions
    journal: str | None
    cache: DiskCache | None

    def execute(self, connector: Connector, on_event: Callable[[Event], None] | None) -> RunReport:
        """Run the method in a host of its own.

        Args:
            connector: Whose method.
            on_event: Told of console lines and requests as they happen.

        Raises:
            DefinitionError: An option, the connection's file or the method's name is wrong.
        """
        connector.find(self.method)
        args = read_args(self.args, self.input)
        connection = Connection.load(self.connection) if self.connection else None
        host = MethodHost(
            limits=parse_limits(self.limits),
            egress=read_allow(self.allow),
            workers=1,
            spares=1,
            cache=self.cache,
            suspend_after_seconds=None if self.journal is None else SUSPEND_AFTER_SECONDS,
        )

        async def run(delivery: Delivery | None, views: RunViews | None, journal: JournalFile | None) -> RunReport:
            async with host:
                report = await host.run(
                    connector,
                    self.method,
                    connection=connection,
                    args=args,
                    mode=self.mode,
                    on_event=on_event,
                    on_journal=journal.write_line if journal else None,
                    environment=views.environment if views else None,
                )
                report = await (delivery.deliver(report) if delivery else without_stream(report))
            return views.write(report, connector, self.method) if views else report

        with ExitStack() as closing:
            return asyncio.run(run(self._delivery(closing), self.views.open(closing), self._journal(closing)))

    def _delivery(self, closing: ExitStack) -> Delivery | None:
        """Return what writes the result; what is not complete is discarded at the end."""
        if self.output is None:
            return None
        delivery = Delivery.open(self.output)
        closing.callback(delivery.discard)
        return delivery

    def _journal(self, closing: ExitStack) -> JournalFile | None:
        """Return what keeps the journal."""
        if self.journal is None:
            return None
        file = JournalFile.create(self.journal)
        closing.callback(file.close)
        return file
