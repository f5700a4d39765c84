"""RunCommand: what `methodhost run` does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge import ConfigurationError, EgressPolicy

from .args_option import read_args
from .connection import Connection
from .delivery import Delivery, without_stream
from .errors import DefinitionError
from .host import MethodHost
from .limits import parse_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import DiskCache

    from .connector import Connector
    from .context import Mode
    from .record import Event
    from .report import RunReport


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
            limits=parse_limits(self.limits), egress=self._egress(), workers=1, spares=1, cache=self.cache
        )
        delivery = None if self.output is None else Delivery.open(self.output)

        async def run() -> RunReport:
            async with host:
                report = await host.run(
                    connector, self.method, connection=connection, args=args, mode=self.mode, on_event=on_event
                )
                return await (delivery.deliver(report) if delivery else without_stream(report))

        try:
            return asyncio.run(run())
        finally:
            if delivery:
                delivery.discard()

    def _egress(self) -> EgressPolicy:
        """Return the policy that `--allow` describes."""
        try:
            return EgressPolicy.from_allow(list(self.allow))
        except ConfigurationError as caught:
            raise DefinitionError(caught.message, key="--allow") from caught
