"""Recording: what another tool wrote down of one case, before it becomes a fixture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from connectors.document import dotted

if TYPE_CHECKING:
    from datetime import datetime

    from bridge import Order
    from connectors.document import Document, Key

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """What was sent, as far as it is known.

    Attributes:
        verb: In capitals.
        url: With scheme and host.
        query: More of the query, beside what the URL has.
        headers: In order.
        body: None where nothing was sent.
        body_known: Whether the recording has the body.
    """

    verb: str
    url: str
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes | None = field(default=None, repr=False)
    body_known: bool = True


@dataclass(frozen=True, kw_only=True)
class RecordedResponse:
    """What was answered.

    Attributes:
        status: Of HTTP.
        reason: The text behind it, where the recording has one.
        headers: In order.
        body: None where there was none. May still be packed as its headers say.
    """

    status: int
    reason: str | None = None
    headers: Pairs = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class RecordedExchange:
    """One request and its answer.

    Attributes:
        document: The file it was read from.
        key: Where it stands in there.
        request: What was sent.
        response: What was answered.
    """

    document: Document
    key: Key
    request: RecordedRequest
    response: RecordedResponse


@dataclass(frozen=True, kw_only=True)
class Note:
    """What of a recording is not, or not exactly, in the fixture, or what its author should look at.

    Attributes:
        file: Of the recording.
        key: Where in it, dotted.
        line: Of that, counted from 1, where it is known.
        message: What became of it.
    """

    file: str
    message: str
    key: str | None = None
    line: int | None = None

    @classmethod
    def at(cls, document: Document, key: Key, message: str) -> Self:
        """Return a note on what stands at `key`."""
        return cls(
            file=document.file, key=dotted(key) or None, line=document.line_of(key) if key else None, message=message
        )


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What one case was.

    Attributes:
        document: Where it was read from, for errors and notes.
        name: What the other tool called it.
        exchanges: In the order of the file.
        order: Whether that is the order in which they were sent.
        args: What the method receives.
        parameters: What the customer chose.
        expect: What must come out, as a fixture says it.
        now: When it was recorded.
        notes: What is not in here.
    """

    document: Document
    name: str
    exchanges: tuple[RecordedExchange, ...]
    order: Order
    args: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict, repr=False)
    expect: dict[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    notes: tuple[Note, ...] = ()
