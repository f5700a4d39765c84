"""Show what methodhost does, on a real API in a process of its own.

Starts the API of `examples/crm_api`, then runs `methodhost` as anyone would, on the connector of `examples/crm`: every
command line is printed before its output, relative to the root of the repository. Exits with 1 when a command did not
end as it should.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).resolve().parent.parent
METHODHOST = Path(sys.executable).parent / "methodhost"
SHOWN_FOLDER = "$DEMO"
STEP_SECONDS = 60.0
START_SECONDS = 20.0
STOP_SECONDS = 5.0
WINDOW_SECONDS = 3

# Makes a temporary folder, and removes it when its stdin closes: also when the demo was killed.
FOLDER_KEEPER = """
import sys, tempfile
with tempfile.TemporaryDirectory(prefix="methodhost-demo-") as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


class DemoError(Exception):
    """The demo cannot go on."""


@dataclass(frozen=True)
class Step:
    """One command line and how it should end.

    Attributes:
        title: What it shows.
        arguments: What follows `methodhost` and the command.
        status: The exit status it should have.
        says: Text that its output should contain.
        command: Which command of `methodhost`.
    """

    title: str
    arguments: tuple[str, ...]
    status: int = 0
    says: str = ""
    command: str = "run"


def steps(folder: Path, address: str) -> list[Step]:
    """Return what the demo runs.

    Args:
        folder: Where the connection files are.
        address: Host and port of the API. Private addresses are out of reach of a method unless they are allowed.
    """
    contact = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@granitepeak.example",
        "company_id": "cmp_007",
    }
    stranger = {"name": "Grace Hopper", "email": "grace@nowhere.example"}
    pipelines = {"pipelines": ["new_business", "renewal", "partner"]}
    live = ("--connection", str(folder / "live.yml"), "--allow", address)
    expired = ("--connection", str(folder / "expired.yml"), "--allow", address)
    crm = "examples/crm"
    return [
        Step(
            "One file, one method, no API",
            ("examples/hello.js", *_json("--input", {"name": "Ada"})),
            says="Hello, Ada!",
        ),
        Step(
            "List contacts with a filter",
            (crm, "data/contacts/list", *_json("--args", {"filter": {"company_id": "cmp_003"}}), *live),
            says="con_003",
        ),
        Step(
            "Create a contact",
            (crm, "data/contacts/create", *_json("--args", {"fields": contact}), *live),
            says="con_061",
        ),
        Step("Page through all contacts, then 12 calls in parallel", (crm, "operations/enrich-contacts/run", *live)),
        Step("An expired token is refreshed, and the call repeated", (crm, "auth/test", *expired), says="true"),
        Step(
            "A bug in a method: the line that threw",
            (crm, "operations/import-contact/run", *_json("--input", stranger), *live),
            status=1,
            says="Cannot read properties of undefined",
        ),
        Step(
            "The API says 429: a synchronous run fails at once",
            (crm, "operations/pipeline-report/run", *_json("--input", pipelines), *live),
            status=1,
            says="rate_limit_exceeded",
        ),
        Step(
            "The API says 429: an asynchronous run waits and goes on",
            (crm, "operations/pipeline-report/run", *_json("--input", pipelines), *live, "--mode", "async"),
        ),
        Step(
            "Mistakes in a method, found without running it",
            (str(folder / "mistaken.js"),),
            status=1,
            says="externalApiClient",
            command="check",
        ),
        Step(
            "All methods against their fixtures: no network, and eleven minutes of waiting take no time",
            ("examples",),
            says="36 passed",
            command="test",
        ),
        Step("while (true) {} is stopped", (str(folder / "endless.js"), "--limit", "wall_time=1"), status=3),
    ]


def _json(option: str, value: object) -> tuple[str, str]:
    return option, json.dumps(value)


def write_files(folder: Path, base_uri: str) -> None:
    """Write the connection files, an endless method, and one with mistakes."""
    for name, token in (("live", "crm_at_live"), ("expired", "crm_at_expired")):
        connection = {
            "id": f"demo-{name}",
            "credentials": {
                "instance_uri": base_uri,
                "access_token": token,
                "refresh_token": "crm_rt_live",
                "client_id": "crm_client_demo",
            },
            "parameters": {},
        }
        text = yaml.safe_dump(connection, sort_keys=False)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    (folder / "mistaken.js").write_text(
        "export default async function mistaken({ externalApiClent }) {\n  return externalApiClent.get('me')\n}\n",
        encoding="utf-8",
    )
    (folder / "endless.js").write_text("export default function endless() { while (true) {} }\n", encoding="utf-8")


@contextlib.asynccontextmanager
async def helper(*command: str) -> AsyncIterator[str]:
    """Run a process that prints one line when it is ready and ends when its stdin closes; give that line.

    It has a session of its own, so an interrupt from the terminal does not end it before the commands that need it.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield await _ready_line(process)
    finally:
        _close_stdin(process)
        await _end(process)


async def _ready_line(process: asyncio.subprocess.Process) -> str:
    line = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            line = await _stdout(process).readline()
    if not line:
        message = "a process that the demo needs did not start"
        raise DemoError(message)
    return line.decode().strip()


def _stdout(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        message = "stdout is not a pipe"
        raise DemoError(message)
    return process.stdout


def _close_stdin(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for a process; end it when it takes too long."""
    for stop in (process.terminate, process.kill):
        if await _ended(process):
            return
        with contextlib.suppress(ProcessLookupError):
            stop()
    await process.wait()


async def _ended(process: asyncio.subprocess.Process) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    return process.returncode is not None


class Stage:
    """Where the commands run and what is shown of them."""

    def __init__(self, folder: Path) -> None:
        """Set the stage.

        Args:
            folder: The temporary folder; printed as `$DEMO`.
        """
        self._folder = folder

    async def run(self, number: int, step: Step) -> list[str]:
        """Run one step and return what was wrong with it."""
        command = ("methodhost", step.command, *step.arguments)
        print(f"\n\n# {number}. {step.title}\n$ {self._shown_command(command)}", flush=True)
        started = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            METHODHOST,
            *command[1:],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output = await self._show_output(process)
        finally:
            await _stop(process)
        print(f"(exit status {process.returncode}, {time.monotonic() - started:.1f} s)", flush=True)
        return _problems(step, process.returncode, output)

    async def _show_output(self, process: asyncio.subprocess.Process) -> str:
        lines = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STEP_SECONDS):
                async for raw in _stdout(process):
                    lines.append(self._shown(raw.decode(errors="replace")))
                    print(lines[-1], end="", flush=True)
                await process.wait()
        return "".join(lines)

    def _shown_command(self, command: tuple[str, ...]) -> str:
        shown = [self._shown(argument) for argument in command]
        return " ".join(text if text.startswith(SHOWN_FOLDER) else shlex.quote(text) for text in shown)

    def _shown(self, text: str) -> str:
        """Return text without the paths of this machine."""
        for path in (os.path.relpath(self._folder, ROOT), str(self._folder)):
            text = text.replace(path, SHOWN_FOLDER)
        return text.replace(f"{ROOT}{os.sep}", "")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await _end(process)


def _problems(step: Step, status: int | None, output: str) -> list[str]:
    problems = []
    if status != step.status:
        problems.append(f"{step.title}: exit status {status} instead of {step.status}")
    if step.says not in output:
        problems.append(f"{step.title}: the output does not say {step.says!r}")
    return problems


async def demo() -> int:
    """Run every step and return the exit status."""
    if not METHODHOST.exists():
        message = "the methodhost command is not installed beside this Python; run: make setup"
        raise DemoError(message)
    api_command = ("examples/crm_api/server.py", "--exit-with-stdin", "--window-seconds", str(WINDOW_SECONDS))
    async with helper("-c", FOLDER_KEEPER) as folder_line, helper(*api_command) as base_uri:
        folder = Path(folder_line)
        write_files(folder, base_uri)
        print(f"The API is at {base_uri}; {SHOWN_FOLDER} is a temporary folder with connection files.")
        stage = Stage(folder)
        plan = steps(folder, base_uri.removeprefix("http://"))
        problems = [problem for number, step in enumerate(plan, 1) for problem in await stage.run(number, step)]
    print("\n")
    for problem in problems:
        print(f"NOT AS EXPECTED: {problem}")
    print(f"{len(plan)} commands, {len(problems)} surprises.")
    return 1 if problems else 0


async def interruptible_demo() -> int:
    """Run the demo so that a signal ends it in good order."""
    task = asyncio.create_task(demo())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        print("\ninterrupted", file=sys.stderr)
        return 130


def main() -> int:
    """Run the demo and return its exit status."""
    try:
        return asyncio.run(interruptible_demo())
    except DemoError as error:
        print(f"The demo cannot run: {error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
