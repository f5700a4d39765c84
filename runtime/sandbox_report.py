"""SandboxReport: what workers say of themselves before any method runs in them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from .layer import Layer, LayerName, LayerReason

if TYPE_CHECKING:
    from collections.abc import Iterable

_PUBLISHED: Final = {"14.4.258.23": date(2026, 2, 1)}
"""When the release of mini-racer with this V8 was published: nothing that was found later is mended in it."""


@dataclass(frozen=True)
class SandboxReport:
    """The engine, and the layers around the workers of a sandbox.

    Attributes:
        v8: V8's version.
        layers: All there are, active or not.
    """

    v8: str
    layers: tuple[Layer, ...]

    @property
    def v8_published(self) -> date | None:
        """When this build of V8 was published; None where that is not known."""
        return _PUBLISHED.get(self.v8)

    @property
    def kernel(self) -> str:
        """The system and its kernel's version."""
        system = os.uname()
        return f"{system.sysname} {system.release}"

    def __getitem__(self, name: str) -> Layer:
        """Return a layer by its name.

        Raises:
            KeyError: There is none of that name.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def missing(self, required: Iterable[str]) -> tuple[Layer, ...]:
        """Return the layers of these names that are not active."""
        return tuple(layer for layer in self.layers if layer.name in set(required) and not layer.active)

    @classmethod
    def decode(cls, data: bytes) -> SandboxReport:
        """Return what a READY frame says. A worker is trusted until it runs a method's code."""
        said = json.loads(data)
        reasons = {LayerName(name): reason and LayerReason(reason) for name, reason in said["layers"].items()}
        return cls(said["v8"], tuple(Layer(name, reason) for name, reason in reasons.items()))
