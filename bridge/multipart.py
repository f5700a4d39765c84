"""Multipart: the format `multipart/form-data` (RFC 7578), byte for byte as axios writes a `FormData`.

The encoder of httpx is not used, since it doubles backslashes in names and says nothing of the content type of bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .run_random import RunRandom

_ESCAPED: Final = {"\r": "%0D", "\n": "%0A", '"': "%22"}
_BOUNDARY_BYTES: Final = 16


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field.

    Attributes:
        name: Of the field.
        content: Its value.
        filename: None sends none.
        type: Its content type; None sends none, which means text.
    """

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None
    type: str | None = None

    @property
    def head(self) -> bytes:
        """What stands before the content."""
        filename = f'; filename="{_escaped(self.filename)}"' if self.filename else ""
        kind = "" if self.type is None else f"Content-Type: {_escaped(self.type)}\r\n"
        return f'Content-Disposition: form-data; name="{_escaped(self.name)}"{filename}\r\n{kind}\r\n'.encode(
            errors="replace"
        )


def new_boundary(random: RunRandom) -> str:
    """Return a boundary that no content holds: nobody can guess it."""
    return f"methodhost-{random.draw('boundary')[:_BOUNDARY_BYTES].hex()}"


def multipart(parts: Iterable[Part], boundary: str) -> bytes:
    """Return the body with these fields, in this order."""
    start = f"--{boundary}\r\n".encode()
    written = [b"".join((start, part.head, part.content, b"\r\n")) for part in parts]
    return b"".join((*written, f"--{boundary}--\r\n".encode()))


def _escaped(name: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in name)
