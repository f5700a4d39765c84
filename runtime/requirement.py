"""Requirement: the layers without which a sandbox does not run anything."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from .errors import LayerMissingError
from .layer import LayerName
from .sandbox_report import SandboxReport

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEFAULT_ON_LINUX: Final = frozenset({
    LayerName.V8_NO_JIT,
    LayerName.V8_NO_CODE_FROM_STRINGS,
    LayerName.V8_LINEAR_REGEXP,
    LayerName.V8_MEMORY_CAGE,
    LayerName.REMOVED_GLOBALS,
    LayerName.CLEAN_ENVIRONMENT,
    LayerName.ONE_DESCRIPTOR,
    LayerName.RESOURCE_LIMITS,
    LayerName.MEMORY_LIMIT,
    LayerName.CPU_LIMIT,
    LayerName.NO_CAPABILITIES,
    LayerName.NO_NEW_PRIVILEGES,
    LayerName.NOT_DUMPABLE,
    LayerName.PARENT_DEATH_SIGNAL,
    LayerName.SECCOMP,
    LayerName.WRITE_XOR_EXECUTE,
})  # fmt: skip
"""What every Linux can have, in a container too; namespaces, Landlock and control groups take the host's consent."""


class Requirement:
    """The layers that must be active.

    Args:
        names: Theirs; None stands for what every Linux can have, and for nothing on other systems.

    Raises:
        ValueError: There is no layer of one of these names.
    """

    def __init__(self, names: Iterable[str] | None = None) -> None:
        if names is None:
            names = _DEFAULT_ON_LINUX if sys.platform == "linux" else ()
        self.names = frozenset(map(_layer_named, names))
        self._met_by: bytes | None = None

    def check(self, said: bytes) -> None:
        """Check what a worker says of itself; all workers of one zygote say the same.

        Raises:
            LayerMissingError: A layer is not active.
        """
        if said == self._met_by:
            return
        missing = SandboxReport.decode(said).missing(self.names)
        if missing:
            raise LayerMissingError(missing)
        self._met_by = said


def _layer_named(name: str) -> LayerName:
    try:
        return LayerName(name)
    except ValueError:
        nearest = get_close_matches(name, list(LayerName), n=1)
        question = f" Did you mean {nearest[0]}?" if nearest else ""
        raise ValueError(f"There is no layer {name!r}.{question} Layers: {', '.join(LayerName)}.") from None
