"""Names of a client's options: the contract's, and those that are understood all the same."""

from __future__ import annotations

from typing import Any, Final

_ALIASES: Final = {
    "baseUrl": "baseUri",
    "baseURL": "baseUri",
    "defaultQueryParameters": "query",
    "params": "query",
}
"""Names that other editions of the contract, and habits, have for an option."""


def by_their_names(options: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options by the names of the contract, and what to say of other ones."""
    warnings: list[str] = []
    if set(options) == {"args"} and isinstance(options["args"], dict):
        options = options["args"]
        warnings.append("The client's options stand under args: write them at the top.")
    named: dict[str, Any] = {}
    for name, value in options.items():
        known = _ALIASES.get(name, name)
        if known == name:
            named[name] = value
        elif known in options or known in named:
            warnings.append(f"{name} was ignored: {known} is there too.")
        else:
            warnings.append(f"{name} is another name of {known}: write {known}.")
            named[known] = value
    return named, tuple(warnings)
