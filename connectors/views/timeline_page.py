"""The timeline as one HTML page that loads nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from connectors.printable import printable

from .page_summary import page_summary
from .shown_row import shown_rows
from .timeline import Timeline

if TYPE_CHECKING:
    from jinja2 import Template

    from .trace import Trace

_TEMPLATE: Final = "timeline.html"
_STYLE: Final = "timeline.css"


def timeline_page(trace: Trace) -> str:
    """Return a run as an HTML page.

    What servers and methods wrote is text there and nothing else: it is escaped wherever it stands, characters that
    would turn the writing direction are spelt out, and the page's own policy forbids scripts, forms and whatever would
    have to be loaded.
    """
    timeline = Timeline.of(trace)
    style = _text_of(_STYLE)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        style=Markup(style),  # noqa: S704 (our own file)
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        version=version("methodhost"),
        summary=page_summary(trace, timeline),
        axis=timeline.axis,
        rows=shown_rows(timeline),
    )


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    return environment.from_string(_text_of(_TEMPLATE))


def _shown(value: object) -> object:
    """Return what stands in the page for a value: text without characters that do something."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value, keep="\n\t")


def _text_of(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
