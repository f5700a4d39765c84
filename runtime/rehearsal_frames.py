"""What a zygote is sent to rehearse runs with: the frames that a worker would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .frames import FrameKind, pieces_of
from .journal import SEED_BYTES, Journal, Origin
from .limits import SandboxLimits
from .linker import LinkedScript
from .outgoing_frames import OutgoingFrames
from .run_request import RunRequest
from .script import Module
from .transform import wrap

if TYPE_CHECKING:
    from .host import Extension, HostCall, HostReply, Rehearsal

_FILE: Final = "rehearsal.js"


def rehearsal_frames(extension: Extension, rehearsal: Rehearsal) -> bytes:
    """Return the frames of an extension's rehearsal, or of its practice, one after the other."""
    limits = SandboxLimits()
    module = Module(name=_FILE, code=rehearsal.code, commonjs=True)
    frames = OutgoingFrames(
        RunRequest(
            script=LinkedScript(modules=(wrap(module, rehearsal.code, {}, ()),)),
            arguments="{}",
            limits=limits,
            settings={extension.name: rehearsal.settings},
            journal=Journal(Origin(seed=bytes(SEED_BYTES), now_ms=0.0), most_bytes=limits.journal_bytes),
            calls=_nobody,
            on_log=lambda _: None,
            on_start=lambda: None,
        )
    )
    sent = [*pieces_of(FrameKind.START, frames.start())]
    for number, reply in enumerate(rehearsal.replies, 1):
        sent += pieces_of(FrameKind.DELIVER, frames.delivery(0.0, [(number, reply)], None))
    return b"".join(sent)


async def _nobody(call: HostCall) -> HostReply:
    raise NotImplementedError
