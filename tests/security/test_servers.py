"""Servers that keep to no rule. More of them: `tests/test_bridge/test_faults.py`, `test_responses.py`, `test_lookups.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.calls import fails, refused

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = {"limits": {"request_seconds": 0.5}}
MEMORY = "limit/memory | limit/crashed | limit/cpu_time"
CASES: dict[str, tuple[Any, ...]] = {
    "a broken length": fails("huge-length", "connection", "protocol"),
    "a short body": fails("short", "connection", "protocol"),
    "a broken chunk": fails("bad-chunk", "connection", "protocol"),
    "two lengths": fails("two-lengths", "connection", "protocol"),
    "status 000": fails("status-000", "connection", "protocol"),
    "status 999": fails("status-999", "connection", "protocol"),
    "another protocol": fails("not-http", "connection", "protocol"),
    "nothing": fails("silence", "connection", "protocol"),
    "a reset": fails("reset", "connection", "protocol"),
    "ten thousand headers": fails("many-headers", "connection", "protocol"),
    "no answer": fails("never", "connection", "timeout", **SHORT),
    "a body in drips": fails("drip", "connection", "timeout", **SHORT),
    "early hints without end": fails("interim", "connection", "timeout", **SHORT),
    "a body without end": (
        "limit/response_size",
        "await apiClient.get('endless')",
        {"sent": 1, "limits": {"response_bytes": 2**20}},
    ),
    "a bomb in gzip": ("limit/response_size", "await apiClient.get('bomb')", {"sent": 1}),
    "a bomb in a bomb": (
        "ok | limit/response_size",
        "try { await apiClient.get('bombs') } catch (e) { return e.key }",
        {"value": "decode", "sent": 1},
    ),
    "a damaged body": fails("damaged", "connection", "decode"),
    "an unknown encoding": fails("unknown-encoding", "connection", "decode"),
    "a codec of Python for a charset": (
        "ok | custom_code/None",
        "return typeof (await apiClient.get('codec'))",
        {"value": "string"},
    ),
    "a charset that hides text": ("ok", "return typeof (await apiClient.get('utf-7'))", {"value": "string"}),
    "an answer that is no JSON": ("ok", "return await apiClient.get('html')", {"value": "<html>"}),
    "an empty answer": ("ok", "return await apiClient.get('empty')", {"value": ""}),
    "bytes after an answer": (
        "ok",
        "return [await apiClient.get('pipelined'), (await apiClient.get('x')).path, await apiClient.get('pipelined')]",
        {"value": ["mine", "/x", "mine"]},
    ),
    "a wait of three thousand years": fails("rate-limited", "connection", "rate_limit_exceeded", mode="async"),
    "a wait without end": fails("rate-limited-1e309", "connection", "rate_limit_exceeded", mode="async", sent=None),
    "a message of control characters": ("connection/None", "await apiClient.get('400')", {"sent": 1}),
    "a long message": ("connection/None", "await apiClient.get('500')", {"sent": 1}),
    "a header without end": fails("endless-header", "connection", "protocol"),
    "a status line without end": fails("endless-status", "connection", "protocol"),
    "headers in drips": fails("slow-header", "connection", "timeout", **SHORT),
    "trailers without end": (
        "ok | limit/response_size",
        "try { await apiClient.get('trailers') } catch (e) { return e.type }",
        {"value": "connection", "sent": 1, **SHORT},
    ),
    "a chunk of extensions": ("ok", "return await apiClient.get('chunk-extension')", {"value": {}}),
    "extensions without end": (
        "ok | limit/response_size",
        "try { await apiClient.get('endless-extension') } catch (e) { return e.type }",
        {"value": "connection", "sent": 1, **SHORT},
    ),
    "a chunk of everything": fails("huge-chunk", "connection", "protocol"),
    "a truncated chunk": fails("short-chunk", "connection", "protocol"),
    "a negative length": fails("negative-length", "connection", "protocol"),
    "a length and chunks": fails("length-and-chunks", "connection", "protocol"),
    "a status of letters": fails("status-abc", "connection", "protocol"),
    "a status of two digits": fails("status-99", "connection", "protocol"),
    "a switch of protocols": fails("status-101", "connection", "protocol"),
    "a header without a colon": fails("no-colon", "connection", "protocol"),
    "a header with a NUL": fails("nul-header", "connection", "protocol"),
    "a folded header": (
        "ok",
        "try { await apiClient.get('folded') } catch (e) { return e.type === 'connection' } return true",
        {"value": True},
    ),
    "a content type of a megabyte": fails("long-type", "connection", "protocol"),
    "a thousand cookies": (
        "ok",
        "try { await apiClient.get('cookies') } catch (e) { if (e.type !== 'connection') throw e }"
        " return (await apiClient.get('x')).headers.filter((line) => line.startsWith('cookie'))",
        {"value": []},
    ),
    "a body where there is none": (
        "ok",
        "const r = await apiClient.get('204'); return [r, (await apiClient.get('x')).path]",
        {"value": ["", "/x"]},
    ),
    "nothing new": fails("304", "connection", None),
    "a bomb in brotli": ("limit/response_size", "await apiClient.get('brotli-bomb')", {"sent": 1}),
    "a bomb in deflate": ("limit/response_size", "await apiClient.get('deflate-bomb')", {"sent": 1}),
    "a bomb in a stream": (
        f"limit/wall_time | ok | {MEMORY}",
        "let n = 0; for await (const piece of await apiClient.get('bomb', {}, { responseType: 'stream' })) n += piece.length; return n",
        {"value": 64 * 2**20, "burns": True},
    ),
    "three layers": fails("three-layers", "connection", "decode"),
    "zstandard": fails("zstd", "connection", "decode"),
    "a truncated body in gzip": (
        "ok",
        "try { await apiClient.get('short-gzip') } catch (e) { return e.type }",
        {"value": "connection", "sent": 1},
    ),
    "a body and more in gzip": (
        "ok",
        "try { await apiClient.get('long-gzip') } catch (e) { return e.type === 'connection' } return true",
        {"value": True, "sent": 1},
    ),
    "numbers by the million": (
        f"ok | custom_code/None | connection/decode | {MEMORY}",
        "return (await apiClient.get('million')).length",
        {"value": 4_000_000},
    ),
    "keys by the hundred thousand": (
        f"ok | {MEMORY}",
        "return Object.keys(await apiClient.get('keys')).length",
        {"value": 200_000},
    ),
    "text that is no UTF-8": ("ok", "return await apiClient.get('no-utf-8')", {"value": "a\ufffdb"}),
    "numbers beyond numbers": ("ok", "return await apiClient.get('numbers')", {"value": [None, 0, 1e21, 1]}),
    "an answer that breaks off, thrice": (
        "ok",
        "const out = []; for (let i = 0; i < 3; i++) try { out.push(typeof (await apiClient.get('hang-up'))) } catch (e) { out.push(e.type) } return new Set(out).size",
        {"value": 1},
    ),
    "a wait before all time": fails("rate-limited-minus", "connection", "rate_limit_exceeded"),
    "a wait that is no number": fails("rate-limited-nan", "connection", "rate_limit_exceeded"),
    "no more requests for ever": fails("rate-limited-0", "connection", "rate_limit_exceeded", mode="async", sent=3),
    "no service for ever": refused("apiClient.get('503')", "connection", None, sent=3, client={"retries": 5}),
    "no service until the year 9999": refused(
        "apiClient.get('rate-limited-year-9999')", "connection", None, sent=1, client={"retries": 5}
    ),
    "another protocol behind TLS": (
        "ok",
        "try { await apiClient.get(credentials.own.replace('http:', 'https:') + 'x') } catch (e) { return e.type }",
        {"value": "connection", "sent": 0, **SHORT},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """Whatever a server answers becomes a value or an error of its own, and nobody else notices."""
    assert [] == await arena.check(case)
