"""Script: the exchanges that stand in for a network, and which of them a request takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .line_diff import likeness, line_diff
from .request_lines import expected_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .request_lines import RequestLines, SentRequest
    from .scripted_exchange import ScriptedExchange

Order: TypeAlias = Literal["strict", "any"]
"""`strict`: requests come in the order of the exchanges; `any`: in any, as those of parallel calls do."""

_WEIGHTS: Final = {"origin": 8, "path": 8, "verb": 4, "query": 4, "body": 4, "headers": 2}
_NEXT_BONUS: Final = 1
"""For the exchange whose turn it is."""


@dataclass(frozen=True, kw_only=True)
class Unmatched:
    """A request that no exchange stood ready for.

    Attributes:
        request: What was sent; nothing in it is masked.
        problem: Why it took none, for a person.
        nearest: The number of the exchange that is most like it, counted from 0; None where none is left.
        diff: The lines of that exchange and of the request; see `line_diff`. Nothing in them is masked.
    """

    request: SentRequest
    problem: str
    nearest: int | None
    diff: tuple[str, ...] = field(repr=False)


class Script:
    """Exchanges, each of which answers one request.

    Args:
        exchanges: In the order in which they are expected.
        order: Whether that order matters.
    """

    def __init__(self, exchanges: Iterable[ScriptedExchange], order: Order) -> None:
        self._exchanges = tuple(exchanges)
        self._order = order
        self._expected = tuple(expected_lines(exchange.request) for exchange in self._exchanges)
        self._left = dict.fromkeys(range(len(self._exchanges)))
        self.unmatched: list[Unmatched] = []
        """Requests that took none."""

    @property
    def unused(self) -> tuple[int, ...]:
        """The numbers of exchanges that no request took, counted from 0."""
        return tuple(self._left)

    def take(self, sent: SentRequest) -> ScriptedExchange | None:
        """Return the exchange for a request, which no other request gets; None where there is none."""
        candidates = tuple(self._left)[: 1 if self._order == "strict" else None]
        number = next((number for number in candidates if self._matches(number, sent)), None)
        if number is None:
            self.unmatched.append(self._explain(sent))
            return None
        del self._left[number]
        return self._exchanges[number]

    def _matches(self, number: int, sent: SentRequest) -> bool:
        return sent.verb == self._expected[number].verb and self._expected[number] == self._seen(number, sent)

    def _seen(self, number: int, sent: SentRequest) -> RequestLines:
        return sent.as_seen_by(self._exchanges[number].request)

    def _explain(self, sent: SentRequest) -> Unmatched:
        """Say why no exchange stands ready, and which is nearest."""
        early = next((number for number in self._left if self._matches(number, sent)), None)
        taken = (number for number in range(len(self._exchanges)) if number not in self._left)
        again = next((number for number in taken if self._matches(number, sent)), None)
        nearest = next(iter(self._left), None) if early is not None else self._nearest(sent)
        if early is not None:
            problem = (
                f"{sent.name} is what exchange {early + 1} expects, but it is the turn of exchange {_one(nearest)}"
            )
        elif again is not None:
            problem = f"{sent.name} was sent once more: exchange {again + 1}, which expects it, is used up"
        elif nearest is not None:
            problem = f"{sent.name} is not what exchange {nearest + 1} expects, which is nearest"
        else:
            problem = f"{sent.name} was sent, but no exchange is left"
        return Unmatched(request=sent, problem=problem, nearest=nearest, diff=self._diff(nearest, sent))

    def _diff(self, nearest: int | None, sent: SentRequest) -> tuple[str, ...]:
        if nearest is None:
            return line_diff((), sent.all_lines.text)
        return line_diff(self._expected[nearest].text, self._seen(nearest, sent).text)

    def _nearest(self, sent: SentRequest) -> int | None:
        """Return the exchange that is left and most like a request; the first of several."""
        scores = {number: self._score(number, sent) for number in self._left}
        return max(scores, key=scores.__getitem__) if scores else None

    def _score(self, number: int, sent: SentRequest) -> float:
        """Return how like an exchange a request is: verb, host, path, query, headers, body."""
        expected, seen = self._expected[number], self._seen(number, sent)
        bonus = _NEXT_BONUS if self._order == "strict" and number == next(iter(self._left)) else 0
        return bonus + sum(
            weight * likeness(_parts_of(expected, name), _parts_of(seen, name)) for name, weight in _WEIGHTS.items()
        )


def _parts_of(request: RequestLines, name: str) -> tuple[str, ...]:
    """Return what is compared piece by piece."""
    value = getattr(request, name)
    if isinstance(value, tuple):
        return value
    return tuple(value.split("/")) if name == "path" else (value,)


def _one(number: int | None) -> int:
    return 0 if number is None else number + 1
