"""PackageManifest: what a connector's `package.json` asks npm for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

from .document import Document
from .errors import DefinitionError
from .json_text import JsonTextError, read_json
from .node_modules import HOST_PACKAGES
from .registered_modules import NAME
from .source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MANIFEST = "package.json"
LOCK = "package-lock.json"
LONGEST_LOCK_BYTES = 8 * 1024 * 1024

RANGE = re.compile(r"(?:npm:(?:@[\w.-]+/)?[\w.-]+(?:@|$))?[\w.\s^~<>=|*+-]*", re.ASCII)
"""Versions that a registry has. All else would be read from this machine, or from anywhere (npm-package-arg)."""

FROM_REGISTRY = re.compile(r"https?://[^\s]+\.tgz")

IMPORTED = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"])(?P<name>[^'"\n]{1,200})\1""")

TYPES_ONLY = re.compile(r"""\b(?:import|export)\s+type\b[^;'"]*\bfrom\s*(['"])[^'"\n]*\1""")

_Text = Annotated[str, StringConstraints(strict=True)]


class _Dependencies(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    dependencies: dict[_Text, _Text] = {}
    optionalDependencies: dict[_Text, _Text] = {}  # noqa: N815 (npm's names)
    peerDependencies: dict[_Text, _Text] = {}  # noqa: N815
    devDependencies: dict[_Text, _Text] = {}  # noqa: N815


class _Locked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    resolved: _Text | None = None
    link: bool = False


class _Lock(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    lockfileVersion: int  # noqa: N815
    packages: dict[_Text, _Locked] = {}


@dataclass(frozen=True, kw_only=True)
class PackageManifest:
    """The packages a connector depends on, all of them from a registry.

    Attributes:
        place: The path of its `package.json`, for errors.
        text: A `package.json` with the dependencies alone.
        lock: The text of its `package-lock.json`, if it has one.
        names: The packages that its code may import.
    """

    place: str
    text: str = field(repr=False)
    lock: str | None = field(repr=False)
    names: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the `package.json` in a folder; None where there is none, or it has no dependencies.

        Raises:
            DefinitionError: It is no such file, or a dependency would come from elsewhere than a registry.
        """
        path = folder / MANIFEST
        if not path.exists():
            return None
        manifest = _document(path, SourceFile.read(path, name=MANIFEST).text).into(_Dependencies)
        names = frozenset({*manifest.dependencies, *manifest.optionalDependencies, *manifest.peerDependencies})
        if not names:
            return None
        for section, specs in manifest:
            _require_registry(specs, str(path), section)
        lock = _read_lock(folder / LOCK)
        asked = {section: specs for section, specs in manifest if specs}
        if lock is None:  # otherwise npm wants what the lock file is of
            asked = {section: _not_the_hosts(specs) for section, specs in asked.items()}
        return cls(place=str(path), text=json.dumps({"private": True, **asked}), lock=lock, names=names)

    def imported_by(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return what of the packages, or below their names, the texts of files seem to import, but for the host's."""
        found = {match["name"] for text in texts for match in IMPORTED.finditer(TYPES_ONLY.sub("", text))}
        names = self.names - HOST_PACKAGES
        return tuple(sorted(name for name in found if package_of(name) in names and NAME.fullmatch(name)))


def package_of(name: str) -> str:
    """Return the package of what is imported: `@acme/api` of `@acme/api/client`."""
    return "/".join(name.split("/")[: 2 if name.startswith("@") else 1])


def _require_registry(specs: Mapping[str, str], place: str, section: str) -> None:
    for name, spec in specs.items():
        key = f"{section}.{name}"
        if not NAME.fullmatch(name) or package_of(name) != name:
            raise DefinitionError("This is no name of a package.", file=place, key=key)
        if not RANGE.fullmatch(spec):
            raise DefinitionError(
                f"{spec!r} is no version. Packages come from the registry alone, not from files, Git or URLs.",
                file=place,
                key=key,
            )


def _not_the_hosts(specs: Mapping[str, str]) -> dict[str, str]:
    return {name: spec for name, spec in specs.items() if name not in HOST_PACKAGES}


def _read_lock(path: Path) -> str | None:
    if not path.exists():
        return None
    text = SourceFile.read(path, name=LOCK, most_bytes=LONGEST_LOCK_BYTES).text
    for name, locked in _document(path, text).into(_Lock).packages.items():
        if locked.link or (locked.resolved is not None and not FROM_REGISTRY.fullmatch(locked.resolved)):
            raise DefinitionError(
                "The package would come from elsewhere than a registry.", file=str(path), key=f"packages.{name}"
            )
    return text


def _document(path: Path, text: str) -> Document:
    try:
        return Document(file=str(path), data=read_json(text))
    except JsonTextError as caught:
        raise DefinitionError(str(caught), file=str(path), line=caught.line) from None
    except RecursionError:
        raise DefinitionError("The data is nested too deeply.", file=str(path)) from None
