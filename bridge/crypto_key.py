"""CryptoKey: a key of a run, and the numbers under which the sandbox knows the keys of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .crypto_error import CryptoError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime import JSON

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
Material: TypeAlias = bytes | PrivateKey | PublicKey
KeyType: TypeAlias = Literal["secret", "private", "public"]
_Usages: TypeAlias = "dict[KeyType, tuple[str, ...]]"

MOST_KEYS: Final = 1024
"""Of one run."""

_SIGNING: Final[_Usages] = {"secret": ("sign", "verify"), "private": ("sign",), "public": ("verify",)}
_CIPHER: Final[_Usages] = {"secret": ("encrypt", "decrypt", "wrapKey", "unwrapKey")}
_DERIVING: Final[_Usages] = {"secret": ("deriveKey", "deriveBits")}
_USAGES: Final[dict[str, _Usages]] = {
    "AES-CBC": _CIPHER,
    "AES-GCM": _CIPHER,
    "ECDSA": _SIGNING,
    "Ed25519": _SIGNING,
    "HKDF": _DERIVING,
    "HMAC": _SIGNING,
    "PBKDF2": _DERIVING,
    "RSA-OAEP": {"private": ("decrypt", "unwrapKey"), "public": ("encrypt", "wrapKey")},
    "RSA-PSS": _SIGNING,
    "RSASSA-PKCS1-v1_5": _SIGNING,
}
"""By algorithm and type of key, what it can be used for."""


@dataclass(frozen=True, kw_only=True)
class CryptoKey:
    """A key. What it is made of stays in the application; the sandbox knows it by a number.

    Attributes:
        type: Which kind of key.
        algorithm: As the sandbox sees it, `CryptoKey.algorithm`.
        extractable: Whether it may be exported.
        usages: What it may be used for.
        material: Itself.
    """

    type: KeyType
    algorithm: dict[str, JSON]
    extractable: bool
    usages: tuple[str, ...]
    material: Material = field(repr=False)

    @property
    def name(self) -> str:
        """Of the algorithm it is for."""
        return str(self.algorithm["name"])

    @property
    def secret(self) -> bytes:
        """The bytes of a secret key.

        Raises:
            CryptoError: It is none.
        """
        if not isinstance(self.material, bytes):
            raise CryptoError("InvalidAccessError", f"This needs a secret key; it is a {self.type} one.")
        return self.material

    def require(self, name: str, usage: str) -> None:
        """Make sure that it may be used so.

        Raises:
            CryptoError: It may not.
        """
        if self.name != name:
            raise CryptoError("InvalidAccessError", f"The key is for {self.name}, not for {name}.")
        if usage not in self.usages:
            raise CryptoError("InvalidAccessError", f"The key's usages do not allow {usage}: {', '.join(self.usages)}.")


def usages_of(name: str, kind: KeyType, wanted: Iterable[str]) -> tuple[str, ...]:
    """Return for what a new key may be used.

    Args:
        name: Of its algorithm.
        kind: Of the key.
        wanted: By whoever asked for it.

    Raises:
        CryptoError: It cannot be used so, or for nothing.
    """
    possible = _USAGES.get(name, {}).get(kind)
    if possible is None:
        raise CryptoError("NotSupportedError", f"There is no {kind} key for {name}.")
    usages = tuple(dict.fromkeys(wanted))
    _require_possible(name, kind, usages, possible)
    if not usages and kind != "public":
        raise CryptoError("SyntaxError", f"Say what the {kind} key is used for: {', '.join(possible)}.")
    return usages


def usages_of_pair(name: str, wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return for what a new private key and its public one may be used; otherwise as `usages_of`."""
    usages = tuple(dict.fromkeys(wanted))
    private, public = _USAGES[name]["private"], _USAGES[name]["public"]
    _require_possible(name, "private", usages, (*private, *public))
    return (
        usages_of(name, "private", (usage for usage in usages if usage in private)),
        usages_of(name, "public", (usage for usage in usages if usage in public)),
    )


def _require_possible(name: str, kind: KeyType, usages: tuple[str, ...], possible: tuple[str, ...]) -> None:
    impossible = [usage for usage in usages if usage not in possible]
    if impossible:
        raise CryptoError("SyntaxError", f"A {kind} key for {name} cannot be used for {', '.join(impossible)}.")


class KeyRing:
    """The keys of one run."""

    def __init__(self) -> None:
        self._keys: dict[int, CryptoKey] = {}

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._keys)

    def add(self, key: CryptoKey) -> JSON:
        """Take in a key; return what the sandbox knows of it.

        Raises:
            CryptoError: There are too many.
        """
        if len(self._keys) >= MOST_KEYS:
            raise CryptoError("OperationError", f"A run may have {MOST_KEYS} keys.")
        number = len(self._keys) + 1
        self._keys[number] = key
        return {
            "number": number,
            "type": key.type,
            "algorithm": key.algorithm,
            "extractable": key.extractable,
            "usages": list(key.usages),
        }

    def find(self, number: int | None) -> CryptoKey:
        """Return a key by its number.

        Raises:
            CryptoError: There is none.
        """
        key = self._keys.get(number or 0)
        if key is None:
            raise CryptoError("InvalidAccessError", "There is no such key in this run.")
        return key
