"""Copies: the places of a result at which `$copy` wants what stands elsewhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ConfigurationError
from .locator import locate
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .budget import Budget
    from .undefined import Found


class Copy(dict[str, "JSON"]):
    """`{$copy: locator}` where a formula said so; the same text in data that a server sent is data."""


def with_copies(built: Found, budget: Budget) -> Found:
    """Return a result with each copy in its place; one that finds nothing is dropped.

    Raises:
        ConfigurationError: What is to be copied holds a copy itself.
    """
    if built is UNDEFINED or isinstance(built, Copy):
        return built
    return _pasted(built, built, budget)


def _pasted(value: JSON, whole: JSON, budget: Budget) -> Found:
    budget.spend(1)
    if isinstance(value, Copy):
        return _copied(value, whole, budget)
    if isinstance(value, dict):
        return {
            name: pasted for name, item in value.items() if (pasted := _pasted(item, whole, budget)) is not UNDEFINED
        }
    if isinstance(value, list):
        return [pasted for item in value if (pasted := _pasted(item, whole, budget)) is not UNDEFINED]
    return value


def _copied(copy: Copy, whole: JSON, budget: Budget) -> Found:
    locator = copy["$copy"]
    found = locate(whole, locator, falsy_items=True) if isinstance(locator, str) and locator else UNDEFINED
    if _holds_copy(found, budget):
        raise ConfigurationError(f"$copy of {str(locator)[:64]} would copy what is a copy itself.")
    return found


def _holds_copy(value: Found, budget: Budget) -> bool:
    budget.spend(1)
    if isinstance(value, Copy):
        return True
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds_copy(item, budget) for item in members)
