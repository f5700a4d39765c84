"""What the application and the zygote say to each other.

First, from the application: u32 length (little endian), then that many bytes of JSON, `{"extensions": [[name, source],
...], "rehearsals": [hex, ...], "practice": hex}`, the latter of frames that a worker would be sent. After that each
byte from the application asks for one worker, and carries a descriptor, the worker's end of its channel; and the zygote
sends `Notice` records. For each such byte it says FORKED, COPIED or FAILED. The first two carry a process descriptor,
where the system has them.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import Final, NamedTuple

LENGTH: Final = struct.Struct("<I")
DESCRIPTOR: Final = struct.Struct("@i")
"""A descriptor that is carried."""
AT_ONCE: Final = b"F"
"""Asks for a worker that is ready as soon as possible."""
PRACTISED: Final = b"P"
"""Asks for one that may take longer, to answer sooner when it is given a run."""


class NoticeKind(IntEnum):
    """What the zygote says."""

    LOADED = 1
    FORKED = 2
    EXITED = 3
    FAILED = 4
    COPIED = 5
    """Forked with the zygote's own isolate: for one run."""


_FORMAT: Final = struct.Struct("<BiidQ")
NOTICE_BYTES: Final = _FORMAT.size


class Notice(NamedTuple):
    """One record from the zygote: about which process, and for one that ended how, and what it had used.

    Attributes:
        kind: What the zygote says: a `NoticeKind`.
        process: About which process.
        status: Its exit code, or the negated signal.
        cpu_seconds: CPU time it used in its life.
        peak_memory_bytes: Its highest resident memory.
    """

    kind: int
    process: int = 0
    status: int = 0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0

    def encode(self) -> bytes:
        """Return the record's bytes."""
        return _FORMAT.pack(*self)

    @classmethod
    def decode(cls, data: bytes) -> Notice:
        """Return the record in `data`, which has `NOTICE_BYTES`."""
        return cls(*_FORMAT.unpack(data))
