"""The command `methodhost init`: a connector that runs at once."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.check_command import CheckCommand
from connectors.errors import DefinitionError
from connectors.init_command import InitCommand

if TYPE_CHECKING:
    from collections.abc import Callable

METHODHOST = str(Path(sys.executable).with_name("methodhost"))


def methodhost(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder and return how it ended."""
    return subprocess.run([METHODHOST, *arguments], capture_output=True, text=True, check=False, timeout=60, cwd=folder)


class _Posts(BaseHTTPRequestHandler):
    """Answers like the public API of the template: two pages of posts, and users."""

    def do_GET(self) -> None:
        """Answer."""
        query = parse_qs(urlsplit(self.path).query)
        first = 10 * (int(query.get("_page", ["1"])[0]) - 1)
        posts = [{"id": first + n, "userId": 2, "title": f"Post {first + n}", "body": ""} for n in range(1, 11)]
        answer = json.dumps(posts if first == 0 else posts[:3]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_parts: object) -> None:
        """Be silent."""


def test_a_new_connector_runs_and_has_no_problems(
    tmp_path: Path, serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]
) -> None:
    """Its methods give what they should, against an API like the one that it names; the command tells what to do next."""
    made = methodhost(tmp_path, "init", "acme-blog")
    assert (0, "") == (made.returncode, made.stderr)
    assert "methodhost check acme-blog" in made.stdout
    folder = tmp_path / "acme-blog"
    assert "acme-blog" in (folder / "spec.yml").read_text()
    assert "connector-key" not in "".join(path.read_text() for path in folder.rglob("*.*") if path.is_file())
    assert CheckCommand(path=str(folder)).execute().ok

    address = f"127.0.0.1:{serve_in_thread(_Posts)}"
    connection = folder / "connection.yml"
    connection.write_text(connection.read_text().replace("https://jsonplaceholder.typicode.com", f"http://{address}"))
    options = ("--connection", str(connection), "--allow", address, "--json")
    assert json.loads(methodhost(tmp_path, "run", "acme-blog", "auth/test", *options).stdout)["value"] is True
    listed = methodhost(tmp_path, "run", "acme-blog", "data/posts/list", *options, "--args", '{"cursor": 2}')
    report = json.loads(listed.stdout)
    assert ["11", "12", "13"] == [record["id"] for record in report["value"]["records"]], report
    assert [] == report["warnings"]


@pytest.mark.parametrize("name", ["Acme", "acme_blog", "-acme", "a" * 65, "acme blog", ".", "no-such-folder/acme"])
def test_a_name_that_cannot_be_used_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DefinitionError):
        InitCommand(name=name).execute()
    assert [] == list(tmp_path.iterdir())


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    """A folder of that name is left as it is; the document says so, with status 2."""
    (tmp_path / "acme").mkdir()
    result = methodhost(tmp_path, "init", "acme", "--json")
    assert (2, "") == (result.returncode, result.stderr)
    assert "already" in json.loads(result.stdout)["error"]["message"]
    assert [] == list((tmp_path / "acme").iterdir())
