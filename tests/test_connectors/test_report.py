"""Run reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors import MethodError, RunReport
from connectors.report import ConsoleLine, ErrorLocation, Request, RunError, RunUsage

REPORT = RunReport(
    ok=False,
    error=RunError(
        type="custom_code",
        key=None,
        message="it broke",
        data={"a": 1},
        stack="Error: it broke\n    at list (data/contacts/list.js:3:14)",
        location=ErrorLocation(file="data/contacts/list.js", line=3, column=14),
    ),
    logs=(ConsoleLine(level="warn", message="careful", time=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)),),
    requests=(
        Request(
            method="GET",
            url="https://a.example/x",
            status=None,
            attempt=2,
            duration_ms=1.5,
            request_bytes=0,
            response_bytes=7,
            error="timeout",
        ),
    ),
    warnings=("look",),
    usage=RunUsage(wall_ms=1.25, queue_ms=0.25, cpu_ms=0.5, peak_memory_bytes=1000, requests=1),
    credentials={"token": "s3cret"},
)


def test_json_is_as_documented() -> None:
    """Programs depend on each of these names."""
    expected = {
        "ok": False,
        "value": None,
        "error": {
            "type": "custom_code",
            "key": None,
            "message": "it broke",
            "data": {"a": 1},
            "stack": "Error: it broke\n    at list (data/contacts/list.js:3:14)",
            "location": {"file": "data/contacts/list.js", "line": 3, "column": 14},
        },
        "suspended": None,
        "logs": [{"level": "warn", "message": "careful", "time": "2026-01-02T03:04:05.678000Z"}],
        "requests": [
            {
                "method": "GET",
                "url": "https://a.example/x",
                "status": None,
                "attempt": 2,
                "durationMs": 1.5,
                "requestBytes": 0,
                "responseBytes": 7,
            }
        ],
        "warnings": ["look"],
        "usage": {"wallMs": 1.25, "queueMs": 0.25, "cpuMs": 0.5, "peakMemoryBytes": 1000, "requests": 1},
    }

    assert expected == json.loads(REPORT.to_json())


def test_refreshed_credentials_are_for_the_caller_only() -> None:
    """They are neither in the JSON nor in what a log line would show."""
    assert {"token": "s3cret"} == REPORT.credentials
    assert "s3cret" not in REPORT.to_json()
    assert "s3cret" not in repr(REPORT)


def test_json_is_one_line_that_no_terminal_obeys() -> None:
    """Control characters, direction marks and lone surrogates are escaped, other text is left as it is."""
    value = "é\x1b[31m\x9b\u202e\u2028\ud800\n"

    text = RunReport(ok=True, value=value).to_json()

    assert text.isprintable()
    assert "é" in text
    assert value == json.loads(text)["value"]


def test_unwrap_gives_the_value() -> None:
    """A caller who does not care for the rest writes one word."""
    assert {"records": []} == RunReport(ok=True, value={"records": []}).unwrap()


def test_unwrap_raises_the_error() -> None:
    """The parts of the error are attributes of the exception."""
    with pytest.raises(MethodError, match="custom_code: it broke") as caught:
        REPORT.unwrap()

    error = caught.value
    assert ("custom_code", None, "it broke", {"a": 1}) == (error.type, error.key, error.message, error.data)
    assert REPORT.error is not None
    assert (REPORT.error.stack, REPORT.error.location) == (error.stack, error.location)
