"""Keys in the binary formats of the Web Cryptography API: raw, pkcs8 and spki."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .crypto_error import CryptoError

if TYPE_CHECKING:
    from .crypto_key import Material, PrivateKey, PublicKey

CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}

LONGEST_KEY: Final = 16 * 1024
"""Of one key, in bytes."""

RSA_BITS: Final = range(512, 8193)
"""Of one key; with more of them one signature would take a second."""

_PRIVATE = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
_PUBLIC = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)


def curve_name(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> str | None:
    """Return the name of a key's curve; None for one that nobody asked for."""
    return next((name for name, curve in CURVES.items() if isinstance(key.curve, curve)), None)


def read_key(kind: str, data: bytes, curve: str | None) -> PrivateKey | PublicKey:
    """Return a key that is not secret.

    Args:
        kind: `pkcs8`, `spki`, or `raw`: a point of a curve, or a public key of Ed25519.
        data: The key.
        curve: Of a point.

    Raises:
        CryptoError: It is no such key.
    """
    if len(data) > LONGEST_KEY:
        raise CryptoError("DataError", f"A key has at most {LONGEST_KEY} bytes.")
    try:
        key = _read(kind, data, curve)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CryptoError("DataError", f"The data is no key in the format {kind}.") from None
    return checked(key)


def _read(kind: str, data: bytes, curve: str | None) -> object:
    if kind == "pkcs8":
        # Whether numbers are prime takes a second to tell; checked does the rest of what this leaves out.
        return serialization.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    if kind == "spki":
        return serialization.load_der_public_key(data)
    if curve is None:
        return ed25519.Ed25519PublicKey.from_public_bytes(data)
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[curve](), data)


def checked(key: object) -> PrivateKey | PublicKey:
    """Return a key whose numbers belong together, and are not too large to compute with.

    Raises:
        CryptoError: It is none.
    """
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey) and key.key_size not in RSA_BITS:
        raise CryptoError("DataError", f"An RSA key has {RSA_BITS[0]} to {RSA_BITS[-1]} bits, not {key.key_size}.")
    if isinstance(key, rsa.RSAPrivateKey) and not is_consistent(key.private_numbers()):
        raise CryptoError("DataError", "The numbers of the RSA key do not belong together.")
    if not isinstance(key, (*_PRIVATE, *_PUBLIC)):
        raise CryptoError("DataError", "The key is for an algorithm that is not supported.")
    return key


def is_consistent(numbers: rsa.RSAPrivateNumbers) -> bool:
    """Whether the numbers of a private key belong together; whether its primes are prime is the signer's business."""
    p, q, d, e = numbers.p, numbers.q, numbers.d, numbers.public_numbers.e
    return (
        p > 2
        and q > 2
        and p % 2 == q % 2 == e % 2 == 1
        and p * q == numbers.public_numbers.n
        and (d * e) % (p - 1) == (d * e) % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and (numbers.iqmp * q) % p == 1
    )


def write_key(kind: str, key: Material) -> bytes:
    """Return a key in the format `raw`, `pkcs8` or `spki`.

    Raises:
        CryptoError: This key has no such format.
    """
    der = serialization.Encoding.DER
    if kind == "raw" and isinstance(key, bytes):
        return key
    if kind == "pkcs8" and isinstance(key, _PRIVATE):
        return key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    if kind == "spki" and isinstance(key, _PUBLIC):
        return key.public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
    if kind == "raw" and isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    if kind == "raw" and isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes_raw()
    raise CryptoError("InvalidAccessError", f"This key has no format {kind}.")
