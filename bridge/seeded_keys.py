"""New keys of `crypto.subtle`, which follow from the seed of the run as everything does that a method draws.

RSA keys do not: their primes are searched for by a library that takes no seed.
"""

from __future__ import annotations

from hashlib import shake_256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

_ED25519_BYTES: Final = 32
_EXTRA_BYTES: Final = 8
"""Drawn beyond the length of a curve's order, so that no private key is likelier than another (FIPS 186-5, A.2.1)."""


def secret_key(seed: bytes, length_bytes: int) -> bytes:
    """Return a secret key."""
    return shake_256(seed).digest(length_bytes)


def ed25519_key(seed: bytes) -> ed25519.Ed25519PrivateKey:
    """Return a private key for Ed25519."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(secret_key(seed, _ED25519_BYTES))


def elliptic_key(seed: bytes, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    """Return a private key on a curve."""
    drawn = int.from_bytes(secret_key(seed, (curve.group_order.bit_length() + 7) // 8 + _EXTRA_BYTES))
    return ec.derive_private_key(drawn % (curve.group_order - 1) + 1, curve)
