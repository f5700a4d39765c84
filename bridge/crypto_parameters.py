"""Parameters of algorithms of `crypto.subtle`, checked, as the `cryptography` package takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .crypto_error import CryptoError

if TYPE_CHECKING:
    from .crypto_key import CryptoKey
    from .crypto_request import Algorithm

MOST_ITERATIONS: Final = 2_000_000
"""Of PBKDF2, all blocks of the hash together; that many take a second or two."""

_MOST_SALT: Final = 1024
_TAG_BITS: Final = (32, 64, 96, 104, 112, 120, 128)
_CBC_IV: Final = 16
_GCM_IV: Final = range(8, 129)
_PYTHON: Final = {"SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "SHA-1": hashes.SHA1,  # noqa: S303 (what methods ask for)
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}

_Value = TypeVar("_Value")


def required(value: _Value | None, name: str) -> _Value:
    """Return a parameter that must be there.

    Raises:
        CryptoError: It is not.
    """
    if value is None:
        raise CryptoError("SyntaxError", f"The algorithm needs the parameter {name}.")
    return value


def python_hash(name: str) -> str:
    """Return what Python calls a hash.

    Raises:
        CryptoError: The algorithm is no hash.
    """
    if name not in _PYTHON:
        raise CryptoError("NotSupportedError", f"{name} is no hash: {', '.join(_PYTHON)} are.")
    return _PYTHON[name]


def hash_of(name: str) -> hashes.HashAlgorithm:
    """Return a hash by its name."""
    return _HASHES[name]()


def hash_of_key(key: CryptoKey) -> hashes.HashAlgorithm:
    """Return the hash that a key is for."""
    shown = key.algorithm["hash"]
    return hash_of(str(shown["name"] if isinstance(shown, dict) else shown))


def iterations(algorithm: Algorithm, size: int) -> int:
    """Return the iterations of PBKDF2 for `size` bytes.

    Raises:
        CryptoError: They are none, or too many.
    """
    count = required(algorithm.iterations, "iterations")
    blocks = -(-size // hash_of(required(algorithm.hash, "hash")).digest_size)
    if not 0 < count * blocks <= MOST_ITERATIONS:
        message = (
            f"PBKDF2 may have {MOST_ITERATIONS} iterations, all blocks together; {count} for {blocks} were asked for."
        )
        raise CryptoError("OperationError", message)
    return count


def rsa_padding(algorithm: Algorithm, key: CryptoKey) -> padding.PKCS1v15 | padding.PSS:
    """Return how a signature of RSA is padded."""
    if algorithm.name != "RSA-PSS":
        return padding.PKCS1v15()
    length = required(algorithm.salt_length, "saltLength")
    if length > _MOST_SALT:
        raise CryptoError("OperationError", f"The salt of RSA-PSS has at most {_MOST_SALT} bytes, not {length}.")
    return padding.PSS(padding.MGF1(hash_of_key(key)), length)


def oaep(algorithm: Algorithm, key: CryptoKey) -> padding.OAEP:
    """Return how what RSA encrypts is padded."""
    return padding.OAEP(padding.MGF1(hash_of_key(key)), hash_of_key(key), algorithm.label)


def cbc_iv(algorithm: Algorithm) -> bytes:
    """Return the iv of AES-CBC.

    Raises:
        CryptoError: It is not as long as a block.
    """
    iv = required(algorithm.iv, "iv")
    if len(iv) != _CBC_IV:
        raise CryptoError("OperationError", f"The iv of AES-CBC has {_CBC_IV} bytes, not {len(iv)}.")
    return iv


def gcm_iv(algorithm: Algorithm) -> bytes:
    """Return the iv of AES-GCM.

    Raises:
        CryptoError: It is too short or too long.
    """
    iv = required(algorithm.iv, "iv")
    if len(iv) not in _GCM_IV:
        raise CryptoError(
            "OperationError", f"The iv of AES-GCM has {_GCM_IV[0]} to {_GCM_IV[-1]} bytes, not {len(iv)}."
        )
    return iv


def tag_bytes(algorithm: Algorithm) -> int:
    """Return the length of the tag of AES-GCM, in bytes.

    Raises:
        CryptoError: It is none that AES-GCM has.
    """
    bits = _TAG_BITS[-1] if algorithm.tag_length is None else algorithm.tag_length
    if bits not in _TAG_BITS:
        raise CryptoError("OperationError", f"tagLength is one of {', '.join(map(str, _TAG_BITS))}, not {bits}.")
    return bits // 8
