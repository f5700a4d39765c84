"""Delivery: how the result of a run gets to where `--output` wants it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from bridge import ByteStream, StreamError

from .report import RunError
from .sink import STANDARD_OUTPUT, open_sink

if TYPE_CHECKING:
    from runtime import JSON

    from .report import RunReport
    from .sink import Sink


class Written(BaseModel):
    """What stands in the report for a result that was written: the file as the caller named it, and its length."""

    model_config = ConfigDict(frozen=True)

    file: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Writes the result of one run.

    Attributes:
        target: What `--output` said.
        sink: Where to write.
    """

    target: str
    sink: Sink

    @classmethod
    def open(cls, target: str) -> Delivery:
        """Open the target before there is anything to write.

        Raises:
            DefinitionError: It cannot be written.
        """
        return cls(target=target, sink=open_sink(target))

    async def deliver(self, report: RunReport) -> RunReport:
        """Write the value of a run, and return its report with what was written in place of the value."""
        if report.error is not None:
            return report
        try:
            length = await _write(report.value, self.sink)
            self.sink.keep()
        except StreamError as caught:
            kind = "internal" if caught.key == "closed" else "connection"
            return _failed(report, RunError(type=kind, key=caught.key, message=caught.message))
        except OSError as caught:
            name = "standard output" if self.target == STANDARD_OUTPUT else self.target
            message = f"{name} cannot be written: {caught.strerror}."
            return _failed(report, RunError(type="internal", key="output", message=message))
        return report.model_copy(update={"value": Written(file=self.target, bytes=length)})

    def discard(self) -> None:
        """Leave nothing that is not complete."""
        self.sink.discard()


async def without_stream(report: RunReport) -> RunReport:
    """Return the report of a run whose result goes nowhere but into it; a stream cannot."""
    if not isinstance(report.value, ByteStream):
        return report
    await report.value.aclose()
    message = "The method gave a stream of bytes; say where to write it: --output FILE, or - for standard output."
    return _failed(report, RunError(type="configuration", key="output", message=message))


async def _write(value: JSON | ByteStream, sink: Sink) -> int:
    """Write the bytes of a stream, text as it is, and everything else as JSON; return how many bytes that were."""
    if not isinstance(value, ByteStream):
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        data = text.encode("utf-8", "replace")
        sink.write(data)
        return len(data)
    length = 0
    async for piece in value:
        sink.write(piece)
        length += len(piece)
    return length


def _failed(report: RunReport, error: RunError) -> RunReport:
    """Return the report with an error in place of its value."""
    return report.model_copy(update={"ok": False, "value": None, "error": error})
