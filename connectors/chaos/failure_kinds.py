"""FailureKinds: in which ways a server is made to fail."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from bridge import ScriptedFailure, ScriptedResponse

from .pages import emptied, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge import ScriptedExchange, ScriptedFault

Judging: TypeAlias = Literal["failure", "passing", "garbage", "empty", "duplicate"]
"""How what comes of it is judged: the exchange never succeeds; it succeeds when it is repeated; an answer that is no
JSON looks like success; a page is empty; a page comes again."""
Make: TypeAlias = "Callable[[Sequence[ScriptedExchange], int, datetime], ScriptedFailure | None]"
"""Makes what goes wrong with one exchange of a recording; None where it cannot. The moment is the run's start."""

_WAIT: Final = timedelta(seconds=5)
"""What a server asks for that is busy."""
_JSON: Final = (("content-type", "application/json"),)
_HTML: Final = (
    b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"
)


@dataclass(frozen=True, kw_only=True)
class FailureKind:
    """One way to fail.

    Attributes:
        name: In reports for programs.
        heading: Over its column.
        sentence: What it is, after the name of a request.
        judging: How what comes of it is judged.
        key: Of the connection error that a method gets of it, where only that key will do.
        make: Makes it.
    """

    name: str
    heading: str
    sentence: str
    judging: Judging
    make: Make
    key: str | None = None


def _answer(
    status: int, message: str, *, lasting: bool = True, headers: Callable[[datetime], dict[str, str]] = lambda _: {}
) -> Make:
    """Return what makes an exchange be answered with an error."""
    body = json.dumps({"error": message}).encode()

    def make(_exchanges: Sequence[ScriptedExchange], victim: int, now: datetime) -> ScriptedFailure:
        response = ScriptedResponse(status=status, headers=(*_JSON, *headers(now).items()), body=body)
        return ScriptedFailure(victim=victim, response=response, lasting=lasting)

    return make


def _busy(headers: Callable[[datetime], dict[str, str]]) -> Make:
    """Return what makes an exchange be answered with a 429 once."""
    return _answer(429, "Too many requests", lasting=False, headers=headers)


def _fault(fault: ScriptedFault) -> Make:
    """Return what lets an exchange have no answer."""
    return lambda _exchanges, victim, _now: ScriptedFailure(victim=victim, fault=fault)


def _truncated(exchanges: Sequence[ScriptedExchange], victim: int, _now: datetime) -> ScriptedFailure | None:
    response = exchanges[victim].response
    if response is None or len(response.body) < 2:
        return None
    return ScriptedFailure(victim=victim, response=response, fault="truncated")


def _html(exchanges: Sequence[ScriptedExchange], victim: int, _now: datetime) -> ScriptedFailure | None:
    response = exchanges[victim].response
    if response is None or not response.body:
        return None
    headers = (("content-type", "text/html; charset=utf-8"),)
    return ScriptedFailure(victim=victim, response=ScriptedResponse(status=200, headers=headers, body=_HTML))


def _empty(exchanges: Sequence[ScriptedExchange], victim: int, _now: datetime) -> ScriptedFailure | None:
    response = exchanges[victim].response
    page = page_of(response)
    if page is None or response is None:
        return None
    return ScriptedFailure(victim=victim, response=replace(response, body=json.dumps(emptied(page)).encode()))


def _duplicate(exchanges: Sequence[ScriptedExchange], victim: int, _now: datetime) -> ScriptedFailure | None:
    previous = previous_page(exchanges, victim)
    return None if previous is None else ScriptedFailure(victim=victim, response=previous.response, spreads=True)


def previous_page(exchanges: Sequence[ScriptedExchange], number: int) -> ScriptedExchange | None:
    """Return the exchange before one that is another page of the same list; None where there is none."""
    this = exchanges[number]
    page = page_of(this.response)
    if page is None:
        return None
    others = (other for other in reversed(exchanges[:number]) if same_list(other, this) and page_of(other.response))
    return next((other for other in others if page_of(other.response) != page), None)


def same_list(one: ScriptedExchange, other: ScriptedExchange) -> bool:
    """Whether two exchanges ask the same place, apart from their queries and bodies."""
    return (one.request.verb, one.request.url.partition("?")[0]) == (
        other.request.verb,
        other.request.url.partition("?")[0],
    )


_UNAUTHORIZED: Final = "The access token is not valid"

FAILURE_KINDS: Final = (
    FailureKind(
        name="unauthorized_once",
        heading="401",
        sentence="was answered with 401 once",
        judging="passing",
        key="access_token_expired",
        make=_answer(401, _UNAUTHORIZED, lasting=False),
    ),
    FailureKind(
        name="unauthorized",
        heading="401…",
        sentence="was answered with 401 each time",
        judging="failure",
        key="access_token_expired",
        make=_answer(401, _UNAUTHORIZED),
    ),
    FailureKind(
        name="rate_limit_seconds",
        heading="429s",
        sentence="was answered with 429 and Retry-After in seconds once",
        judging="passing",
        key="rate_limit_exceeded",
        make=_busy(lambda _now: {"retry-after": f"{_WAIT.seconds}"}),
    ),
    FailureKind(
        name="rate_limit_date",
        heading="429d",
        sentence="was answered with 429 and Retry-After as a date once",
        judging="passing",
        key="rate_limit_exceeded",
        make=_busy(lambda now: {"retry-after": format_datetime((now + _WAIT).astimezone(UTC), usegmt=True)}),
    ),
    FailureKind(
        name="rate_limit_policy",
        heading="429r",
        sentence="was answered with 429 and RateLimit once",
        judging="passing",
        key="rate_limit_exceeded",
        make=_busy(lambda _now: {"ratelimit": f'"default";r=0;t={_WAIT.seconds}'}),
    ),
    FailureKind(
        name="rate_limit_reset",
        heading="429x",
        sentence="was answered with 429 and X-RateLimit-Reset once",
        judging="passing",
        key="rate_limit_exceeded",
        make=_busy(lambda now: {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{(now + _WAIT).timestamp():.0f}"}),
    ),
    FailureKind(
        name="rate_limit_bare",
        heading="429",
        sentence="was answered with 429 and no word of when to come again, once",
        judging="passing",
        key="rate_limit_exceeded",
        make=_busy(lambda _now: {}),
    ),
    FailureKind(
        name="server_error",
        heading="500",
        sentence="was answered with 500 each time",
        judging="failure",
        make=_answer(500, "Something went wrong"),
    ),
    FailureKind(
        name="refused",
        heading="refused",
        sentence="found nobody who listens",
        judging="failure",
        make=_fault("refused"),
    ),
    FailureKind(
        name="timeout",
        heading="timeout",
        sentence="was never answered",
        judging="failure",
        make=_fault("timeout"),
    ),
    FailureKind(
        name="truncated",
        heading="half",
        sentence="was answered with half a body",
        judging="failure",
        make=_truncated,
    ),
    FailureKind(
        name="html",
        heading="html",
        sentence="was answered with 200 and a page of HTML",
        judging="garbage",
        make=_html,
    ),
    FailureKind(
        name="empty_page",
        heading="empty",
        sentence="was answered with a page without records",
        judging="empty",
        make=_empty,
    ),
    FailureKind(
        name="duplicate_page",
        heading="again",
        sentence="was answered with the page before, as was all that followed",
        judging="duplicate",
        make=_duplicate,
    ),
)
"""All ways to fail, in the order of the columns. Failures that last show how a method gives up; those that pass, that
it goes on."""
