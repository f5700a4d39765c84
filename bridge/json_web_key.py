"""Keys as JSON Web Keys (RFC 7517, 7518, 8037)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .crypto_error import CryptoError
from .key_formats import CURVES, LONGEST_KEY, RSA_BITS, checked, curve_name, is_consistent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .crypto_key import Material, PrivateKey, PublicKey

Jwk: TypeAlias = "Mapping[str, JSON]"


def read_jwk(jwk: Jwk) -> Material:
    """Return the key that a JSON Web Key (RFC 7517, 7518, 8037) holds.

    Raises:
        CryptoError: It holds none.
    """
    readers = {"oct": _read_oct, "RSA": _read_rsa, "EC": _read_ec, "OKP": _read_okp}
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in readers:
        raise CryptoError("DataError", f"The member kty of the JWK must be one of {', '.join(readers)}.")
    try:
        key = readers[kind](jwk)
    except (ValueError, TypeError):
        raise CryptoError("DataError", f"The members of the JWK are no {kind} key.") from None
    return key if isinstance(key, bytes) else checked(key)


def write_jwk(key: Material) -> dict[str, JSON]:
    """Return a key as the members of a JSON Web Key."""
    if isinstance(key, bytes):
        return {"kty": "oct", "k": _text(key)}
    if isinstance(key, rsa.RSAPublicKey):
        return _write_rsa(key.public_numbers())
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        private = {"d": numbers.d, "p": numbers.p, "q": numbers.q}
        private |= {"dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
        return _write_rsa(numbers.public_numbers) | {name: _number_text(value) for name, value in private.items()}
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        public = key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key()
        point = public.public_numbers()
        members: dict[str, JSON] = {"kty": "EC", "crv": curve_name(key)}
        members |= {"x": _text(point.x.to_bytes(size)), "y": _text(point.y.to_bytes(size))}
        if isinstance(key, ec.EllipticCurvePrivateKey):
            members["d"] = _text(key.private_numbers().private_value.to_bytes(size))
        return members
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return write_jwk(key.public_key()) | {"d": _text(key.private_bytes_raw())}
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_bytes_raw())}


def _read_oct(jwk: Jwk) -> bytes:
    return _bytes(jwk, "k")


def _read_rsa(jwk: Jwk) -> PrivateKey | PublicKey:
    public = rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n"))
    if public.n.bit_length() not in RSA_BITS:
        raise ValueError
    if "d" not in jwk:
        return public.public_key()
    p, q, d, dp, dq, qi = (_number(jwk, name) for name in ("p", "q", "d", "dp", "dq", "qi"))
    numbers = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public)
    if not is_consistent(numbers):
        raise ValueError
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _read_ec(jwk: Jwk) -> PrivateKey | PublicKey:
    curve = CURVES[str(jwk.get("crv"))]() if jwk.get("crv") in CURVES else None
    if curve is None:
        raise ValueError
    public = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve)
    if "d" not in jwk:
        return public.public_key()
    return ec.EllipticCurvePrivateNumbers(_number(jwk, "d"), public).private_key()


def _read_okp(jwk: Jwk) -> PrivateKey | PublicKey:
    if jwk.get("crv") != "Ed25519":
        raise ValueError
    public = ed25519.Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
    if "d" not in jwk:
        return public
    private = ed25519.Ed25519PrivateKey.from_private_bytes(_bytes(jwk, "d"))
    if private.public_key() != public:
        raise ValueError
    return private


def _write_rsa(numbers: rsa.RSAPublicNumbers) -> dict[str, JSON]:
    return {"kty": "RSA", "n": _number_text(numbers.n), "e": _number_text(numbers.e)}


def _bytes(jwk: Jwk, name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or len(text) > LONGEST_KEY:
        raise ValueError
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None


def _number(jwk: Jwk, name: str) -> int:
    return int.from_bytes(_bytes(jwk, name))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number_text(number: int) -> str:
    return _text(number.to_bytes(max(1, (number.bit_length() + 7) // 8)))
