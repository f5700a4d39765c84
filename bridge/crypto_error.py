"""CryptoError: why something asked of `crypto.subtle` was not done."""

from __future__ import annotations


class CryptoError(Exception):
    """A call of `crypto.subtle` that rejects with a DOMException.

    Args:
        name: Of the DOMException, as the Web Cryptography API says.
        message: For the author of the method; without data and keys.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
