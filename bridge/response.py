"""Response: what a server answered, read whole or as a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .incoming_stream import IncomingStream
    from .undefined import Found

_SUCCESS: Final = range(HTTPStatus.OK.value, HTTPStatus.MULTIPLE_CHOICES.value)
_SINGLE: Final = frozenset(
    {
        "age",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "location",
        "retry-after",
        "server",
    }
)


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a server answered.

    Attributes:
        status: 200 to 599.
        reason: The text beside it.
        headers: In order, names in lower case.
        body: Decompressed; empty where it is a stream.
        stream: The body where it is read as it comes.
        built: What a handler of the client made of it, in place of the body; undefined where the body stands.
        warnings: What the method's author should know.
        deep: Whether the body is nested too deeply to be anything but text.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    stream: IncomingStream | None = field(default=None, repr=False)
    built: Found = field(default=UNDEFINED, repr=False)
    warnings: tuple[str, ...] = ()
    deep: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return self.status in _SUCCESS

    @property
    def received_bytes(self) -> int:
        """How much of the body was read so far."""
        return len(self.body) if self.stream is None else self.stream.received_bytes

    @property
    def text(self) -> str:
        """The body as text: UTF-8 whatever the server says, as axios reads it."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return the first value of a header; `name` in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def headers_json(self) -> JSON:
        """Return the headers as a method sees them: repeated ones joined, `set-cookie` a list (semantics 2.6).

        Of those that mean nothing when joined, the first counts, as in Node.js.
        """
        joined: dict[str, JSON] = {}
        for name, value in self.headers:
            before = joined.get(name)
            if name == "content-encoding" and value.strip().lower() != "identity":
                continue  # the body is unpacked
            if name == "set-cookie":
                joined[name] = [*(before if isinstance(before, list) else []), value]
            elif before is None or name not in _SINGLE:
                joined[name] = value if before is None else f"{before}, {value}"
        return joined
