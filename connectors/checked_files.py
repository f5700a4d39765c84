"""CheckedFiles: the files of a connector, as many as can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from .check_report import Problem
from .connector import require_single_file, single_method
from .errors import DefinitionError
from .folder import CODE_SUFFIXES, SPEC, definition_files, definitions_folder
from .json_text import JsonTextError, read_json
from .method import Method
from .package_manifest import MANIFEST, PackageManifest
from .source_file import SourceFile

if TYPE_CHECKING:
    from pathlib import Path

JSON_SUFFIX = ".json"


@dataclass(kw_only=True)
class CheckedFiles:
    """A connector that is looked at, whatever is wrong with it.

    Attributes:
        files: By their path inside it.
        methods: By name.
        packages: Names of those that its `package.json` names.
        problems: What could not be taken in.
    """

    files: dict[str, SourceFile] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    packages: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a connector's folder, or one file.

        Raises:
            DefinitionError: There is no connector at `path`.
        """
        checked = cls()
        if not path.is_dir():
            require_single_file(path)
            checked._read(path.name, path)
            for file in checked.files.values():
                checked._add(single_method(file))
            return checked
        for name, place in definition_files(definitions_folder(path)):
            checked._read(name, place)
        for file in checked.files.values():
            method = Method.in_file(file)
            if method is not None:
                checked._add(method)
        if not checked.methods and not checked.problems and SPEC not in checked.files:
            raise DefinitionError(f"This is no connector: there is neither {SPEC} nor a method in it.", file=str(path))
        return checked

    @property
    def code(self) -> dict[str, SourceFile]:
        """Those files that methods may import."""
        return {name: file for name, file in self.files.items() if name.endswith(CODE_SUFFIXES)}

    @property
    def scripts(self) -> list[SourceFile]:
        """Those that are JavaScript or TypeScript."""
        return [file for name, file in self.code.items() if not name.endswith(JSON_SUFFIX)]

    def _read(self, name: str, path: Path) -> None:
        try:
            file = self.files[name] = SourceFile.read(path, name=name)
            if name.endswith(JSON_SUFFIX):
                read_json(file.text)
        except DefinitionError as caught:
            self.problems.append(Problem(rule="file", message=caught.message, file=name))
        except JsonTextError as caught:
            self.problems.append(Problem(rule="syntax", message=str(caught), file=name, line=caught.line))

    def _read_packages(self, folder: Path) -> None:
        try:
            manifest = PackageManifest.read(folder)
            self.packages = frozenset() if manifest is None else manifest.names
        except DefinitionError as caught:
            problem = Problem(
                rule="definition", message=caught.message, file=MANIFEST, line=caught.line, key=caught.key
            )
            self.problems.append(problem)

    def _add(self, method: Method) -> None:
        other = self.methods.setdefault(method.name, method)
        if other is not method:
            message = f"The method {method.name} is also written in {other.file.name}."
            self.problems.append(Problem(rule="file", message=message, file=method.file.name))
