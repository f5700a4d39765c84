"""How a method handled a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from .judge_error import judge_error
from .judge_pages import SLIPS
from .judge_value import judge_value
from .verdict import not_handled, unknown

if TYPE_CHECKING:
    from .trial import Trial
    from .verdict import Verdict


def judge(trial: Trial) -> Verdict:
    """Return how the method handled what went wrong; the rules are in the documentation of the command."""
    unmatched = next(iter(trial.script.unmatched), None)
    if unmatched is not None and trial.kind.key == "access_token_expired" and trial.happy.renews:
        return unknown("not_renewed", f"To renew credentials {unmatched.name} was asked, which no fixture answers.")
    if unmatched is not None and SLIPS.search(unquote(str(unmatched.url))):
        return not_handled("crashed", f"It went on with what it had not got: {unmatched.verb} {unmatched.url}")
    if unmatched is not None:
        return unknown("unrecorded", f"It went on with {unmatched.name}, which the fixture does not have.")
    if not trial.failed:
        return unknown("unclear", "It did not make the request this time.")
    if trial.error is not None:
        return judge_error(trial, trial.error)
    return judge_value(trial)
