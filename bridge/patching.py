"""Patching of a call by the overrides of its client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .body import FieldsBody, JsonBody, StreamBody
from .errors import RequestRefusedError
from .json_size import LONGEST, MOST_VALUES, is_readable
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime import JSON

    from .body import Body
    from .call import CallOptions, MethodCall
    from .override import RequestOverride, RequestPatch


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
    options = {"headers": _headers(call.options, patch), "query": call.options.query.without(patch.query)}
    return call.model_copy(
        update={
            "query": call.query.replaced_by(patch.query),
            "options": call.options.model_copy(update=options),
            "body": call.body if patch.data is None else _body(call.body, patch.data),
        }
    )


def _headers(options: CallOptions, patch: RequestPatch) -> dict[str, str | None]:
    """Put the patch's headers in place of the call's own, whose names may be written in another case."""
    replaced = {name.lower() for name in patch.headers}
    own = {name: value for name, value in options.headers.items() if name.lower() not in replaced}
    return own | {name: None if value is None else scalar_text(value) for name, value in patch.headers.items()}


def _body(body: Body | None, data: dict[str, JSON]) -> Body:
    """Put the patch's members in place of those of an object."""
    if isinstance(body, StreamBody):
        raise RequestRefusedError("The client's override changes this body, which is a stream.", key="invalid")
    if isinstance(body, FieldsBody):
        return body.model_copy(update={"members": {**body.members, **{name: _texts(data[name]) for name in data}}})
    own = {} if body is None else _object(body)
    return JsonBody(kind="json", text=json.dumps(own | data, ensure_ascii=False, separators=(",", ":")))


def _texts(value: JSON) -> JSON:
    """Return a member of a form, whose leaves are text."""
    if isinstance(value, dict):
        return {name: _texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return None if value is None else scalar_text(value)


def _object(body: Body) -> dict[str, JSON]:
    """Read a body that must be a JSON object."""
    text = body.text if isinstance(body, JsonBody) else ""
    if not is_readable(text.encode("utf-8", "replace")):
        message = f"is longer than {LONGEST} bytes, or holds more than {MOST_VALUES} values"
        raise RequestRefusedError(f"The client's override changes this body, which {message}.", key="invalid")
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise RequestRefusedError("The client's override changes this body, which is no JSON object.", key="invalid")
    return read
