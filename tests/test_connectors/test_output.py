"""`methodhost run --output`, as a shell sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = (str(Path(sys.executable).with_name("methodhost")), "run")
FILE = bytes(range(256)) * 4000
STREAM = (
    "export default ({ apiClient, uri, path = '/file' }) => apiClient.get(uri + path, {}, { responseType: 'stream' })"
)


class _Files(BaseHTTPRequestHandler):
    """Gives a file at `/file`, half of one at `/half`, and half of one without an end at `/silent`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILE)))
        self.end_headers()
        self.wfile.write(FILE if self.path == "/file" else FILE[:1000])
        self.wfile.flush()
        if self.path == "/silent":
            self.connection.recv(1)
        self.close_connection = self.path != "/file"

    def log_message(self, *_parts: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def uri(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> str:
    """Start the server of files."""
    return f"http://127.0.0.1:{serve_in_thread(_Files)}"


class Shell:
    """Runs methods in a folder of their own."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder = folder
        self.uri = uri

    def arguments(self, code: str, *options: str, **args: str) -> list[str]:
        """Return the command that runs a method."""
        method = self.folder.parent / "method.js"
        method.write_text(code)
        given = json.dumps({"uri": self.uri, **args})
        return [*COMMAND, str(method), "--allow", "127.0.0.1", "--args", given, *options]

    def run(self, code: str, *options: str, **args: str) -> subprocess.CompletedProcess[bytes]:
        """Run a method in the folder and return how the command ended."""
        command = self.arguments(code, *options, **args)
        return subprocess.run(command, capture_output=True, check=False, timeout=60, cwd=self.folder)

    def files(self) -> list[str]:
        """Return what is in the folder."""
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def shell(tmp_path: Path, uri: str) -> Shell:
    """A shell in an empty folder."""
    (tmp_path / "folder").mkdir()
    return Shell(tmp_path / "folder", uri)


def test_a_stream_is_written_to_a_file(shell: Shell) -> None:
    """The file has the bytes, standard output has none, and a person is told."""
    result = shell.run(STREAM, "--output", "file.bin")
    assert (0, b"") == (result.returncode, result.stdout), result.stderr
    assert FILE == (shell.folder / "file.bin").read_bytes()
    assert ["file.bin"] == shell.files()
    assert f"wrote {len(FILE)} bytes to file.bin" in result.stderr.decode()


def test_the_document_tells_what_was_written(shell: Shell) -> None:
    """With --json the value is the name of the file and its length."""
    result = shell.run(STREAM, "--output", "file.bin", "--json")
    document = json.loads(result.stdout)
    assert (0, True, {"file": "file.bin", "bytes": len(FILE)}) == (result.returncode, document["ok"], document["value"])
    assert FILE == (shell.folder / "file.bin").read_bytes()


def test_a_stream_is_written_to_standard_output(shell: Shell) -> None:
    """A dash stands for it: the bytes, and nothing else."""
    result = shell.run(STREAM, "--output", "-")
    assert (0, FILE) == (result.returncode, result.stdout), result.stderr
    assert "bytes to standard output" in result.stderr.decode()


@pytest.mark.parametrize(
    ("code", "target", "expected"),
    [
        ("export default () => ({ a: ['ü'] })", "file.json", '{\n  "a": [\n    "ü"\n  ]\n}\n'),
        ("export default () => 'a,b\\n1,ü\\n'", "file.csv", "a,b\n1,ü\n"),
        ("export default () => undefined", "-", "null\n"),
    ],
)
def test_other_results_are_written_as_text_or_json(shell: Shell, code: str, target: str, expected: str) -> None:
    """Text is written as it is, and everything else as JSON."""
    result = shell.run(code, "--output", target)
    assert 0 == result.returncode, result.stderr
    written = result.stdout if target == "-" else (shell.folder / target).read_bytes()
    assert expected == written.decode()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_stream_that_has_nowhere_to_go_is_told(shell: Shell, options: tuple[str, ...]) -> None:
    """Without the option a stream is a mistake of the command, which names the option."""
    result = shell.run(STREAM, *options)
    assert 2 == result.returncode
    assert "--output FILE" in (result.stdout if options else result.stderr).decode()
    if options:
        error = json.loads(result.stdout)["error"]
        assert ("configuration", "output") == (error["type"], error["key"])
    assert [] == shell.files()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_stream_that_breaks_leaves_no_file(shell: Shell, options: tuple[str, ...]) -> None:
    """What was there before stays, and nothing else is left."""
    (shell.folder / "file.bin").write_bytes(b"before")
    result = shell.run(STREAM, "--output", "file.bin", *options, path="/half")
    assert 1 == result.returncode
    assert (["file.bin"], b"before") == (shell.files(), (shell.folder / "file.bin").read_bytes())
    told = (result.stdout if options else result.stderr).decode()
    assert "/half got no whole answer: the connection broke." in told
    assert "Traceback" not in result.stderr.decode()
    if options:
        document = json.loads(result.stdout)
        assert ("connection", "protocol") == (document["error"]["type"], document["error"]["key"])
        assert (False, None, 1) == (document["ok"], document["value"], len(document["requests"]))


def test_a_method_that_fails_leaves_no_file(shell: Shell) -> None:
    """Its error is told as always."""
    result = shell.run("export default () => { throw new Error('no') }", "--output", "file.bin")
    assert (1, []) == (result.returncode, shell.files())
    assert b"custom_code: no" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_no_file(shell: Shell, number: signal.Signals) -> None:
    """Half a file is no file."""
    command = shell.arguments(STREAM, "--output", "file.bin", "--json", path="/silent")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=shell.folder) as process:
        _wait_until(lambda: any((shell.folder / name).stat().st_size == 1000 for name in shell.files()))
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert "interrupted" == json.loads(stdout)["error"]["key"], stderr
    assert [] == shell.files()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("no/such/folder/file.bin", "No such file or directory"),
        (".", "Is a directory"),
        ("", "Is a directory"),
        ("read-only", "it is not writable"),
        ("sealed/file.bin", "Permission denied"),
        ("n" * 300, "File name too long"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_run(shell: Shell, target: str, reason: str) -> None:
    """Nothing is sent to anybody when the result would be lost."""
    if target in {"read-only", "sealed/file.bin"} and os.geteuid() == 0:
        pytest.skip("nothing is read-only to root")
    (shell.folder / "read-only").write_bytes(b"")
    (shell.folder / "read-only").chmod(0o444)
    (shell.folder / "sealed").mkdir(mode=0o555)
    result = shell.run("export default () => { console.log('ran') }", "--output", target)
    assert (2, b"") == (result.returncode, result.stdout)
    assert f"--output: {target} cannot be written: {reason}." in result.stderr.decode()
    assert b"ran" not in result.stderr
    assert ["read-only", "sealed"] == shell.files()


def test_standard_output_is_for_one_thing(shell: Shell) -> None:
    """The document and the bytes cannot both be there."""
    result = shell.run(STREAM, "--output", "-", "--json")
    assert 2 == result.returncode
    assert "--output - and --json" in json.loads(result.stdout)["error"]["message"]


def test_a_reader_that_goes_away_is_told(shell: Shell) -> None:
    """A closed pipe ends the command with a message and without a traceback."""
    read, write = os.pipe()
    os.close(read)
    command = shell.arguments(STREAM, "--output", "-")
    result = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(write)
    assert 1 == result.returncode
    assert b"standard output cannot be written: Broken pipe." in result.stderr
    assert b"Traceback" not in result.stderr
    assert b"BrokenPipeError" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_device_is_told(shell: Shell) -> None:
    """Devices are written directly; what they refuse is an error of the command's surroundings."""
    result = shell.run(STREAM, "--output", "/dev/full", "--json")
    error = json.loads(result.stdout)["error"]
    assert (1, "internal", "output") == (result.returncode, error["type"], error["key"])
    assert "/dev/full cannot be written: No space left on device." == error["message"]


def test_a_file_keeps_its_mode_and_its_links(shell: Shell) -> None:
    """Replacing a file changes what is in it, and nothing else about it."""
    real = shell.folder / "real.bin"
    real.write_bytes(b"before")
    real.chmod(0o640)
    (shell.folder / "link.bin").symlink_to("real.bin")
    result = shell.run(STREAM, "--output", "link.bin")
    assert 0 == result.returncode, result.stderr
    assert (["link.bin", "real.bin"], FILE, 0o640) == (shell.files(), real.read_bytes(), real.stat().st_mode & 0o777)
    assert (shell.folder / "link.bin").is_symlink()


def test_a_new_file_has_the_usual_mode(shell: Shell) -> None:
    """It is as readable as any file that a shell makes."""
    umask = os.umask(0o022)
    try:
        assert 0 == shell.run("export default () => 1", "--output", "file.json").returncode
    finally:
        os.umask(umask)
    assert 0o644 == (shell.folder / "file.json").stat().st_mode & 0o777


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
