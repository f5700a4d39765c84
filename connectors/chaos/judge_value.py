"""What a value that a method gave all the same says of how it handled a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .judge_pages import judge_duplicate, judge_empty
from .telling import tells
from .verdict import handled, not_handled
from .volatile import same

if TYPE_CHECKING:
    from .trial import Trial
    from .verdict import Verdict

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def judge_value(trial: Trial) -> Verdict:
    """Return what the value says of how the method handled what went wrong."""
    value = trial.report.value
    if same(trial.happy.value, value):
        return _judge_same(trial)
    if trial.kind.judging == "empty":
        return judge_empty(trial)
    if trial.kind.judging == "duplicate":
        return judge_duplicate(trial)
    if tells(value, trial.happy.value):
        return handled("told", "It gave a value that tells of the failure.")
    if trial.kind.judging == "garbage":
        return not_handled(
            "wrong_value", "It took the page for data: it gave another value, which tells of no failure."
        )
    if trial.victim in trial.used:
        return not_handled("wrong_value", "It tried again with success, and yet gave another value.")
    return not_handled("swallowed", "It gave another value, which tells of no failure: the error was swallowed.")


def _judge_same(trial: Trial) -> Verdict:
    """Return what it says that the value is the same as without a failure."""
    if trial.victim in trial.used:
        return handled("recovered", "It tried again and gave the same value.")
    if trial.kind.judging in {"failure", "passing"} and trial.exchange.request.verb not in _SAFE:
        return not_handled("swallowed", "The request never succeeded, and yet it gave the value of success.")
    return handled("not_needed", "It gave the same value without.")
