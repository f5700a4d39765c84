"""Connector: a folder of definitions, or one file, loaded once and never changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from .document import Document
from .errors import DefinitionError, UnknownMethodError
from .folder import CODE_SUFFIXES, SPEC, definitions_folder, read_folder
from .limits import LimitSettings
from .mapping import FormulaMapping
from .method import HANDLER_METHODS, MAPPING, Method
from .source_file import SourceFile
from .spec import ConnectorSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtime import Module, Script

    from .package_bundler import PackageBundler

SINGLE_FILES = (".js", ".ts")
"""Ends of names of files that are connectors by themselves."""
MAKE_API_CLIENT = "auth/make-api-client"
REFRESH_CREDENTIALS = "auth/refresh-credentials"


@dataclass(frozen=True, kw_only=True)
class Connector:
    """What methods there are for one external app, and how a client for it is made.

    Attributes:
        place: The folder or file it came from, for errors.
        spec: What it says of itself.
        files: Its files by their path inside it.
        methods: Its methods by name.
        client_mapping: How its client is made, where that is written as a mapping.
        limits: What its runs may use at most, where that is less than the host allows.
        packages: What its files may import by a name that is no path.
    """

    place: str
    spec: ConnectorSpec
    files: Mapping[str, SourceFile] = field(repr=False)
    methods: Mapping[str, Method] = field(repr=False)
    client_mapping: FormulaMapping | None = field(default=None, repr=False)
    limits: LimitSettings = field(default_factory=LimitSettings)
    packages: Mapping[str, Module] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: str | Path, *, bundler: PackageBundler | None = None) -> Connector:
        """Load a connector's folder, or one `.js` or `.ts` file as a connector with one method.

        Where the folder has no `spec.yml`, and its folder `src` has one, that is the connector's.

        Args:
            path: Of the folder or file.
            bundler: Makes what its `package.json` names importable, which may take many seconds the first time.
                Without it methods can import what the host provides, and nothing else by name.

        Raises:
            DefinitionError: Names the file, and its key and line where there is one.
        """
        path = Path(path)
        if path.is_dir():
            connector = _from_files(str(path), read_folder(definitions_folder(path)))
            packages = {} if bundler is None else bundler.bundle(path, connector.texts.values())
            return replace(connector, packages=MappingProxyType(packages))
        require_single_file(path)
        return _from_method(SourceFile.read(path, name=path.name))

    @classmethod
    def from_source(cls, name: str, code: str) -> Connector:
        """Make a connector with one method from JavaScript text.

        Args:
            name: The method's name, `list`; `list.ts` where the text is TypeScript.
            code: The text of its file.

        Raises:
            DefinitionError: There is no code, or it is not Unicode.
        """
        return _from_method(SourceFile.of(name if name.endswith(SINGLE_FILES) else f"{name}.js", code))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and texts of all files and packages."""
        lines = [f"{name}\0{file.digest}\n" for name, file in sorted(self.files.items())]
        lines += (f"{name}\0{module.code}\n" for name, module in sorted(self.packages.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The text of each file that methods may import."""
        return {name: file.text for name, file in self.files.items() if name.endswith(CODE_SUFFIXES)}

    def script(self, method: Method, others: tuple[Module, ...] = ()) -> Script:
        """Return what the sandbox runs of a method: the same object each time, unless there is anything beside it.

        Args:
            method: One of this connector's.
            others: Further files that the run may load.

        Raises:
            DefinitionError: It is written neither in JavaScript nor in TypeScript.
        """
        if others:
            return method.script(self.texts, others, packages=self.packages)
        script = self._scripts.get(method.name)
        if script is None:
            script = self._scripts[method.name] = method.script(self.texts, packages=self.packages)
        return script

    @cached_property
    def _scripts(self) -> dict[str, Script]:
        """What the sandbox runs, by the names of methods."""
        return {}

    def find(self, name: str | None = None) -> Method:
        """Return a method by its name, or the only one.

        Suffix and spelling are forgiven (`data/contacts/findById`), `operations/<key>` means its method `run`, and a
        method of a collection may be in a handler that its `index` file exports.

        Raises:
            UnknownMethodError: Lists the methods there are, and names the nearest.
            DefinitionError: No name was given, and there is more than one method.
        """
        if name is None:
            return self._only_method
        wanted = _squashed(name)
        method = self._by_name.get(wanted) or self._by_name.get(f"{wanted}/run")
        if method is None:
            raise UnknownMethodError(name, self.methods.keys(), file=self.place)
        return method

    @cached_property
    def _by_name(self) -> Mapping[str, Method]:
        """All methods by their names and files without what people spell differently; those of handlers come last."""
        found: dict[str, Method] = {}
        for method in self.methods.values():
            found.setdefault(_squashed(method.name), method)
            found.setdefault(_squashed(method.file.name), method)
        for handler in (method for method in self.methods.values() if method.is_handler):
            for held in map(handler.of_handler, HANDLER_METHODS):
                found.setdefault(_squashed(held.name), held)
        return found

    @cached_property
    def _only_method(self) -> Method:
        """The one method, methods of authentication aside where there is another."""
        candidates = [method for method in self.methods.values() if not method.in_auth] or list(self.methods.values())
        if len(candidates) != 1:
            listing = ", ".join(sorted(method.name for method in candidates)) or "none"
            raise DefinitionError(f"Say which method to run. Methods: {listing}.", file=self.place)
        return candidates[0]


def require_single_file(path: Path) -> None:
    """Raise DefinitionError where `path` is no file that can be a connector by itself."""
    if not path.exists():
        raise DefinitionError("There is no such file or folder.", file=str(path))
    if path.suffix not in SINGLE_FILES:
        endings = " or ".join(SINGLE_FILES)
        raise DefinitionError(f"A connector is a folder, or one file whose name ends in {endings}.", file=str(path))


def _squashed(name: str) -> str:
    """Return a name without what people spell differently."""
    return _without_suffix(name.strip("/").removeprefix("./")).replace("-", "").lower()


def _without_suffix(name: str) -> str:
    return name.removesuffix(".js").removesuffix(".ts")


def single_method(file: SourceFile) -> Method:
    """Return the method of a connector that is one file."""
    return Method(name=_without_suffix(file.name), file=file)


def _from_method(file: SourceFile) -> Connector:
    """Make a connector of one file."""
    method = single_method(file)
    return Connector(
        place=file.place,
        spec=ConnectorSpec(key=method.name, name=method.name),
        files=MappingProxyType({file.name: file}),
        methods=MappingProxyType({method.name: method}),
    )


def _from_files(place: str, files: dict[str, SourceFile]) -> Connector:
    """Make a connector of the files of a folder."""
    methods = _methods(files.values())
    file = files.get(SPEC)
    if file is None and not methods:
        raise DefinitionError(f"This is no connector: there is neither {SPEC} nor a method in it.", file=place)
    document = Document.parse(file.place, file.text) if file else Document(file=place, data=None)
    said = document.into(ConnectorSpec)
    return Connector(
        place=place,
        spec=said,
        limits=LimitSettings.in_document(document, said.limits or {}),
        files=MappingProxyType(files),
        methods=MappingProxyType(methods),
        client_mapping=_client_mapping(methods.get(MAKE_API_CLIENT), said),
    )


def _client_mapping(client: Method | None, spec: ConnectorSpec) -> FormulaMapping | None:
    """Return how the client is made, where that is written as a mapping; its handlers wait for their responses."""
    if client is None or client.implementation != MAPPING:
        return None
    return FormulaMapping.parse(client.file, compat=spec.formula_compat, raw="responseHandlers")


def _methods(files: Iterable[SourceFile]) -> dict[str, Method]:
    """Find the methods in the files."""
    methods: dict[str, Method] = {}
    for file in files:
        method = Method.in_file(file)
        if method is None:
            continue
        if method.name in methods:
            other = methods[method.name].file.place
            raise DefinitionError(f"The method {method.name} is also written in {other}.", file=file.place)
        methods[method.name] = method
    return methods
