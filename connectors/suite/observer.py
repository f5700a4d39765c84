"""SuiteObserver: who is told how a suite goes on."""

from __future__ import annotations

from typing import Protocol


class SuiteObserver(Protocol):
    """Is told how a suite goes on."""

    def begin(self, total: int) -> None:
        """So many are going to be run."""

    def done(self, name: str, *, ok: bool) -> None:
        """One of them was run."""


class SilentObserver:
    """Shows nothing."""

    def begin(self, total: int) -> None:
        """Do nothing."""

    def done(self, name: str, *, ok: bool) -> None:
        """Do nothing."""
