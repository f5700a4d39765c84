"""What the application and the zygote say to each other.

First, from the application: u32 length (little endian), then that many bytes of JSON, `{"extensions": [[name, source],
...], "rehearsals": [base64, ...], "practice": base64}`, the latter of frames that a worker would be sent. After that
each byte from the application asks for one worker, and the zygote sends `Notice` records. For each such byte it says
FORKED, COPIED or FAILED. The first two carry two descriptors: the application's end of the worker's channel and, where
the system has them, a process descriptor.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

LENGTH: Final = struct.Struct("<I")
AT_ONCE: Final = ord("F")
"""Asks for a worker that is ready as soon as possible."""
PRACTISED: Final = ord("P")
"""Asks for one that may take longer, to answer sooner when it is given a run."""


class NoticeKind(IntEnum):
    """What the zygote says."""

    LOADED = 1
    FORKED = 2
    EXITED = 3
    FAILED = 4
    COPIED = 5
    """Forked with the zygote's own isolate: for one run."""


@dataclass(frozen=True)
class Notice:
    """One record from the zygote: about which process, and for one that ended how, and what it had used.

    Attributes:
        kind: What the zygote says.
        process: About which process.
        status: Its exit code, or the negated signal.
        cpu_seconds: CPU time it used in its life.
        peak_memory_bytes: Its highest resident memory.
    """

    FORMAT: ClassVar = struct.Struct("<BiidQ")

    kind: NoticeKind
    process: int = 0
    status: int = 0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0

    def encode(self) -> bytes:
        """Return the record's bytes."""
        return self.FORMAT.pack(self.kind, self.process, self.status, self.cpu_seconds, self.peak_memory_bytes)

    @classmethod
    def decode(cls, data: bytes) -> Notice:
        """Return the record in `data`, which is as long as `FORMAT` says."""
        kind, process, status, cpu_seconds, peak_memory_bytes = cls.FORMAT.unpack(data)
        return cls(NoticeKind(kind), process, status, cpu_seconds, peak_memory_bytes)
