"""What a method writes with console."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_lines_keep_order_level_and_time(bench: Bench) -> None:
    """Every console method gives a line with its level, in order, with the time of writing."""
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    await bench.value(
        "module.exports = async ({ echo }) => { console.log('a'); console.warn('b'); await echo(1); console.error('c');"
        " console.info('d'); console.debug('e'); console.trace('f') }"
    )
    assert [
        ("log", "a"),
        ("warn", "b"),
        ("error", "c"),
        ("info", "d"),
        ("debug", "e"),
        ("log", "f"),
    ] == [(line.level, line.message) for line in bench.lines]
    times = [line.time for line in bench.lines]
    assert sorted(times) == times
    assert before <= times[0] <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("'RECORDS', [{ id: 1 }], null, undefined, true", "RECORDS [ { id: 1 } ] null undefined true"),
        ("'%s is %d years and %i%%', 'Ada', 36.5, 2.9, 'end'", "Ada is 36.5 years and 2% end"),
        ("'100%', 1", "100% 1"),
        ("{ a: { b: new Map([['k', [1]]]) } }", "{ a: { b: Map (1) {'k' => [ 1 ]} } }"),
        ("10n, Symbol('s'), () => 1", "10n Symbol(s) [Function (anonymous)]"),
        ("{ get a() { throw 1 } }", "<unprintable>"),
        ("'\\u001b[31mred\\nline'", "\x1b[31mred\nline"),
        ("", ""),
        ("'50%% off'", "50%% off"),
        ("'x'.repeat(2 ** 28)", "<text of 268435456 characters>"),
    ],
)
async def test_values_are_shown_like_a_console_does(bench: Bench, arguments: str, text: str) -> None:
    """Any value has a readable form, and none can make console throw."""
    await bench.value(f"module.exports = () => {{ console.log({arguments}) }}")
    assert [text] == [line.message for line in bench.lines]


async def test_groups_indent_what_is_in_them(bench: Bench) -> None:
    """Lines of a group, all of each, stand two spaces further in; a group that is not open cannot be closed."""
    await bench.value(
        "module.exports = () => { console.groupEnd(); console.group('g'); console.log('a\\nb'); console.groupCollapsed();"
        " console.log('c'); console.groupEnd(); console.log('d'); console.groupEnd(); console.log('e') }"
    )
    assert ["g", "  a\n  b", "    c", "  d", "e"] == [line.message for line in bench.lines]


async def test_counters_and_timers_have_labels(bench: Bench) -> None:
    """Counters count by label; a timer tells how long it has run; what is not there is warned of."""
    await bench.value(
        "module.exports = () => { console.count(); console.count('x'); console.count('x'); console.countReset('x');"
        " console.count('x'); console.time('t'); console.time('t'); console.timeLog('t', 1, 'two'); console.timeEnd('t');"
        " console.timeEnd('t'); console.countReset('y') }"
    )
    assert [
        ("log", "default: 1"),
        ("log", "x: 1"),
        ("log", "x: 2"),
        ("log", "x: 1"),
        ("warn", "console.time: there is a timer 't' already"),
        ("log", "t: N ms 1 two"),
        ("log", "t: N ms"),
        ("warn", "console.timeEnd: there is no timer 't'"),
        ("warn", "console.countReset: there is no counter 'y'"),
    ] == [(line.level, re.sub(r"\d+ ms", "N ms", line.message)) for line in bench.lines]


async def test_an_error_is_shown_with_the_methods_own_frames(bench: Bench) -> None:
    """A logged error shows its stack in the terms of the source."""
    await bench.value("module.exports = () => { console.log(new TypeError('x')) }")
    assert "TypeError: x\n    at module.exports (data/contacts/list.js:1:38)" == bench.lines[0].message


async def test_too_many_and_too_long_lines_are_cut(bench: Bench) -> None:
    """Lines beyond the limits are dropped with one marker in their place."""
    await bench.value(
        "module.exports = () => { for (let i = 0; i < 1e4; i++) console.log('x'.repeat(99)) }",
        log_lines=3,
        log_line_bytes=60,
    )
    assert [
        *["x" * 60 + "…"] * 3,
        "console: more than 3 lines; the rest is dropped",
    ] == [line.message for line in bench.lines]


@pytest.mark.parametrize("limits", [{"wall_time_seconds": 0.3}, {"cpu_time_seconds": 0.2}], ids=["wall", "cpu"])
async def test_lines_before_an_endless_loop_are_not_lost(bench: Bench, limits: dict[str, float]) -> None:
    """What a method wrote before it was stopped is in the report, also from the turn that never ended."""
    code = "module.exports = async ({ echo }) => { console.log('before'); await echo(1); console.warn('last', '😀'); while (true) {} }"
    outcome = await bench.run(code, **limits)
    assert outcome.failure is not None
    assert f"{next(iter(limits)).removesuffix('_seconds')}" == outcome.failure.key
    assert [("log", "before"), ("warn", "last 😀")] == [(line.level, line.message) for line in bench.lines]
