"""Drift: how what a server answers has changed since it was recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How the answer to one request has changed in its shape.

    Attributes:
        request: Its verb and URL, with placeholders.
        line: Of the fixture's file, where the exchange begins.
        changes: What changed, a line each.
    """

    request: str
    line: int | None
    changes: tuple[str, ...]
