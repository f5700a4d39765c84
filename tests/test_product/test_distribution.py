"""What the distribution brings, and what its documents promise."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from connectors import Limits
from connectors.limits import short_names

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()


@pytest.mark.parametrize("part", ["runtime", "bridge", "connectors", "pytest_methodhost"])
def test_only_our_distribution_provides_the_names(part: str) -> None:
    """The parts have generic names: another distribution that provides one of them would be imported instead."""
    assert {"methodhost"} >= set(packages_distributions().get(part, []))


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_is_documented(name: str) -> None:
    """The reference names each limit as Python does."""
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("name", short_names())
def test_every_limit_of_the_command_line_is_documented(name: str) -> None:
    """The reference names each limit, or an alias of it, as the command line does."""
    assert re.search(rf"`{name}(_size)?`|the same", REFERENCE)


@pytest.mark.parametrize(
    "path",
    sorted(
        re.findall(
            r"`((?:runtime|bridge|connectors|bundles|pytest_methodhost)/[\w./-]+)`",
            (ROOT / "ARCHITECTURE.md").read_text(),
        )
    ),
)
def test_every_file_that_the_architecture_names_exists(path: str) -> None:
    """The table "I want to ... -> file" points at files that are there."""
    assert (ROOT / path).exists()


def test_the_parts_are_imported_without_what_the_application_does_not_use() -> None:
    """It never loads V8, which only the zygote and its workers do, nor the command line of httpx with its colours."""
    code = "import sys, connectors; sys.exit(any(name.startswith(('py_mini_racer', 'rich')) for name in sys.modules))"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
