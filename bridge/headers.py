"""Headers of a request: which a method may set, and how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .errors import RequestRefusedError
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .limits import Limits
    from .scalars import Scalar

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_VALUES: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")

_FRAMING: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Belong to the connection, which is the host's."""

_TRUST: Final = frozenset({"forwarded", "proxy-authenticate", "proxy-authorization", "via", "x-real-ip"})
"""Tell a server or a proxy whom to believe."""

_NEGOTIATION: Final = frozenset({"accept-encoding"})
"""The host asks only for what it can unpack."""


def checked_header(name: str, value: Scalar) -> tuple[str, str]:
    """Return a header with its name in lower case and its value as text.

    Raises:
        RequestRefusedError: `header`: it could not be sent, or would be read as something else.
    """
    text = scalar_text(value).strip(" \t")
    if not _NAME.fullmatch(name):
        raise RequestRefusedError("A header's name is empty or holds a character that names cannot have.", key="header")
    if _NOT_IN_VALUES.search(text):
        raise RequestRefusedError(f"The header {name} holds a character that headers cannot have.", key="header")
    return name.lower(), text


def refuse_unsendable(headers: Mapping[str, Scalar | None]) -> None:
    """Refuse headers of a configuration that could not be sent.

    Raises:
        ValueError: As a validator raises it; names the header, never its value.
    """
    try:
        for name, value in headers.items():
            checked_header(name, "" if value is None else value)
    except RequestRefusedError as refused:
        raise ValueError(refused.message) from None


def is_left_out(name: str) -> bool:
    """Whether the host sets this header itself or never sends it; `name` in lower case."""
    return name in _FRAMING or name in _TRUST or name in _NEGOTIATION or name.startswith("x-forwarded-")


def refuse_too_many(headers: Mapping[str, str], limits: Limits) -> None:
    """Refuse more or longer headers than the limits allow.

    Raises:
        RequestRefusedError: `header`.
    """
    if len("".join((*headers, *headers.values()))) > limits.header_bytes:
        _refuse_long(headers, limits)
    if len(headers) > limits.header_count:
        raise RequestRefusedError(
            f"The request has {len(headers)} headers; at most {limits.header_count} are allowed.", key="header"
        )


def _refuse_long(headers: Mapping[str, str], limits: Limits) -> None:
    for name, value in headers.items():
        if len(name) + len(value) > limits.header_bytes:
            raise RequestRefusedError(
                f"The header {name[:64]} is longer than {limits.header_bytes} bytes.", key="header"
            )
