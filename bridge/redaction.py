"""Redactor: masks secrets in text that people and programs will read."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime import JSON

MASK: Final = "[redacted]"

_SHORTEST: Final = 4
_SHORTEST_NUMBER: Final = 8
_SHORTEST_CUT_OFF: Final = 8
_LONGEST_KEPT: Final = 200
"""Characters of a secret of which it is remembered what it is found by, and of a text of which it is remembered how it
is masked, such as the URLs of requests: longer ones could take much memory."""
_MOST_KEPT: Final = 256
_CUT_OFF: Final = "…"
_SHORTEST_INSIDE_BASE64: Final = 6
_BASE64_GROUP: Final = 3
_BASE64_CHARACTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_BASE64_REST: Final = re.compile("[A-Za-z0-9+/_-]*={0,2}")
_WORDS: Final = frozenset({"true", "false", "null", "none", "basic", "bearer", "token"})
_USERINFO: Final = re.compile(r"(?<=://)[^/?#\s@]+(?=@)")
_PUBLIC_URL: Final = re.compile(r"https?://[^/?#@\s]+(/[^/?#]{0,15})*/?")
_WRITTEN_AS_IT_IS: Final = re.compile("[A-Za-z0-9._-]*")
"""What no encoder changes, base64 aside: most secrets are tokens of it."""
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")
_UNENCODED: Final = ("", "/", "!*'()", "!*'():$,", "!$&'()*+,;=:@/", "!*'();/?:@&=+$,#")
"""What encoders leave as it is: the strictest, Python's `quote`, `encodeURIComponent`, axios in a query, a path, and
`encodeURI`."""


class Redactor:
    """Masks secrets in text: as they are, percent-encoded, in JSON, and in base64, alone or with something around them.

    User names and passwords in URLs are masked whether they are known or not. So is the start of a secret, where a text
    was cut off in the middle of it. All parts of a run share one redactor, so
    a secret that comes to light later is masked by each of them from then on.

    Texts may be long and hostile: every step takes time in proportion to the text.

    Args:
        secrets: Values to mask; those shorter than four characters would mask everything and are left.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {secret for secret in secrets if len(secret) >= _SHORTEST}
        self._forms: frozenset[str] | None = None
        self._base64_parts: frozenset[str] = frozenset()
        self._masked: dict[str, str] = {}

    @classmethod
    def from_values(cls, *values: JSON) -> Self:
        """Return a redactor for the leaves of JSON values, such as credentials; see `hide`."""
        redactor = cls()
        redactor.hide(*values)
        return redactor

    def hide(self, *values: JSON) -> None:
        """Mask the leaves of JSON values, such as credentials, from now on.

        Words such as `bearer`, numbers of less than eight digits, and URLs that hold no secret are not masked.
        """
        self._add(secret for value in values for secret in _secrets_in(value))

    @property
    def secrets(self) -> frozenset[str]:
        """What is masked, for whoever must keep it out of what is written."""
        return frozenset(self._secrets)

    def text(self, text: str) -> str:
        """Return `text` with each secret replaced by `[redacted]`."""
        masked = self._masked.get(text)
        if masked is None:
            spans = sorted(self._spans(text))
            masked = _masked(text, spans) if spans else text
            if len(text) <= _LONGEST_KEPT and len(self._masked) < _MOST_KEPT:
                self._masked[text] = masked
        return masked

    def _add(self, secrets: Iterable[str]) -> None:
        before = len(self._secrets)
        self._secrets.update(secret for secret in secrets if len(secret) >= _SHORTEST)
        if len(self._secrets) > before:
            self._forms = None
            self._masked.clear()

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where secrets start and end."""
        if self._forms is None:  # many runs end before anybody asks
            traces = [_kept_traces(it) if len(it) <= _LONGEST_KEPT else _traces(it) for it in self._secrets]
            self._forms = frozenset().union(*(one.forms for one in traces))
            self._base64_parts = frozenset().union(*(one.base64_parts for one in traces))
        for form in self._forms:
            yield from _occurrences(text, form)
        for part in self._base64_parts:
            yield from _occurrences_in_base64(text, part)
        if "@" in text:
            yield from (match.span() for match in _USERINFO.finditer(text))


def _occurrences(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Yield where `form` stands; one search after the other is faster here than one pattern for all."""
    head = form[:_SHORTEST_CUT_OFF]
    start = text.find(head)
    while start >= 0:
        end = _end_of(form, text, start)
        if end > start:
            yield start, end
        start = text.find(head, max(end, start + 1))


def _end_of(form: str, text: str, start: int) -> int:
    """Return where `form` ends, or was cut off together with the text; `start` where it does not stand there."""
    end = start + len(form)
    if text.startswith(form, start):
        return end
    cut = text.find(_CUT_OFF, start, end)
    cut = cut if cut >= 0 else len(text)
    return cut if cut < end and form.startswith(text[start:cut]) else start


def _occurrences_in_base64(text: str, part: str) -> Iterator[tuple[int, int]]:
    """Yield where `part` stands, and the base64 around it."""
    start, floor = text.find(part), 0
    while start >= 0:
        rest = _BASE64_REST.match(text, start)
        end = rest.end() if rest else start + len(part)
        while start > floor and text[start - 1] in _BASE64_CHARACTERS:
            start -= 1
        yield start, end
        start, floor = text.find(part, end), end


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return `text` with a mask in place of each span, and of spans that overlap or touch one."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start > done or not parts:
            parts += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _secrets_in(value: JSON) -> Iterator[str]:
    """Yield the leaves that may be secret."""
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _secrets_in(member)
    elif isinstance(value, str) and value.lower() not in _WORDS and not _PUBLIC_URL.fullmatch(value):
        yield value
    elif isinstance(value, int | float) and len(str(value)) >= _SHORTEST_NUMBER:
        yield str(value)


class _Traces(NamedTuple):
    """What a secret is found by in texts.

    Attributes:
        forms: The texts that it is written as.
        base64_parts: What base64 contains of it.
    """

    forms: frozenset[str]
    base64_parts: frozenset[str]


def _traces(secret: str) -> _Traces:
    return _Traces(frozenset(_forms(secret)), frozenset(_base64_parts(secret)))


_kept_traces = lru_cache(maxsize=2048)(_traces)
"""Most runs of a connection have the same secrets."""


def _forms(secret: str) -> Iterator[str]:
    """Yield the texts that a secret is written as."""
    yield secret
    if not _WRITTEN_AS_IT_IS.fullmatch(secret):
        yield from _encoded(secret)
        yield json.dumps(secret)[1:-1]
        escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
        yield escaped
        yield escaped.replace('\\"', '"').replace("'", "\\'")  # as the console shows a string inside an object
    data = secret.encode("utf-8", "replace")
    yield base64.b64encode(data).decode("ascii").rstrip("=")
    yield base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _encoded(secret: str) -> Iterator[str]:
    """Yield what encoders for URLs and forms make of a secret."""
    for encoded in {quote(secret, safe=unencoded, errors="replace") for unencoded in _UNENCODED}:
        of_form = encoded.replace("%20", "+")
        for form in {encoded, of_form, of_form.replace("~", "%7E")}:
            yield form
            yield _ESCAPE.sub(lambda match: match[0].lower(), form)


def _base64_parts(secret: str) -> Iterator[str]:
    """Yield what base64 of any text that contains the secret contains, at each of the three places it can start."""
    data = secret.encode("utf-8", "replace")
    for offset in range(_BASE64_GROUP):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * offset + data).decode("ascii").rstrip("=")
            start = -(-offset * 8 // 6)
            whole = (offset + len(data)) * 8 // 6
            part = encoded[start:whole]
            if len(part) >= _SHORTEST_INSIDE_BASE64:
                yield part
