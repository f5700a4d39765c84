"""Limits by name."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from connectors import DefinitionError, Limits
from connectors.limits import LimitSettings, limit_names, parse_limits, tightest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors import Connector


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("wall_time=2", "wall_time_seconds", 2.0),
        ("cpu_time=0.5", "cpu_time_seconds", 0.5),
        ("memory=256MB", "memory_bytes", 256_000_000),
        ("memory=256 MiB", "memory_bytes", 256 * 1024 * 1024),
        ("heap=33554432", "heap_bytes", 33_554_432),
        ("result=12kB", "result_bytes", 12_000),
        ("result_size=12kB", "result_bytes", 12_000),
        ("request_size=1MB", "request_bytes", 1_000_000),
        ("requests=500", "requests", 500),
        ("result-depth=8", "result_depth", 8),
        ("wall_time_seconds=3", "wall_time_seconds", 3.0),
    ],
)
def test_a_setting_means_a_limit(setting: str, field: str, value: float) -> None:
    """Times are in seconds, sizes may have a suffix, and names of errors are accepted too."""
    assert value == getattr(parse_limits([setting]), field)


def test_what_is_not_set_keeps_its_default() -> None:
    """One setting changes one limit."""
    assert Limits(requests=7) == parse_limits(["requests=7"])


def test_each_limit_has_a_name() -> None:
    """No field of `Limits` is out of reach of the command line."""
    assert {field.name for field in fields(Limits)} == set(limit_names().values())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("wall_tme=2", "Did you mean wall_time"),
        ("colour=2", r"There is no limit 'colour'.*Limits: .*requests"),
        ("wall_time", "is not NAME=VALUE"),
        ("wall_time=fast", "a time in seconds"),
        ("wall_time=0", "above zero"),
        ("wall_time=-1", "above zero"),
        ("wall_time=nan", "above zero"),
        ("wall_time=inf", "above zero"),
        ("requests=1.5", "a whole number"),
        ("memory=2 parsecs", "a size in bytes"),
        ("memory=0", "above zero"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(setting: str, message: str) -> None:
    """An unknown name is answered with the known ones, a wrong value with its unit."""
    with pytest.raises(DefinitionError, match=message) as caught:
        parse_limits([setting])

    assert "--limit" == caught.value.key


def test_a_connector_sets_limits_in_its_spec(load_folder: Callable[[Mapping[str, str]], Connector]) -> None:
    """The section `limits` has the names of the command line, and tightens what the host allows."""
    spec = "name: x\nlimits:\n  wall_time: 2.5\n  memory: 64MB\n  requests: 5000\n"
    connector = load_folder({"spec.yml": spec, "data/contacts/list.js": "module.exports = () => 1"})

    assert {"wall_time_seconds": 2.5, "memory_bytes": 64_000_000, "requests": 5000} == connector.limits.values
    limits = tightest(Limits(wall_time_seconds=600), connector.limits, None)
    assert Limits(wall_time_seconds=2.5, memory_bytes=64_000_000) == limits
    assert 1 == tightest(Limits(), connector.limits, Limits(wall_time_seconds=1)).wall_time_seconds


def test_a_connector_that_sets_nothing_changes_nothing() -> None:
    """A host that loosens a limit keeps it, also where a connector tightens another one."""
    host = Limits(wall_time_seconds=600, requests=1000)

    assert host == tightest(host, LimitSettings(), None)
    assert Limits(wall_time_seconds=600, requests=7) == tightest(host, LimitSettings({"requests": 7}), None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("wall_tme: 2", r"spec\.yml:3: limits\.wall_tme: There is no limit 'wall_tme'\. Did you mean wall_time"),
        ("wall_time: soon", r"spec\.yml:3: limits\.wall_time: .*a time in seconds"),
        ("requests: true", r"spec\.yml:3: limits\.requests: .*a whole number"),
        ("memory: [1]", r"spec\.yml:3: limits\.memory: .*a size in bytes"),
    ],
)
def test_a_wrong_limit_in_a_spec_names_its_line(
    load_folder: Callable[[Mapping[str, str]], Connector], line: str, message: str
) -> None:
    """The author of a connector learns which key is wrong."""
    with pytest.raises(DefinitionError, match=message):
        load_folder({"spec.yml": f"name: x\nlimits:\n  {line}\n", "auth/test.js": "module.exports = () => 1"})


def test_a_run_can_only_tighten() -> None:
    """Of each limit the smaller one holds, whoever set it."""
    host, run = Limits(requests=10, wall_time_seconds=60), Limits(requests=500, wall_time_seconds=1)

    assert Limits(requests=10, wall_time_seconds=1) == tightest(host, LimitSettings(), run)
