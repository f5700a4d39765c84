"""Timelines: what rows, axes and bodies show."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx
import pytest

from connectors import (
    Capture,
    Connector,
    MethodHost,
    Redactor,
    RunEnvironment,
    RunJournal,
    RunReport,
)
from connectors.views import Trace, har_of, timeline_page
from connectors.views.axis import Axis
from connectors.views.page_body import Body
from connectors.views.shown_row import shown_rows
from connectors.views.timeline import Timeline
from runtime import (
    Clock,
    Delivery,
    Journal,
    Origin,
    Resumption,
    Suspension,
    TimerEntry,
    Turn,
    VirtualClock,
    VirtualTimeLoop,
)


@pytest.mark.parametrize(
    ("body", "content_type", "shown", "note"),
    [
        (
            b'{"a":[],"n":1e999,"a":0.10}',
            "application/json",
            '{\n  "a": [],\n  "n": 1e999,\n  "a": 0.10\n}',
            "application/json, 27 B",
        ),
        (b'{"a":"\\u00e9\\u202e"}', "", '{\n  "a": "é\\u202e"\n}', "20 B"),
        (b"[not json]", "text/plain", "[not json]", "text/plain, 10 B"),
        ("é".encode("latin-1"), "text/plain; charset=latin-1", "é", "text/plain, 1 B"),
        (b"\xff\xfe\0", "image/x", None, "image/x, 3 B"),
        ("aé".encode()[:2], "text/plain", None, "text/plain, 2 B"),
        (b"x" * 30_000, "text/plain", "x" * 20_000 + "…", "text/plain, 30 kB, the first 20,000 characters"),
    ],
)
def test_bodies_are_shown_as_they_were(body: bytes, content_type: str, shown: str | None, note: str) -> None:
    """JSON is laid out, and no digit of it is lost; what is no text is told by its length alone."""
    view = Body.of(body, content_type)
    text = None if view.text is None else unescape(re.sub("<[^>]*>", "", view.text))
    assert (shown, note) == (text, view.note)


def test_a_body_that_ends_within_a_character_is_text() -> None:
    """Only its beginning was kept."""
    assert "aé" == Body.of("aéé".encode()[:-1], "text/plain", truncated=True).text


TEN_MINUTES = 600_000.0


@pytest.mark.parametrize(
    ("work", "marks", "shortened"),
    [
        ([(0, 100), (100 + TEN_MINUTES, 200 + TEN_MINUTES)], [], [TEN_MINUTES]),
        ([(0, 50), (2050, 2100), (4100, 4150)], [2100], [2000, 2000]),
        ([(0, 100), (100, 30_100), (30_100, 30_200)], [], [30_000]),
        ([(0, 1000), (1100, 2000)], [], []),
        ([(0, 1000), (1000, 4000), (4000, 6000)], [], []),
        ([], [10, 5000], []),
        ([], [], []),
    ],
)
def test_long_waits_leave_room_for_the_rest(
    work: list[tuple[float, float]], marks: list[float], shortened: list[float]
) -> None:
    """What is much longer than all else is drawn shorter than it was; everything else is to scale, and in order."""
    total = max([end for _, end in work], default=6000.0)
    axis = Axis.of(total, work, marks)
    assert shortened == [span.duration for span in axis.breaks]
    assert sum(span.width for span in axis.breaks) < 50
    times = sorted({0.0, total, *marks, *(time for stretch in work for time in stretch)})
    places = [axis.at(time) for time in times]
    assert sorted(places) == places
    assert (0, 100) == (places[0], round(places[-1], 6))
    assert 1 <= len(axis.ticks) < 15


def test_timers_and_suspensions_have_rows() -> None:
    """An interval is one row, what was cleared says so, and what a run was put off for is told with its end."""
    timeout, first, second = (
        TimerEntry(number=number, kind=kind, site="list.js:3:5", delay_ms=delay)
        for number, kind, delay in ((1, "setTimeout", 5000), (2, "setInterval", 100), (3, "setInterval", 100))
    )
    entries = [
        Turn(at_ms=1000, timers=(timeout, first)),
        Delivery(at_ms=1100, timer=2),
        Turn(at_ms=1100, timers=(second,)),
        Delivery(at_ms=1200, timer=3),
        Turn(at_ms=1200, dropped=(1,)),
        Suspension(at_ms=1300, resume_at_ms=601_300),
        Resumption(at_ms=602_000),
        Suspension(at_ms=602_100, resume_at_ms=700_000),
    ]
    journal = RunJournal(
        lambda: pytest.fail("nobody asks"),
        Journal(Origin(seed=bytes(32), now_ms=1000), most_bytes=10_000, entries=entries),
    )
    connector = Connector.from_source("list", "export default () => 1")
    report = RunReport(ok=True, journal=journal)
    trace = Trace.of(report, Capture(), redactor=Redactor(), connector=connector, method=None)
    assert [
        ("setTimeout 5000 ms at list.js:3:5", "cleared", "200 ms"),
        ("setInterval 100 ms at list.js:3:5", "fired, 2 times", "200 ms"),
        ("suspended until 1970-01-01 00:10:01 UTC", "resumed", "10 m 01 s"),
        ("suspended until 1970-01-01 00:11:40 UTC", "not resumed", "0 ms"),
    ] == shown(trace)


def test_a_run_that_was_put_off_is_shown_from_its_beginning() -> None:
    """What went before is told from the journal, without headers and bodies; what came after, from what was captured."""
    connector = Connector.from_source("get", "export default ({ apiClient }) => apiClient.get('https://a.example/x')")
    busy = [httpx.Response(429, headers={"Retry-After": "600"})]

    async def go_on() -> tuple[Trace, Trace]:
        def answer(_: httpx.Request) -> httpx.Response:
            return busy.pop() if busy else httpx.Response(200, json={"ok": True})

        def environment(clock: Clock) -> RunEnvironment:
            return RunEnvironment(clock=clock, transport=httpx.MockTransport(answer), capture=Capture())

        def trace(report: RunReport, world: RunEnvironment) -> Trace:
            assert world.capture is not None
            return Trace.of(report, world.capture, redactor=Redactor(), connector=connector, method=None)

        async with MethodHost(workers=1, spares=0, suspend_after_seconds=60) as host:
            first = environment(Clock())
            report = await host.run(connector, mode="async", environment=first)
            assert report.suspended is not None
            second = environment(VirtualClock(report.suspended.resume_at.timestamp() * 1000))
            resumed = await host.resume(report.journal.to_text(), connector, environment=second)
            return trace(report, first), trace(resumed, second)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        before, after = runner.run(go_on())
    assert [("/x", "429"), ("suspended until", "not resumed")] == answers(before)
    assert "suspended" == before.outcome
    assert answers(before) == answers(
        Trace.of(before.report, Capture(), redactor=Redactor(), connector=connector, method=None)
    )
    assert [("/x", "429"), ("suspended until", "resumed"), ("/x", "200")] == answers(after)
    assert [200] == [entry["response"]["status"] for entry in har_of(after)["log"]["entries"]]  # type: ignore[index,call-overload]
    page = timeline_page(after)
    assert "The journal tells of it; headers and bodies were not captured." in page
    assert "Asked for at <code>get.js:1:" in page


def answers(trace: Trace) -> list[tuple[str, str]]:
    """Return what the rows of a run are about, without times, and how each ended."""
    return [(text.partition(" 20")[0], answer) for text, answer, _ in shown(trace)]


def shown(trace: Trace) -> list[tuple[str, str, str]]:
    """Return what the rows of a run say."""
    return [(row.text, row.answer, row.took) for row in shown_rows(Timeline.of(trace))]
