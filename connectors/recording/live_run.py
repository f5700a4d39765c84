"""LiveRun: one run against the live API, with all that it exchanged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bridge import ByteStream, Capture, Redactor, StreamError
from connectors.environment import RunEnvironment
from runtime import Clock

from .connection_secrets import take_connection
from .errors import RecordingError
from .harvest import Harvest
from .recorded_exchange import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from bridge import CapturedExchange
    from connectors.connection import Connection
    from connectors.connector import Connector
    from connectors.context import Mode
    from connectors.host import MethodHost
    from connectors.record import Event
    from connectors.report import RunReport
    from runtime import JSON

    from .secret_ledger import SecretLedger

_MOST_TOTAL_BYTES = 16 * MOST_BYTES


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is to be run, and recorded.

    Attributes:
        connector: Whose method.
        method: Its name.
        connection: For whom, with real credentials.
        members: What the connection's file says, in its author's spelling.
        args: What it receives.
        mode: What a 429 means.
    """

    connector: Connector
    method: str
    connection: Connection | None
    members: dict[str, JSON] = field(repr=False)
    args: Mapping[str, JSON] = field(repr=False)
    mode: Mode

    def harvest(self, ledger: SecretLedger, *, public: Collection[str], earlier: JSON) -> Harvest:
        """Take in what of the connection is secret, and return what finds other secrets.

        Args:
            ledger: Takes them in.
            public: Names of members of the connection that are no secrets.
            earlier: The connection of the fixture as it was, whose placeholders are kept.
        """
        if self.connection is not None:
            take_connection(ledger, self.connector, self.connection, self.members, public=public, earlier=earlier)
        return Harvest(ledger, self.connector.texts.values())


@dataclass(frozen=True, kw_only=True)
class LiveRun:
    """What happened in a run against the live API. It holds secrets.

    Attributes:
        report: Of the run; its value is no stream.
        stream: What the stream gave that was the value, and its content type.
        exchanges: In the order in which they were sent.
        secrets: What was masked in it.
        start: When the run began, in whole milliseconds.
    """

    report: RunReport
    stream: tuple[bytes, str | None] | None = field(repr=False)
    exchanges: tuple[CapturedExchange, ...] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    start: datetime


async def run_live(
    host: MethodHost, request: RunRequest, seed: str, on_event: Callable[[Event], None] | None
) -> LiveRun:
    """Run a method against the live API.

    Args:
        host: Runs it.
        request: What to run.
        seed: What its randomness follows from; the same as in the fixture.
        on_event: Told of console lines and requests as they happen.

    Raises:
        DefinitionError: The connector, the method or its arguments are wrong.
        RecordingError: The stream that the method gave cannot be read to its end.
    """
    clock, capture, redactor = Clock(), Capture(most_bytes=MOST_BYTES, most_total_bytes=_MOST_TOTAL_BYTES), Redactor()
    start = datetime.fromtimestamp(int(clock.now_ms()) / 1000, UTC)
    report = await host.run(
        request.connector,
        request.method,
        connection=request.connection,
        args=request.args,
        mode=request.mode,
        on_event=on_event,
        environment=RunEnvironment(clock=clock, seed=seed.encode(), capture=capture, redactor=redactor),
    )
    stream = await _read(report.value) if isinstance(report.value, ByteStream) else None
    return LiveRun(
        report=report.model_copy(update={"value": None}) if stream else report,
        stream=stream,
        exchanges=tuple(capture.exchanges),
        secrets=redactor.secrets,
        start=start,
    )


async def _read(stream: ByteStream) -> tuple[bytes, str | None]:
    content = bytearray()
    try:
        async for piece in stream:
            content += piece
            if len(content) > MOST_BYTES:
                await stream.aclose()
                raise RecordingError(f"The stream is longer than {MOST_BYTES} bytes.")
    except StreamError as broken:
        raise RecordingError(f"The stream broke off: {broken.message} Record it again.") from broken
    return bytes(content), stream.content_type
