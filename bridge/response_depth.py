"""How deep a response may be nested."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from runtime import in_slices, is_deeper, is_plain

from .errors import ConnectionFailedError
from .request_name import request_name

if TYPE_CHECKING:
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .response import Response

_DEEPEST_REPORTED: Final = 100
_BEFORE_JSON: Final = b"\xef\xbb\xbf \t\r\n"
_CONTAINERS: Final = (b"[", b"{")


async def measured(request: OutgoingRequest, response: Response, limits: Limits) -> Response:
    """Return the response; where it went wrong and is nested too deeply for a report, it says so.

    V8 reads JSON of any depth, but whoever walks it afterwards runs out of stack. What is no JSON to the method, since
    it asked for text, bytes or a stream, is not looked at, nor what does not begin as an array or object does.

    Raises:
        ConnectionFailedError: `decode`: it went well, and is nested deeper than `response_depth`.
    """
    if request.plain or request.binary or response.stream is not None:
        return response
    most = limits.response_depth if response.is_success else _DEEPEST_REPORTED
    if is_plain(response.body, most) or not response.body.lstrip(_BEFORE_JSON).startswith(_CONTAINERS):
        return response
    if not await in_slices(is_deeper(response.body, most)):
        return response
    deep = replace(response, deep=True)
    if response.is_success:
        message = f"{request_name(request)}: the response is nested deeper than {most} levels."
        raise ConnectionFailedError(message, key="decode", response=deep)
    return deep
