"""Reading of long JSON text in pieces, so that nobody waits while all of it is read.

A parser takes text of several megabytes in one go, and holds up every other run for as long as that takes. Here the
text is cut at commas outside of strings. Each piece is completed to JSON of its own, with the brackets that are open
where it begins and where it ends, and what the parser makes of it is put into the containers that are open. A text is
JSON exactly where all of its pieces are.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .values import JSON

    Container: TypeAlias = list[JSON] | dict[str, JSON]

_PIECE_BYTES: Final = 32 * 1024
_DEEPEST: Final = 200  # the parser's own bound
_OBJECT: Final = ord("{")
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_NEITHER_QUOTES_NOR_BRACKETS: Final = bytes(byte for byte in _NO_BRACKETS if byte not in b'"')
_CLOSING: Final = bytes.maketrans(b"[{", b"]}")
_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_OPENING: Final = bytes.maketrans(b"]}", b"[{")
_TOO_MANY_OPEN: Final = b"[" * (_DEEPEST + 1)
_SECRET: Final = secrets.token_hex(8)
"""What no text can hold on purpose, for nobody knows it: the key under which an object has what was read of it already,
and the beginning of what stands for a long string."""


class NotJSONError(Exception):
    """Text that is not JSON.

    Attributes:
        too_deep: Whether it is nested deeper than any JSON that is read here.
    """

    def __init__(self, *, too_deep: bool = False) -> None:
        super().__init__("not JSON")
        self.too_deep = too_deep


def read_in_pieces(
    text: bytes, parse: Callable[[bytes], JSON], look: Callable[[bytes, JSON], None]
) -> Generator[None, None, JSON]:
    """Return the value of `text`, and give others a turn after each piece of some 32 KiB.

    Args:
        text: UTF-8.
        parse: Reads the text of one piece.
        look: Called with what of each piece is outside of strings, and the value of the piece, with the arrays and
            objects that are around it.

    Raises:
        NotJSONError: Brackets do not match, or are nested too deeply.
        Exception: What `parse` or `look` raises ends the reading.
    """
    reader = _Reader(parse)
    piece = _Piece(0)
    while not (piece.end and piece.end == len(text)):
        piece = yield from _cut(text, piece.end, parse)
        look(piece.plain, reader.take(piece, last=piece.end == len(text)))
        yield
    return reader.value


def count_values(text: bytes) -> int:
    """Return how many values JSON text holds at most."""
    return values_in(b"".join(_without_escapes(text).split(b'"')[::2]))


def brackets_of(text: bytes, *, inside: bool) -> tuple[bytes, bool]:
    """Return the brackets of JSON text that are in no string, each as a square one, and whether it ends inside of one.

    Args:
        text: A part that begins and ends with no half of an escape.
        inside: Whether it begins inside of a string.
    """
    text = _without_escapes(text) if b"\\" in text else text
    between = text.translate(_SQUARE, _NEITHER_QUOTES_NOR_BRACKETS).replace(b'""', b"").split(b'"')
    return b"".join(between[1 if inside else 0 :: 2]), inside == (len(between) % 2 == 1)


def values_in(plain: bytes) -> int:
    """Return how many values text without strings holds at most."""
    return plain.count(b",") + containers_in(plain) + 1


def containers_in(plain: bytes) -> int:
    """Return how many arrays and objects begin in text without strings."""
    return plain.count(b"[") + plain.count(b"{")


def _without_escapes(text: bytes) -> bytes:
    """Return text of the same length in which every quote is the start or the end of a string."""
    return text.replace(b"\\\\", b"__").replace(b'\\"', b"__")


@dataclass
class _Piece:
    """A part of a text.

    Attributes:
        end: Where it ends.
        text: What it says, with something short in place of long strings.
        plain: What of it is outside of strings.
        strings: The long strings.
    """

    end: int
    text: bytes = b""
    plain: bytes = b""
    strings: list[str] = field(default_factory=list)


def _cut(text: bytes, start: int, parse: Callable[[bytes], JSON]) -> Generator[None, None, _Piece]:
    """Return the piece that begins at `start` and ends with the text or before a comma, both outside of a string."""
    piece = _Piece(start)
    while True:
        window = text[piece.end : piece.end + _PIECE_BYTES]
        between = _without_escapes(window).split(b'"')
        if piece.end + len(window) == len(text):
            piece.end, piece.text, piece.plain = len(text), piece.text + window, piece.plain + b"".join(between[::2])
            return piece
        string = b'"' + between.pop() if len(between) % 2 == 0 else b""  # the window ends inside of it
        for index in range(len(between) - 1, -1, -2):
            comma = between[index].rfind(b",")
            if comma > 0 or (comma == 0 and (index > 0 or piece.text)):
                length = sum(map(len, between[:index])) + index + comma
                piece.plain += b"".join([*between[:index:2], between[index][:comma]])
                piece.end, piece.text = piece.end + length, piece.text + window[:length]
                return piece
        length = len(window) - len(string)
        piece.end, piece.text, piece.plain = (
            piece.end + length,
            piece.text + window[:length],
            piece.plain + b"".join(between[::2]),
        )
        if string:
            piece.text += b'"%s%d"' % (_SECRET.encode(), len(piece.strings))
            yield from _take_string(piece, text, parse)


def _take_string(piece: _Piece, text: bytes, parse: Callable[[bytes], JSON]) -> Generator[None, None, None]:
    """Read the long string that begins where the piece ends so far."""
    parts: list[str] = []
    start = piece.end + 1
    while True:
        end = _end_of_characters(text, start, min(start + _PIECE_BYTES, len(text)))
        quote = _without_escapes(text[start:end]).find(b'"')
        part = parse(b'"' + text[start : end if quote < 0 else start + quote] + b'"')
        if not isinstance(part, str) or end == start:
            _refuse()
        parts.append(part)
        if quote >= 0:
            break
        start = end
        yield
    piece.end = start + quote + 1
    piece.strings.append("".join(parts))


def _end_of_characters(text: bytes, start: int, end: int) -> int:
    """Return the last place until `end` that is inside of no character and no escape of a string."""
    if end == len(text):
        return end
    escape = text.rfind(b"\\", max(start, end - 5), end)
    if escape >= 0:
        run = text[start : escape + 1]
        length = 6 if text[escape + 1 : escape + 2] == b"u" else 2
        if (len(run) - len(run.rstrip(b"\\"))) % 2 == 1 and escape + length > end:
            return escape
    while end > start and text[end] & 0xC0 == 0x80:
        end -= 1
    return end


class _Reader:
    """The value as far as it is read, and the containers that are open, from the outside in."""

    def __init__(self, parse: Callable[[bytes], JSON]) -> None:
        self.value: JSON = None
        self._parse = parse
        self._open: list[Container] = []
        self._brackets = b""

    def take(self, piece: _Piece, *, last: bool) -> JSON:
        """Read a piece, and return its value.

        Args:
            piece: The piece; each but the first begins with a comma.
            last: Whether the text ends with it.
        """
        closed, opened = _net_brackets(piece.plain)
        kept = self._brackets[: len(self._brackets) - len(closed)]
        if not self._brackets.endswith(closed[::-1].translate(_OPENING)):
            _refuse()
        brackets = kept + opened
        if len(brackets) > _DEEPEST:
            _refuse(too_deep=True)
        if last == bool(brackets) or (not last and piece.text.rstrip()[-1:] in {b"[", b"{"}):
            _refuse()
        value = self._parse(self._prefix() + piece.text + brackets[::-1].translate(_CLOSING))
        if piece.strings:
            value = _with_strings(value, piece.strings)
        self._merge(value)
        del self._open[len(kept) :]
        self._open_last(opened)
        self._brackets = brackets
        return value

    def _prefix(self) -> bytes:
        """Return what opens the containers again, the innermost with something before the comma to come."""
        opened = b"".join(b'{"%s":' % _SECRET.encode() if it == _OBJECT else b"[" for it in self._brackets)
        return opened + b"0" if opened else b""

    def _merge(self, value: JSON) -> None:
        """Add what a piece brought to the containers that were open where it began."""
        if not self._open:
            self.value = value
        for container in self._open:
            if isinstance(container, list) and isinstance(value, list):
                container += value[1:]
                value = value[0]
            elif isinstance(container, dict) and isinstance(value, dict):
                head = value.pop(_SECRET)
                container |= value
                value[_SECRET] = head
                value = head

    def _open_last(self, opened: bytes) -> None:
        """Find the containers that are open where a piece ends: each is the last of the one that it is in."""
        for bracket in opened:
            node: JSON = self.value
            if self._open:
                outer = self._open[-1]
                members = outer if isinstance(outer, list) else [*outer.values()][-1:]
                node = members[-1] if members else None
            if not isinstance(node, dict if bracket == _OBJECT else list):
                _refuse()  # an object has a key twice
            self._open.append(node)


def _with_strings(value: JSON, strings: list[str]) -> JSON:
    """Return the value of a piece with its long strings in their places."""
    if isinstance(value, str):
        return strings[int(value.removeprefix(_SECRET))] if value.startswith(_SECRET) else value
    if isinstance(value, list):
        return [_with_strings(item, strings) for item in value]
    if isinstance(value, dict):
        return {
            key if key == _SECRET else str(_with_strings(key, strings)): _with_strings(member, strings)
            for key, member in value.items()
        }
    return value


def _net_brackets(plain: bytes) -> tuple[bytes, bytes]:
    """Return the brackets that close what was open before, and those that are open afterwards."""
    left = plain.translate(None, _NO_BRACKETS)
    for _ in range(_DEEPEST + 1):
        if _TOO_MANY_OPEN in left.translate(_SQUARE):
            _refuse(too_deep=True)
        fewer = left.replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(left):
            break
        left = fewer
    else:
        _refuse(too_deep=True)
    opened = left.lstrip(b"]}")
    return left[: len(left) - len(opened)], opened


def _refuse(*, too_deep: bool = False) -> NoReturn:
    raise NotJSONError(too_deep=too_deep)
