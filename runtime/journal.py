"""The journal of a run: what entered it, and when. With code and arguments that is all that decides what it does.

An isolate computes from what it is sent alone: the seeds of its start, and deliveries of answers and of timers that
fired, each with the time it is told. So a run that is sent the same again does the same again, on another worker or
another machine.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .clock import Clock
    from .host import HostReply
    from .outcome import LogLine
    from .values import JSON

SEED_BYTES: Final = 32

_ENTRY_BYTES: Final = 400
"""What an entry takes beside texts and bytes, about."""
_DIGEST_LENGTH: Final = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEntry:
    """A host call that the method made.

    Attributes:
        number: Calls and timers of a run are numbered together, from 1.
        operation: What was asked for.
        site: Where in the method's source, where that is known.
        digest: Of what it asks with, secrets masked: 32 hexadecimal digits; None as long as that itself is kept.
        payload: What it asks with.
        data: Bytes beside that.
        length: How long it came, in bytes.
    """

    number: int
    operation: str
    site: str | None
    digest: str | None = None
    payload: JSON = None
    data: bytes | None = None
    length: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TimerEntry:
    """A timer that the method set: what with, where, and for how many milliseconds."""

    number: int
    kind: str
    site: str | None
    delay_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What the method did until it waited: calls and timers, those it gave up, and console lines."""

    at_ms: float
    calls: tuple[CallEntry, ...] = ()
    timers: tuple[TimerEntry, ...] = ()
    dropped: tuple[int, ...] = ()
    lines: tuple[LogLine, ...] = ()

    @property
    def size(self) -> int:
        """What it takes of memory, in bytes, about."""
        size = _ENTRY_BYTES * (1 + len(self.timers))
        for call in self.calls:
            size += _ENTRY_BYTES + call.length
        for line in self.lines:
            size += _ENTRY_BYTES + len(line.message)
        return size


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The answer to a call; without a reply where it was too long to be kept."""

    at_ms: float
    number: int
    reply: HostReply | None

    @property
    def size(self) -> int:
        """What it takes of memory, in bytes, about."""
        return _ENTRY_BYTES + (0 if self.reply is None else len(self.reply.utf8 or self.reply.data or b""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What the isolate was sent: the time, answers by the numbers of their calls, and a timer that fired."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float
    answers: tuple[int, ...] = ()
    timer: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What an extension's handler did meanwhile, in its own terms: `sent` and `answered` for HTTP."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float
    number: int
    kind: str
    facts: dict[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A call that waits: until when, and after how many attempts at it."""

    number: int
    until_ms: float
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension:
    """The run was put off, since all it did was wait."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float
    resume_at_ms: float
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Resumption:
    """The run went on, on another worker."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """The method came to its end; with the type and key of a failure where there was one."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float
    failure: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The journal became too long: of what follows only the end is in it."""

    size: ClassVar = _ENTRY_BYTES
    at_ms: float


Entry: TypeAlias = Turn | Answer | Delivery | Note | Suspension | Resumption | Cut | End


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a run began with: 32 bytes from which all its randomness comes, and civil time in ms since 1970."""

    seed: bytes = field(repr=False)
    now_ms: float


class Journal:
    """What happened in one run, as it happens; bounded in size.

    Args:
        origin: What it began with.
        most_bytes: How long it may be, with calls, answers and console lines; beyond, answers are dropped and nothing
            more is kept, and the run can neither be resumed nor survive the loss of its worker.
        mask: Masks secrets in what is asked for.
        on_entry: Told each entry before what it tells of has any effect.
        entries: What happened before.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        most_bytes: int,
        mask: Callable[[str], str] = str,
        on_entry: Callable[[Entry], None] | None = None,
        entries: Iterable[Entry] = (),
    ) -> None:
        self.origin = origin
        self.entries: list[Entry] = list(entries)
        self.complete = True
        """Whether it has all that the run was sent."""
        self.mask = mask
        self.most_bytes = most_bytes
        self.on_entry = on_entry
        self._ended = False
        self._size = 0
        for entry in self.entries:
            self.complete = self.complete and not isinstance(entry, Cut)
            self._size += entry.size

    @classmethod
    def begin(
        cls,
        clock: Clock,
        *,
        most_bytes: int,
        seed: bytes | None = None,
        mask: Callable[[str], str] = str,
        on_entry: Callable[[Entry], None] | None = None,
    ) -> Self:
        """Return the journal of a run that begins now.

        Args:
            clock: Of the run.
            most_bytes: See above, as for the others.
            seed: 32 bytes from which its randomness comes; new ones otherwise.
            mask: As above.
            on_entry: As above.

        Raises:
            ValueError: `seed` is not 32 bytes long.
        """
        seed = secrets.token_bytes(SEED_BYTES) if seed is None else seed
        if len(seed) != SEED_BYTES:
            raise ValueError(f"seed must be {SEED_BYTES} bytes long, not {len(seed)}")
        return cls(Origin(seed=seed, now_ms=clock.now_ms()), most_bytes=most_bytes, mask=mask, on_entry=on_entry)

    def add(self, entry: Entry) -> None:
        """Take in what is about to have an effect."""
        ends = type(entry) is End
        if self._ended or not (self.complete or ends):
            return
        self._ended = ends
        self._size += entry.size
        if self.complete and self._size > self.most_bytes:
            self.complete = False
            self.entries[:] = map(self._shortened, self.entries)
            entry = entry if ends else Cut(at_ms=entry.at_ms)
        self.entries.append(entry)
        if self.on_entry is not None:
            self.on_entry(entry)

    def digest(self, call: CallEntry) -> str:
        """Return the digest of what a call asks with."""
        if call.digest is not None:
            return call.digest
        text = self.mask(json.dumps(call.payload, sort_keys=True, ensure_ascii=False))
        hashed = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
        if call.data is not None:
            hashed.update(hashlib.sha256(call.data).digest())
        return hashed.hexdigest()[:_DIGEST_LENGTH]

    def masked(self, facts: dict[str, JSON]) -> dict[str, JSON]:
        """Return facts with their texts masked."""
        return {key: self.mask(value) if isinstance(value, str) else value for key, value in facts.items()}

    def _shortened(self, entry: Entry) -> Entry:
        """Return an entry without what is long in it."""
        if isinstance(entry, Answer):
            return replace(entry, reply=None)
        if isinstance(entry, Turn):
            calls = (replace(call, digest=self.digest(call), payload=None, data=None) for call in entry.calls)
            return replace(entry, calls=tuple(calls))
        return entry
