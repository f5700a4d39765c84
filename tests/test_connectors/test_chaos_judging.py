"""What values say of how a method handled a failure, where that takes a close look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bridge import FaultyScript, ScriptedExchange, ScriptedRequest, ScriptedResponse
from bridge.request_lines import SentRequest
from connectors.chaos.failure_kinds import FAILURE_KINDS
from connectors.chaos.judge import judge
from connectors.chaos.trial import HappyPath, Trial
from connectors.chaos.volatile import same, steady
from connectors.document import Document
from connectors.fixtures.fixture import Fixture
from connectors.fixtures.fixture_file import FixtureFile
from connectors.report import RunError, RunReport

if TYPE_CHECKING:
    from collections.abc import Sequence

API = "https://api.example.com/contacts"
ADA, GRACE = {"id": "con_1", "name": "Ada"}, {"id": "con_2", "name": "Grace"}
FILE = FixtureFile(
    path=Path("run.happy.fixture.yml"),
    target=Path(),
    root=Path(),
    name="run.happy",
    method="run",
    fixture=Fixture(),
    text="",
    document=Document(file="run.happy.fixture.yml", data={}),
)


def exchange(url: str, answer: Any, **headers: str) -> ScriptedExchange:
    body = json.dumps(answer).encode()
    response = ScriptedResponse(status=200, headers=tuple(headers.items()), body=body)
    return ScriptedExchange(request=ScriptedRequest(verb="GET", url=url), response=response)


def sent(url: str) -> SentRequest:
    return SentRequest(verb="GET", url=httpx.URL(url), headers=(), body=b"")


def judged(
    kind: str,
    exchanges: Sequence[ScriptedExchange],
    *,
    asked: Sequence[str],
    happy: Any,
    value: Any = None,
    error: RunError | None = None,
    renews: bool = False,
) -> str:
    """Return the verdict on a run in which the first exchange with that URL failed.

    Args:
        kind: What went wrong.
        exchanges: The recording; the first that can fail so does.
        asked: The URLs that the method asked for.
        happy: What it gives without a failure.
        value: What it gave.
        error: Why it gave none.
        renews: Whether the connector can renew credentials.
    """
    failure_kind = next(one for one in FAILURE_KINDS if one.name == kind)
    made = (failure_kind.make(exchanges, victim, FILE.fixture.now) for victim in range(len(exchanges)))
    failure = next(one for one in made if one is not None)
    script = FaultyScript(exchanges=exchanges, failure=failure)
    for url in asked:
        script.take(sent(url))
    path = HappyPath(file=FILE, exchanges=tuple(exchanges), value=happy, spares=(), renews=renews)
    report = RunReport(ok=error is None, value=value, error=error)
    trial = Trial(happy=path, kind=failure_kind, victim=failure.victim, script=script, report=report)
    return judge(trial).how


LINK = '<https://api.example.com/contacts?page=2>; rel="next"'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (exchange(API, {"data": [ADA], "paging": {"next": "abc"}}), f"{API}?cursor=abc"),
        (exchange(API, {"data": [ADA], "next_url": f"{API}?page=2"}), f"{API}?page=2"),
        (exchange(API, [ADA], link=LINK), f"{API}?page=2"),
        (exchange(API, {"data": [ADA], "has_more": True}), f"{API}?page=2"),
    ],
)
def test_an_empty_page_can_name_the_next_one_in_several_ways(first: ScriptedExchange, second: str) -> None:
    """A cursor, a URL, a header, or a word that there is more; who goes on is right."""
    exchanges = [first, exchange(second, {"data": [GRACE]})]
    assert "missing_records" == judged("empty_page", exchanges, asked=[API], happy=["con_1", "con_2"], value=[])
    assert "valid" == judged("empty_page", exchanges, asked=[API, second], happy=["con_1", "con_2"], value=["con_2"])


def test_an_empty_page_that_names_nothing_may_be_the_last() -> None:
    """Whoever numbers pages cannot know better."""
    exchanges = [exchange(API, {"data": [ADA], "page": 1}), exchange(f"{API}?page=2", {"data": [GRACE]})]
    assert "valid" == judged("empty_page", exchanges, asked=[API], happy=["con_1", "con_2"], value=[])


def test_records_of_pages_that_were_read_must_be_there() -> None:
    """Also where they are parts of longer text."""
    exchanges = [exchange(API, {"data": [ADA]}), exchange(f"{API}?page=2", {"data": [GRACE]})]
    asked, happy = [API, f"{API}?page=2"], {"names": "Ada, Grace"}
    assert "missing_records" == judged("empty_page", exchanges, asked=asked, happy=happy, value={"names": ""})
    assert "valid" == judged("empty_page", exchanges, asked=asked, happy=happy, value={"names": "Grace"})


@pytest.mark.parametrize(
    ("value", "how"),
    [
        ({"records": [], "first": "undefined undefined"}, "wrong_value"),
        ({"records": [], "first": "[object Object]"}, "wrong_value"),
        ({"records": {}, "first": "Ada"}, "wrong_value"),
        ({"records": [], "first": 0}, "wrong_value"),
        ({"records": []}, "unclear"),
        (None, "valid"),
        ({"records": [], "first": "nobody"}, "valid"),
    ],
)
def test_a_value_without_records_keeps_its_shape(value: Any, how: str) -> None:
    """What is missing may be missing rightly; what JavaScript writes for what is not there may not be there."""
    exchanges = [exchange(API, {"data": [ADA]})]
    happy = {"records": [ADA], "first": "Ada"}
    assert how == judged("empty_page", exchanges, asked=[API], happy=happy, value=value)


def test_going_on_with_what_was_not_there_is_told_from_going_on_elsewhere() -> None:
    """The first is a slip, the second may be right."""
    exchanges = [exchange(API, {"data": [ADA]})]
    slip, other = f"{API}/undefined", "https://api.example.com/people"
    assert "crashed" == judged("empty_page", exchanges, asked=[API, slip], happy=1, value=None)
    assert "unrecorded" == judged("server_error", exchanges, asked=[API, other], happy=1, value=None)
    assert "not_renewed" == judged("unauthorized", exchanges, asked=[API, other], happy=1, value=None, renews=True)


@pytest.mark.parametrize(
    ("error", "how"),
    [
        (RunError(type="connection", key="rate_limit_exceeded", message="..."), "threw"),
        (RunError(type="connection", key="busy", message="..."), "key_lost"),
        (RunError(type="custom_code", message="...", data={"name": "Error"}), "wrong_error"),
        (RunError(type="bad_request", key="not_found", message="..."), "wrong_error"),
        (RunError(type="custom_code", message="...", data={"name": "TypeError"}), "crashed"),
        (RunError(type="custom_code", key="result", message="..."), "crashed"),
        (RunError(type="request", key="url", message="..."), "crashed"),
        (RunError(type="limit", key="wall_time", message="..."), "endless"),
        (RunError(type="internal", key="worker_lost", message="..."), "unclear"),
    ],
)
def test_an_error_tells_who_is_at_fault(error: RunError, how: str) -> None:
    """After a 429 it must say so."""
    assert how == judged("rate_limit_bare", [exchange(API, {})], asked=[API], happy=1, error=error)


@pytest.mark.parametrize(
    ("value", "how"),
    [
        ({"ok": False, "names": []}, "told"),
        ({"names": [], "errors": [{"id": 1}]}, "told"),
        ({"names": ["GET https://api.example.com was answered with 500"]}, "told"),
        ({"names": [], "status": 500}, "told"),
        ({"names": []}, "swallowed"),
        ({"names": [], "errors": []}, "swallowed"),
        ({"names": ["Ada"]}, "not_needed"),
    ],
)
def test_a_value_can_tell_of_a_failure(value: Any, how: str) -> None:
    """By a key, by words of the error, or by its status."""
    exchanges = [exchange(API, {"data": [ADA]})]
    assert how == judged("server_error", exchanges, asked=[API], happy={"names": ["Ada"]}, value=value)


def test_what_is_another_in_each_run_is_not_compared() -> None:
    """Times and ids, wherever they are; all else is, numbers not as booleans."""
    expected = steady(
        {"at": "09:00", "list": [{"id": "x", "n": 1}], "more": [1]},
        {"at": "10:00", "list": [{"id": "y", "n": 1}], "more": []},
    )
    assert same(expected, {"at": "11:00", "list": [{"id": "z", "n": 1}], "more": [1, 2, 3]})
    assert not same(expected, {"at": "11:00", "list": [{"id": "z", "n": 2}], "more": []})
    assert not same(expected, {"at": "11:00", "list": [], "more": []})
    assert not same({"n": 1}, {"n": True})
