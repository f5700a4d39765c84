"""Exchanges of a fixture with what was exchanged now, as far as it differs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bridge import expected_lines
from connectors.fixtures.exchanges import content_of, scripted

from .merging import aligned

if TYPE_CHECKING:
    from bridge import ScriptedRequest
    from connectors.fixtures.fixture_file import FixtureFile

_BODY: Final = frozenset({"json", "text", "form", "multipart", "base64", "file", "body"})
"""Keys of what is carried."""


def merge_exchanges(
    old_file: FixtureFile, new_file: FixtureFile, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return exchanges as they are now, with all kept that an author wrote and that still holds.

    Args:
        old_file: The fixture as it was.
        new_file: What happened now, as a fixture.
        old: The exchanges of the one, as its author wrote them.
        new: Those of the other.
    """
    expected, sent = scripted(old_file), scripted(new_file)
    merged: list[dict[str, Any]] = []
    for before, now in aligned([_name(one.request) for one in expected], [_name(one.request) for one in sent], str):
        if now is None:
            continue
        if before is None:
            merged.append(new[now])
            continue
        holds = _holds(expected[before].request, sent[now].request)
        request = old[before]["request"] if holds else _merged_request(old[before]["request"], new[now]["request"])
        merged.append({**new[now], "request": request})
        if "response" in old[before] and "response" in new[now]:
            same = means_the_same(_body(old_file, before), _body(new_file, now))
            merged[-1]["response"] = merge_response(
                old[before]["response"], new[now]["response"], carries_the_same=same
            )
    return merged


def merge_response(old: dict[str, Any], new: dict[str, Any], *, carries_the_same: bool) -> dict[str, Any]:
    """Return a response as it is now, in the words of the old one.

    Args:
        old: As its author wrote it.
        new: As it was recorded.
        carries_the_same: Whether the bodies mean the same.
    """
    same_status = old.get("status", 200) == new["status"]
    merged = {name: value for name, value in old.items() if name not in {"reason", "headers", "status"} | _BODY}
    if "status" in old or not same_status:
        merged = {"status": new["status"], **merged}
    headers = _named_as_before(old.get("headers", {}), new.get("headers", {})) if same_status else new.get("headers")
    if headers:
        merged["headers"] = headers
    merged |= {"reason": new["reason"]} if "reason" in new else {}
    return merged | {name: value for name, value in (old if carries_the_same else new).items() if name in _BODY}


def _name(request: ScriptedRequest) -> str:
    return f"{request.verb} {request.url.partition('?')[0]}"


def _holds(expected: ScriptedRequest, sent: ScriptedRequest) -> bool:
    """Whether what an author expects of a request is true of the one that was sent."""
    known = {name for name, _ in sent.headers}
    compared = {name for name, value in expected.headers if value is not None and name in known}
    return expected_lines(_trimmed(expected, compared)) == expected_lines(
        replace(_trimmed(sent, compared), body=None if expected.body is None else sent.body)
    )


def _trimmed(request: ScriptedRequest, names: set[str]) -> ScriptedRequest:
    return replace(request, headers=tuple(header for header in request.headers if header[0] in names))


def _merged_request(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the request that was sent, with those headers that the old one tells of."""
    headers = _named_as_before(old.get("headers", {}), new.get("headers", {}))
    merged = {name: value for name, value in new.items() if name != "headers"}
    if old.get("body") == "any":
        merged = {name: value for name, value in merged.items() if name not in _BODY} | {"body": "any"}
    if headers:
        merged = {name: merged[name] for name in ("method", "url", "query") if name in merged} | {
            "headers": headers,
            **merged,
        }
    return merged


def _named_as_before(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the headers that were told before, with their values now; those that are not recorded stay."""
    return {name: new.get(name.lower(), value) for name, value in old.items()}


def means_the_same(one: bytes, other: bytes) -> bool:
    """Whether two bodies are the same, JSON by what it means."""
    try:
        return one == other or bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _body(file: FixtureFile, number: int) -> bytes:
    """Return what a response carries."""
    response = file.fixture.exchanges[number].response
    return b"" if response is None else content_of(file, response, ("exchanges", number, "response"))
