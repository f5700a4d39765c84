"""What `methodhost record` is told on its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from .cli_options import args_options, host_options
from .context import MODES

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS: Final = (
    click.argument("target"),
    click.argument("method", required=False),
    click.option("--case", metavar="NAME", help="What the case is called: the fixture is METHOD.NAME.fixture.yml."),
    args_options,
    click.option(
        "--connection", metavar="FILE", help="YAML or JSON with id, credentials, parameters and apiClient; real ones."
    ),
    click.option("--mode", type=click.Choice(MODES), help="async waits when the API says 429.  [default: sync]"),
    host_options,
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
