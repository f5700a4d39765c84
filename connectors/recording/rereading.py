"""Rereading: the reads of a fixture sent again, each alone, to see whether their answers still have the same shape."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from bridge import Capture
from connectors.connector import Connector
from connectors.environment import RunEnvironment
from connectors.fixtures.exchanges import content_of

from .connection_secrets import real_values
from .drift import Drift
from .errors import RecordingError
from .recording import Recording
from .shape import Shape, drift
from .substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bridge import CapturedExchange
    from connectors.fixtures.fixture import FixtureExchange, FixtureRequest
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.host import MethodHost
    from runtime import JSON

_READS: Final = frozenset({"GET", "HEAD"})
_SUCCESS: Final = range(200, 300)
_ACCEPT: Final = "application/json, text/plain, */*"
_MOST_OF_A_NAME: Final = 9


@dataclass(frozen=True, kw_only=True)
class Reread:
    """An exchange of a fixture, and what its request is answered with now.

    Attributes:
        number: Of the exchange, counted from 0.
        answer: What was exchanged now; None where nothing was sent.
        problem: Why there is no answer.
    """

    number: int
    answer: CapturedExchange | None = field(repr=False)
    problem: str | None = None


async def reread(host: MethodHost, file: FixtureFile, members: JSON) -> list[Reread]:
    """Send the reads of a fixture that were answered well, each request once and alone. Nothing else is sent.

    Args:
        host: Sends them.
        file: The fixture.
        members: What the file of a real connection says.

    Raises:
        RecordingError: There are none.
    """
    secrets = real_values(file.connection, members)
    reader = Connector.from_source("read", resources.files(__package__).joinpath("read.js").read_text("utf-8"))
    known: dict[str, Reread] = {}
    found: list[Reread] = []
    for number, exchange in enumerate(file.fixture.exchanges):
        if not is_read(exchange):
            continue
        args = _arguments(exchange.request, secrets)
        name = json.dumps(args, sort_keys=True)
        if name not in known:
            known[name] = await _send(host, reader, number, args)
        found.append(Reread(number=number, answer=known[name].answer, problem=known[name].problem))
    if not found:
        raise RecordingError("The fixture has no GET that was answered well.", file=str(file.path))
    return found


def drift_since(file: FixtureFile, again: list[Reread]) -> Recording:
    """Return how the shapes of answers have changed since a fixture was recorded."""
    drifts = tuple(drift for drift in (drift_of(file, one) for one in again) if drift is not None)
    return Recording(file=file.path, reads=len(again), drift=drifts)


def is_read(exchange: FixtureExchange) -> bool:
    """Whether an exchange is a read that was answered well."""
    response = exchange.response
    return exchange.request.method in _READS and response is not None and response.status in _SUCCESS


def drift_of(file: FixtureFile, again: Reread) -> Drift | None:
    """Return how the answer to a read has changed in its shape; None where it has not."""
    exchange = file.fixture.exchanges[again.number]
    changes = tuple(_changes(file, exchange, again))
    if not changes:
        return None
    key = ("exchanges", again.number)
    name = f"{exchange.request.method} {exchange.request.url}"
    return Drift(request=name, line=file.document.line_of(key), changes=changes)


def _changes(file: FixtureFile, exchange: FixtureExchange, again: Reread) -> Iterator[str]:
    answer, response = again.answer, exchange.response
    if answer is None or answer.status is None or response is None:
        yield f"there was no answer: {again.problem or (answer and answer.fault) or 'unknown'}"
        return
    if answer.status != response.status:
        yield f"the status was {response.status}, and is {answer.status}"
        return
    before = _json(content_of(file, response, ("exchanges", again.number, "response")))
    now = _json(answer.response_body or b"")
    if (before is None) != (now is None):
        yield f"the body was {_kind(before)}, and is {_kind(now)}"
    elif before is not None:
        yield from drift(Shape.of(before[0]), Shape.of(now[0] if now else None))


async def _send(host: MethodHost, reader: Connector, number: int, args: dict[str, Any]) -> Reread:
    capture = Capture()
    report = await host.run(reader, args=args, environment=RunEnvironment(capture=capture))
    problem = None if report.error is None else report.error.message
    return Reread(number=number, answer=next(iter(capture.exchanges), None), problem=problem)


def _arguments(request: FixtureRequest, secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return what `read.js` sends: the request with secrets in place of placeholders."""
    whole = {name: secret for placeholder, secret in secrets.items() for name in _names(placeholder)}
    plain = Substitution(whole)
    in_address = Substitution({name: quote(secret, safe="") for name, secret in whole.items()})
    pairs = [(name, one) for name, value in request.query.items() for one in _each(value)]
    query = urlencode([(name, plain.text(value)) for name, value in pairs])
    separator = "&" if "?" in request.url else "?"
    address = in_address.text(request.url)
    headers = [
        (name.lower(), plain.text(one))
        for name, value in request.headers.items()
        if value is not None
        for one in _each(value)
    ]
    accept = [] if any(name == "accept" for name, _ in headers) else [("accept", _ACCEPT)]
    return {
        "method": request.method,
        "url": f"{address}{separator}{query}" if query else address,
        "headers": [list(pair) for pair in (*headers, *accept)],
    }


def _names(placeholder: str) -> Iterator[str]:
    """Yield a placeholder, and those of what replaced the same credential in the run: it has the newest now."""
    yield placeholder
    yield from (f"{placeholder}-{number}" for number in range(2, _MOST_OF_A_NAME + 1))


def _each(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _json(content: bytes) -> tuple[Any] | None:
    try:
        return (json.loads(content),)
    except ValueError:
        return None


def _kind(parsed: object) -> str:
    return "no JSON" if parsed is None else "JSON"
