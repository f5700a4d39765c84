"""Diagnosis: what `methodhost doctor` found."""

from __future__ import annotations

import json
import platform
from datetime import date  # noqa: TC003 (pydantic reads it)
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from runtime import LayerName

from .printable import printable

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime import Layer, SandboxReport


class _Part(BaseModel):
    """A part of the diagnosis; attributes in Python's spelling, JSON in JavaScript's."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class LayerFinding(_Part):
    """One layer around the workers.

    Attributes:
        name: Which.
        effect: What it does.
        required: Whether it must be active.
        active: Whether it is.
        reason: Why it is not, as a word for programs.
        explanation: The same for a person.
        remedy: What to do to have it.
    """

    name: str
    effect: str
    required: bool
    active: bool
    reason: str | None
    explanation: str | None
    remedy: str | None

    @classmethod
    def of(cls, layer: Layer, *, required: bool) -> LayerFinding:
        """Return what is known of a layer."""
        return cls(
            name=layer.name,
            effect=layer.name.effect,
            required=required,
            active=layer.active,
            reason=layer.reason,
            explanation=layer.reason and layer.reason.text,
            remedy=layer.remedy,
        )


class EngineFinding(_Part):
    """The engine.

    Attributes:
        version: V8's.
        published: When this build was; what was found in V8 since then is not mended in it.
        memory_cage: Whether V8's own memory cage is on.
    """

    version: str
    published: date | None
    memory_cage: bool


class Diagnosis(_Part):
    """What stands between a method's code and this machine.

    Attributes:
        ok: Whether workers start and have all layers that are required.
        error: Why no worker could be started.
        missing: Names of required layers that are not active.
        layers: All layers there are; none where no worker could be started.
        v8: The engine.
        python: The interpreter's version.
        system: The system and its kernel.
    """

    ok: bool
    error: str | None = None
    missing: tuple[str, ...] = ()
    layers: tuple[LayerFinding, ...] = ()
    v8: EngineFinding | None = None
    python: str = platform.python_version()
    system: str = f"{platform.system()} {platform.release()}"

    @classmethod
    def of(cls, report: SandboxReport, required: Collection[LayerName]) -> Diagnosis:
        """Return the diagnosis of a sandbox that has started.

        Args:
            report: Of the sandbox.
            required: Layers that must be active.
        """
        missing = tuple(layer.name for layer in report.missing(required))
        return cls(
            ok=not missing,
            system=report.kernel,
            missing=missing,
            layers=tuple(LayerFinding.of(layer, required=layer.name in required) for layer in report.layers),
            v8=EngineFinding(
                version=report.v8,
                published=report.v8_published,
                memory_cage=report[LayerName.V8_MEMORY_CAGE].active,
            ),
        )

    def to_json(self) -> str:
        """Return the diagnosis as one line of JSON, safe to print."""
        return printable(json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False))
