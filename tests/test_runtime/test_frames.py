"""Bytes from a worker, every one of which may be hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.frames import Frame, FrameDecoder, FrameError, FrameKind, pieces_of
from runtime.turn import TurnError
from runtime.turn_text import read_turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def encode(kind: FrameKind, parts: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame."""
    return b"".join(pieces_of(kind, parts))


def decode(data: bytes, decoder: FrameDecoder, step: int = 1 << 20) -> Iterator[Frame]:
    """Yield the frames in bytes of which at most so many come at once."""
    while data:
        buffer = decoder.rest
        count = min(step, len(buffer), len(data))
        buffer[:count] = data[:count]
        data = data[count:]
        if decoder.received(count):
            yield decoder.take()


@pytest.mark.parametrize(
    "parts",
    [(), (b"",), (b"a", b"", b"bc" * 1000), (b"", b"a" * 70_000, b"b" * 700_001, b""), (b"a" * 16_000, b"b" * 400)],
)
@pytest.mark.parametrize("step", [1, 3, 1 << 20])
def test_a_frame_survives_any_cutting_of_the_stream(parts: tuple[bytes, ...], step: int) -> None:
    """Bytes may arrive in any portions, and the next frame follows."""
    decoder = FrameDecoder(1 << 20)
    for _ in range(2):
        assert [Frame(FrameKind.TURN, parts)] == list(decode(encode(FrameKind.TURN, parts), decoder, step))


@pytest.mark.parametrize(
    "data",
    [
        b"\x63\x00\x00",
        encode(FrameKind.TURN, (b"x" * 200,)),
        b"\x11\x01\x00\xff\xff\xff\xff",
        encode(FrameKind.TURN) + b"x",
        b"\x11\xff\x00" + b"\xff" * 1020,
        b"\x11\xff\xff",
        encode(FrameKind.TURN, (b"",) * 5),
    ],
)
def test_bytes_that_are_no_frame_are_refused(data: bytes) -> None:
    """Unknown kinds, lengths beyond the limit, parts that no frame has and anything after a frame are breaches."""
    with pytest.raises(FrameError):
        list(decode(data, FrameDecoder(100)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"calls":[{"id":"1","operation":"x","site":null,"payload":1}]}',
        b'{"lines":[["shout","x",0]]}',
        b'{"lines":[["log","x",1e300]]}',
        b'{"unknown":1}',
        b'{"end":{"value":"\xff"}}',
    ],
)
def test_a_turn_no_prelude_writes_is_refused(text: bytes) -> None:
    """Only the exact shape of a turn is taken from a worker."""
    with pytest.raises(TurnError) as caught:
        read_turn(Frame(FrameKind.TURN, (b"", text)))
    assert not caught.value.too_deep


def test_deep_json_is_refused_without_recursion() -> None:
    """Nesting that would exhaust the reader's stack is recognised as such."""
    with pytest.raises(TurnError) as caught:
        read_turn(Frame(FrameKind.TURN, (b"", b'{"end":{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}}")))
    assert caught.value.too_deep
