"""RunReport: what happened in one run."""

from __future__ import annotations

import json
from datetime import datetime  # noqa: TC003 (pydantic reads it)
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_serializer
from pydantic.alias_generators import to_camel

from bridge import ByteStream

from .errors import MethodError, RunSuspendedError
from .printable import printable


class _Part(BaseModel):
    """A part of the report; attributes in Python's spelling, JSON in JavaScript's."""

    model_config = ConfigDict(frozen=True, from_attributes=True, alias_generator=to_camel, populate_by_name=True)


class ErrorLocation(_Part):
    """A place in a method's source: the file as its author knows it, line and column counted from 1."""

    file: str
    line: int
    column: int


class RunError(_Part):
    """Why the method gave no value; types and keys are listed in the documentation of errors."""

    type: str
    key: str | None = None
    message: str
    data: Any = None
    stack: str | None = None
    location: ErrorLocation | None = None


class ConsoleLine(_Part):
    """One line that the method wrote with `console`."""

    level: str
    message: str
    time: datetime


class Request(_Part):
    """One HTTP request, sent or tried.

    Attributes:
        error: Why there was no answer: the key of a connection error.
    """

    method: str
    url: str
    status: int | None
    attempt: int
    duration_ms: float
    request_bytes: int
    response_bytes: int
    error: str | None = Field(default=None, exclude=True)


class RunSuspension(_Part):
    """Until when a run was put off."""

    resume_at: datetime


class RunUsage(_Part):
    """What the run used, the making of its client included.

    Attributes:
        wall_ms: From its start on a worker to its end.
        queue_ms: How long it waited for a worker before that.
        cpu_ms: CPU time of its worker process.
        peak_memory_bytes: Of its worker process.
        requests: HTTP requests made for it.
    """

    wall_ms: float = 0.0
    queue_ms: float = 0.0
    cpu_ms: float = 0.0
    peak_memory_bytes: int = 0
    requests: int = 0


class RunReport(_Part):
    """What happened in one run. Credentials are masked everywhere but in `value` and `credentials`.

    Attributes:
        ok: Whether the method gave a value.
        suspended: Where the run has not ended, but was put off: `MethodHost.resume` lets it go on.
        value: What it gave: JSON, or a `ByteStream`, of which the JSON of the report tells type and length.
        error: Why it gave none.
        logs: What it wrote with `console`, in order.
        requests: What was sent for it, in order.
        warnings: What its author should know.
        usage: What it used.
        credentials: The connection's credentials in full where they were refreshed; to be stored. Not in the JSON.
        journal: What happened, step by step. Not in the JSON.
    """

    ok: bool
    value: Any = None
    error: RunError | None = None
    suspended: RunSuspension | None = None
    logs: tuple[ConsoleLine, ...] = ()
    requests: tuple[Request, ...] = ()
    warnings: tuple[str, ...] = ()
    usage: RunUsage = RunUsage()
    credentials: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)
    journal: Any = Field(default=None, exclude=True, repr=False)

    @field_serializer("value", when_used="json")
    def _value(self, value: Any) -> Any:  # noqa: ANN401 (what a method gives has no type here)
        """Return the value for JSON."""
        if isinstance(value, ByteStream):
            return {"stream": {"contentType": value.content_type, "length": value.length}}
        return value

    def unwrap(self) -> Any:  # noqa: ANN401 (what a method gives has no type here)
        """Return the value.

        Raises:
            MethodError: There is none.
            RunSuspendedError: There is none yet.
        """
        if self.suspended is not None:
            raise RunSuspendedError(self.suspended.resume_at, self.journal)
        if self.error is None:
            return self.value
        raise MethodError(
            type=self.error.type,
            key=self.error.key,
            message=self.error.message,
            data=self.error.data,
            stack=self.error.stack,
            location=self.error.location,
        )

    def to_json(self) -> str:
        """Return the report as one line of JSON, safe to print."""
        return printable(json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False))
