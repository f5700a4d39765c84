"""Unpacking of `content-encoding`, bit by bit, so that a small body cannot become a large one unseen."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Protocol

import brotli

from .errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFERED_ENCODINGS: Final = "gzip, deflate, br"
"""What can be unpacked, as the header `accept-encoding` says it."""

PIECE_BYTES: Final = 256 * 1024
"""The longest piece that comes out at once."""

_WINDOW_BYTES: Final = 16 * 1024
"""The longest piece that goes in at once: zlib copies what follows a member, and a member may have 20 bytes only."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
_ZLIB_METHOD: Final = 8


class Unpacker(Protocol):
    """Takes a body as it comes and gives it unpacked."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` adds, in pieces of at most `PIECE_BYTES` where it was packed."""
        ...

    def end(self) -> None:
        """Check that nothing is missing."""
        ...


def unpacker_for(encoding: str) -> Unpacker:
    """Return the unpacker for a header `content-encoding`.

    Raises:
        ConnectionFailedError: `decode`: more than one encoding, or one that was not asked for.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return _Plain()
    if name in {"gzip", "x-gzip", "deflate"}:
        return _Packed(gzip=name != "deflate")
    if name == "br":
        return _Brotli()
    raise ConnectionFailedError("The response is packed in a way that was not asked for.", key="decode")


def unpacked(body: bytes, encoding: str, *, most_bytes: int) -> bytes:
    """Return a whole body unpacked.

    Args:
        body: As it came.
        encoding: Its header `content-encoding`.
        most_bytes: How long it may become.

    Raises:
        ConnectionFailedError: `decode`: it is damaged, longer than that, or packed in a way that is not known here.
    """
    unpacker = unpacker_for(encoding)
    whole = bytearray()
    for piece in unpacker.feed(body):
        whole += piece
        if len(whole) > most_bytes:
            raise ConnectionFailedError(f"The body is longer than {most_bytes} bytes unpacked.", key="decode")
    unpacker.end()
    return bytes(whole)


class _Plain:
    """A body that is not packed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def end(self) -> None:
        """Miss nothing: the length was HTTP's business."""


class _Packed:
    """A body in gzip, of one member or more, or in deflate, with zlib's header or without."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: zlib._Decompress | None = None
        self._ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _WINDOW_BYTES):
            yield from self._feed(data[start : start + _WINDOW_BYTES])

    def end(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise _damaged()

    def _feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._ended:
            self._stream = self._stream or zlib.decompressobj(self._window_bits(data))
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zlib.error:
                raise _damaged() from None
            if piece:
                yield piece
            data = self._rest()

    def _rest(self) -> bytes:
        """Return what is still to be unpacked; after the last member, whatever follows is ignored as browsers do."""
        stream = self._stream
        if stream is None or not stream.eof:
            return stream.unconsumed_tail if stream else b""
        rest = stream.unused_data
        if self._gzip and rest.startswith(_GZIP_MAGIC):
            self._stream = None
            return rest
        self._ended = not self._gzip or not _GZIP_MAGIC.startswith(rest)
        return b""

    def _window_bits(self, data: bytes) -> int:
        """Return what tells zlib the format; servers that say deflate mean either of two."""
        if self._gzip:
            return _GZIP_BITS
        return zlib.MAX_WBITS if data[0] & 0x0F == _ZLIB_METHOD else -zlib.MAX_WBITS


class _Brotli:
    """A body in brotli (RFC 7932), whose decoder holds at most a window of 16 MiB."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._begun = True
        while piece := self._process(data):
            yield piece
            if self._stream.is_finished():
                return
            data = b""

    def end(self) -> None:
        if self._begun and not self._stream.is_finished():
            raise _damaged()

    def _process(self, data: bytes) -> bytes:
        """Return the next piece of what `data` and what came before give; nothing where more data is needed."""
        try:
            piece: bytes = self._stream.process(data, output_buffer_limit=PIECE_BYTES // 2)  # it gives up to twice that
        except brotli.error:
            raise _damaged() from None
        return piece


def _damaged() -> ConnectionFailedError:
    return ConnectionFailedError("The response is packed, and damaged.", key="decode")
