"""Options that several commands have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from .cache_option import chosen_cache
from .package_bundler import PackageBundler

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import DiskCache

Command: TypeAlias = "Callable[..., Any]"

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Write one JSON document to standard output, whatever happens."
)

cache_dir_option = click.option(
    "--cache-dir",
    metavar="DIR",
    envvar="METHODHOST_CACHE_DIR",
    help="Keep what is made of sources in DIR; otherwise where this system keeps caches. Also METHODHOST_CACHE_DIR.",
)

no_cache_option = click.option(
    "--no-cache", is_flag=True, envvar="METHODHOST_NO_CACHE", help="Keep nothing on disk. Also METHODHOST_NO_CACHE=1."
)

no_install_option = click.option(
    "--no-install",
    is_flag=True,
    envvar="METHODHOST_NO_INSTALL",
    help="Do not install and bundle what package.json names. Also METHODHOST_NO_INSTALL=1.",
)


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """What is done with sources.

    Attributes:
        cache: Where what is made of them is kept.
        bundler: Makes importable what a `package.json` names.
    """

    cache: DiskCache | None
    bundler: PackageBundler | None


def source_options(command: Command) -> Command:
    """Give a command the options about sources, which it takes as `sources`."""

    @wraps(command)
    def with_sources(
        *positional: Any,  # noqa: ANN401 (the command's)
        cache_dir: str | None,
        no_cache: bool,
        no_install: bool,
        **others: Any,  # noqa: ANN401 (the command's)
    ) -> Any:  # noqa: ANN401 (the command's)
        cache = chosen_cache(cache_dir, no_cache=no_cache)
        bundler = None if no_install else PackageBundler(cache=cache, on_start=partial(click.echo, err=True))
        return command(*positional, sources=SourceOptions(cache=cache, bundler=bundler), **others)

    return cache_dir_option(no_cache_option(no_install_option(with_sources)))


def args_options(command: Command) -> Command:
    """Give a command the options that say what the method receives."""
    args = click.option(
        "--args", metavar="JSON|@FILE|-", help="Properties of the object the method receives; - reads standard input."
    )
    one = click.option("--input", metavar="JSON|@FILE", help="The same for one property, input.")
    return args(one(command))


def host_options(command: Command) -> Command:
    """Give a command the options that say what methods may reach and use."""
    allow = click.option(
        "--allow", metavar="HOST[:PORT]", multiple=True, help="Open a loopback or private address; repeatable."
    )
    limits = click.option(
        "--limit",
        "limits",
        metavar="NAME=VALUE",
        multiple=True,
        help="wall_time=2, memory=256MB, requests=500, ...; repeatable.",
    )
    return allow(limits(command))
