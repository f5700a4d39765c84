"""Adoption: what follows from the time of a run, or from a secret, is taken from its replay.

A signature, say, is another one when it is made with a placeholder, and a moment in a query is another one when servers
answer at once. Replays are the same each time, so what one of them sent is what the next will send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .detail import PLAIN
from .merging import same
from .recorded_exchange import ExchangeWriter
from .shape import Shape, drift
from .side_files import SideFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge import CapturedExchange
    from connectors.fixtures.result import FixtureResult

    from .substitution import Substitution


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
    expect = data["expect"]
    if kinds == {"value"} and _alike(expect["value"], result.report.value):
        expect["value"] = result.report.value
        return "expect.value holds what follows from the time, or from a secret: it is that of the replay"
    error = result.report.error
    if kinds == {"error"} and error is not None and "error" in expect:
        wanted = expect["error"]
        if (wanted.get("type"), wanted.get("key")) == (error.type, error.key):
            wanted["message"] = error.message
            return "expect.error.message follows from the time, or from a secret: it is that of the replay"
    return None


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
        return f"{name} holds what follows from the time, or from a secret: it is as the replay sends it"
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
