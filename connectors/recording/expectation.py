"""What a fixture expects, where something else came out now."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from connectors.fixtures.json_path import JsonPath

if TYPE_CHECKING:
    from connectors.fixtures.result import FixtureResult

_RENEWABLE: Final = frozenset({"value", "path", "error", "console", "requests", "stream"})
_OF_A_VALUE: Final = ("value", "schema", "paths", "stream")


def renew_expectation(data: dict[str, Any], new: dict[str, Any], result: FixtureResult) -> str | None:
    """Expect what came out now, in the way in which the fixture expects something.

    Args:
        data: What the fixture says; changed in place.
        new: What came out now.
        result: What came of a replay with the exchanges of now.

    Returns:
        What was changed, for a person; None where nothing can be.
    """
    kinds = {mismatch.kind for mismatch in result.mismatches}
    if not kinds <= _RENEWABLE:
        return None
    before = deepcopy(data["expect"])
    _renew_end(data["expect"], new, result)
    _renew_rest(data["expect"], new, result)
    if before == data["expect"]:
        return None
    return f"Other results are expected now: {', '.join(sorted(kinds))}"


def _renew_end(expect: dict[str, Any], new: dict[str, Any], result: FixtureResult) -> None:
    """Expect the value, or the error, of now."""
    if ("error" in expect) != ("error" in new):
        for name in (*_OF_A_VALUE, "error"):
            expect.pop(name, None)
        expect |= {name: value for name, value in new.items() if name in {*_OF_A_VALUE, "error"}}
    elif "error" in new:
        expect["error"] = {name: new["error"].get(name) for name in expect["error"]}
    else:
        expect |= {name: new[name] for name in ("value", "stream") if name in new and name in expect}
    for mismatch in result.mismatches:
        if mismatch.kind == "path" and "value" in new:
            path = str(mismatch.key[-1])
            expect["paths"][path] = _at(path, new["value"])


def _renew_rest(expect: dict[str, Any], new: dict[str, Any], result: FixtureResult) -> None:
    """Expect the console and the number of requests of now."""
    kinds = {mismatch.kind for mismatch in result.mismatches}
    if "console" in kinds:
        expect["console"] = _in_old_style(expect["console"], new.get("console", []))
    if "requests" in kinds:
        expect["requests"] = len(result.report.requests)


def _at(path: str, value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Return what is at a path."""
    parsed = JsonPath.parse(path)
    found = parsed.find(value)
    return (found[0] if found else None) if parsed.is_single else found


def _in_old_style(old: list[Any], new: list[dict[str, Any]]) -> list[Any]:
    """Return lines as text alone where all were written so."""
    return [line["message"] for line in new] if all(isinstance(line, str) for line in old) else list(new)
