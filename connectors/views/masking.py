"""Masking: exchanges as they may be shown."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from bridge import MASK
from connectors.recording.secret_names import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bridge import CapturedExchange, Redactor

    Headers = tuple[tuple[str, str], ...]

_is_secret: Final = lru_cache(4096)(is_secret_name)
"""Bodies have the same few names again and again."""
_SCHEME: Final = re.compile(r"(?:Basic|Bearer|Digest|Token|OAuth) ", re.IGNORECASE)
_PARAMETER: Final = re.compile("(?<![^?&#])([^?&=#]++)=([^&#]++)")
_MEMBER: Final = re.compile(
    r'"((?:[^"\\]|\\.)*+)'  # a string, closed or cut off: what was looked at once is not looked at again
    r'(?:"(\s*+:\s*+)("(?:[^"\\]|\\.)*+"?|[^\s,{}\[\]"]++)|"|\Z)',
    re.DOTALL,
)
"""Strings of JSON text, and what follows those that name a member."""


class Masking:
    """Masks what the run's redactor knows, and what has the name of a secret: headers, cookies, members of bodies.

    Args:
        redactor: Of the run.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.text: Callable[[str], str] = redactor.text

    def exchange(self, exchange: CapturedExchange) -> CapturedExchange:
        """Return an exchange with all secrets masked; bodies keep their bytes otherwise."""
        return replace(
            exchange,
            url=self.url(exchange.url),
            request_headers=self.headers(exchange.request_headers),
            request_body=self.body(exchange.request_body),
            response_headers=self.headers(exchange.response_headers),
            response_body=self.body(exchange.response_body),
        )

    def url(self, url: str) -> str:
        """Return a URL without secrets in its query, or anywhere else in it."""
        base, mark, query = url.partition("?")
        return self.text(f"{base}{mark}{_parameters(query)}")

    def headers(self, headers: Iterable[tuple[str, str]]) -> Headers:
        """Return headers without secrets; schemes of authorization, and names and attributes of cookies, are left."""
        return tuple((name, self.text(_header(name, value))) for name, value in headers)

    def body(self, body: bytes | None) -> bytes | None:
        """Return a body without secrets: JSON, a form, or anything else, going by what it looks like."""
        if not body:
            return body
        text = body.decode("utf-8", "surrogateescape")
        masked = self.json_text(text) if text.lstrip()[:1] in {"{", "["} else self.text(_form(text))
        return masked.encode("utf-8", "surrogateescape")

    def json_text(self, text: str) -> str:
        """Return JSON text without secrets; it may have been cut off."""
        return self.text(_MEMBER.sub(_member, text))


def _header(name: str, value: str) -> str:
    lower = name.lower()
    if lower == "cookie":
        return ";".join(map(_cookie, value.split(";")))
    if lower == "set-cookie":
        cookie, mark, attributes = value.partition(";")
        return f"{_cookie(cookie)}{mark}{attributes}"
    if lower in {"location", "content-location", "referer"}:
        base, mark, query = value.partition("?")
        return f"{base}{mark}{_parameters(query)}"
    if not _is_secret(name):
        return value
    scheme = _SCHEME.match(value)
    return f"{scheme[0] if scheme else ''}{MASK}"


def _cookie(text: str) -> str:
    """Return `name=value` without the value."""
    name, mark, _ = text.partition("=")
    return f"{name}={MASK}" if mark else MASK


def _parameters(query: str) -> str:
    """Return a query, or a form, without the values that have names of secrets."""
    return _PARAMETER.sub(lambda match: f"{match[1]}={MASK}" if _is_secret(unquote_plus(match[1])) else match[0], query)


def _form(text: str) -> str:
    """Return a body that is no JSON."""
    return _parameters(text) if "=" in text[:200] and "\n" not in text[:200] else text


def _member(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    if value is None or value in {"null", '""'} or not _is_secret(name):
        return match[0]
    return f'"{name}"{colon}"{MASK}"'
