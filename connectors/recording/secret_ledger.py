"""SecretLedger: the secrets of a run, and what stands for each in a fixture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .secret_names import snake
from .substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACEHOLDER: Final = "placeholder"
SHORTEST_SECRET: Final = 4
"""Characters of a secret; whatever is shorter stands in too many words."""

_PLACEHOLDER: Final = re.compile(rf"{PLACEHOLDER}(?:-[a-z0-9]+)*(?:\.example|@example\.com)?")
_EMAIL: Final = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[A-Za-z]{2,}")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_URL: Final = re.compile(r"(https?://)(?:[^/?#@\s]+@)?([^/?#@\s]+)\S*")


def is_placeholder(text: str) -> bool:
    """Whether a text is a placeholder as recordings make them."""
    return bool(_PLACEHOLDER.fullmatch(text))


class SecretLedger:
    """Secrets in the order in which they came to light, each with its name and its placeholder.

    A secret has one placeholder, wherever it stands; what merely holds other secrets (`user:password`) has none, since
    theirs are put into it.
    """

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._substitution = Substitution({})

    @property
    def names(self) -> dict[str, str]:
        """The name of each secret."""
        return dict(self._names)

    @property
    def placeholders(self) -> dict[str, str]:
        """What stands for each secret."""
        return dict(self._placeholders)

    @property
    def ordinary(self) -> list[str]:
        """The names of secrets that look like ordinary words, which may stand in places where they mean no secret."""
        return [name for secret, name in self._names.items() if secret.isalpha() and secret.islower()]

    @property
    def substitution(self) -> Substitution:
        """What puts placeholders in place of the secrets known so far."""
        return self._substitution

    def add(self, name: str, secret: str, *, placeholder: str | None = None) -> None:
        """Take in a secret, unless it is known, holds others, or is too short to be one.

        Args:
            name: What it is called where it was found.
            secret: Its text.
            placeholder: What must stand for it, where that is known already.
        """
        if len(secret) < SHORTEST_SECRET:
            return
        if self._is_piece(secret) or (placeholder is None and self.substitution.text(secret) != secret):
            return
        self.put(name, secret, placeholder)

    def put(self, name: str, secret: str, placeholder: str | None = None) -> None:
        """Take in a secret as a whole, even if it holds others."""
        if secret in self._placeholders or secret in self._placeholders.values() or is_placeholder(secret):
            return
        self._names[secret] = name
        self._placeholders[secret] = placeholder or self._new(name, secret)
        self._substitution.add(secret, self._placeholders[secret])

    def _is_piece(self, text: str) -> bool:
        """Whether a text is the larger part of a secret, cut off where something ended that it was found in."""
        return any(text in known and len(text) * 2 > len(known) for known in self._placeholders)

    def _new(self, name: str, secret: str) -> str:
        """Return a placeholder that nothing else has, and in which no secret stands."""
        for made in _candidates(name, secret):
            folded = made.casefold()
            taken = made in self._placeholders.values()
            if not taken and not any(known.casefold() in folded for known in (secret, *self._placeholders)):
                return made
        raise AssertionError("there is always another number")  # pragma: no cover


def _candidates(name: str, secret: str) -> Iterator[str]:
    """Yield placeholders: such as can stand where the secret does, and named after it if possible."""
    if secret.isdigit():
        yield from (f"9{number:0{len(secret) - 1}d}" for number in range(1, 10_000))
    bases = [f"{PLACEHOLDER}-{snake(name).replace('_', '-')[:60]}".rstrip("-"), PLACEHOLDER, "stand-in", "x"]
    for base in bases:
        yield from (_in_shape(base if number == 1 else f"{base}-{number}", secret) for number in range(1, 1000))


def _in_shape(plain: str, secret: str) -> str:
    """Return a placeholder that is an address where the secret is one."""
    url = _URL.fullmatch(secret)
    if url:
        return f"{url[1]}{url[2]}/{plain}"
    if _EMAIL.fullmatch(secret):
        return f"{plain}@example.com"
    return f"{plain}.example" if _HOST.fullmatch(secret) and not secret[-1].isdigit() else plain
