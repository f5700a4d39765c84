"""Unpacking of `content-encoding`, bit by bit, so that a small body cannot become a large one unseen."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Protocol

from .errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES: Final = 256 * 1024
"""The longest piece that comes out at once."""

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
    raise ConnectionFailedError("The response is packed in a way that was not asked for.", key="decode")


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

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            self._stream = self._stream or zlib.decompressobj(self._window_bits(data))
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zlib.error:
                raise _damaged() from None
            if piece:
                yield piece
            data = self._rest()

    def end(self) -> None:
        if self._stream is not None and not self._stream.eof:
            raise _damaged()

    def _rest(self) -> bytes:
        """Return what is still to be unpacked; after the last member, whatever follows is ignored as browsers do."""
        stream = self._stream
        if stream is None or not stream.eof:
            return stream.unconsumed_tail if stream else b""
        if self._gzip and stream.unused_data.startswith(_GZIP_MAGIC):
            self._stream = None
            return stream.unused_data
        return b""

    def _window_bits(self, data: bytes) -> int:
        """Return what tells zlib the format; servers that say deflate mean either of two."""
        if self._gzip:
            return _GZIP_BITS
        return zlib.MAX_WBITS if data[0] & 0x0F == _ZLIB_METHOD else -zlib.MAX_WBITS


def _damaged() -> ConnectionFailedError:
    return ConnectionFailedError("The response is packed, and damaged.", key="decode")
