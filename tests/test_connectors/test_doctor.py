"""The command `methodhost doctor`, as a shell sees it."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors import HostClosedError, LayerName, MethodHost

COMMAND = (str(Path(sys.executable).with_name("methodhost")), "doctor")
ALWAYS = "v8_memory_cage"
"""A layer that every system has."""


def doctor(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command and return how it ended."""
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60, **options)


def test_one_document_has_all_layers_and_what_they_stand_on() -> None:
    """With --json there is one document: the verdict, every layer, V8, Python and the system."""
    result = doctor("--json", "--require", ALWAYS)
    assert (0, "") == (result.returncode, result.stderr)
    document = json.loads(result.stdout)
    assert ["ok", "error", "missing", "layers", "v8", "python", "system"] == list(document)
    assert (True, None, []) == (document["ok"], document["error"], document["missing"])
    assert list(LayerName) == [layer["name"] for layer in document["layers"]]
    assert [ALWAYS] == [layer["name"] for layer in document["layers"] if layer["required"]]
    for layer in document["layers"]:
        assert layer["effect"]
        told = [layer[name] for name in ("reason", "explanation", "remedy")]
        assert ([None] * 3 == told) if layer["active"] else all(told)
    assert {"version": "14.4.258.23", "published": "2026-02-01", "memoryCage": True} == document["v8"]
    assert (platform.python_version(), f"{platform.system()} {platform.release()}") == (
        document["python"],
        document["system"],
    )


def test_a_person_reads_a_table_and_what_to_do() -> None:
    """Each layer has its line; below the table stands what can be done about those that are not active."""
    result = doctor(env={"COLUMNS": "200"})
    assert (0, "") == (result.returncode, result.stderr)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    layers = json.loads(doctor("--json").stdout)["layers"]
    for layer in layers:
        (line,) = (line for line in lines if line.startswith(f"{layer['name']} ") and line.endswith(layer["effect"]))
        assert layer["active"] == (" active " in line)
        assert layer["required"] == (" yes " in line)
        assert layer["active"] or f"{layer['name']} is not active: {layer['explanation']}" in result.stdout
    assert "All required layers are active." == lines[-1]
    assert "V8 14.4.258.23, published 2026-02-01, memory cage on" in lines


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_status_says_that_no_worker_can_be_started(form: tuple[str, ...]) -> None:
    """Where workers cannot be what they must be, the command fails, and says why in both forms."""
    result = doctor(*form, preexec_fn=limit_address_space)
    assert 1 == result.returncode
    assert "memory cage" in result.stdout
    assert "Traceback" not in result.stderr
    if form:
        document = json.loads(result.stdout)
        assert (False, [], None) == (document["ok"], document["layers"], document["v8"])
        assert "ulimit -v" in document["error"]


def limit_address_space() -> None:
    """Leave too little for V8's memory cage; in the process of a command, before it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))


@pytest.mark.skipif(sys.platform != "linux", reason="breaks a layer of Linux")
def test_the_status_says_that_a_required_layer_is_missing(tmp_path: Path) -> None:
    """One required layer that is missing gives status 1; not required, it gives 0, and is told all the same."""
    result = doctor_without_libseccomp(tmp_path, "--json")
    assert 1 == result.returncode, result.stderr
    document = json.loads(result.stdout)
    assert (False, ["seccomp"]) == (document["ok"], document["missing"])
    plain = doctor_without_libseccomp(tmp_path)
    assert 1 == plain.returncode
    assert "Required layers are missing: seccomp." == plain.stdout.splitlines()[-1]
    assert "install libseccomp" in plain.stdout
    assert 0 == doctor_without_libseccomp(tmp_path, "--require", ALWAYS).returncode


@pytest.mark.skipif(sys.platform != "linux", reason="breaks a layer of Linux")
def test_a_run_that_lacks_a_required_layer_is_a_matter_of_configuration(tmp_path: Path) -> None:
    """`methodhost run` runs nothing then, and says in its own document what is missing and what to do."""
    method = tmp_path / "method.js"
    method.write_text("export default () => 1")
    result = command_without_libseccomp(tmp_path, "run", str(method), "--json")
    assert 2 == result.returncode, result.stderr
    error = json.loads(result.stdout)["error"]
    assert ("configuration", "layer_missing") == (error["type"], error["key"])
    assert "install libseccomp" in error["message"]


def doctor_without_libseccomp(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where the library cannot be loaded."""
    return command_without_libseccomp(folder, "doctor", *arguments)


def command_without_libseccomp(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose zygote believes that the library is not there."""
    zygote = folder / "zygote"
    zygote.write_text(
        f"#!{sys.executable} -I\n"
        "from runtime import layer, seccomp, step, zygote\n"
        "def missing():\n"
        "    raise step.UnavailableError(layer.LayerReason.LIBRARY_MISSING)\n"
        "seccomp._compile = missing\n"
        "zygote.main()\n"
    )
    zygote.chmod(0o755)
    code = f"import sys; sys.executable = {str(zygote)!r}; from connectors.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "COLUMNS": "200"}
    )


def test_a_run_where_no_worker_can_be_started_says_why(tmp_path: Path) -> None:
    """A limit of the machine that V8 cannot live with is told by `methodhost run` as well."""
    method = tmp_path / "method.js"
    method.write_text("export default () => 1")
    command = [COMMAND[0], "run", str(method), "--json"]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, preexec_fn=limit_address_space
    )
    assert 2 == result.returncode
    error = json.loads(result.stdout)["error"]
    assert ("configuration", "host_limit") == (error["type"], error["key"])


async def test_a_host_tells_what_its_workers_are() -> None:
    """An open host has the same report; one that is not open has none."""
    host = MethodHost(workers=1, spares=0, require=[ALWAYS])
    with pytest.raises(HostClosedError):
        _ = host.sandbox_report
    async with host:
        assert host.sandbox_report[LayerName.V8_MEMORY_CAGE].active
        with pytest.raises(KeyError):
            _ = host.sandbox_report["no_such_layer"]


def test_a_host_refuses_a_layer_that_does_not_exist() -> None:
    """A name that no layer has is refused before anything starts."""
    with pytest.raises(ValueError, match="Did you mean landlock_files"):
        MethodHost(require=["landlock_file"])


def test_a_wrong_option_is_told() -> None:
    """A name that no layer has is a matter of the command, with status 2."""
    result = doctor("--require", "secomp")
    assert (2, "") == (result.returncode, result.stdout)
    assert "seccomp" in result.stderr
