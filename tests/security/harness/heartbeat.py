"""Heartbeat: how long an event loop takes for something that is due, and what it does instead."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

BEAT_SECONDS = 0.01
SILENT_SECONDS = 0.1
LOOK_SECONDS = 0.02
FRAMES = 12


@dataclass(frozen=True)
class Silence:
    """A beat that came much too late.

    Attributes:
        since: When it was due.
        seconds: How late it was, the time not counted in which a thread of ours could have run and got no processor.
        busy_seconds: CPU time of the loop's thread in between: the rest it waited for something else than its events.
        where: What the thread was seen doing, the innermost frames last.
    """

    since: float
    seconds: float
    busy_seconds: float
    where: str

    def __str__(self) -> str:
        """Say so."""
        busy = f"busy for {self.busy_seconds * 1000:.0f} ms of it"
        return f"the event loop was silent for {self.seconds * 1000:.0f} ms, {busy}: {self.where}"


def _kept_waiting() -> dict[str, int]:
    """Return for how long, in nanoseconds, each of our threads could have run and something else had its processor."""
    times = {}
    for path in Path("/proc/self/task").glob("*/schedstat"):
        with suppress(OSError):
            times[path.parent.name] = int(path.read_text().split()[1])
    return times


class Heartbeat:
    """Beats in the event loop every 10 ms, watched by a thread that sees what is done while a beat is late.

    What other processes do to a small machine is not the loop's: a thread that could run and gets no processor is not
    silent, nor one that waits for the interpreter, which such a thread holds. How much slower the canary becomes says that.

    Attributes:
        silences: Beats that were later than 100 ms.
        longest: How late one was at most, in seconds.
    """

    def __init__(self) -> None:
        self.silences: list[Silence] = []
        self.longest = 0.0
        self._due = time.monotonic()
        self._where = ""
        self._loop_thread = threading.get_ident()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="heartbeat watcher")
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def __aenter__(self) -> Self:
        """Watch."""
        self._watcher.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        self._over.set()
        self._watcher.join()

    def since(self, time_: float) -> list[Silence]:
        """Return what there was since then."""
        return [silence for silence in self.silences if silence.since >= time_]

    def forget(self) -> None:
        """Begin anew."""
        self.silences.clear()
        self.longest = 0.0

    async def _beat(self) -> None:
        while True:
            busy, kept = time.thread_time(), _kept_waiting()
            self._due, self._where = time.monotonic() + BEAT_SECONDS, ""
            await asyncio.sleep(BEAT_SECONDS)
            late = time.monotonic() - self._due
            if late > SILENT_SECONDS / 2:
                waits = (after - kept.get(thread, after) for thread, after in _kept_waiting().items())
                late = max(0.0, late - max(waits, default=0) / 1e9)
            self.longest = max(self.longest, late)
            if late > SILENT_SECONDS:
                self.silences.append(
                    Silence(self._due, late, time.thread_time() - busy, self._where or "nothing was seen")
                )

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if time.monotonic() - self._due < SILENT_SECONDS / 2:
                continue
            frame = sys._current_frames().get(self._loop_thread)
            stack = traceback.extract_stack(frame)[-FRAMES:]
            self._where = " > ".join(
                f"{entry.filename.rpartition('/')[2]}:{entry.lineno} {entry.name}" for entry in stack
            )
