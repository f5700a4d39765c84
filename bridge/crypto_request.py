"""CryptoRequest: what JavaScript asks of `crypto.subtle`. Every part of it was written by hostile code."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from .crypto_error import CryptoError

if TYPE_CHECKING:
    from runtime import HostCall

MOST_BYTES: Final = 10 * 1024 * 1024
"""Of what is hashed, signed or encrypted at once, which takes some 50 ms at most."""

_LONGEST_TEXT: Final = 1024 * 1024
"""Of a parameter that is bytes, as base64."""

_MOST_MEMBERS: Final = 64
"""Of a JWK, and of usages, which may be repeated."""

_NAMES: Final = (
    "AES-CBC",
    "AES-GCM",
    "ECDSA",
    "Ed25519",
    "HKDF",
    "HMAC",
    "PBKDF2",
    "RSA-OAEP",
    "RSA-PSS",
    "RSASSA-PKCS1-v1_5",
    "SHA-1",
    "SHA-256",
    "SHA-384",
    "SHA-512",
)
_CURVES: Final = ("P-256", "P-384", "P-521")
_HASHES: Final = ("SHA-1", "SHA-256", "SHA-384", "SHA-512")

Format = Literal["raw", "pkcs8", "spki", "jwk"]
Usage = Literal["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"]


def _known(known: tuple[str, ...], what: str) -> BeforeValidator:
    """Refuse a name that is not among those known, whatever its case, before anything else is read."""
    canonical = {name.lower(): name for name in known}

    def read(name: object) -> str:
        found = canonical.get(name.lower()) if isinstance(name, str) else None
        if found is None:
            message = f"The {what} {_short(name)} is not supported: {', '.join(known)} are."
            raise CryptoError("NotSupportedError", message)
        return found

    return BeforeValidator(read)


def _short(name: object) -> str:
    return repr(name[:64]) if isinstance(name, str) else "that was given"


def _decoded(text: object) -> bytes:
    if not isinstance(text, bytes | str) or len(text) > _LONGEST_TEXT:
        raise ValueError
    return base64.b64decode(text, validate=True)


def _few(values: object) -> object:
    """Refuse more members than honest JavaScript gives, before each of them is read in the event loop."""
    if isinstance(values, dict | list | tuple) and len(values) > _MOST_MEMBERS:
        raise ValueError
    return values


Base64 = Annotated[bytes, BeforeValidator(_decoded)]


class _Part(BaseModel):
    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=to_camel),
    )


class Algorithm(_Part):
    """An algorithm with its parameters, by the names that the Web Cryptography API gives them; bytes come as base64.

    Attributes:
        length: Of an AES or HMAC key, in bits.
        tag_length: Of AES-GCM, in bits.
        modulus_length: Of an RSA key, in bits.
        salt_length: Of RSA-PSS, in bytes.
    """

    name: Annotated[str, _known(_NAMES, "algorithm")]
    hash: Annotated[str, _known(_HASHES, "hash")] | None = None
    named_curve: Annotated[str, _known(_CURVES, "curve")] | None = None
    length: NonNegativeInt | None = None
    iterations: NonNegativeInt | None = None
    tag_length: NonNegativeInt | None = None
    modulus_length: NonNegativeInt | None = None
    salt_length: NonNegativeInt | None = None
    iv: Base64 | None = None
    additional_data: Base64 | None = None
    salt: Base64 | None = None
    info: Base64 | None = None
    label: Base64 | None = None
    public_exponent: Base64 | None = None


class CryptoRequest(_Part):
    """One call of `crypto.subtle`.

    Attributes:
        algorithm: What to do; the key's own where a key is exported.
        key: Number of a key of this run.
        data: What is hashed, signed, encrypted, or the key that is imported.
        signature: What is verified.
        format: Of a key.
        jwk: The key that is imported.
        derived: What a derived key is for.
        length: Of derived bits.
        extractable: Of a new key.
        usages: Of a new key.
    """

    algorithm: Algorithm | None = None
    key: int | None = None
    data: bytes = Field(default=b"", repr=False, max_length=MOST_BYTES)
    signature: Base64 = b""
    format: Format = "raw"
    jwk: Annotated[dict[str, Any] | None, BeforeValidator(_few)] = Field(default=None, repr=False)
    derived: Algorithm | None = None
    length: NonNegativeInt | None = None
    extractable: bool = False
    usages: Annotated[tuple[Usage, ...], BeforeValidator(_few)] = Field(default=(), strict=False)

    @classmethod
    def read(cls, call: HostCall) -> Self:
        """Return what a host call asks for.

        Raises:
            CryptoError: It is nothing that can be asked for.
        """
        payload = call.payload if isinstance(call.payload, dict) else {}
        if call.data is not None and len(call.data) > MOST_BYTES:
            raise CryptoError(
                "OperationError", f"crypto.subtle takes {MOST_BYTES} bytes at once; these are {len(call.data)}."
            )
        try:
            return cls.model_validate({**payload, "data": call.data or b""})
        except ValidationError as error:
            raise CryptoError(
                "SyntaxError", f"The parameter {_place(error)} is missing, or not what it must be."
            ) from None


def _place(error: ValidationError) -> str:
    """Return which parameter is wrong, without its value."""
    return ".".join(str(part)[:64] for part in error.errors(include_input=False, include_url=False)[0]["loc"])
