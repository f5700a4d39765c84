"""Fault: what went wrong with an exchange, as captures call it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from .errors import CallError
from .foreign_errors import FOREIGN, meaning_of

Fault: TypeAlias = Literal[
    "address", "cancelled", "decode", "protocol", "refused", "reset", "timeout", "tls", "truncated", "unknown_host"
]
"""`address`: the egress policy refused what a name led to; `cancelled`: the run did not wait for all of it."""

_BY_CODE: Final[dict[str, Fault]] = {
    "ECONNRESET": "reset",
    "ENOTFOUND": "unknown_host",
    "EPROTO": "protocol",
    "ETIMEDOUT": "timeout",
    "Z_DATA_ERROR": "decode",
}


def fault_of(error: BaseException, *, answered: bool) -> Fault:
    """Return what an exception means that ended an exchange.

    Args:
        error: What a transport, or the body of its response, raised.
        answered: Whether there was a response: then a connection that broke cut off its body.
    """
    if isinstance(error, CallError):
        return "decode" if error.key == "decode" else "address"
    if not isinstance(error, FOREIGN):
        return "cancelled"
    meaning = meaning_of(error)
    if meaning.code == "ECONNRESET" and answered:
        return "truncated"
    if meaning.key == "tls":
        return "tls"
    return _BY_CODE.get(meaning.code, "refused")
