"""Cookies as HTTP archives list them, from headers whose values are masked already."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime import JSON

    Headers = Iterable[tuple[str, str]]


def request_cookies(headers: Headers) -> list[JSON]:
    """Return what the headers `Cookie` say."""
    return [_named(part) for value in _values(headers, "cookie") for part in value.split(";") if part.strip()]


def response_cookies(headers: Headers) -> list[JSON]:
    """Return what the headers `Set-Cookie` say (RFC 6265, 5.2)."""
    return [_cookie(value) for value in _values(headers, "set-cookie")]


def _cookie(value: str) -> JSON:
    first, *parts = value.split(";")
    cookie = _named(first)
    attributes = {name.strip().lower(): text.strip() for name, _, text in (part.partition("=") for part in parts)}
    cookie |= {name: attributes[name] for name in ("path", "domain") if attributes.get(name)}
    expires = _expiry(attributes.get("expires", ""))
    if expires:
        cookie["expires"] = expires
    return {**cookie, "httpOnly": "httponly" in attributes, "secure": "secure" in attributes}


def _named(part: str) -> dict[str, JSON]:
    name, _, value = part.partition("=")
    return {"name": name.strip(), "value": value.strip()}


def _expiry(text: str) -> str | None:
    """Return a date of HTTP as ISO 8601; None where it is none."""
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, IndexError, OverflowError):
        return None


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]
