"""What JavaScript may ask of the application."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from .values import JSON

Note: TypeAlias = "Callable[[str, dict[str, JSON]], None]"
"""Writes into a journal what is done for a call: a kind of event, and facts about it."""


def no_note(kind: str, facts: dict[str, JSON]) -> None:
    """Write nothing: there is no journal."""


@dataclass(frozen=True, kw_only=True)
class HostCall:
    """One call out of the sandbox. Every part of it was written by hostile code.

    Attributes:
        operation: What is asked for.
        payload: With what.
        data: Bytes beside the payload.
        site: Where in the method's source, `data/contacts/list.js:3:14`, where that is known.
        number: Of the call, from 1; the same whenever the run does the same.
        attempts: How often what it asks for was tried before the run was suspended.
        in_doubt: Whether something was sent for it before, and nobody knows what became of that.
        note: Writes into the journal of the run what is done for the call: `sent` before something leaves for the
            outside, `answered` when something came back, `refused` when that says that nothing was done.
    """

    operation: str
    payload: JSON
    site: str | None
    data: bytes | None = None
    number: int = 0
    attempts: int = 0
    in_doubt: bool = False
    note: Note = field(default=no_note, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class HostReply:
    """The answer to a host call.

    Attributes:
        ok: Whether the call's promise resolves; otherwise it rejects.
        value: For the extension's JavaScript, which makes of it what the method sees.
        utf8: A long text beside the value, such as a response body; it crosses without being looked at. What of it is
            no UTF-8 arrives as U+FFFD.
        data: Bytes beside the value, instead of a text; they arrive as an ArrayBuffer.
        libraries: Names of the libraries that the extension's JavaScript takes with `core.library` for this reply.
    """

    ok: bool
    value: JSON
    utf8: bytes | None = None
    data: bytes | None = None
    libraries: tuple[str, ...] = ()

    @property
    def text(self) -> str | None:
        """The text as the isolate has it."""
        return None if self.utf8 is None else self.utf8.decode("utf-8", "replace")


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A run of the host's own that is carried out where workers come from, so that V8 has compiled what runs need.

    Attributes:
        code: A CommonJS module that exports the method.
        settings: For the extension.
        replies: Answers to its calls, which wait for one another.
    """

    code: str
    settings: JSON = None
    replies: tuple[HostReply, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The JavaScript side of something that methods may use.

    Attributes:
        name: How settings for it are addressed.
        source: One function expression, `(core) => {...}`, evaluated in each isolate before any method's code.
        rehearsal: A run that uses it as most do.
        practice: A shorter one, which leaves no trace in the language: idle workers carry it out before they are given
            a run, so that they have copied the pages of memory that runs change.
    """

    name: str
    source: str
    rehearsal: Rehearsal | None = None
    practice: Rehearsal | None = None


class HostCalls(Protocol):
    """Answers the host calls of one run. Calls of one run overlap; they are cancelled when the run ends."""

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer `call`, or raise `RunEnded`. Any other exception ends the run with an `internal` failure."""
        ...
