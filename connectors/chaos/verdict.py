"""Verdict: whether a method handled a failure, and how that shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["handled", "not_handled", "unknown"]

How: TypeAlias = Literal[
    "recovered",
    "threw",
    "not_needed",
    "told",
    "valid",
    "crashed",
    "wrong_error",
    "key_lost",
    "endless",
    "swallowed",
    "wrong_value",
    "missing_records",
    "repeated_records",
    "unrecorded",
    "not_renewed",
    "unclear",
]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of one failure.

    Attributes:
        outcome: Whether it was handled.
        how: How that shows; the words are in the documentation of the command.
        message: The same for a person: a sentence.
    """

    outcome: Outcome
    how: How
    message: str


def handled(how: How, message: str) -> Verdict:
    """Return that it was handled."""
    return Verdict(outcome="handled", how=how, message=message)


def not_handled(how: How, message: str) -> Verdict:
    """Return that it was not."""
    return Verdict(outcome="not_handled", how=how, message=message)


def unknown(how: How, message: str) -> Verdict:
    """Return that it cannot be told."""
    return Verdict(outcome="unknown", how=how, message=message)
