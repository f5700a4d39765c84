"""The command `methodhost run`, as a shell sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    WriteFolder = Callable[[Mapping[str, str]], Path]

COMMAND = (str(Path(sys.executable).with_name("methodhost")),)


def methodhost(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command and return how it ended."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60, **options)


@pytest.fixture
def method(tmp_path: Path) -> Callable[[str], str]:
    """Write one method into a file of its own."""

    def write(code: str) -> str:
        path = tmp_path / "method.js"
        path.write_text(code)
        return str(path)

    return write


def test_a_person_reads_the_value_on_stdout_and_the_rest_on_stderr(method: Callable[[str], str]) -> None:
    """Standard output has the value alone; console lines and timing go to standard error."""
    result = methodhost(
        "run", method("export default ({ input }) => { console.warn('careful'); return input }"), "--input", '{"a": 1}'
    )
    assert 0 == result.returncode, result.stderr
    assert {"a": 1} == json.loads(result.stdout)
    assert "warn  careful" in result.stderr
    assert "ok in" in result.stderr


def test_an_error_shows_the_source_with_a_caret(method: Callable[[str], str]) -> None:
    """A throw is shown with its line, the lines around it, and a caret under the column."""
    result = methodhost("run", method("export default () => {\n  const x = {};\n  return x.a.b;\n}\n"))
    assert 1 == result.returncode
    assert "" == result.stdout
    assert "Cannot read properties of undefined (reading 'b')" in result.stderr
    assert "method.js:3:14" in result.stderr
    lines = result.stderr.splitlines()
    shown = next(index for index, line in enumerate(lines) if "return x.a.b;" in line)
    assert lines[shown + 1].index("^") == lines[shown].index("b;")


@pytest.mark.parametrize(
    ("code", "status", "type_", "key"),
    [
        ("export default () => 1", 0, None, None),
        ("export default () => { throw new Error('no') }", 1, "custom_code", None),
        ("export default (", 1, "custom_code", "syntax"),
        ("while (true) {}", 3, "limit", "wall_time"),
    ],
)
def test_the_exit_status_and_the_document_say_how_it_ended(
    method: Callable[[str], str], code: str, status: int, type_: str | None, key: str | None
) -> None:
    """0 for a value, 1 for a failed method, 3 for a limit; with --json there is one document of a fixed shape."""
    result = methodhost("run", method(code), "--limit", "wall_time=1", "--json")
    assert status == result.returncode, result.stderr
    document = json.loads(result.stdout)
    assert ["ok", "value", "error", "suspended", "logs", "requests", "warnings", "usage"] == list(document)
    assert (status == 0) == document["ok"]
    error = document["error"] or {"type": None, "key": None}
    assert (type_, key) == (error["type"], error["key"])
    if document["error"]:
        assert ["type", "key", "message", "data", "stack", "location"] == list(document["error"])
    assert ["wallMs", "queueMs", "cpuMs", "peakMemoryBytes", "requests"] == list(document["usage"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "no/such/folder"),
        ("run", "{method}", "no-such-method"),
        ("run", "{method}", "--args", "{nonsense"),
        ("run", "{method}", "--args", "[1]"),
        ("run", "{method}", "--input", "@no-such-file"),
        ("run", "{method}", "--limit", "walltime=1"),
        ("run", "{method}", "--limit", "memory=lots"),
        ("run", "{method}", "--allow", "not a host!"),
        ("run", "{method}", "--connection", "no-such-file.yml"),
        ("run", "{method}", "--mode", "later"),
        ("run", "{method}", "--no-such-option"),
        ("no-such-command",),
    ],
)
def test_a_wrong_command_is_told_in_both_forms(method: Callable[[str], str], arguments: tuple[str, ...]) -> None:
    """What is wrong with the command or a definition gives status 2, a message on standard error, or one document."""
    arguments = tuple(
        argument.format(method=method("export default () => 1")) if argument == "{method}" else argument
        for argument in arguments
    )
    plain = methodhost(*arguments)
    assert (2, "") == (plain.returncode, plain.stdout)
    assert plain.stderr.strip()
    assert "Traceback" not in plain.stderr
    machine = methodhost(*arguments, "--json")
    assert 2 == machine.returncode
    document = json.loads(machine.stdout)
    assert (False, "configuration") == (document["ok"], document["error"]["type"])
    assert document["error"]["message"]


@pytest.mark.parametrize("arguments", [("--args", '{"n": 5}'), ("--args", "@{file}"), ("--args", "-")])
def test_arguments_come_from_text_file_or_standard_input(
    method: Callable[[str], str], tmp_path: Path, arguments: tuple[str, str]
) -> None:
    """`--args` takes JSON, a file, or standard input."""
    file = tmp_path / "args.json"
    file.write_text('{"n": 5}')
    given = [argument.replace("{file}", str(file)) for argument in arguments]
    result = methodhost("run", method("export default ({ n }) => n"), *given, input='{"n": 5}')
    assert "5" == result.stdout.strip(), result.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_still_writes_its_document(
    method: Callable[[str], str], number: signal.Signals, status: int
) -> None:
    """An interruption ends the run at once, and the document says so."""
    code = "module.exports = async () => { console.log('started'); await new Promise((r) => setTimeout(r, 1e6)) }"
    process = subprocess.Popen(
        [*COMMAND, "run", method(code), "--json", "--limit", "wall_time=600"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        _wait_for_a_worker(process.pid)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert status == process.returncode, stderr
    assert ("internal", "interrupted") == tuple(json.loads(stdout)["error"][name] for name in ("type", "key"))
    assert b"Traceback" not in stderr


def test_control_characters_of_a_method_reach_no_terminal(method: Callable[[str], str]) -> None:
    """Escape sequences in console lines and messages are shown, not carried out."""
    result = methodhost(
        "run", method("export default () => { console.log('\\u001b[2Jgone'); throw new Error('\\u001b[31mred') }")
    )
    assert "\x1b" not in result.stdout + result.stderr
    assert "gone" in result.stderr


def test_credentials_are_in_no_output(write_folder: WriteFolder, tmp_path: Path, echo_uri: str) -> None:
    """Console lines, errors and request records of the command mask the connection's credentials."""
    folder = write_folder(
        {
            "auth/make-api-client.js": "export default ({ credentials }) => ({ baseUri: credentials.uri, query: { key: credentials.token } })",
            "operations/leak/run.js": "export default async ({ apiClient, credentials }) => {"
            " console.log(credentials); await apiClient.get('x'); throw new Error(`token ${credentials.token}`) }",
        }
    )
    connection = tmp_path / "connection.yml"
    connection.write_text(json.dumps({"id": "acme", "credentials": {"uri": echo_uri, "token": "canary-8315-secret"}}))
    address = echo_uri.removeprefix("http://")
    for extra in ([], ["--json"]):
        result = methodhost(
            "run", str(folder), "operations/leak", "--connection", str(connection), "--allow", address, *extra
        )
        assert 1 == result.returncode, result.stderr
        assert "canary" not in result.stdout + result.stderr
        assert "[redacted]" in result.stdout + result.stderr


def _wait_for_a_worker(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(_workers_and_zygote(pid)) < 2:
        time.sleep(0.02)
    time.sleep(0.3)


def _workers_and_zygote(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return [item for item in psutil.Process(pid).children(recursive=True) if item.name() != "methodhost-init"]
    return []


def test_what_is_made_of_sources_is_kept_in_a_folder_of_choice(method: Callable[[str], str], tmp_path: Path) -> None:
    """The cache is where the system keeps caches, or where an option or the environment says; or nowhere."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("METHODHOST_")}
    file = method("export default () => 1")
    choices = {
        "xdg/methodhost": ((), {"XDG_CACHE_HOME": str(tmp_path / "xdg")}),
        "chosen": (("--cache-dir", str(tmp_path / "chosen")), {}),
        "variable": ((), {"METHODHOST_CACHE_DIR": str(tmp_path / "variable")}),
    }
    for folder, (options, variables) in choices.items():
        result = methodhost("run", file, *options, env=plain | variables)
        assert "1" == result.stdout.strip(), result.stderr
        assert 1 == len(list((tmp_path / folder).glob("*.entry")))
    (tmp_path / "chosen").chmod(0o777)
    result = methodhost("run", file, "--cache-dir", str(tmp_path / "chosen"), "--json", env=plain)
    assert json.loads(result.stdout)["ok"]
    assert "is not used: other users may write to it" in result.stderr
    result = methodhost("run", file, "--no-cache", "--cache-dir", str(tmp_path / "never"), env=plain)
    assert ("1", False) == (result.stdout.strip(), (tmp_path / "never").exists())
