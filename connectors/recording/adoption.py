"""Adoption: what follows from the time of a run, or from a secret, is taken from its replay.

A signature, say, is another one when it is made with a placeholder, and a moment in a query is another one when servers
answer at once. Replays are the same each time, so what one of them sent is what the next will send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .detail import PLAIN
from .merging import same
from .recorded_exchange import ExchangeWriter
from .shape import Shape, drift
from .side_files import SideFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bridge import CapturedExchange
    from connectors.fixtures.result import FixtureResult, MismatchKind
    from connectors.report import RunReport

    from .substitution import Substitution

_FOLLOWS: Final = "holds what follows from the time, or from a secret"


def adopt(data: dict[str, Any], result: FixtureResult, substitution: Substitution) -> str | None:
    """Take one thing over from a replay that went as the live run did, but for values.

    Args:
        data: What the fixture says; changed in place.
        result: What came of it.
        substitution: Puts placeholders in place of secrets.

    Returns:
        What was taken over, for a person; None where there is nothing.
    """
    kinds = {mismatch.kind for mismatch in result.mismatches}
    if "unmatched" in kinds:
        return _adopt_request(data, result, substitution)
    if not kinds <= _ADOPTED.keys():
        return None
    notes = (_ADOPTED[kind](data["expect"], result.report) for kind in sorted(kinds))
    return next((note for note in notes if note is not None), None)


def _adopt_value(expect: dict[str, Any], report: RunReport) -> str | None:
    if not _alike(expect["value"], report.value):
        return None
    expect["value"] = report.value
    return f"expect.value {_FOLLOWS}: it is that of the replay"


def _adopt_error(expect: dict[str, Any], report: RunReport) -> str | None:
    error, wanted = report.error, expect.get("error")
    if error is None or wanted is None or (wanted.get("type"), wanted.get("key")) != (error.type, error.key):
        return None
    wanted["message"] = error.message
    return f"expect.error.message {_FOLLOWS}: it is that of the replay"


def _adopt_console(expect: dict[str, Any], report: RunReport) -> str | None:
    if [line["level"] for line in expect["console"]] != [line.level for line in report.logs]:
        return None
    expect["console"] = [{"level": line.level, "message": line.message} for line in report.logs]
    return f"expect.console {_FOLLOWS}: it is that of the replay"


_ADOPTED: Final[dict[MismatchKind, Callable[[dict[str, Any], RunReport], str | None]]] = {
    "console": _adopt_console,
    "error": _adopt_error,
    "value": _adopt_value,
}


def _adopt_request(data: dict[str, Any], result: FixtureResult, substitution: Substitution) -> str | None:
    """Take over a request that differs from the one that was recorded in its values alone."""
    left = dict(enumerate(exchange["request"] for exchange in data["exchanges"]))
    for sent in _sent(result.capture.exchanges, substitution):
        number = next((number for number, request in left.items() if same(request, sent)), None)
        if number is not None:
            del left[number]
            continue
        number = next((number for number, request in left.items() if _differs_in_values(request, sent)), None)
        if number is None:
            return None
        data["exchanges"][number]["request"] = sent
        name = f"{sent['method']} {sent['url']}"
        return f"{name} {_FOLLOWS}: it is as the replay sends it"
    return None


def _sent(exchanges: list[CapturedExchange], substitution: Substitution) -> Iterator[dict[str, Any]]:
    """Yield the requests of a replay as a fixture has them."""
    writer = ExchangeWriter(substitution=substitution, files=SideFiles("replay"), detail=PLAIN)
    for exchange in exchanges:
        yield writer.request(exchange.verb, exchange.url, exchange.request_headers, exchange.request_body)


def _differs_in_values(expected: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether two requests go to the same place with the same names in query, headers and body."""
    return (
        (expected["method"], expected["url"]) == (sent["method"], sent["url"])
        and expected.keys() == sent.keys()
        and all(_alike(expected[name], sent[name]) for name in expected)
    )


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether two values have the same shape."""
    return not any(drift(Shape.of(one), Shape.of(other)))
