"""How keys of `crypto.subtle` come about, and leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .crypto_error import CryptoError
from .crypto_key import CryptoKey, usages_of, usages_of_pair
from .crypto_operations import derive_bits
from .crypto_parameters import hash_of, required
from .json_web_key import read_jwk, write_jwk
from .key_formats import CURVES, LONGEST_KEY, curve_name, read_key, write_key
from .seeded_keys import ed25519_key, elliptic_key, secret_key

if TYPE_CHECKING:
    from runtime import JSON

    from .crypto_key import KeyType, Material, PrivateKey
    from .crypto_request import Algorithm, CryptoRequest, Format

Pair: TypeAlias = tuple[CryptoKey, CryptoKey]
"""A private key and its public one."""

_AES: Final = ("AES-CBC", "AES-GCM")
_AES_BITS: Final = (128, 192, 256)
_RSA: Final = ("RSA-OAEP", "RSA-PSS", "RSASSA-PKCS1-v1_5")
_RSA_GENERATED: Final = range(1024, 4097)
_EXPONENTS: Final = (3, 65537)
_SECRET: Final = (*_AES, "HKDF", "HMAC", "PBKDF2")
_PAIRS: Final = (*_RSA, "ECDSA", "Ed25519")


def import_key(request: CryptoRequest) -> CryptoKey:
    """Return the key that was given.

    Raises:
        CryptoError: It is none for that algorithm.
    """
    algorithm = required(request.algorithm, "name")
    material = _read(request, algorithm)
    return _key(algorithm, material, extractable=request.extractable, usages=request.usages)


def export_key(key: CryptoKey, kind: Format) -> bytes | dict[str, JSON]:
    """Return a key in a format.

    Raises:
        CryptoError: It may not leave, or has no such format.
    """
    if not key.extractable:
        raise CryptoError("InvalidAccessError", "The key is not extractable.")
    if key.name in {"HKDF", "PBKDF2"}:
        raise CryptoError("NotSupportedError", f"A key for {key.name} cannot be exported.")
    if kind != "jwk":
        return write_key(kind, key.material)
    return {**write_jwk(key.material), "ext": key.extractable, "key_ops": list(key.usages)}


def derive_key(request: CryptoRequest, base: CryptoKey) -> CryptoKey:
    """Return a secret key that is derived from another.

    Raises:
        CryptoError: That cannot be done.
    """
    algorithm, derived = required(request.algorithm, "name"), required(request.derived, "name")
    bits = derive_bits(algorithm, base, _secret_bits(derived), usage="deriveKey")
    return _key(derived, bits, extractable=request.extractable, usages=request.usages)


def generate_key(request: CryptoRequest, seed: bytes) -> CryptoKey | Pair:
    """Return a new key, or a new pair of them.

    Args:
        request: What was asked for.
        seed: 32 bytes, from which it follows; RSA keys aside.

    Raises:
        CryptoError: There are no such keys.
    """
    algorithm = required(request.algorithm, "name")
    if algorithm.name in {*_AES, "HMAC"}:
        material = secret_key(seed, _secret_bits(algorithm) // 8)
        return _key(algorithm, material, extractable=request.extractable, usages=request.usages)
    if algorithm.name not in _PAIRS:
        raise CryptoError("NotSupportedError", f"No keys are made for {algorithm.name}.")
    for_private, for_public = usages_of_pair(algorithm.name, request.usages)
    private = _generate_private(algorithm, seed)
    return (
        _key(algorithm, private, extractable=request.extractable, usages=for_private),
        _key(algorithm, private.public_key(), extractable=True, usages=for_public),
    )


def _read(request: CryptoRequest, algorithm: Algorithm) -> Material:
    if request.format == "jwk":
        jwk = required(request.jwk, "jwk")
        if jwk.get("ext") is False and request.extractable:
            raise CryptoError("DataError", "The JWK says that it is not extractable.")
        return read_jwk(jwk)
    if algorithm.name not in _SECRET:
        return read_key(request.format, request.data, algorithm.named_curve)
    if request.format != "raw" or len(request.data) > LONGEST_KEY:
        raise CryptoError("DataError", f"A secret key is given as raw or jwk, and has at most {LONGEST_KEY} bytes.")
    return request.data


def _key(algorithm: Algorithm, material: Material, *, extractable: bool, usages: tuple[str, ...]) -> CryptoKey:
    """Return a key for an algorithm, if the material is one."""
    kind = _kind_of(material)
    shown = _shown(algorithm, material)
    if algorithm.name in {"HKDF", "PBKDF2"} and extractable:
        raise CryptoError("SyntaxError", f"A key for {algorithm.name} cannot be extractable.")
    given = usages_of(algorithm.name, kind, usages)
    return CryptoKey(type=kind, algorithm=shown, extractable=extractable, usages=given, material=material)


def _kind_of(material: Material) -> KeyType:
    if isinstance(material, bytes):
        return "secret"
    private = isinstance(material, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey)
    return "private" if private else "public"


def _shown(algorithm: Algorithm, material: Material) -> dict[str, JSON]:
    """Return the algorithm of a key as the sandbox sees it.

    Raises:
        CryptoError: The material is no key for it.
    """
    if isinstance(material, bytes) and algorithm.name in _SECRET:
        return _shown_secret(algorithm, material)
    if isinstance(material, rsa.RSAPrivateKey | rsa.RSAPublicKey) and algorithm.name in _RSA:
        return _shown_rsa(algorithm, material)
    if isinstance(material, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) and algorithm.name == "ECDSA":
        curve = required(algorithm.named_curve, "namedCurve")
        if curve != curve_name(material):
            raise CryptoError("DataError", f"The key is not one of the curve {curve}.")
        return {"name": algorithm.name, "namedCurve": curve}
    if isinstance(material, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey) and algorithm.name == "Ed25519":
        return {"name": algorithm.name}
    raise CryptoError("DataError", f"The key is not one for {algorithm.name}.")


def _shown_secret(algorithm: Algorithm, material: bytes) -> dict[str, JSON]:
    bits = 8 * len(material)
    if algorithm.name in _AES:
        if bits not in _AES_BITS:
            raise CryptoError("DataError", f"An AES key has {', '.join(map(str, _AES_BITS))} bits, not {bits}.")
        return {"name": algorithm.name, "length": bits}
    if algorithm.name == "HMAC":
        if not material:
            raise CryptoError("DataError", "A key for HMAC cannot be empty.")
        return {"name": "HMAC", "length": bits, "hash": {"name": required(algorithm.hash, "hash")}}
    return {"name": algorithm.name}


def _shown_rsa(algorithm: Algorithm, key: rsa.RSAPrivateKey | rsa.RSAPublicKey) -> dict[str, JSON]:
    public = key if isinstance(key, rsa.RSAPublicKey) else key.public_key()
    exponent = public.public_numbers().e
    return {
        "name": algorithm.name,
        "modulusLength": key.key_size,
        "publicExponent": list(exponent.to_bytes((exponent.bit_length() + 7) // 8)),
        "hash": {"name": required(algorithm.hash, "hash")},
    }


def _secret_bits(algorithm: Algorithm) -> int:
    """Return the length of a secret key for an algorithm."""
    if algorithm.name == "HMAC":
        bits = algorithm.length or 8 * (hash_of(required(algorithm.hash, "hash")).block_size or 0)
        if bits % 8 or bits > 8 * LONGEST_KEY:
            raise CryptoError(
                "OperationError", f"A key for HMAC has a multiple of 8 bits, and {8 * LONGEST_KEY} at most."
            )
        return bits
    if algorithm.name not in _AES:
        raise CryptoError("NotSupportedError", f"There is no way to make a key for {algorithm.name}.")
    if algorithm.length not in _AES_BITS:
        raise CryptoError("OperationError", f"The length of an AES key is one of {', '.join(map(str, _AES_BITS))}.")
    return algorithm.length


def _generate_private(algorithm: Algorithm, seed: bytes) -> PrivateKey:
    if algorithm.name == "ECDSA":
        return elliptic_key(seed, CURVES[required(algorithm.named_curve, "namedCurve")]())
    if algorithm.name == "Ed25519":
        return ed25519_key(seed)
    bits = required(algorithm.modulus_length, "modulusLength")
    exponent = int.from_bytes(required(algorithm.public_exponent, "publicExponent"))
    if bits not in _RSA_GENERATED or bits % 256 or exponent not in _EXPONENTS:
        message = (
            f"RSA keys are made with {_RSA_GENERATED[0]} to {_RSA_GENERATED[-1]} bits, a multiple of 256, "
            "and the exponent 3 or 65537."
        )
        raise CryptoError("OperationError", message)
    return rsa.generate_private_key(exponent, bits)
