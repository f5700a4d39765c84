"""What a value says of how a method handled a page that is empty, or comes again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from .failure_kinds import previous_page, same_list
from .pages import marks_of, page_of, records_of, scalars_beside, texts_of
from .verdict import handled, not_handled, unknown
from .volatile import VOLATILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge import ScriptedExchange
    from runtime import JSON

    from .trial import Trial
    from .verdict import Verdict

SLIPS: Final = re.compile(r"\b(undefined|NaN)\b|\[object Object\]")
"""What JavaScript writes into text for what is not there."""
_MORE: Final = re.compile(r"^has_?(more|next)(_?page)?$|^more$", re.IGNORECASE)
_SHORTEST_CURSOR: Final = 2


def judge_empty(trial: Trial) -> Verdict:
    """Return what a value says that was made with a page without records."""
    value, happy = trial.report.value, trial.happy.value
    slip = next((text for text in texts_of(value) if SLIPS.search(text) and text not in set(texts_of(happy))), None)
    if slip is not None:
        return not_handled("wrong_value", f"It made a value of what was not there: {slip[:80]!r}.")
    lost = next(iter(_left_out(trial)), None)
    if lost is not None:
        name = f"{lost.request.verb} {lost.request.url}"
        return not_handled("missing_records", f"It stopped there, although the answer names what comes next: {name}.")
    missing = _missing_marks(trial)
    if missing:
        return not_handled("missing_records", f"Records of other pages are missing too: {missing!r}.")
    problem = _unlike(happy, value, "value")
    if problem is not None:
        return problem
    return handled("valid", "It gave a value of the same shape, without the records.")


def judge_duplicate(trial: Trial) -> Verdict:
    """Return what a value says that was made with a page twice."""
    previous = previous_page(trial.happy.exchanges, trial.victim)
    records = records_of(page_of(previous.response)) if previous else []
    marks = {mark for record in records for mark in marks_of(record)}
    before, now = _text(trial.happy.value), _text(trial.report.value)
    twice = next((mark for mark in sorted(marks) if 0 < before.count(mark) < now.count(mark)), None)
    if twice is not None:
        return not_handled("repeated_records", f"It gave records twice: {twice!r}.")
    return handled("valid", "It gave no record twice; whether records are missing cannot be told.")


def _left_out(trial: Trial) -> Iterator[ScriptedExchange]:
    """Yield requests that were not made although the empty page names them: by a cursor, a URL, or by `has_more`."""
    exchanges, answer = trial.happy.exchanges, trial.exchange.response
    page = page_of(answer)
    own = set(_values(trial.exchange))
    names = {
        str(scalar)
        for _, scalar in scalars_beside(page)
        if not isinstance(scalar, bool) and len(str(scalar)) >= _SHORTEST_CURSOR
    } - own
    more = any(_MORE.search(key) and scalar is True for key, scalar in scalars_beside(page))
    links = " ".join(text for name, text in (answer.headers if answer else ()) if name.lower() == "link")
    for number, exchange in enumerate(exchanges[trial.victim + 1 :], trial.victim + 1):
        if number in trial.used:
            continue
        linked = f"<{exchange.request.url}>" in links
        if linked or names & set(_values(exchange)) or (more and same_list(exchange, trial.exchange)):
            yield exchange


def _missing_marks(trial: Trial) -> str | None:
    """Return text of a record on another page of the list, which was read, that is in the value no longer."""
    exchanges, victim = trial.happy.exchanges, trial.victim
    pages = {number: marks_of(page_of(exchange.response)) for number, exchange in enumerate(exchanges)}
    now, before = _text(trial.report.value), _text(trial.happy.value)
    for number in sorted(trial.used - {victim}):
        if same_list(exchanges[number], exchanges[victim]):
            others = "\n".join(mark for other, marks in pages.items() if other != number for mark in marks)
            missing = [mark for mark in pages[number] if mark in before and mark not in now and mark not in others]
            if missing:
                return min(missing)
    return None


def _text(value: JSON) -> str:
    """Return all text of a value, in which marks of records may be parts of longer text."""
    return "\n".join(texts_of(value))


def _unlike(happy: JSON, value: JSON, path: str) -> Verdict | None:
    """Return in what a value is of another shape than the one without a failure; None where it is in nothing."""
    if happy in (None, VOLATILE) or (value is None and path == "value"):
        return None
    if value is None:
        return unknown("unclear", f"There is no {path} then; whether that is right cannot be told.")
    if _kind(happy) != _kind(value):
        return not_handled("wrong_value", f"{path} is {_kind(value)} then, and {_kind(happy)} otherwise.")
    if isinstance(happy, dict) and isinstance(value, dict):
        unlike = (_unlike(item, value.get(key), f"{path}.{key}") for key, item in happy.items())
        return next((one for one in unlike if one is not None), None)
    return None


def _kind(value: JSON) -> str:
    if isinstance(value, bool):
        return "a boolean"
    kinds = {dict: "an object", list: "a list", str: "text", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing")


def _values(exchange: ScriptedExchange) -> Iterator[str]:
    """Yield what a request asks with: its URL, the values of its query, and what stands in its body."""
    yield exchange.request.url
    yield from (value for _, value in parse_qsl(urlsplit(exchange.request.url).query))
    body = exchange.request.body
    if body is not None and body.kind == "json" and body.lines:
        yield from (str(scalar) for _, scalar in scalars_beside(json.loads("\n".join(body.lines))))
