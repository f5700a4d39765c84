"""What an error of a method says of how it handled a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .verdict import handled, not_handled, unknown

if TYPE_CHECKING:
    from connectors.report import RunError

    from .trial import Trial
    from .verdict import Verdict

_CODE: Final = "custom_code"
_SLIPS: Final = frozenset({"TypeError", "ReferenceError", "RangeError", "SyntaxError", "EvalError", "URIError"})
"""What JavaScript itself throws; nobody who looks at an answer throws one of these."""
_FOUND_OUT: Final = frozenset({"garbage", "empty", "duplicate"})
"""Failures that only a method which looks at the answer finds out: any error that it throws for them is right."""


def judge_error(trial: Trial, error: RunError) -> Verdict:
    """Return what an error says of how the method handled what went wrong."""
    name = f"{error.type}/{error.key}" if error.key else error.type
    if error.type == "limit":
        return not_handled("endless", f"The run went on until a limit ended it, {name}.")
    if error.type == "internal":
        return unknown("unclear", f"The run was ended from outside: {error.message}")
    if _is_slip(error):
        return not_handled("crashed", f"The method's own code broke: {_name(error)}: {error.message}")
    if error.type == "connection":
        return _judge_connection(trial, error, name)
    if error.type in {"request", "egress", "configuration"}:
        return not_handled("crashed", f"The method went on with what it had not got: {name}: {error.message}")
    if trial.kind.judging in _FOUND_OUT:
        return handled("threw", f"It threw {name}.")
    return not_handled("wrong_error", f"The connection error became {name}: {error.message}")


def _judge_connection(trial: Trial, error: RunError, name: str) -> Verdict:
    """Return what a connection error says."""
    key = trial.key
    if key is not None and error.key != key:
        return not_handled("key_lost", f"It threw {name}, which no longer says {key}: {error.message}")
    if trial.kind.judging == "passing" and key == "access_token_expired" and trial.happy.renews:
        return _judge_renewal(trial)
    return handled("threw", f"It threw {name}.")


def _judge_renewal(trial: Trial) -> Verdict:
    """Return what it says that a method got a 401 although the connector can renew credentials."""
    asked = any(served.number is None for served in trial.script.served)
    why = "; ".join(trial.report.warnings) or "no warning says why"
    if asked or trial.report.warnings:
        return unknown("not_renewed", f"Credentials were not renewed, perhaps for lack of a recording: {why}.")
    return handled("threw", "It threw connection/access_token_expired; this connection has nothing to renew with.")


def _is_slip(error: RunError) -> bool:
    """Whether JavaScript itself threw an error, in the method's code."""
    return error.type == _CODE and (error.key is not None or _name(error) in _SLIPS)


def _name(error: RunError) -> str:
    """Return the name of an error's class; of failures without one, their key."""
    name = error.data.get("name") if isinstance(error.data, dict) else None
    return str(name or error.key or error.type)
