"""Journals as text: each entry one line of JSON, an object with one key that says what kind of entry it is.

Times are milliseconds since 1970. What a call asked with is told by a digest alone; what it was answered is told in
full, since a run that goes on is sent the same again.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from .host import HostReply
from .journal import (
    Answer,
    CallEntry,
    Cut,
    Delivery,
    End,
    Note,
    Resumption,
    Suspension,
    TimerEntry,
    Turn,
    Wait,
)
from .outcome import LogLine

if TYPE_CHECKING:
    from .journal import Entry, Journal

_Time = Annotated[float, Field(ge=0, le=253_402_300_799_000)]
_Number = Annotated[int, Field(ge=1, le=2**53)]


class JournalTextError(Exception):
    """Text that is no entry of a journal.

    Attributes:
        key: What is wrong in it, dotted; None where it is no JSON.
    """

    def __init__(self, message: str, key: str | None) -> None:
        super().__init__(message)
        self.key = key


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )


class _Call(_Part):
    id: _Number
    operation: str
    site: str | None = None
    digest: str


class _Timer(_Part):
    id: _Number
    kind: str
    site: str | None = None
    delay: float


class _Line(_Part):
    level: str
    message: str
    time: _Time


class _Turn(_Part):
    at: _Time
    calls: tuple[_Call, ...] = ()
    timers: tuple[_Timer, ...] = ()
    dropped: tuple[_Number, ...] = ()
    lines: tuple[_Line, ...] = ()


class _Reply(_Part):
    ok: bool
    value: JsonValue = None
    text: str | None = None
    base64: str | None = None
    data: str | None = None
    libraries: tuple[str, ...] = ()


class _Answer(_Part):
    at: _Time
    call: _Number
    reply: _Reply | None = None


class _Delivery(_Part):
    at: _Time
    answers: tuple[_Number, ...] = ()
    timer: _Number | None = None


class _Note(_Part):
    at: _Time
    call: _Number
    kind: str
    facts: dict[str, JsonValue] = {}


class _Wait(_Part):
    call: _Number
    until: _Time
    attempts: int


class _Suspension(_Part):
    at: _Time
    resume_at: _Time
    waits: tuple[_Wait, ...] = ()


class _Resumption(_Part):
    at: _Time


class _Cut(_Part):
    at: _Time


class _End(_Part):
    at: _Time
    failure: str | None = None


class _AnyEntry(_Part):
    """An entry; exactly one of these."""

    turn: _Turn | None = None
    answer: _Answer | None = None
    delivery: _Delivery | None = None
    note: _Note | None = None
    suspended: _Suspension | None = None
    resumed: _Resumption | None = None
    cut: _Cut | None = None
    end: _End | None = None


def entry_text(entry: Entry, journal: Journal) -> str:
    """Return an entry of a journal as one line."""
    key, part = _written(entry, journal)
    return _AnyEntry.model_validate({key: part}).model_dump_json(by_alias=True, exclude_unset=True)


def read_entry(text: str) -> Entry:
    """Return the entry that a line tells.

    Raises:
        JournalTextError: It tells none.
    """
    try:
        line = _AnyEntry.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or None
        raise JournalTextError(first["msg"], place) from None
    (found, *others) = [part for _, part in line if part is not None] or [None]
    if found is None or others:
        raise JournalTextError("an entry has exactly one key, which says what it is", None)
    entry: Entry = _READERS[type(found)](found)
    return entry


def _written(entry: Entry, journal: Journal) -> tuple[str, dict[str, Any]]:
    at = {"at": entry.at_ms}
    match entry:
        case Turn():
            return "turn", at | _turn_fields(entry, journal)
        case Answer():
            return "answer", at | {
                "call": entry.number,
                **({"reply": _reply_fields(entry.reply)} if entry.reply else {}),
            }
        case Delivery():
            timer = {} if entry.timer is None else {"timer": entry.timer}
            return "delivery", at | {"answers": entry.answers} | timer
        case Note():
            return "note", at | {"call": entry.number, "kind": entry.kind, "facts": journal.masked(entry.facts)}
        case Suspension():
            waits = [{"call": it.number, "until": it.until_ms, "attempts": it.attempts} for it in entry.waits]
            return "suspended", at | {"resume_at": entry.resume_at_ms, "waits": waits}
        case Resumption() | Cut():
            return "cut" if isinstance(entry, Cut) else "resumed", at
        case End():
            return "end", at | {"failure": entry.failure}


def _turn_fields(turn: Turn, journal: Journal) -> dict[str, Any]:
    calls = [
        {"id": it.number, "operation": it.operation, "site": it.site, "digest": journal.digest(it)} for it in turn.calls
    ]
    timers = [{"id": it.number, "kind": it.kind, "site": it.site, "delay": it.delay_ms} for it in turn.timers]
    lines = [
        {"level": it.level, "message": journal.mask(it.message), "time": it.time.timestamp() * 1000}
        for it in turn.lines
    ]
    fields = {"calls": calls, "timers": timers, "dropped": turn.dropped, "lines": lines}
    return {name: value for name, value in fields.items() if value}


def _reply_fields(reply: HostReply) -> dict[str, Any]:
    fields: dict[str, Any] = {"ok": reply.ok, "value": reply.value}
    if reply.utf8 is not None:
        try:
            fields["text"] = reply.utf8.decode()
        except UnicodeDecodeError:
            fields["base64"] = base64.b64encode(reply.utf8).decode()
    if reply.data is not None:
        fields["data"] = base64.b64encode(reply.data).decode()
    if reply.libraries:
        fields["libraries"] = reply.libraries
    return fields


def _turn(part: _Turn) -> Turn:
    return Turn(
        at_ms=part.at,
        calls=tuple(
            CallEntry(number=it.id, operation=it.operation, site=it.site, digest=it.digest) for it in part.calls
        ),
        timers=tuple(TimerEntry(number=it.id, kind=it.kind, site=it.site, delay_ms=it.delay) for it in part.timers),
        dropped=part.dropped,
        lines=tuple(
            LogLine(level=it.level, message=it.message, time=datetime.fromtimestamp(it.time / 1000, UTC))
            for it in part.lines
        ),
    )


def _answer(part: _Answer) -> Answer:
    answer = Answer(at_ms=part.at, number=part.call, reply=None)
    if part.reply is None:
        return answer
    reply = part.reply
    utf8 = reply.text.encode("utf-8", "surrogatepass") if reply.text is not None else _bytes(reply.base64)
    made = HostReply(ok=reply.ok, value=reply.value, utf8=utf8, data=_bytes(reply.data), libraries=reply.libraries)
    return replace(answer, reply=made)


def _bytes(text: str | None) -> bytes | None:
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError:
        raise JournalTextError("bytes are written in base64", "answer.reply") from None


_READERS: Final[dict[type[_Part], Any]] = {
    _Turn: _turn,
    _Answer: _answer,
    _Delivery: lambda it: Delivery(at_ms=it.at, answers=it.answers, timer=it.timer),
    _Note: lambda it: Note(at_ms=it.at, number=it.call, kind=it.kind, facts=it.facts),
    _Suspension: lambda it: Suspension(
        at_ms=it.at,
        resume_at_ms=it.resume_at,
        waits=tuple(Wait(number=wait.call, until_ms=wait.until, attempts=wait.attempts) for wait in it.waits),
    ),
    _Resumption: lambda it: Resumption(at_ms=it.at),
    _Cut: lambda it: Cut(at_ms=it.at),
    _End: lambda it: End(at_ms=it.at, failure=it.failure),
}
