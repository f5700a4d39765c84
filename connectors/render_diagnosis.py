"""The diagnosis as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .diagnosis import Diagnosis, LayerFinding


def diagnosis_text(diagnosis: Diagnosis) -> RenderableType:
    """Return the facts, a table of the layers, what can be done about those that are not active, and the verdict."""
    parts: list[RenderableType] = [_facts(diagnosis)]
    if diagnosis.layers:
        parts.append(_table(diagnosis))
    parts += [_remedy(layer) for layer in diagnosis.layers if not layer.active]
    parts.append(_verdict(diagnosis))
    return Group(*parts)


def _facts(diagnosis: Diagnosis) -> Text:
    v8 = diagnosis.v8
    engine = ""
    if v8 is not None:
        published = f", published {v8.published}" if v8.published else ""
        engine = f"V8 {v8.version}{published}, memory cage {'on' if v8.memory_cage else 'off'}\n"
    return Text(f"{engine}Python {diagnosis.python}\n{diagnosis.system}")


def _table(diagnosis: Diagnosis) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("layer", "", "required", "effect"):
        table.add_column(heading, no_wrap=heading != "effect")
    for layer in diagnosis.layers:
        state = ("active", "green") if layer.active else ("missing", "red") if layer.required else ("off", "yellow")
        table.add_row(Text(layer.name), Text(*state), Text("yes" if layer.required else ""), Text(layer.effect))
    return table


def _remedy(layer: LayerFinding) -> Text:
    return Text.assemble((layer.name, "bold"), f" is not active: {layer.explanation}. To have it, {layer.remedy}.")


def _verdict(diagnosis: Diagnosis) -> Text:
    if diagnosis.error is not None:
        return Text.assemble(("No worker can be started. ", "red"), diagnosis.error)
    if diagnosis.missing:
        return Text(f"Required layers are missing: {', '.join(diagnosis.missing)}.", "red")
    return Text("All required layers are active.", "green")
