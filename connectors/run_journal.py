"""RunJournal: what happened in a run of a method, from which it can go on, or be gone through again."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from runtime import (
    SEED_BYTES,
    End,
    Failure,
    Journal,
    JournalTextError,
    Origin,
    RunEnded,
    Suspension,
    entry_text,
    read_entry,
)

from .connection import digest_of
from .context import Mode  # noqa: TC001 (pydantic reads it)
from .errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge import Limits
    from runtime import Entry

    from .context import RunContext
    from .method import Method

VERSION: Literal[1] = 1
ENDS_TO_GO_ON_FROM = frozenset(
    {"connection/in_doubt", "internal/closed", "internal/worker_lost", "internal/diverged", "internal/journal"}
)
"""Failures that are none of the method's: with these last a run may be resumed."""


class JournalHead(BaseModel):
    """The first line of a journal.

    Attributes:
        journal: The version of the format.
        methodhost: The version that wrote it.
        code: SHA-256 of the connector's files.
        method: Its name.
        args: What its caller gave it.
        arguments: SHA-256 of that, as JSON with sorted keys.
        connection: The id of its connection.
        mode: Of the run.
        seed: 32 bytes in hexadecimal, from which all randomness of the run comes.
        isolate_seed: What of it the method's isolate has.
        now: When the run began, in milliseconds since 1970.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    journal: Literal[1]
    methodhost: str
    code: str
    method: str
    args: dict[str, JsonValue] = Field(repr=False)
    arguments: str
    connection: str | None
    mode: Mode
    seed: Annotated[str, Field(pattern=f"^[0-9a-f]{{{2 * SEED_BYTES}}}$")] = Field(repr=False)
    isolate_seed: Annotated[str, Field(pattern=f"^[0-9a-f]{{{2 * SEED_BYTES}}}$")] = Field(repr=False)
    now: Annotated[float, Field(ge=0, le=253_402_300_799_000)]


class RunJournal:
    """The journal of one run.

    As text it is lines of JSON: the head, and then entries in the order in which they happened (docs/journal.md). It
    holds what servers answered and what the caller gave, and no credentials: keep it as you keep the data of customers.

    Args:
        head: Gives what the run began with; few runs are asked for it.
        journal: What happened in it.
    """

    def __init__(self, head: Callable[[], JournalHead], journal: Journal) -> None:
        self._head = head
        self.journal = journal

    @cached_property
    def head(self) -> JournalHead:
        """What the run began with."""
        return self._head()

    @classmethod
    def begin(
        cls, context: RunContext, method: Method, args: dict[str, Any], on_line: Callable[[str], None] | None
    ) -> Self:
        """Return the journal of a run that begins now.

        Args:
            context: The run.
            method: What is run.
            args: What its caller gave it.
            on_line: Told each line before what it tells of has any effect.
        """
        origin = Origin(seed=context.random.draw(f"isolate {method.file.name}"), now_ms=context.clock.now_ms())

        def head() -> JournalHead:
            return JournalHead(
                journal=VERSION,
                methodhost=version("methodhost"),
                code=context.connector.digest,
                method=method.name,
                args=args,
                arguments=digest_of(args),
                connection=None if context.connection is None else context.connection.id,
                mode=context.mode,
                seed=context.random.seed.hex(),
                isolate_seed=origin.seed.hex(),
                now=origin.now_ms,
            )

        made = cls(head, Journal(origin, most_bytes=context.limits.journal_bytes))
        if on_line is not None:
            _keep(made.head.model_dump_json(), on_line)
        made.tell(context, on_line)
        return made

    def tell(self, context: RunContext, on_line: Callable[[str], None] | None) -> None:
        """Mask what the run knows to be secret from now on, and tell somebody each line to come."""
        self.journal.mask = context.record.redactor.text
        if on_line is not None:
            self.journal.on_entry = lambda entry: _keep(entry_text(entry, self.journal), on_line)

    def to_text(self) -> str:
        """Return the journal as text, a line for each entry."""
        lines = [self.head.model_dump_json(), *(entry_text(entry, self.journal) for entry in self.journal.entries)]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str, *, limits: Limits, file: str = "journal") -> Self:
        """Return the journal that a text tells. A last line that was not written to its end is left out.

        Args:
            text: As `to_text` returns it, or lines as they were told.
            limits: How long it may become.
            file: How messages call it.

        Raises:
            JournalError: It tells none; names the line and the key.
        """
        first, *lines = text.split("\n")
        try:
            head = JournalHead.model_validate_json(first)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            key = ".".join(map(str, problem["loc"])) or None
            raise JournalError(problem["msg"], file=file, key=key, line=1) from None
        if head.arguments != digest_of(head.args):
            raise JournalError("is not what the digest in arguments says", file=file, key="args", line=1)
        entries = [_entry(line, file, number) for number, line in enumerate(lines[:-1], start=2)]
        origin = Origin(seed=bytes.fromhex(head.isolate_seed), now_ms=head.now)
        return cls(lambda: head, Journal(origin, most_bytes=limits.journal_bytes, entries=entries))

    @property
    def resume_at(self) -> datetime | None:
        """When the run should go on, where it was put off."""
        last = self.journal.entries[-1] if self.journal.entries else None
        return datetime.fromtimestamp(last.resume_at_ms / 1000, UTC) if isinstance(last, Suspension) else None

    def to_go_on(self, digest: str) -> Self:
        """Return what happened as the journal of a run that goes on.

        Args:
            digest: Of the connector's code as it is now.

        Raises:
            JournalError: The run has ended, the code is another one, or not everything was kept.
        """
        last = self.journal.entries[-1] if self.journal.entries else None
        if isinstance(last, End) and last.failure not in ENDS_TO_GO_ON_FROM:
            raise JournalError("The run has come to its end; there is nothing to resume.")
        return self.to_replay(digest)

    def to_replay(self, digest: str) -> Self:
        """Return what happened as the journal of a run that does the same again, and nothing else.

        Args:
            digest: Of the connector's code as it is now.

        Raises:
            JournalError: The code is another one, or not everything was kept.
        """
        if self.head.code != digest:
            raise JournalError("The connector's code is not what it was when the run began; it must be the same.")
        if not self.journal.complete:
            raise JournalError(
                "The journal became too long to be kept whole (the limit journal_bytes), so it cannot be used."
            )
        entries = [entry for entry in self.journal.entries if not isinstance(entry, End)]
        begun = Journal(self.journal.origin, most_bytes=self.journal.most_bytes, entries=entries)
        return type(self)(lambda: self.head, begun)


def _keep(line: str, on_line: Callable[[str], None]) -> None:
    """Let the application keep a line; what that tells of must not happen if it cannot."""
    try:
        on_line(line)
    except Exception as caught:  # noqa: BLE001 (the application's code)
        kind = type(caught).__name__
        message = f"The journal of the run could not be kept ({kind}); the run was ended before anything else happened"
        raise RunEnded(Failure(type="internal", key="journal", message=message)) from None


def _entry(line: str, file: str, number: int) -> Entry:
    try:
        return read_entry(line)
    except JournalTextError as error:
        raise JournalError(str(error), file=file, key=error.key, line=number) from None
