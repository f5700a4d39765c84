"""KeptStreams: streams that outlive their runs, but not their host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from bridge import ByteStream

_HOST_CLOSED: Final = "The host was closed before the stream was read to its end."


class KeptStreams:
    """The streams that runs of a host gave as their values. The application reads or closes them, or drops them."""

    def __init__(self) -> None:
        self._streams: WeakSet[ByteStream] = WeakSet()

    def keep(self, stream: ByteStream) -> None:
        """Close this one with the host."""
        self._streams.add(stream)

    async def aclose(self) -> None:
        """Close what is still open; whoever reads it is told why."""
        for stream in list(self._streams):
            await stream.end(_HOST_CLOSED)
