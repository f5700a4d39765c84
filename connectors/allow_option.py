"""Reads `--allow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import ConfigurationError, EgressPolicy

from .errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_allow(addresses: Iterable[str]) -> EgressPolicy:
    """Return the policy that lets methods reach public addresses and these.

    Raises:
        DefinitionError: One of them is no address.
    """
    try:
        return EgressPolicy.from_allow(list(addresses))
    except ConfigurationError as caught:
        raise DefinitionError(caught.message, key="--allow") from caught
