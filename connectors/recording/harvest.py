"""Harvest: secrets that nobody told of, found where secrets travel."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from .secret_names import is_secret_inside, is_secret_name, is_suspicious_name, snake
from .secret_values import looks_random, tokens_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bridge import CapturedExchange
    from runtime import JSON

    from .secret_ledger import SecretLedger

_AUTHORIZATION: Final = frozenset({"authorization", "proxy-authorization"})
_COOKIES: Final = frozenset({"cookie", "set-cookie"})
_NO_SECRETS: Final = frozenset({"etag", "idempotency-key", "if-match", "if-none-match", "sec-websocket-key"})
_PARAMETER: Final = re.compile(r"([A-Za-z_]+)=(?:\"([^\"]*)\"|([^,\s]+))")
_IN_URL: Final = re.compile(r"[?&]([\w.%\[\]-]+)=([^&#\s\"'<>\\]+)")
_USERINFO: Final = re.compile(r"://([^/?#\s@:]*):?([^/?#\s@]*)@")
_SETTING: Final = re.compile(r"(?:[a-z]{1,7}|[a-z]{2}[-_][A-Za-z]{2}|\d{1,7})")
"""A word, a language or a small number: a value that says what is meant, and proves nothing."""
_WORDS: Final = frozenset({"basic", "bearer", "false", "none", "null", "token", "true"})
_MASKED: Final = re.compile(r"[*•.xX-]+")


class Harvest:
    """Finds secrets by their names and by their looks.

    Args:
        ledger: Takes them in.
        sources: Texts of the connector; what stands there is the same in each run, and is read by whoever reads those.
    """

    def __init__(self, ledger: SecretLedger, sources: Iterable[str] = ()) -> None:
        self._ledger = ledger
        self._sources = tuple(sources)

    def exchange(self, exchange: CapturedExchange) -> None:
        """Look through a request and its response."""
        self._url(exchange.url)
        self._headers(exchange.request_headers)
        self._body(exchange.request_headers, exchange.request_body, sent=True)
        self._headers(exchange.response_headers)
        self._body(exchange.response_headers, exchange.response_body, sent=False)

    def arguments(self, value: JSON) -> None:
        """Look through what somebody gave to a method."""
        self._json(value, sent=True)

    def result(self, value: JSON) -> None:
        """Look through what a method gave: what is called a token there must look like one."""
        for name, text in _leaves(value, ""):
            self._text(text)
            if (is_secret_name(name) or is_suspicious_name(name)) and looks_random(text):
                self._add(name, text)

    def _take(self, name: str, value: str, *, sent: bool) -> None:
        """Take in the value of something that is called a secret."""
        if value.lower() in _WORDS or _MASKED.fullmatch(value) or (not sent and _SETTING.fullmatch(value)):
            return
        self._add(name, value)

    def _add(self, name: str, value: str) -> None:
        if not any(value in text for text in self._sources):
            self._ledger.add(name, value)

    def _named(self, name: str, value: str, *, sent: bool) -> None:
        """Take in a value if its name says that it is secret, or that it may be and it looks like one."""
        if is_secret_name(name):
            self._take(name, value, sent=sent)
        elif is_suspicious_name(name) and looks_random(value):
            self._add(name, value)

    def _url(self, url: str) -> None:
        split = urlsplit(url)
        self._take("username", unquote(split.username or ""), sent=False)
        self._take("password", unquote(split.password or ""), sent=True)
        self._pairs(parse_qsl(split.query), sent=True)
        self._text(url)
        self._tokens(unquote(url))

    def _pairs(self, pairs: Iterable[tuple[str, str]], *, sent: bool) -> None:
        for name, value in pairs:
            self._named(name, value, sent=sent)

    def _headers(self, headers: Iterable[tuple[str, str]]) -> None:
        for name, value in headers:
            if name in _AUTHORIZATION:
                self._authorization(value)
            elif name in _COOKIES:
                self._cookies(value, is_list=name == "cookie")
            elif name not in _NO_SECRETS:
                self._named(name, value.removeprefix("Bearer ").removeprefix("Token "), sent=True)
                self._text(value)

    def _authorization(self, value: str) -> None:
        """Take in what an authorization header proves something with (RFC 9110, 11.4)."""
        scheme, _, rest = value.strip().partition(" ")
        rest = rest.strip()
        if not rest:
            self._take("authorization", scheme, sent=True)
        elif scheme.lower() == "basic":
            self._basic(rest)
        elif parameters := _PARAMETER.findall(rest):
            for name, quoted, bare in parameters:
                self._named(name, unquote(quoted or bare), sent=True)
        else:
            self._take("access_token", rest, sent=True)

    def _basic(self, encoded: str) -> None:
        try:
            user, _, password = base64.b64decode(encoded + "==").decode().partition(":")
        except (binascii.Error, ValueError):
            self._take("authorization", encoded, sent=True)
            return
        self._take("password" if password else "username", password or user, sent=True)

    def _cookies(self, value: str, *, is_list: bool) -> None:
        """Take in the values of cookies (RFC 6265): all of a request, the first pair of a response."""
        for pair in value.split(";") if is_list else value.split(";")[:1]:
            name, _, content = pair.strip().partition("=")
            if not _SETTING.fullmatch(content):
                self._take(name, content.strip('"'), sent=True)

    def _body(self, headers: Iterable[tuple[str, str]], body: bytes | None, *, sent: bool) -> None:
        if not body:
            return
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return
        kind = dict(headers).get("content-type", "")
        if "x-www-form-urlencoded" in kind:
            self._pairs(parse_qsl(text), sent=sent)
        elif "multipart/" in kind:
            self._pairs(re.findall(r'name="([^"]+)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)', text), sent=sent)
        else:
            self._json_text(text, sent=sent)
        self._text(text)

    def _json_text(self, text: str, *, sent: bool) -> None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return
        self._json(value, sent=sent)

    def _json(self, value: JSON, *, sent: bool) -> None:
        for name, text in _leaves(value, ""):
            self._named(name, text, sent=sent)
            self._text(text)

    def _tokens(self, text: str) -> None:
        for token in tokens_in(text):
            self._add("private_key" if token.startswith("-----") else "token", token)

    def _text(self, text: str) -> None:
        """Take in what looks like a secret anywhere in a text, and what URLs in it carry."""
        self._tokens(text)
        if "://" not in text:
            return
        for user, password in _USERINFO.findall(text):
            self._take("password" if password else "username", unquote(password or user), sent=False)
        self._pairs(((unquote(name), unquote(content)) for name, content in _IN_URL.findall(text)), sent=False)


def _leaves(value: JSON, name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of JSON, each with the name that says most about it."""
    if isinstance(value, dict):
        named, content = value.get("name", value.get("key")), value.get("value")
        if isinstance(named, str) and isinstance(content, str):  # one of a list of fields, or of headers
            yield named, content
        for key, member in value.items():
            inside = is_secret_name(name) and is_secret_inside(key)
            yield from _leaves(member, f"{snake(name)}" if inside else key)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name)
    elif isinstance(value, str):
        yield name, value
