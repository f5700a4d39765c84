"""IsolateClient: a client that holds functions, which live where the method lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime import JSON, Module


@dataclass(frozen=True, kw_only=True)
class IsolateClient:
    """A client that is made in the isolate of each run that uses it; its data comes out with each call.

    Attributes:
        module: The file that exports makeApiClient; to be given to the run beside the method's.
        exports: Names under which it may be exported.
        arguments: What it receives.
    """

    module: Module
    exports: tuple[str, ...]
    arguments: dict[str, JSON] = field(repr=False)

    @property
    def settings(self) -> dict[str, JSON]:
        """What the extension's JavaScript must know to make it."""
        return {"module": self.module.name, "exports": list(self.exports), "arguments": self.arguments}
