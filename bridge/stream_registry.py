"""StreamRegistry: the streams of a run, by the numbers under which the sandbox knows them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING, Final

from runtime import Failure, HostReply, RunEnded

from .errors import CallError, RequestRefusedError
from .incoming_stream import StreamState
from .reply import bytes_reply
from .request_name import request_name
from .response_body import refuse_too_long
from .upload import Upload

if TYPE_CHECKING:
    import asyncio

    from runtime import JSON, HostCall

    from .incoming_stream import IncomingStream
    from .limits import Limits

_READ: Final = "apiClient.stream.read"
_READ_ALL: Final = "apiClient.stream.read_all"
_CANCEL: Final = "apiClient.stream.cancel"
STREAM_OPERATIONS: Final = frozenset({_READ, _READ_ALL, _CANCEL})
"""What the sandbox may ask of a stream; it counts as no request."""

_MOST_WAITING: Final = 16
"""Reads of one stream that wait at a time; the sandbox's own JavaScript lets no more through."""

_MOST_IDLE: Final = 100
"""Calls that bring no bytes, for each stream; the sandbox's own JavaScript makes fewer."""

_DONE: Final = HostReply(ok=True, value={"done": True})


class Use(Enum):
    """What a stream is used for. Nothing but reading is done more than once."""

    NONE = "not used"
    READ = "read"
    SENT = "sent as the body of a request"
    GIVEN = "given as the result"
    CANCELLED = "cancelled"


@dataclass(kw_only=True)
class _Entry:
    """A stream, what it is used for, where the method asked for it, and how many reads wait."""

    stream: IncomingStream
    use: Use = Use.NONE
    site: str | None = None
    waiting: int = 0

    @property
    def is_over(self) -> bool:
        """Whether whoever reads it has had all of it, or does not want more."""
        return self.use is Use.CANCELLED or (self.use is Use.READ and self.stream.state is StreamState.ENDED)


class StreamRegistry:
    """The streams of one run. Each has one use; whoever uses it closes it, and this the others.

    Args:
        limits: `response_bytes` bounds a stream that is read as a whole.
        slot: Held while one is, so that no run has more whole bodies in memory than requests under way.
    """

    def __init__(self, limits: Limits, slot: asyncio.Semaphore) -> None:
        self._limits = limits
        self._slot = slot
        self._entries: dict[int, _Entry] = {}
        self._numbers = count(1)
        self._idle = 0

    def __len__(self) -> int:
        """How many streams there were."""
        return len(self._entries)

    def add(self, stream: IncomingStream) -> None:
        """Take in a stream."""
        self._entries[next(self._numbers)] = _Entry(stream=stream)

    def number_of(self, stream: IncomingStream | None, site: str | None) -> int | None:
        """Return the number of a stream for the sandbox, and note where in the method's source it comes from.

        None has none.
        """
        if stream is None:
            return None
        number, entry = next(item for item in self._entries.items() if item[1].stream is stream)
        entry.site = site
        return number

    async def answer(self, call: HostCall) -> HostReply:
        """Carry out one of `STREAM_OPERATIONS`.

        Raises:
            CallError: There is no such stream, it is used otherwise, or it broke.
            RunEnded: There are more calls than the sandbox's own JavaScript makes.
        """
        reply = None
        try:
            entry = self._find(call.payload, "id")
            reply = await self._carry_out(call, entry)
        finally:
            if reply is None or not (reply.data or reply.text):
                self._count_idle()
        return reply

    def upload(self, number: int) -> Upload:
        """Return a stream as the body of a request, to which it belongs from now on.

        Raises:
            RequestRefusedError: `invalid`: there is no such stream, or it is used already.
        """
        entry = self._find({"id": number}, "id")
        self._claim(entry, Use.SENT)
        return Upload(entry.stream)

    def take(self, resource: JSON) -> IncomingStream:
        """Return the stream that is the result of the run, to be closed by the caller.

        Args:
            resource: What the sandbox calls it.

        Raises:
            RequestRefusedError: `invalid`: there is no such stream, or it is used already.
        """
        entry = self._find(resource, "stream")
        self._claim(entry, Use.GIVEN)
        return entry.stream

    async def aclose(self) -> list[str]:
        """Close the streams of which nobody has taken care; return a warning for each that was meant to be read."""
        entries = [entry for entry in self._entries.values() if entry.use in {Use.NONE, Use.READ}]
        forgotten = [entry for entry in entries if entry.stream.state is StreamState.OPEN]
        for entry in forgotten:
            await entry.stream.aclose()
        return [_forgotten_warning(entry) for entry in forgotten if not entry.stream.request.any_status]

    def _find(self, reference: JSON, key: str) -> _Entry:
        """Return what a reference that hostile code wrote refers to."""
        number = reference.get(key) if isinstance(reference, dict) else None
        entry = self._entries.get(number) if isinstance(number, int) else None
        if entry is None:
            raise RequestRefusedError("There is no such stream in this run.", key="invalid")
        return entry

    def _claim(self, entry: _Entry, use: Use) -> None:
        """Use a stream for the one thing that it will be used for."""
        if entry.use is not Use.NONE and not (entry.use is use is Use.READ):
            name = request_name(entry.stream.request)
            message = f"The stream of {name} can be used once: it was {entry.use.value}."
            refused = RequestRefusedError(message, key="invalid")
            refused.concern(entry.stream.request)
            raise refused
        entry.use = use

    async def _carry_out(self, call: HostCall, entry: _Entry) -> HostReply:
        if call.operation == _CANCEL:
            return await self._cancel(entry)
        if call.operation == _READ_ALL:
            return await self._read_all(
                entry, as_text=isinstance(call.payload, dict) and call.payload.get("text") is True
            )
        return await self._read(entry)

    async def _read_all(self, entry: _Entry, *, as_text: bool) -> HostReply:
        """Give all that is left of a stream at once.

        Raises:
            RunEnded: It is longer than a response may be.
        """
        self._claim(entry, Use.READ)
        body = io.BytesIO()
        async with self._slot:
            while (piece := await entry.stream.read()) is not None:
                body.write(piece)
                refuse_too_long(entry.stream.received_bytes, self._limits)
        if as_text:
            return HostReply(ok=True, value=None, utf8=body.getvalue())
        return HostReply(ok=True, value=None, data=body.getvalue())

    async def _read(self, entry: _Entry) -> HostReply:
        if entry.is_over:
            return _DONE
        self._claim(entry, Use.READ)
        entry.waiting += 1
        if entry.waiting > _MOST_WAITING:
            raise _protocol_breach()
        try:
            piece = await entry.stream.read()
        except CallError:
            if not entry.is_over:
                raise
            return _DONE
        finally:
            entry.waiting -= 1
        return _DONE if piece is None else bytes_reply({"done": False}, piece)

    async def _cancel(self, entry: _Entry) -> HostReply:
        if entry.use not in {Use.READ, Use.CANCELLED}:
            self._claim(entry, Use.CANCELLED)
        entry.use = Use.CANCELLED
        await entry.stream.aclose()
        return _DONE

    def _count_idle(self) -> None:
        self._idle += 1
        if self._idle > _MOST_IDLE * (1 + len(self._entries)):
            raise _protocol_breach()


def _forgotten_warning(entry: _Entry) -> str:
    what = f"The stream of {request_name(entry.stream.request)}"
    place = f" ({entry.site})" if entry.site else ""
    return f"{what}{place} was neither read to its end nor cancelled; it was closed when the run ended."


def _protocol_breach() -> RunEnded:
    message = "The worker asked for streams as no method can"
    return RunEnded(Failure(type="limit", key="protocol", message=message, data={"limit": "protocol"}))
