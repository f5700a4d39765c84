"""What `methodhost record` is told on its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from .context import MODES

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS: Final = (
    click.argument("target"),
    click.argument("method", required=False),
    click.option("--case", metavar="NAME", help="What the case is called: the fixture is METHOD.NAME.fixture.yml."),
    click.option(
        "--args", metavar="JSON|@FILE|-", help="Properties of the object the method receives; - reads standard input."
    ),
    click.option("--input", metavar="JSON|@FILE", help="The same for one property, input."),
    click.option(
        "--connection", metavar="FILE", help="YAML or JSON with id, credentials, parameters and apiClient; real ones."
    ),
    click.option("--mode", type=click.Choice(MODES), help="async waits when the API says 429.  [default: sync]"),
    click.option(
        "--allow", metavar="HOST[:PORT]", multiple=True, help="Open a loopback or private address; repeatable."
    ),
    click.option(
        "--limit",
        "limits",
        metavar="NAME=VALUE",
        multiple=True,
        help="wall_time=2, memory=256MB, requests=500, ...; repeatable.",
    ),
    click.option(
        "--public",
        metavar="NAME",
        multiple=True,
        help="A member of the connection that is no secret, such as region; repeatable.",
    ),
    click.option("--update", is_flag=True, help="Record a fixture again that is there already, and show what changed."),
    click.option(
        "--reads-only", is_flag=True, help="Send nothing but the fixture's GETs, and tell how answers changed."
    ),
    click.option("--yes", is_flag=True, help="Write what changed without asking."),
)


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the arguments and options of a recording."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
