"""Headers as fixtures have them: those that say something of the method or its server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from .secret_ledger import PLACEHOLDER
from .secret_names import snake
from .words import words

if TYPE_CHECKING:
    from collections.abc import Iterable


_OF_THE_CONNECTION: Final = words(
    """
    connection content-encoding content-length date expect keep-alive host te trailer transfer-encoding upgrade
    """
)
_OF_THE_CLIENT: Final = words("accept-encoding accept-language baggage sentry-trace traceparent user-agent")
_USUAL_ACCEPT: Final = frozenset({"*/*", "application/json", "application/json, text/plain, */*"})
_DERIVED: Final = words("date digest hash hmac nonce sha256 sig signature signed timestamp")
"""Words in names of headers that follow from the time, or from a secret: with placeholders they are others."""
_DERIVED_PARAMETER: Final = re.compile(r"(?i)\b(?:\w*signature|nonce|\w*_nonce|response|cnonce|hmac|mac)=")
_KINDS: Final = {
    "json": ("application/json", "application/json;charset=utf-8"),
    "form": ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=utf-8"),
}
_USUAL: Final = words(
    """
    allow accept-ranges content-disposition content-language content-range content-type etag last-modified link location
    retry-after www-authenticate
    """
)
_USUAL_WORDS: Final = words("count cursor limit link next page pages per prev ratelimit remaining reset total")
_OF_THE_SERVER: Final = words(
    """
    alt-svc cf-cache-status cf-ray expect-ct nel report-to server server-timing strict-transport-security via
    """
)


def request_headers(headers: Iterable[tuple[str, str]], kind: str | None) -> dict[str, Any]:
    """Return the headers that a request must have, without those that come and go.

    Args:
        headers: As they were sent, names in lower case, placeholders in place.
        kind: Under which key the fixture has the body: its usual content type goes without saying.
    """
    return _by_name((name, value) for name, value in headers if _is_kept(name, value, kind))


def response_headers(headers: Iterable[tuple[str, str]], kind: str | None, *, every: bool) -> dict[str, Any]:
    """Return the headers of a response that a method may look at.

    Args:
        headers: As they came, names in lower case, placeholders in place.
        kind: Under which key the fixture has the body; that JSON is JSON goes without saying.
        every: Whether unusual ones are told.
    """
    kept = _by_name(
        (name, _without_value(value) if name == "set-cookie" else value)
        for name, value in headers
        if _is_usual(name) or (every and _is_of_the_response(name))
    )
    content_type = kept.get("content-type")
    if kind == "json" and isinstance(content_type, str) and _bare(content_type) in _KINDS["json"]:
        del kept["content-type"]
    elif kind is not None and content_type is None:
        kept["content-type"] = None
    return kept


def is_derived(name: str, value: str) -> bool:
    """Whether a header of a request follows from the time or from a secret."""
    if name in {"authorization", "proxy-authorization"}:
        return bool(_DERIVED_PARAMETER.search(value))
    return not _DERIVED.isdisjoint(snake(name).split("_"))


def _is_kept(name: str, value: str, kind: str | None) -> bool:
    if name in _OF_THE_CONNECTION or name in _OF_THE_CLIENT or is_derived(name, value):
        return False
    if name == "accept":
        return value not in _USUAL_ACCEPT
    if name == "content-type":
        return kind not in {None, "multipart"} and _bare(value) not in _KINDS.get(kind or "", ())
    return True


def _is_usual(name: str) -> bool:
    return (
        name in _USUAL
        or (name.startswith("x-") and not _USUAL_WORDS.isdisjoint(snake(name).split("_")))
        or (name.startswith("ratelimit"))
    )


def _is_of_the_response(name: str) -> bool:
    return name not in _OF_THE_CONNECTION and name not in _OF_THE_SERVER


def _without_value(cookie: str) -> str:
    """Return what sets a cookie without its value, unless a placeholder stands there already."""
    pair, separator, attributes = cookie.partition(";")
    name, _, value = pair.partition("=")
    return cookie if PLACEHOLDER in value else f"{name}={PLACEHOLDER}{separator}{attributes}"


def _bare(content_type: str) -> str:
    return content_type.lower().replace(" ", "")


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return headers by name; several of one name are a list."""
    kept: dict[str, Any] = {}
    for name, value in headers:
        known = kept.get(name)
        if known is None:
            kept[name] = value
        else:
            kept[name] = [*(known if isinstance(known, list) else [known]), value]
    return kept
