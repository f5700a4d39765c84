"""Substitution: placeholders in place of secrets, wherever these stand."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from .encodings import encoded_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

LONG_SECRET: Final = 8
"""Characters from which on a secret is found within words and in any mix of cases; a shorter one only by itself."""

_BASE64: Final = re.compile(r"((?:[A-Za-z0-9+/_-]|%2[BbFf]){6,})((?:=|%3[Dd]){0,2})")
_BASE64_GROUP: Final = 4
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
        self._placeholders = dict(placeholders)
        self._forms: dict[str, tuple[str, str]] = {}
        for secret, placeholder in placeholders.items():
            for form, substitute in encoded_pairs(secret, placeholder):
                self._forms.setdefault(_folded(form, secret), (_pattern(form, secret), substitute))

    def text(self, text: str) -> str:
        """Return a text with placeholders in it."""
        return self._text(text, 0)

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
            text = _BASE64.sub(lambda match: self._base64(match, depth), text)
        folded = text.casefold()
        present = {form: rule for form, rule in self._forms.items() if form.casefold() in folded}
        if not present:
            return self._without_beginnings(text)
        longest_first = sorted(present.values(), key=lambda rule: -len(rule[0]))
        pattern = re.compile("|".join(f"({pattern})" for pattern, _ in longest_first))
        replaced = pattern.sub(lambda match: longest_first[(match.lastindex or 1) - 1][1], text)
        return self._without_beginnings(replaced)

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

    def _base64(self, match: re.Match[str], depth: int) -> str:
        """Return a run of base64 with placeholders in what it says; the run where it says nothing of interest."""
        whole = self._base64_run(match[1], match[2], depth)
        if whole is not None or "/" not in match[1]:
            return match[0] if whole is None else whole
        parts = match[1].split("/")  # of a path, say
        made = [self._base64_run(part, match[2] if part is parts[-1] else "", depth) for part in parts]
        return "/".join(part if new is None else new for part, new in zip(parts, made, strict=True)) + (
            match[2] if made[-1] is None else ""
        )

    def _base64_run(self, run: str, padding: str, depth: int) -> str | None:
        encoded = unquote(run)
        url_safe = "-" in encoded or "_" in encoded
        said = _decoded(encoded)
        new = None if said is None else self._text(said, depth + 1)
        if said is None or new is None or new == said:
            return None
        encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
        again = encode(new.encode()).decode("ascii")
        bare = not padding and len(encoded) % _BASE64_GROUP != 0
        again = again.rstrip("=") if bare else again
        return quote(again, safe="") if "%" in run or "%" in padding else again

    def _number(self, number: float) -> JSON:
        new = self.text(repr(number))
        return number if new == repr(number) else int(new) if new.isdigit() else new


def _decoded(encoded: str) -> str | None:
    """Return the text that base64 of either alphabet stands for; None where it is none."""
    standard = encoded.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % _BASE64_GROUP), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _folded(form: str, secret: str) -> str:
    return form.casefold() if len(secret) >= LONG_SECRET else form


def _pattern(form: str, secret: str) -> str:
    """Return what finds a form of a secret."""
    escaped = re.escape(form)
    if secret.isdigit():
        return rf"(?<!\d){escaped}(?!\d)"
    return rf"(?i:{escaped})" if len(secret) >= LONG_SECRET else f"{_START}{escaped}{_END}"
