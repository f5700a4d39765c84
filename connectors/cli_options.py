"""Options that several commands have."""

from __future__ import annotations

import click

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
