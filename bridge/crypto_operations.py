"""What `crypto.subtle` does with data: hashing, signing, encrypting, deriving.

All of it runs in threads, and takes at most a second or two: the size of data and keys, and the work of PBKDF2, are
bounded. Rules are those of the Web Cryptography API.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .crypto_error import CryptoError
from .crypto_parameters import (
    cbc_iv,
    gcm_iv,
    hash_of,
    hash_of_key,
    iterations,
    oaep,
    python_hash,
    required,
    rsa_padding,
    tag_bytes,
)

if TYPE_CHECKING:
    from .crypto_key import CryptoKey
    from .crypto_request import Algorithm

_MOST_DERIVED: Final = 64 * 1024
_BLOCK_BITS: Final = 128


def digest(algorithm: Algorithm, data: bytes) -> bytes:
    """Return the hash of data.

    Raises:
        CryptoError: The algorithm is no hash.
    """
    return hashlib.new(python_hash(algorithm.name), data, usedforsecurity=False).digest()


def sign(algorithm: Algorithm, key: CryptoKey, data: bytes) -> bytes:
    """Return a signature.

    Raises:
        CryptoError: It cannot be made with this key.
    """
    key.require(algorithm.name, "sign")
    if algorithm.name == "HMAC":
        return hmac.new(key.secret, data, hash_of_key(key).name).digest()
    private = key.material
    if isinstance(private, rsa.RSAPrivateKey):
        try:
            return private.sign(data, rsa_padding(algorithm, key), hash_of_key(key))
        except ValueError:
            raise CryptoError(
                "OperationError", "The RSA key is too short for this hash and salt, or is none."
            ) from None
    if isinstance(private, ec.EllipticCurvePrivateKey):
        scheme = ec.ECDSA(hash_of(required(algorithm.hash, "hash")), deterministic_signing=True)  # RFC 6979
        r, s = decode_dss_signature(private.sign(data, scheme))
        size = (private.key_size + 7) // 8
        return r.to_bytes(size) + s.to_bytes(size)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    raise CryptoError("NotSupportedError", f"{algorithm.name} signs nothing.")


def verify(algorithm: Algorithm, key: CryptoKey, data: bytes, signature: bytes) -> bool:
    """Return whether a signature is right.

    Raises:
        CryptoError: That cannot be told with this key.
    """
    key.require(algorithm.name, "verify")
    if algorithm.name == "HMAC":
        made = hmac.new(key.secret, data, hash_of_key(key).name).digest()
        return hmac.compare_digest(made, signature)
    try:
        _verify_with(algorithm, key, data, signature)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify_with(algorithm: Algorithm, key: CryptoKey, data: bytes, signature: bytes) -> None:
    public = key.material
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, rsa_padding(algorithm, key), hash_of_key(key))
    elif isinstance(public, ec.EllipticCurvePublicKey):
        size = (public.key_size + 7) // 8
        if len(signature) != 2 * size:
            raise InvalidSignature
        der = encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
        public.verify(der, data, ec.ECDSA(hash_of(required(algorithm.hash, "hash"))))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, data)
    else:
        raise CryptoError("NotSupportedError", f"{algorithm.name} verifies nothing.")


def encrypt(algorithm: Algorithm, key: CryptoKey, data: bytes) -> bytes:
    """Return data encrypted.

    Raises:
        CryptoError: That cannot be done.
    """
    key.require(algorithm.name, "encrypt")
    if isinstance(key.material, rsa.RSAPublicKey):
        try:
            return key.material.encrypt(data, oaep(algorithm, key))
        except ValueError:
            raise CryptoError("OperationError", "The data is too long for the RSA key.") from None
    if algorithm.name == "AES-CBC":
        padder = block_padding.PKCS7(_BLOCK_BITS).padder()
        encryptor = Cipher(algorithms.AES(key.secret), modes.CBC(cbc_iv(algorithm))).encryptor()
        return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()
    tag_length = tag_bytes(algorithm)
    encryptor = Cipher(algorithms.AES(key.secret), modes.GCM(gcm_iv(algorithm))).encryptor()
    encryptor.authenticate_additional_data(algorithm.additional_data or b"")
    return encryptor.update(data) + encryptor.finalize() + encryptor.tag[:tag_length]


def decrypt(algorithm: Algorithm, key: CryptoKey, data: bytes) -> bytes:
    """Return data decrypted.

    Raises:
        CryptoError: That cannot be done.
    """
    key.require(algorithm.name, "decrypt")
    try:
        return _decrypted(algorithm, key, data)
    except (InvalidTag, ValueError):
        raise CryptoError(
            "OperationError", "The data cannot be decrypted: key, parameters or data are wrong."
        ) from None


def _decrypted(algorithm: Algorithm, key: CryptoKey, data: bytes) -> bytes:
    if isinstance(key.material, rsa.RSAPrivateKey):
        return key.material.decrypt(data, oaep(algorithm, key))
    if algorithm.name == "AES-CBC":
        decryptor = Cipher(algorithms.AES(key.secret), modes.CBC(cbc_iv(algorithm))).decryptor()
        unpadder = block_padding.PKCS7(_BLOCK_BITS).unpadder()
        return unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    tag_length = tag_bytes(algorithm)
    if len(data) < tag_length:
        raise InvalidTag
    content, tag = data[: len(data) - tag_length], data[len(data) - tag_length :]
    mode = modes.GCM(gcm_iv(algorithm), tag, min_tag_length=tag_length)
    decryptor = Cipher(algorithms.AES(key.secret), mode).decryptor()
    decryptor.authenticate_additional_data(algorithm.additional_data or b"")
    return decryptor.update(content) + decryptor.finalize()


def derive_bits(algorithm: Algorithm, key: CryptoKey, length: int | None, *, usage: str = "deriveBits") -> bytes:
    """Return derived bits.

    Args:
        algorithm: How to derive.
        key: From what.
        length: How many bits; a multiple of eight.
        usage: What for.

    Raises:
        CryptoError: That cannot be done.
    """
    key.require(algorithm.name, usage)
    if not length or length % 8:
        raise CryptoError("OperationError", "Say how many bits are to be derived: a multiple of 8.")
    size, name = length // 8, required(algorithm.hash, "hash")
    salt = required(algorithm.salt, "salt")
    if size > _MOST_DERIVED:
        raise CryptoError("OperationError", f"At most {8 * _MOST_DERIVED} bits are derived at once.")
    if algorithm.name == "PBKDF2":
        return hashlib.pbkdf2_hmac(python_hash(name), key.secret, salt, iterations(algorithm, size), size)
    try:
        return HKDF(hash_of(name), size, salt, required(algorithm.info, "info")).derive(key.secret)
    except ValueError:
        raise CryptoError("OperationError", f"HKDF with {name} cannot give {length} bits.") from None
