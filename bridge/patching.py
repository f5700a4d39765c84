"""Patching of a call by the overrides of its client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from .call import StreamBody
from .errors import RequestRefusedError
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime import JSON

    from .call import CallOptions, MethodCall
    from .override import RequestOverride, RequestPatch

_LONGEST_BODY: Final = 2 * 1024 * 1024
"""Characters of a body that is taken apart here, where all other runs wait for it."""


def patched(call: MethodCall, overrides: Iterable[RequestOverride]) -> MethodCall:
    """Return the call with all that the overrides for it change, one after the other.

    Raises:
        RequestRefusedError: `invalid`: data is to be merged into a body that is no JSON object.
    """
    for override in overrides:
        if override.match.fits(call):
            call = _patched(call, override.patch)
    return call


def _patched(call: MethodCall, patch: RequestPatch) -> MethodCall:
    options = {"headers": _headers(call.options, patch), "query": _without(call.options.query, patch.query)}
    return call.model_copy(
        update={
            "query": {**call.query, **patch.query},
            "options": call.options.model_copy(update=options),
            "body": call.body if patch.data is None else _body(call.body, patch.data),
        }
    )


def _headers(options: CallOptions, patch: RequestPatch) -> dict[str, str | None]:
    """Put the patch's headers in place of the call's own, whose names may be written in another case."""
    replaced = {name.lower() for name in patch.headers}
    own = {name: value for name, value in options.headers.items() if name.lower() not in replaced}
    return own | {name: None if value is None else scalar_text(value) for name, value in patch.headers.items()}


def _without(query: dict[str, JSON], replaced: dict[str, JSON]) -> dict[str, JSON]:
    """Leave out what is replaced: null in a patch takes a parameter away."""
    return {name: value for name, value in query.items() if name not in replaced}


def _body(body: str | StreamBody | None, data: dict[str, JSON]) -> str:
    """Put the patch's members in place of those of a JSON object."""
    if isinstance(body, StreamBody):
        raise RequestRefusedError("The client's override changes this body, which is a stream.", key="invalid")
    if body is not None and len(body) > _LONGEST_BODY:
        raise RequestRefusedError(
            f"The client's override changes this body, which is longer than {_LONGEST_BODY} characters.", key="invalid"
        )
    own = {} if body is None else _object(body)
    return json.dumps(own | data, ensure_ascii=False, separators=(",", ":"))


def _object(body: str) -> dict[str, JSON]:
    """Read a body that must be a JSON object."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise RequestRefusedError("The client's override changes this body, which is no JSON object.", key="invalid")
    return read
