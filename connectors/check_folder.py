"""The folder of a connector: methods that must be there, and files that nothing uses."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from .check_report import Problem
from .contract import keys_in, kind_of
from .folder import CODE_SUFFIXES, SPEC
from .method import DEPTHS, OAUTH_CONFIG, keys_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .method import Method
    from .source_file import SourceFile
    from .spec import ConnectorSpec

MAKE_API_CLIENT = "auth/make-api-client"
TEST = "auth/test"
OAUTH_TYPES = ("oauth2", "oauth1")

MUST_HOLD = {"operations": "run", "global-webhooks": "handle"}
"""The method that each folder of a kind must hold."""

FOR_OTHER_TOOLS = (".test.", ".spec.", ".config.")
"""Parts of names of files that tools for authors read."""
FOLDERS_FOR_OTHER_TOOLS = frozenset({"test", "tests", "__tests__", "fixtures"})
LEGACY = frozenset({"auth/ui.yml"})


def missing_methods(spec: ConnectorSpec, methods: Mapping[str, Method]) -> Iterator[Problem]:
    """Yield the methods that the connector must have by its type of authentication, and by its folders."""
    if spec.auth is not None or any(method.in_auth for method in methods.values()):
        for name in sorted({MAKE_API_CLIENT, TEST} - methods.keys()):
            yield _missing(SPEC, f"{name} is missing: every connector with authentication has one.", key="auth")
    if spec.auth_type in OAUTH_TYPES and not any(f"auth/{key}" in methods for key in OAUTH_CONFIG):
        message = f"auth/{OAUTH_CONFIG[0]} is missing: the type {spec.auth_type} needs one."
        yield _missing(SPEC, message, key="auth.type")
    for folder, key in MUST_HOLD.items():
        for parent in sorted({_parent(name) for name in methods if name.startswith(f"{folder}/")}):
            if not any(f"{parent}/{one}" in methods for one in keys_of(key)):
                yield _missing(parent, f"{parent}/{key} is missing: without it nothing here is run.")


def unused_files(
    files: Mapping[str, SourceFile], methods: Iterable[Method], imported: Collection[str]
) -> Iterator[Problem]:
    """Yield the files that nothing uses.

    Args:
        files: All files of the connector.
        methods: Its methods.
        imported: Files that others import.
    """
    by_file = {method.file.name: method for method in methods}
    for name in files:
        method = by_file.get(name)
        if name in imported or name in LEGACY or _is_for_other_tools(name):
            continue
        if method is not None:
            if "/" in method.name and kind_of(method) is None and not method.is_handler:
                yield Problem(rule="unused", message=_no_such_method(method), file=name)
        elif name.endswith(CODE_SUFFIXES):
            yield Problem(rule="unused", message="Nothing imports this file, and it is no method.", file=name)
        elif _lies_among_methods(name):
            message = "Nothing uses this file: methods in YAML have names that end in .map.yml, .rest.yml and so on."
            yield Problem(rule="unused", message=message, file=name)


def _is_for_other_tools(name: str) -> bool:
    *folders, base = name.split("/")
    return any(part in base for part in FOR_OTHER_TOOLS) or not FOLDERS_FOR_OTHER_TOOLS.isdisjoint(folders)


def _no_such_method(method: Method) -> str:
    folder = method.name.partition("/")[0]
    known = keys_in(folder)
    near = get_close_matches(method.key, known, n=1)
    question = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known)}."
    return f"Nothing imports this file, and {folder} has no methods called {method.key}.{question}"


def _lies_among_methods(name: str) -> bool:
    """Tell whether a file lies where methods are."""
    return name.rpartition("/")[2] != SPEC and name.count("/") + 1 == DEPTHS.get(name.partition("/")[0])


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _missing(file: str, message: str, *, key: str | None = None) -> Problem:
    return Problem(rule="missing", message=message, file=file, key=key)
