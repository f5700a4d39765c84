"""What is wrong with how a run ended."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from connectors import MethodError

if TYPE_CHECKING:
    from connectors import RunReport

    from .case import Case

ROOT = str(Path(__file__).parents[3])


def wrong_ends(case: Case, report: RunReport) -> list[str]:
    """Return what is not as expected in how a run ended."""
    found = []
    end = f"{report.error.type}/{report.error.key}" if report.error else "ok"
    if end not in case.ends:
        found.append(f"it ended with {end}: {report.error and report.error.message[:300]} {str(report.value)[:300]}")
    elif end == "ok" and (report.value != case.value or type(report.value) is not type(case.value)):
        found.append(f"it gave {str(report.value)[:500]}")
    message, stack = (report.error.message, report.error.stack or "") if report.error else ("", "")
    longest = case.tightened.error_message_bytes + 16
    if len(message.encode()) > longest or len(stack.encode()) > longest + case.tightened.error_stack_bytes:
        found.append(f"the error has a message of {len(message)} and a stack of {len(stack)} characters")
    text = report.to_json()
    if any(trace in text for trace in ("Traceback", ".py", "site-packages", ROOT)):
        found.append(f"the host shows of itself: {text[:1000]}")
    if len(text.splitlines()) != 1 or "\x1b" in text:
        found.append("the report is not one printable line")
    return found


def told_by(report: RunReport | None) -> str:
    """Return all that a report, and the error that can be made of it, tell."""
    if report is None:
        return ""
    try:
        report.unwrap()
    except MethodError as error:
        raised = "".join(traceback.format_exception(error)) + repr(vars(error))
    else:
        raised = ""
    return report.to_json() + repr(report) + raised
