"""Bodies of requests as lines: two bodies are the same exactly when their lines are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime import JSON

BodyKind: TypeAlias = Literal["json", "bytes", "form", "multipart"]
"""How a body is compared: as data, byte by byte, as fields in any order, or as parts whatever their boundary."""

Lines: TypeAlias = tuple[str, ...]

_EXACT_FLOAT: Final = 2**53
_KINDS: Final[dict[str, BodyKind]] = {"application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart"}
_LAYOUT: Final = frozenset("\t")


@dataclass(frozen=True, kw_only=True)
class FormPart:
    """One part of a `multipart/form-data` body."""

    name: str
    content: bytes = field(repr=False)
    filename: str | None = None
    content_type: str | None = None


def body_lines(body: bytes, kind: BodyKind, content_type: str | None) -> Lines:
    """Return the lines of a body that should be of a kind; otherwise those of what its type says, or of its bytes.

    Args:
        body: As it is sent.
        kind: What it is compared with.
        content_type: Of the request, where it says so.
    """
    try:
        if body and kind == "json":
            return json_lines(json.loads(body))
        if kind == "form":
            return field_lines(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
        if kind == "multipart":
            return part_lines(form_parts(body, content_type or ""))
    except ValueError:
        typed = kind_of(content_type)
        return bytes_lines(body) if typed == kind else body_lines(body, typed, content_type)
    return bytes_lines(body)


def kind_of(content_type: str | None) -> BodyKind:
    """Return what a body of a content type is best shown as."""
    essence = (content_type or "").partition(";")[0].strip().lower()
    if essence == "application/json" or essence.endswith("+json"):
        return "json"
    return _KINDS.get(essence, "bytes")


def json_lines(value: JSON) -> Lines:
    """Return the lines of a JSON value, whatever the order of its keys; `1.0` is `1`, as in JavaScript."""
    text = json.dumps(_plain(value), indent=2, ensure_ascii=False, sort_keys=True)
    return tuple(text.split("\n"))


def bytes_lines(body: bytes) -> Lines:
    """Return the lines of text, or one line that stands for other bytes."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return (f"<{len(body)} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}>",)
    return tuple(_shown(line) for line in text.split("\n")) if text else ()


def field_lines(fields: Iterable[tuple[str, str]]) -> Lines:
    """Return the lines of a form's or query's fields, in the order of their names; fields of one name keep theirs."""
    by_name = sorted(fields, key=lambda pair: pair[0])
    return tuple(_shown(f"{name.replace('%', '%25').replace('=', '%3D')}={value}") for name, value in by_name)


def part_lines(parts: Iterable[FormPart]) -> Lines:
    """Return the lines of the parts of a form, in their order."""
    lines: list[str] = []
    for part in parts:
        facts = {"name": part.name, "filename": part.filename, "type": part.content_type}
        lines.append(
            " ".join(f"{key}={json.dumps(fact, ensure_ascii=False)}" for key, fact in facts.items() if fact is not None)
        )
        lines += (f"  {line}" for line in bytes_lines(part.content))
    return tuple(lines)


def _shown(line: str) -> str:
    """Return a line as it is where nothing in it is hidden, and as a JSON string otherwise."""
    hidden = line.startswith('"') or not all(character.isprintable() or character in _LAYOUT for character in line)
    return json.dumps(line, ensure_ascii=True) if hidden else line


def _plain(value: JSON) -> JSON:
    """Return a value with each number in the one form that JavaScript would give it."""
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOAT:
        return int(value)
    return value


def form_parts(body: bytes, content_type: str) -> Iterator[FormPart]:
    """Yield the parts of a `multipart/form-data` body.

    Args:
        body: As it is sent.
        content_type: Of the request, which names the boundary.

    Raises:
        ValueError: It is no such body.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise ValueError("not a multipart body")
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        yield FormPart(
            name=str(part.get_param("name", "", "content-disposition")),
            filename=_optional(part.get_param("filename", None, "content-disposition")),
            content_type=_optional(part.get("content-type")),
            content=content if isinstance(content, bytes) else b"",
        )


def _optional(value: object) -> str | None:
    return None if value is None else str(value)
