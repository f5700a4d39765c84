"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    """Return the README's first block of code in a language."""
    match = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert match is not None
    return match[1]


def test_the_method_is_the_examples_own() -> None:
    """The method that is shown is the file that is named."""
    assert (ROOT / "examples/crm/data/contacts/create.js").read_text() == block("js")


def test_the_python_code_runs() -> None:
    """The Python code works, given an API on loopback and a token for it."""
    command = [sys.executable, str(ROOT / "examples/crm_api/server.py"), "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        uri = server.stdout.readline().strip()
        code = block("python").replace("https://crm.example.com", uri).replace('"..."', '"crm_at_live"')
        opened = 'MethodHost(egress=__import__("connectors").EgressPolicy.from_allow(["127.0.0.1"]))'
        result = subprocess.run(
            [sys.executable, "-c", code.replace("MethodHost()", opened)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            timeout=60,
        )
        server.communicate()
    assert "{'id': 'con_061'}\n" == result.stdout, result.stderr


def test_it_is_short() -> None:
    """A stranger reads it in a minute or two."""
    assert len(README.splitlines()) <= 150
