"""PackageBundler: the packages of a connector's `package.json`, made into modules that its methods import."""

from __future__ import annotations

import json
import logging
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from runtime import Module

from .errors import DefinitionError
from .package_manifest import PackageManifest, package_of
from .package_tools import Bundle, PackageTools, default_search_path
from .registered_modules import PACKAGE_FOLDER, package_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime import DiskCache

WHOLE: Final = "methodhost:packages"
"""The module that holds all of them; each import is a module of its own that takes its part of it."""

VERSION: Final = 1
"""To be counted up whenever bundles are made in another way."""

_logger = logging.getLogger(__name__)


class PackageBundler:
    """Installs what a connector's `package.json` names with `npm`, and bundles what its code imports with `esbuild`.

    Both are run here, outside of the wall, in a temporary folder. Packages come from the registry that npm is
    configured with; their install scripts are not run, and no file of this machine becomes part of a bundle. What
    packages do when they are imported happens behind the wall. A package that the host provides, such as `axios`, is
    always the host's.

    Args:
        cache: Where bundles are kept, by the content of `package.json` and `package-lock.json`. Without it they are
            made each time that a connector is loaded.
        on_start: Told what is going to be done, which may take many seconds.
        search_path: Where npm and esbuild are, as the variable `PATH` has it; there, otherwise.
    """

    def __init__(
        self,
        *,
        cache: DiskCache | None = None,
        on_start: Callable[[str], None] | None = None,
        search_path: str | None = None,
    ) -> None:
        self._cache = cache
        self._on_start = on_start or _logger.info
        self._search_path = search_path

    def bundle(self, folder: Path, texts: Iterable[str]) -> dict[str, Module]:
        """Return the modules of packages by the names by which files import them.

        Args:
            folder: With the connector's `package.json`, if it has one.
            texts: Of its files.

        Raises:
            DefinitionError: `package.json` is wrong, npm or esbuild is missing, or they cannot do it.
        """
        manifest = PackageManifest.read(folder)
        if manifest is None:
            return {}
        imports = manifest.imported_by(texts)
        if not imports:
            return {}
        bundle = self._bundle(manifest, imports)
        whole = Module(name=f"{PACKAGE_FOLDER}/.bundle.js", code=bundle.code, commonjs=True)
        return {WHOLE: whole, **{name: _part(name) for name in bundle.imports}}

    def _bundle(self, manifest: PackageManifest, imports: tuple[str, ...]) -> Bundle:
        """Return the bundle, from the cache if it is there."""
        key = json.dumps(["packages", VERSION, manifest.text, manifest.lock, imports]).encode()
        kept = None if self._cache is None else self._cache.read(key)
        if kept is not None:
            with suppress(ValidationError):
                return Bundle.model_validate_json(kept)
        tools = PackageTools.find(self._search_path or default_search_path(), manifest.place)
        packages = ", ".join(dict.fromkeys(map(package_of, imports)))
        self._on_start(f"Installing what {manifest.place} names with npm, and bundling {packages} with esbuild...")
        try:
            with tempfile.TemporaryDirectory(prefix="methodhost-packages-") as folder:
                bundle = tools.bundle(manifest, Path(folder).resolve(), imports)
        except OSError as caught:
            message = f"The packages cannot be bundled here: {caught.strerror}."
            raise DefinitionError(message, file=manifest.place) from caught
        if self._cache is not None:
            self._cache.write(key, bundle.model_dump_json().encode())
        return bundle


def _part(name: str) -> Module:
    return package_module(name, f"module.exports = require({json.dumps(WHOLE)})[{json.dumps(name)}]()", commonjs=True)
