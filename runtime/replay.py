"""Replay: what a journal says that a run was sent, and does again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .journal import Answer, Delivery, Note, Suspension, Turn, Wait

if TYPE_CHECKING:
    from .host import HostReply
    from .journal import CallEntry, Journal

SENT: Final = "sent"
ANSWERED: Final = "answered"
REFUSED: Final = "refused"
"""Kinds of notes: something left for the outside, something came back, and what came back is that nothing was done."""


class DivergedError(Exception):
    """The run asks for something else than its journal has.

    Attributes:
        expected: What the journal has.
        found: What the run did.
    """

    def __init__(self, expected: str, found: str) -> None:
        super().__init__("the run does something else than its journal says")
        self.expected = expected
        self.found = found


class Replay:
    """Goes through the entries of a journal, as they are now, while the run does the same again.

    Args:
        journal: Of the run, with at least one entry; what is added to it later is no part of this.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._turns = [entry for entry in journal.entries if isinstance(entry, Turn)]
        self._deliveries = [entry for entry in journal.entries if isinstance(entry, Delivery)]
        self._turn = self._delivery = 0
        self._answers = {entry.number: entry.reply for entry in journal.entries if isinstance(entry, Answer)}
        self._delivered: set[int] = set()
        last = journal.entries[-1]
        waits = last.waits if isinstance(last, Suspension) else ()
        self._waits = {wait.number: wait for wait in waits}
        self._notes = {entry.number: entry.kind for entry in journal.entries if isinstance(entry, Note)}

    def check(self, turn: Turn) -> Turn:
        """Go past the next turn, and return it as it was the first time.

        Raises:
            DivergedError: It is another one.
        """
        before = self._turns[self._turn]
        self._turn += 1
        self._compare(before, turn)
        return before

    @property
    def has_turn(self) -> bool:
        """Whether the journal has the turn that comes next."""
        return self._turn < len(self._turns)

    def next_delivery(self) -> Delivery | None:
        """Return what the isolate was sent next; None where the journal ends."""
        if self._delivery >= len(self._deliveries):
            return None
        delivery = self._deliveries[self._delivery]
        self._delivery += 1
        self._delivered.update(delivery.answers)
        return delivery

    def answer(self, number: int) -> HostReply | None:
        """Return the answer that a call has in the journal, if it has one."""
        return self._answers.get(number)

    def undelivered(self) -> list[tuple[int, HostReply]]:
        """Return the answers that came, but did not get to the isolate."""
        return [
            (number, reply)
            for number, reply in self._answers.items()
            if number not in self._delivered and reply is not None
        ]

    def wait(self, number: int) -> Wait | None:
        """Return what a call without an answer was waiting for, where the run was suspended in good order."""
        return self._waits.get(number)

    def in_doubt(self, number: int) -> bool:
        """Whether something was sent for a call of which nobody knows what became of it, or what came of it."""
        return self._notes.get(number, REFUSED) != REFUSED

    def _compare(self, before: Turn, now: Turn) -> None:
        expected, found = self._described(before), self._described(now)
        if expected != found:
            first = next(
                (pair for pair in zip(expected, found, strict=False) if pair[0] != pair[1]),
                (expected[len(found) :] or ["nothing"], found[len(expected) :] or ["nothing"]),
            )
            raise DivergedError(_text(first[0]), _text(first[1]))

    def _described(self, turn: Turn) -> list[str]:
        """Return what a turn asks for, comparably."""
        calls = [(call.number, self._of_call(call)) for call in turn.calls]
        timers = [(timer.number, f"{timer.kind} {timer.delay_ms:g} ms") for timer in turn.timers]
        asked = [f"{number} {what}" for number, what in sorted(calls + timers)]
        return asked + [f"drop {number}" for number in turn.dropped]

    def _of_call(self, call: CallEntry) -> str:
        place = f" ({call.site})" if call.site else ""
        return f"{call.operation} {self._journal.digest(call)}{place}"


def _text(what: str | list[str]) -> str:
    return (what if isinstance(what, str) else what[0])[:300]
