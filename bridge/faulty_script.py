"""FaultyScript: exchanges as a server would go on answering them, with one that goes wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .request_lines import expected_lines
from .scripted_exchange import ScriptedExchange, ScriptedRequest, ScriptedResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .request_lines import RequestLines, SentRequest
    from .scripted_exchange import ScriptedFault

_ASKS_FOR_TOKENS: Final = re.compile(rb"""(^|&)grant_type=refresh_token(&|$)|"grant_type"\s*:\s*"refresh_token\"""")
_TOKEN_ANSWER: Final = (
    b'{"access_token": "placeholder-renewed-access-token", "token_type": "Bearer", "expires_in": 3600,'
    b' "refresh_token": "placeholder-renewed-refresh-token"}'
)
"""What RFC 6749, 5.1, says of a successful answer."""


@dataclass(frozen=True, kw_only=True)
class ScriptedFailure:
    """What goes wrong with one exchange of a script.

    Attributes:
        victim: The number of the exchange, counted from 0.
        response: What is answered instead.
        fault: What goes wrong without an answer, or with it (`truncated`).
        lasting: Whether it goes wrong each time; otherwise the first time only.
        spreads: Whether it also meets other requests with the same verb and path, once it happened.
    """

    victim: int
    response: ScriptedResponse | None = None
    fault: ScriptedFault | None = None
    lasting: bool = True
    spreads: bool = False


@dataclass(frozen=True, kw_only=True)
class Served:
    """One request that was answered.

    Attributes:
        number: Of the exchange, counted from 0; None for one of the spare ones.
        failed: Whether it was the one that goes wrong, and did.
        request: What was sent.
    """

    number: int | None
    failed: bool
    request: SentRequest


@dataclass(kw_only=True)
class FaultyScript:
    """Answers requests as the server of a recording would, as often as they come, in any order.

    Of the exchanges for the same verb and URL the first that was not used yet answers, one with the same body before
    others; when all were used, the last. What headers say does not matter.

    Attributes:
        exchanges: The recording.
        failure: What goes wrong; nothing where it is None.
        spares: Exchanges for requests that the recording does not have, as when credentials are renewed.
        served: What was answered, in order.
        unmatched: What could not be answered.
    """

    exchanges: Sequence[ScriptedExchange]
    failure: ScriptedFailure | None = None
    spares: Sequence[ScriptedExchange] = ()
    served: list[Served] = field(default_factory=list)
    unmatched: list[SentRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take in the recording."""
        self._expected = tuple(expected_lines(one.request) for one in self.exchanges)
        self._used: set[int] = set()
        self._happened = False

    def take(self, sent: SentRequest) -> ScriptedExchange | None:
        """Return the exchange that answers a request; None where there is none."""
        number = self._number(sent)
        if self._fails(number, sent):
            self._happened = True
            self.served.append(Served(number=number, failed=True, request=sent))
            return self._failing(sent)
        if number is not None:
            self._used.add(number)
            self.served.append(Served(number=number, failed=False, request=sent))
            return self.exchanges[number]
        spare = next((one for one in self.spares if _is_for(one, sent)), None) or _token_exchange(sent)
        if spare is None:
            self.unmatched.append(sent)
        else:
            self.served.append(Served(number=None, failed=False, request=sent))
        return spare

    def _number(self, sent: SentRequest) -> int | None:
        """Return the number of the exchange for a request."""
        seen = [sent.as_seen_by(one.request) for one in self.exchanges]
        pairs = list(enumerate(zip(self._expected, seen, strict=True)))
        fitting = [number for number, (expected, came) in pairs if _is_same(expected, came, "query")]
        same_body = [number for number in fitting if self._expected[number].body == seen[number].body]
        fresh = (number for numbers in (same_body, fitting) for number in numbers if number not in self._used)
        used = same_body or fitting
        return next(fresh, used[-1] if used else None)

    def _fails(self, number: int | None, sent: SentRequest) -> bool:
        """Whether a request is met by what goes wrong."""
        failure = self.failure
        if failure is None:
            return False
        if failure.spreads and self._happened:
            return _is_same(self._expected[failure.victim], sent.all_lines)
        return number == failure.victim and (failure.lasting or not self._happened)

    def _failing(self, sent: SentRequest) -> ScriptedExchange:
        if self.failure is None:
            raise AssertionError
        request = ScriptedRequest(verb=sent.verb, url=str(sent.url))
        return ScriptedExchange(request=request, response=self.failure.response, fault=self.failure.fault)


def _is_for(exchange: ScriptedExchange, sent: SentRequest) -> bool:
    """Whether an exchange is one for the verb and URL of a request."""
    return _is_same(expected_lines(exchange.request), sent.as_seen_by(exchange.request), "query")


def _is_same(expected: RequestLines, seen: RequestLines, *more: str) -> bool:
    """Whether two requests have the same verb, origin and path, and what else is to be compared."""
    return all(getattr(expected, part) == getattr(seen, part) for part in ("verb", "origin", "path", *more))


def _token_exchange(sent: SentRequest) -> ScriptedExchange | None:
    """Return an answer to a request for new tokens, RFC 6749, 6; some servers take it as JSON."""
    if sent.verb != "POST" or not _ASKS_FOR_TOKENS.search(sent.body):
        return None
    headers = (("content-type", "application/json"),)
    return ScriptedExchange(
        request=ScriptedRequest(verb=sent.verb, url=str(sent.url)),
        response=ScriptedResponse(status=200, headers=headers, body=_TOKEN_ANSWER),
    )
