"""Run the web-platform-tests that apply, each file as a method, and compare with what is written down.

    python tests/platform/run.py [--write]

`docs/web-platform-tests.md` has how many pass, by area, and which fail. Without `--write` a difference is an error.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite import AREAS, Suite

from connectors import Connector, Limits, MethodHost

if TYPE_CHECKING:
    from suite import PlatformTest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "web-platform-tests.md"
CACHE = ROOT / "build" / "platform-tests.tar.xz"
LIMITS = Limits(
    wall_time_seconds=180,
    cpu_time_seconds=150,
    queue_time_seconds=3600,
    result_bytes=20_000_000,
    memory_bytes=768 * 1024 * 1024,
    heap_bytes=256 * 1024 * 1024,
    timers=20_000,
)
HEAD = """\
# Web platform tests

What `make platform-tests` saw: the web-platform-tests that Debian's source of Node.js 20 carries and that need no browser, each file run as
a method. A file whose subtests could not be counted, because it ended before its end, counts as one that failed. Left out are the
comparisons with interface definitions, uploads to a server of their own, and minutes of PBKDF2. That source has none of the tests of `fetch`,
`Headers`, `Request` and `Response`; these are compared with Node.js itself in `tests/test_bridge`.

| area | files | passed | failed |
| --- | --- | --- | --- |
"""
SHOWN = 8
LONGEST = 120


@dataclass
class Result:
    """What became of one file: how many subtests passed, and the names of those that failed."""

    path: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    error: str | None = None


async def main() -> int:
    """Run all and return the exit status."""
    suite = Suite.fetch(CACHE)
    async with MethodHost(limits=LIMITS, workers=2) as host:
        areas = {area: await asyncio.gather(*(run(host, test) for test in suite.tests(area))) for area in AREAS}
    page = render(areas)
    if "--write" in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif page != PAGE.read_text(encoding="utf-8"):
        lines = unified_diff(PAGE.read_text(encoding="utf-8").splitlines(), page.splitlines(), lineterm="", n=0)
        sys.stderr.write("\n".join(lines))
        sys.stderr.write(f"\nThis differs from {PAGE.relative_to(ROOT)}; run again with --write if it is right.\n")
        return 1
    return 0


async def run(host: MethodHost, test: PlatformTest) -> Result:
    """Run one file."""
    report = await host.run(Connector.from_source("test", test.code), args={"data": test.data})
    if report.error is not None:
        return Result(test.path, error=f"{report.error.type}/{report.error.key}: {first_line(report.error.message)}")
    value: Any = report.value
    result = Result(test.path, error=value["error"])
    for name, failure in value["subtests"]:
        if failure is None:
            result.passed += 1
        else:
            result.failed.append(name)
    return result


def render(areas: dict[str, list[Result]]) -> str:
    """Return the page."""
    rows, lists = [], []
    for area, results in areas.items():
        passed = sum(result.passed for result in results)
        failed = sum(len(result.failed) + (result.error is not None) for result in results)
        rows.append(f"| {area} | {len(results)} | {passed} | {failed} |")
        lists += [line for result in results for line in failures(result)]
    return HEAD + "\n".join(rows) + "\n\n## What fails\n\n" + "\n".join(lists) + "\n"


def failures(result: Result) -> list[str]:
    """Return the lines about what failed in one file."""
    if result.error is None and not result.failed:
        return []
    names = Counter(first_line(name) for name in result.failed)
    shown = [
        f"    - {name}" + (f" ({count} times)" if count > 1 else "") for name, count in list(names.items())[:SHOWN]
    ]
    more = len(names) - len(shown)
    return [
        f"- `{result.path}`: {result.error or f'{len(result.failed)} of {len(result.failed) + result.passed}'}",
        *shown,
        *([f"    - and {more} more"] if more > 0 else []),
    ]


def first_line(text: str) -> str:
    """Return the first line of a message, as Markdown shows it."""
    line = text.split("\n")[0][:LONGEST]
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line).replace("`", "'").replace("<", "&lt;")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
