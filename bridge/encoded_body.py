"""EncodedBody: the bytes that a request's body is sent as, and what they are (semantics 2.5, decision 17)."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus

from runtime import in_slices

from .body import (
    BytesBody,
    FieldsBody,
    FilePart,
    FormBody,
    JsonBody,
    MultipartBody,
    TextBody,
    TextPart,
)
from .errors import RequestRefusedError
from .form_fields import fields_of
from .multipart import Part, multipart, new_boundary

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from .body import File, WholeBody
    from .run_random import RunRandom
    from .scalars import Scalar

FORM_TYPE: Final = "application/x-www-form-urlencoded"

_TEXT_TYPES: Final = {"json": "application/json", "form": f"{FORM_TYPE};charset=utf-8", "text": None}
_BYTES_TYPE: Final = "application/octet-stream"
_PIECE_CHARACTERS: Final = 32 * 1024
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, kw_only=True)
class EncodedBody:
    """What is sent.

    Attributes:
        content: Every byte of it.
        content_type: What it is, unless the call says otherwise; None where only the method knows.
        has_boundary: Whether the content type says how to read it, so that no other would do.
    """

    content: bytes = field(repr=False)
    content_type: str | None = None
    has_boundary: bool = False


async def encoded(body: WholeBody, data: bytes | None, random: RunRandom) -> EncodedBody:
    """Return a body as it is sent; others have their turns while a long one is made.

    Args:
        body: Of a call.
        data: The bytes that stand beside the call.
        random: Of the run.

    Raises:
        RequestRefusedError: `invalid`: the two do not belong together.
    """
    match body:
        case JsonBody() | TextBody() | FormBody():
            return EncodedBody(content=_bytes(body.text), content_type=_TEXT_TYPES[body.kind])
        case BytesBody(type=kind):
            return EncodedBody(content=data or b"", content_type=kind)
        case MultipartBody(parts=parts):
            return _multipart(_parts(parts, data or b""), random)
        case FieldsBody(encoding="form"):
            return EncodedBody(content=await in_slices(_form(body, data or b"")), content_type=FORM_TYPE)
        case FieldsBody():
            return _multipart(_parts_of_fields(body, data or b""), random)


def _multipart(parts: Iterable[Part], random: RunRandom) -> EncodedBody:
    boundary = new_boundary(random)
    content = multipart(parts, boundary)
    return EncodedBody(content=content, content_type=f"multipart/form-data; boundary={boundary}", has_boundary=True)


def _parts(parts: list[TextPart | FilePart], data: bytes) -> Iterator[Part]:
    """Yield the parts of a `FormData`; line breaks in its texts are those of the format (as browsers write them)."""
    contents = iter(_contents([part for part in parts if isinstance(part, FilePart)], data))
    for part in parts:
        if isinstance(part, TextPart):
            yield Part(name=part.name, content=_bytes(_LINE_BREAK.sub("\r\n", part.text)))
        else:
            yield _file_part(part.name, part, next(contents))


def _parts_of_fields(body: FieldsBody, data: bytes) -> Iterator[Part]:
    contents = _contents(body.files, data)
    for name, value in fields_of(body.members):
        if isinstance(value, str):
            yield Part(name=name, content=_bytes(value))
        else:
            place = _place(value, contents)
            yield _file_part(name, body.files[place], contents[place])


def _form(body: FieldsBody, data: bytes) -> Generator[None, None, bytes]:
    """Return what looks like a query, and give others a turn after each piece. Bytes are in base64."""
    contents = _contents(body.files, data)
    pieces: list[str] = []
    length = 0
    for name, value in fields_of(body.members):
        text = value if isinstance(value, str) else b64encode(contents[_place(value, contents)]).decode()
        for part, end in ((name, "="), (text, "&")):
            for start in range(0, len(part), _PIECE_CHARACTERS):
                pieces.append(_form_encoded(part[start : start + _PIECE_CHARACTERS]))
                length += len(pieces[-1])
                if length >= _PIECE_CHARACTERS:
                    length = 0
                    yield
            pieces.append(end)
    return "".join(pieces[:-1]).encode()


def _contents(files: Sequence[File], data: bytes) -> list[bytes]:
    """Return the bytes of each file."""
    if sum(file.length for file in files) != len(data):
        raise RequestRefusedError("The files of this body are not as long as they say.", key="invalid")
    ends = [*accumulate(file.length for file in files)]
    return [data[end - file.length : end] for file, end in zip(files, ends, strict=True)]


def _place(value: Scalar, contents: list[bytes]) -> int:
    """Return which file a leaf stands for."""
    if not isinstance(value, int) or not 0 <= value < len(contents):
        raise RequestRefusedError("A field of this body is neither text nor one of its files.", key="invalid")
    return value


def _file_part(name: str, file: File, content: bytes) -> Part:
    return Part(name=name, content=content, filename=file.filename, type=file.type or _BYTES_TYPE)


def _form_encoded(text: str) -> str:
    """Return text as `URLSearchParams` writes it."""
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
