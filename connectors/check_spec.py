"""Definitions of a connector: keys that mean nothing, values that cannot be, and methods that they promise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .check_report import Problem
from .contract import keys_in
from .document import Document
from .errors import DefinitionError
from .folder import SPEC
from .limits import LimitSettings
from .mapping import FormulaMapping
from .method import HANDLER, IMPLEMENTATIONS, JAVASCRIPT, MAPPING, TYPESCRIPT
from .spec import ConnectorSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .document import Key
    from .method import Method
    from .source_file import SourceFile

AUTH_TYPES = ("integration-app-token", "membrane-token", "oauth2", "oauth1", "client-credentials", "proxy")
CONNECTOR_KEYS = (
    *("key", "name", "description", "logoUri", "categories", "auth", "parametersSchema", "inputSchema", "ui", "api"),
    *("apiDocsUri", "appUuid", "externalAppId", "udm", "udms", "operations", "data", "events", "test", "hasReadme"),
    *("exposeCredentials", "formulaCompat", "limits"),
)
AUTH_KEYS = (
    *(
        "type",
        "title",
        "description",
        "inputSchema",
        "parametersSchema",
        "credentialsSchema",
        "customCredentialsSchema",
    ),
    *("ui", "options", "enabled", "makeApiClient", "test", "disconnect", "refreshCredentials", "getOAuthConfig"),
    *("getTokenData", "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse"),
    "getCredentialsFromConnectionParameters",
)
COLLECTION_KEYS = (
    *("key", "name", "description", "type", "fieldsSchema", "parametersSchema", "methods", "events", "extends", "udm"),
    *("customFields", "customFieldsSchema", "spec", "isHidden", "recordFromFields", "recordFromApi", "recordToApi"),
    *("fieldsFromApi", "fieldsToApi", "list", "find", "findById", "match", "search", "create", "update", "delete"),
)
NOT_SUPPORTED = "not-supported"
"""Of a method that a definition says there is none of."""


@dataclass(kw_only=True)
class Definitions:
    """What the definitions of a connector say.

    Attributes:
        spec: What the connector says of itself, as far as it can be read.
        problems: What is wrong with them.
    """

    spec: ConnectorSpec
    problems: list[Problem]


def check_definitions(files: Mapping[str, SourceFile], methods: Mapping[str, Method]) -> Definitions:
    """Look at `spec.yml`, at the definitions of collections and at mappings."""
    definitions = Definitions(spec=ConnectorSpec(), problems=[])
    for name, file in files.items():
        try:
            if name == SPEC:
                definitions.problems += _connector_problems(_document(file))
                definitions.spec = _document(file).into(ConnectorSpec)
                LimitSettings.in_document(_document(file), definitions.spec.limits or {})
            elif re.fullmatch(rf"data/[^/]+/{re.escape(SPEC)}", name):
                definitions.problems += _collection_problems(_document(file), methods)
        except DefinitionError as caught:
            definitions.problems.append(problem_of(caught, name))
    definitions.problems += _mapping_problems(methods.values())
    return definitions


def problem_of(error: DefinitionError, file: str) -> Problem:
    """Return what is wrong with a definition as a problem."""
    return Problem(rule="definition", message=error.message, file=file, line=error.line, key=error.key)


def _document(file: SourceFile) -> Document:
    return Document.parse(file.name, file.text)


def _connector_problems(document: Document) -> Iterator[Problem]:
    yield from _unknown_keys(document, (), CONNECTOR_KEYS)
    yield from _unknown_keys(document, ("auth",), AUTH_KEYS)
    auth = _at(document.data, "auth")
    kind = _at(auth, "type")
    if kind is not None and kind not in AUTH_TYPES:
        message = f"{kind!r} is no type of authentication. There are: {', '.join(AUTH_TYPES)}."
        yield _problem(document, ("auth", "type"), message)
    elif auth is not None and kind is None and not _at(auth, "options"):
        yield _problem(document, ("auth",), f"auth has no type. There are: {', '.join(AUTH_TYPES)}.")


def _collection_problems(document: Document, methods: Mapping[str, Method]) -> Iterator[Problem]:
    yield from _unknown_keys(document, (), COLLECTION_KEYS)
    yield from _unknown_keys(document, ("methods",), [_camel(key) for key in keys_in("data")])
    promised = _at(document.data, "methods")
    folder = document.file.rpartition("/")[0]
    for name, said in promised.items() if isinstance(promised, dict) else ():
        wanted = _at(said, "implementationType")
        method = methods.get(f"{folder}/{_kebab(name)}", methods.get(f"{folder}/{HANDLER}"))
        if wanted in {None, NOT_SUPPORTED}:
            continue
        key: Key = ("methods", name, "implementationType")
        endings = [ending for ending, kind in IMPLEMENTATIONS.items() if wanted in _names_of(kind)]
        if not endings:
            known = sorted({name for kind in IMPLEMENTATIONS.values() for name in _names_of(kind)})
            yield _problem(document, key, f"{wanted!r} is no implementationType. There are: {', '.join(known)}.")
        elif method is None or wanted not in _names_of(method.implementation):
            file = f"{folder}/{_kebab(name)}"
            message = f"There is no {' or '.join(file + ending for ending in endings)}."
            yield _problem(document, key, message, rule="missing")


def _mapping_problems(methods: Iterable[Method]) -> Iterator[Problem]:
    for method in methods:
        if method.implementation == MAPPING:
            try:
                FormulaMapping.parse(method.file)
            except DefinitionError as caught:
                yield problem_of(caught, method.file.name)


def _unknown_keys(document: Document, path: Key, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the keys of a mapping that mean nothing."""
    value = document.data
    for part in path:
        value = _at(value, str(part))
    known = list(known)
    for name in value if isinstance(value, dict) else ():
        if name not in known and not str(name).startswith("$"):
            near = get_close_matches(str(name), known, n=1)
            more = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            yield _problem(document, (*path, name), f"This key means nothing. {more}")


def _at(value: Any, name: str) -> Any:  # noqa: ANN401 (whatever stands in the document)
    return value.get(name) if isinstance(value, dict) else None


def _names_of(implementation: str) -> tuple[str, ...]:
    """Return what definitions call an implementation."""
    return ("javascript",) if implementation in {JAVASCRIPT, TYPESCRIPT} else (implementation,)


def _camel(key: str) -> str:
    return re.sub(r"-(\w)", lambda match: match[1].upper(), key)


def _kebab(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name)


def _problem(document: Document, key: Key, message: str, *, rule: str = "definition") -> Problem:
    error = document.wrong(message, key)
    return Problem(rule=rule, message=message, file=document.file, line=error.line, key=error.key)
