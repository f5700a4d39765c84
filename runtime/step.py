# Hostile side of the wall: taken in the zygote and in every worker.
"""One step of hardening: how a layer is applied, and how it is seen to have its effect."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .layer import LayerReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from .layer import LayerName

_NOT_IN_KERNEL: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENODEV, errno.EOPNOTSUPP})


class UnavailableError(Exception):
    """A layer cannot be applied here.

    Attributes:
        reason: Why not.
    """

    def __init__(self, reason: LayerReason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True)
class Step:
    """How one layer is applied.

    Attributes:
        name: Of the layer.
        apply: Applies it; raises OSError or UnavailableError where that cannot be done.
        effective: Tries its effect from inside, once it and nothing that would mask it is applied.
    """

    name: LayerName
    apply: Callable[[], object]
    effective: Callable[[], bool]


def reason_for(error: OSError | UnavailableError) -> LayerReason:
    """Return why a layer could not be applied."""
    if isinstance(error, UnavailableError):
        return error.reason
    return LayerReason.NOT_IN_KERNEL if error.errno in _NOT_IN_KERNEL else LayerReason.REFUSED


def fails(attempt: Callable[[], object], *numbers: int) -> bool:
    """Return whether an attempt ends in an OSError, with one of these numbers if any are given."""
    try:
        attempt()
    except OSError as error:
        return not numbers or error.errno in numbers
    return False
