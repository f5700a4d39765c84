"""Methods as their files show them: what they export, take and give."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from .check_report import Problem
from .contract import KINDS, arguments_of, kind_of
from .method import HANDLER_METHODS
from .outline import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .contract import MethodKind
    from .method import Method
    from .outline import FunctionFacts, Outline, Placed, Returned

MOST_LISTED = 8
NEAR = 0.8
ALL_ARGUMENTS = frozenset(argument for kind in KINDS.values() for argument in kind.arguments)
CONTRACT_ARGUMENTS = ALL_ARGUMENTS | {"apiClient", "externalApiClient", "credentials"}
NO_OBJECTS = {
    "array": "a list",
    "null": "null",
    "nothing": "nothing",
    "string": "text",
    "template": "text",
    "numeric": "a number",
    "boolean": "a boolean",
    "bigint": "a BigInt",
}
"""How returned values are called that are certainly no objects."""


def method_problems(method: Method, outline: Outline, *, exposed: bool) -> Iterator[Problem]:
    """Yield what is wrong with one method.

    Args:
        method: Which.
        outline: Of its file.
        exposed: Whether methods are given credentials that do not need them.
    """
    value = _exported(method, outline)
    if value is None:
        yield _no_method(method, outline)
    elif value.kind == "class":
        place = outline.exports[0]
        message = "This exports a class; export one function: export default async function (...) {...}"
        yield _problem("export", method, message, place)
    elif value.function is not None:
        yield from _argument_problems(method, value.function, exposed=exposed)
        yield from _result_problems(method, value.function)


def handler_problems(handler: Method, outline: Outline, *, exposed: bool) -> Iterator[Problem]:
    """Yield what is wrong with the methods that one file holds (`Method.is_handler`).

    Args:
        handler: The file, as a method.
        outline: Of its file.
        exposed: Whether methods are given credentials that do not need them.
    """
    whole, names = _split(outline)
    value = names.get("default") or whole
    held = {method: _handled(method, value) for method in map(handler.of_handler, sorted(HANDLER_METHODS))}
    if not any(held.values()) and (value is None or not _may_be_function(value)):
        yield _no_method(handler, outline)
    for method, members in held.items():
        for member in members:
            if member.function is not None:
                yield from _argument_problems(method, member.function, exposed=exposed)
                yield from _result_problems(method, member.function)


def _exported(method: Method, outline: Outline) -> Value | None:
    """Return what stands for the method, in the order in which a run looks for it; None where nothing can."""
    whole, names = _split(outline)
    candidates = [
        whole,
        names.get("default"),
        *(names.get(name) for name in method.exports),
        _only_function(names),
        *_handled(method, names.get("default") or whole),
    ]
    found = next((value for value in candidates if value and value.kind in {"function", "class"}), None)
    if found is not None:
        return found
    return next((value for value in candidates if value and _may_be_function(value)), None) or _hidden(outline)


def _split(outline: Outline) -> tuple[Value | None, dict[str, Value]]:
    """Return the whole of what a file exports, where that is one value, and the names under which it exports."""
    whole = next((export.value for export in outline.exports if export.name == "module.exports"), None)
    named = {export.name: export.value for export in outline.exports if export.name != "module.exports"}
    members = {member.name: member.value for member in whole.members} if whole else {}
    return whole, members | named


def _only_function(names: dict[str, Value]) -> Value | None:
    functions = [value for value in names.values() if value.kind in {"function", "class"}]
    return functions[0] if len(functions) == 1 else None


def _handled(method: Method, handler: Value | None) -> list[Value]:
    """Return the members of a handler object that stand for the method."""
    members = handler.members if handler else ()
    return [member.value for member in members if member.name in method.exports]


def _may_be_function(value: Value) -> bool:
    return value.kind == "unknown" or value.open


def _hidden(outline: Outline) -> Value | None:
    """Return a value of which nothing is known, where the file may export what does not show."""
    hides = outline.open or any(_may_be_function(export.value) for export in outline.exports)
    return Value.unknown() if hides else None


def _no_method(method: Method, outline: Outline) -> Problem:
    named = [export for export in outline.exports if export.name != "module.exports"]
    listed = ", ".join(f"'{export.name}' ({export.value.kind})" for export in named[:MOST_LISTED])
    message = (
        f"This exports no method: it exports {listed or 'no function'}."
        " Export one function: export default async function (...) {...}"
    )
    return _problem("export", method, message, outline.exports[0] if outline.exports else None)


def _argument_problems(method: Method, function: FunctionFacts, *, exposed: bool) -> Iterator[Problem]:
    """Yield arguments that the method will not be given."""
    given = arguments_of(method, exposed=exposed)
    kind = kind_of(method)
    for argument in function.arguments:
        if argument.name in given:
            continue
        near = get_close_matches(argument.name, given, n=1, cutoff=NEAR)
        if kind is not None and argument.name in CONTRACT_ARGUMENTS:
            message = f"{kind.name} is given no {argument.name}; it is given {', '.join(given)}."
            yield _problem("argument", method, message, argument)
        elif near and argument.name not in CONTRACT_ARGUMENTS:
            yield _problem("argument", method, f"There is no {argument.name}. Did you mean {near[0]}?", argument)


def _result_problems(method: Method, function: FunctionFacts) -> Iterator[Problem]:
    """Yield results that whoever runs the method cannot use."""
    kind = kind_of(method)
    if function.generator:
        message = "A method cannot be a generator; return the whole result, or a cursor for the next part."
        yield _problem("result", method, message, function)
    elif kind is not None and kind.gives != "any":
        if not function.returns and not function.never_ends:
            yield _problem("result", method, f"This never returns anything; {_wanted(kind)}.", function)
        for returned in function.returns:
            wrong = _wrong(kind, returned)
            if wrong:
                yield _problem("result", method, f"This returns {wrong}; {_wanted(kind)}.", returned)


def _wrong(kind: MethodKind, returned: Returned) -> str | None:
    """Say what is returned instead of what should be; None where nothing shows to be wrong."""
    if returned.kind == "object":
        missing = [key for key in kind.keys if key not in returned.keys]
        if not missing or set(kind.instead) & set(returned.keys):
            return None
        return f"an object without {' and '.join(missing)}{' (items is not read)' if 'items' in returned.keys else ''}"
    if returned.kind == "null" and kind.may_be_null:
        return None
    if kind.gives == "value" and returned.kind not in {"nothing", "null"}:
        return None
    return NO_OBJECTS.get(returned.kind)


def _wanted(kind: MethodKind) -> str:
    """Say what a method of a kind must give."""
    if kind.gives == "value":
        return f"{kind.name} must return something true"
    keys = ", ".join(kind.keys)
    return f"{kind.name} must return an object with {keys}" if keys else f"{kind.name} must return an object"


def _problem(rule: str, method: Method, message: str, place: Placed | None) -> Problem:
    return Problem.at(place, rule=rule, message=message, file=method.file.name)
