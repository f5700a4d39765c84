"""Termination: signals that end the command, so that it can still say so."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Self

from .exit_status import ExitStatus

if TYPE_CHECKING:
    from types import FrameType


class Termination:
    """Makes SIGTERM end the command as an interrupt from the keyboard does, which asyncio turns into an orderly end."""

    def __init__(self) -> None:
        self._terminated = False

    def __enter__(self) -> Self:
        """Listen."""
        signal.signal(signal.SIGTERM, self._interrupt)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Listen no more: what is being written now is written to its end."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    @property
    def status(self) -> ExitStatus:
        """The exit status after an interrupt."""
        return ExitStatus.TERMINATED if self._terminated else ExitStatus.INTERRUPTED

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Pass the signal on as an interrupt."""
        self._terminated = True
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs in the background
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)
