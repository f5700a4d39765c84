"""Substitution: placeholders in place of secrets, wherever these stand."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from .encodings import encoded_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

LONG_SECRET: Final = 8
"""Characters from which on a secret is found within words and in any mix of cases; a shorter one only by itself."""

_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}){4,}(?![0-9A-Za-z])")
_BASE64: Final = re.compile(r"((?:[A-Za-z0-9+/_-]|%2[BbFf]){6,})((?:=|%3[Dd]){0,2})")
_RUN: Final = re.compile(r"[^\s&=<>\"'?#]+")
"""A run of text that is percent-encoded together."""
_BASE64_GROUP: Final = 4
_LAYOUT: Final = str.maketrans(dict.fromkeys("\t\r\n", " "))
_DEEPEST: Final = 3
_CUT_OFF: Final = "…"
_LEAST_OF_A_BEGINNING: Final = 6
_START: Final = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))"
_END: Final = r"(?![A-Za-z0-9])"


class Substitution:
    """Replaces secrets by placeholders in text, and in base64 and other encodings by placeholders in that encoding.

    Args:
        placeholders: For each secret, what stands in its place.
    """

    def __init__(self, placeholders: Mapping[str, str]) -> None:
        self._placeholders: dict[str, str] = {}
        self._bytes: dict[bytes, bytes] = {}
        self._forms: dict[str, tuple[str, str]] = {}
        """By each form in lower case: what finds it, and what stands in its place."""
        self._known: dict[str, str] = {}
        """What texts became: data holds many of them often, and is written several times."""
        for secret, placeholder in placeholders.items():
            self.add(secret, placeholder)

    def add(self, secret: str, placeholder: str) -> None:
        """Replace one more secret from now on."""
        self._placeholders[secret] = placeholder
        if len(secret) >= LONG_SECRET:
            self._bytes[secret.encode()] = placeholder.encode()
        for form, substitute in encoded_pairs(secret, placeholder):
            self._forms.setdefault(form.casefold(), (_pattern(form, secret), substitute))
        self._known.clear()

    def text(self, text: str) -> str:
        """Return a text with placeholders in it."""
        if text not in self._known:
            self._known[text] = self._text(text, 0)
        return self._known[text]

    def value(self, value: JSON) -> JSON:
        """Return JSON with placeholders in its texts, its keys, and its numbers."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(member) for key, member in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        return value

    def data(self, data: bytes) -> bytes:
        """Return bytes with placeholders in them, where they are text."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data
        return self.text(text).encode()

    def _text(self, text: str, depth: int) -> str:
        if not self._forms:
            return text
        if depth < _DEEPEST:
            text = _HEX.sub(lambda match: self._hex(match[0], depth), text)
            text = _BASE64.sub(lambda match: self._base64(match[1], match[2], depth), text)
        text = self._plain(text)
        if depth < _DEEPEST and "%" in text:
            text = _RUN.sub(lambda match: self._percent(match[0], depth), text)
        return self._without_beginnings(text)

    def _plain(self, text: str) -> str:
        """Return a text with placeholders in place of the known forms of secrets, the longest first."""
        folded = text.casefold()
        present = [rule for form, rule in self._forms.items() if form in folded]
        if not present:
            return text
        longest_first = sorted(present, key=lambda rule: -len(rule[0]))
        pattern = re.compile("|".join(f"({pattern})" for pattern, _ in longest_first))
        return pattern.sub(lambda match: longest_first[(match.lastindex or 1) - 1][1], text)

    def _without_beginnings(self, text: str) -> str:
        """Return a text without the beginnings of secrets in the middle of which it, or what it quotes, was cut off."""
        head, *rest = text.split(_CUT_OFF)
        for part in rest:
            head = f"{self._without_beginning(head)}{_CUT_OFF}{part}"
        return head

    def _without_beginning(self, text: str) -> str:
        for secret, placeholder in self._placeholders.items():
            for length in range(len(secret) - 1, _LEAST_OF_A_BEGINNING - 1, -1):
                if text.endswith(secret[:length]):
                    return text[:-length] + placeholder
        return text

    def _percent(self, run: str, depth: int) -> str:
        """Return percent-encoded text with placeholders in what it says, whatever its writer left unencoded."""
        if "%" not in run:
            return run
        unquoted, quoted = (unquote_plus, quote_plus) if "+" in run else (unquote, quote)
        said = unquoted(run)
        new = self._text(said, depth + 1)
        return run if new == said else quoted(new, safe="".join(set(run) - {"%", "+"}))

    def _hex(self, run: str, depth: int) -> str:
        """Return hexadecimal with placeholders in what it says."""
        try:
            said = bytes.fromhex(run).decode()
        except ValueError:
            return run
        new = self._text(said, depth + 1)
        return run if new == said else new.encode().hex()

    def _base64(self, run: str, padding: str, depth: int) -> str:
        """Return a run of base64 with placeholders in what it says, wherever in it the first group begins."""
        encoded = unquote(run)
        for start in range(_BASE64_GROUP):
            new = self._base64_from(encoded, start, depth)
            if new is None:
                continue
            new = new.rstrip("=") if not padding and len(encoded) % _BASE64_GROUP else new
            return quote(new, safe="") if "%" in run or "%" in padding else new
        if "/" not in run:
            return run + padding
        *parts, last = run.split("/")  # of a path, say
        return "/".join([*(self._base64(part, "", depth) for part in parts), self._base64(last, padding, depth)])

    def _base64_from(self, encoded: str, start: int, depth: int) -> str | None:
        """Return base64 with placeholders in it; None where there is nothing to replace from there on."""
        data = _decoded(encoded[start:])
        said = _readable(data)
        changed = self._in_bytes(data) if said is None else self._text(said, depth + 1).encode()
        if changed == data:
            return None
        encode = base64.urlsafe_b64encode if "-" in encoded or "_" in encoded else base64.b64encode
        return encoded[:start] + encode(changed).decode("ascii")

    def _in_bytes(self, data: bytes) -> bytes:
        for secret, placeholder in self._bytes.items():
            data = data.replace(secret, placeholder)
        return data

    def _number(self, number: float) -> JSON:
        new = self.text(repr(number))
        return number if new == repr(number) else int(new) if new.isdigit() else new


def _decoded(encoded: str) -> bytes:
    """Return the bytes that base64 of either alphabet stands for; nothing where it is none."""
    standard = encoded.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % _BASE64_GROUP), validate=True)
    except binascii.Error:
        return b""


def _readable(data: bytes) -> str | None:
    """Return bytes as text, where a person could read that; it may hold secrets in other encodings."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.translate(_LAYOUT).isprintable() else None


def _pattern(form: str, secret: str) -> str:
    """Return what finds a form of a secret."""
    escaped = re.escape(form)
    if secret.isdigit():
        return rf"(?<!\d){escaped}(?!\d)"
    return rf"(?i:{escaped})" if len(secret) >= LONG_SECRET else f"{_START}{escaped}{_END}"
