"""The frames that a run sends to its worker: its start, and deliveries of answers and timers."""

from __future__ import annotations

import hashlib
import json
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary

from .frames import KERNEL_LIMITS
from .libraries import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .host import HostReply
    from .limits import SandboxLimits
    from .linker import LinkedScript
    from .run_request import RunRequest
    from .values import JSON

_json_text: Final = json.JSONEncoder().encode
_RANDOM_SEED: Final = struct.Struct("<4I")
_LIMITS: Final = {
    "call_bytes": "callBytes",
    "concurrent_calls": "concurrentCalls",
    "error_message_bytes": "errorMessageBytes",
    "error_stack_bytes": "errorStackBytes",
    "log_line_bytes": "logLineBytes",
    "log_lines": "logLines",
    "result_bytes": "resultBytes",
    "result_depth": "resultDepth",
    "timers": "timers",
}
"""What the isolate holds itself to, as its JavaScript names it."""


class OutgoingFrames:
    """Makes the frames that one isolate is sent, and remembers which libraries it has got.

    Args:
        request: What is run.
    """

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._libraries: set[str] = set()

    def start(self) -> list[bytes]:
        """Return the parts of the START frame."""
        request = self._request
        limits, origin = _told_limits(request.limits), request.journal.origin
        script = _told_script(request.script)
        self._libraries.update(script.libraries)
        settings = _json_text(dict(request.settings))
        seeds = f'"seed": "{origin.seed.hex()}", "random": {_seed_of_math(origin.seed)}'
        given = f'"settings": {settings}, "arguments": {request.arguments}, "now": {int(origin.now_ms)}'
        text = f"{{{limits.text}, {script.text}, {seeds}, {given}}}"
        return [limits.kernel, " ".join(script.libraries).encode(), text.encode(), *script.modules]

    def delivery(self, now_ms: float, replies: Sequence[tuple[int, HostReply]], timer: int | None) -> list[bytes]:
        """Return the parts of a DELIVER frame.

        Args:
            now_ms: What time it is.
            replies: Answers, by the numbers of their calls. Beside each stands "text", a number of bytes, or None.
            timer: One that fired; a single one, so that microtasks run between two timers.
        """
        header: list[list[JSON]] = []
        texts: list[bytes] = []
        data: list[bytes] = []
        libraries: set[str] = set()
        for call, reply in replies:
            beside: JSON = None
            if reply.utf8 is not None:
                beside = "text"
                texts.append(reply.utf8)
            elif reply.data is not None:
                beside = len(reply.data)
                data.append(reply.data)
            header.append([call, reply.ok, reply.value, beside])
            if reply.libraries:
                libraries.update(reply.libraries)
        if timer is not None:
            header.append([timer, True, None, None])
        if not header:
            return []
        text = _json_text({"now": int(now_ms), "replies": header})
        return [text.encode(), self._new(libraries) if libraries else b"", *texts, b"".join(data)]

    def _new(self, names: Collection[str]) -> bytes:
        """Return the names of libraries that the isolate has not got yet, as frames have them."""
        new = [name for name in in_order(names) if name not in self._libraries]
        self._libraries.update(new)
        return " ".join(new).encode()


class _ToldLimits(NamedTuple):
    """What a START frame has of limits: for the kernel, and as a member of the header."""

    kernel: bytes
    text: str


class _ToldScript(NamedTuple):
    """What a START frame has of a script: libraries it needs, members of the header, and its modules."""

    libraries: tuple[str, ...]
    text: str
    modules: tuple[bytes, ...]


_told_scripts: Final[WeakKeyDictionary[LinkedScript, _ToldScript]] = WeakKeyDictionary()


@lru_cache
def _told_limits(limits: SandboxLimits) -> _ToldLimits:
    """Return what is told of limits; most runs have the same."""
    kernel = KERNEL_LIMITS.pack(limits.memory_bytes, limits.heap_bytes, limits.cpu_time_seconds)
    text = _json_text({key: getattr(limits, name) for name, key in _LIMITS.items()})
    return _ToldLimits(kernel, f'"limits": {text}')


def _told_script(script: LinkedScript) -> _ToldScript:
    """Return what is told of a script; each has many runs."""
    told = _told_scripts.get(script)
    if told is None:
        told = _told_scripts[script] = _to_tell(script)
    return told


def _to_tell(script: LinkedScript) -> _ToldScript:
    modules = script.modules
    header = {
        "module": modules[0].name,
        "exports": script.exports,
        "links": {name: dict(links) for name, links in script.links.items()},
        "packages": script.packages,
        "missing": len(modules),
    }
    libraries = in_order({name for module in modules for name in module.libraries})
    return _ToldScript(tuple(libraries), _json_text(header)[1:-1], tuple([module.script for module in modules]))


def _seed_of_math(seed: bytes) -> list[int]:
    """Return the seed of Math.random, whose output tells its state: it must not be the one of `crypto`."""
    return [*_RANDOM_SEED.unpack(hashlib.sha256(b"Math.random" + seed).digest()[: _RANDOM_SEED.size])]
