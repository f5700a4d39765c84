"""Commands about fixtures: `test`, `import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .cli_options import SourceOptions, json_option, source_options
from .exit_status import ExitStatus

if TYPE_CHECKING:
    from .session import Session


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--filter",
    "filters",
    metavar="NAME",
    multiple=True,
    help="Only fixtures with NAME in METHOD.CASE; with *, ? or [...], all of it must fit. Repeatable: any of them.",
)
@click.option("--last-failed", is_flag=True, help="Only those that failed when they were last run; all where none did.")
@click.option("--fail-fast", is_flag=True, help="Start no more after one that failed.")
@click.option("--workers", metavar="N", type=click.IntRange(1, 64), help="Most methods at a time; one a processor.")
@click.option("--junit", metavar="FILE", type=click.Path(dir_okay=False), help="Also write JUnit XML to FILE.")
@click.option("--har", metavar="DIR", type=click.Path(file_okay=False), help="Also write an HTTP archive of each run.")
@click.option("--html", metavar="DIR", type=click.Path(file_okay=False), help="Also write a page with a timeline each.")
@click.option("--watch", is_flag=True, help="Stay, and run again what a change affects, until Ctrl-C.")
@click.option("--chaos", is_flag=True, help="Also let each exchange fail in each way, and tell which methods take it.")
@source_options
@json_option
@click.pass_obj
def test(
    session: Session,
    /,
    as_json: bool,
    sources: SourceOptions,
    watch: bool,
    chaos: bool,
    **options: Any,  # noqa: ANN401 (SuiteOptions')
) -> None:
    """Run methods against their fixtures: scripted exchanges in place of the network, and a clock that jumps.

    PATH is a connector's folder, or any other, with all fixtures below it; a fixture (NAME.fixture.yml, .yaml or
    .json); or a .js or .ts file, with the fixtures of its method beside it. Without it, the current folder is meant.

    The exit status is 0 when all fixtures passed, 1 when one did not, and 2 when a fixture or the command is wrong, or
    there is no fixture. With --chaos it is 1 also when a failure was not handled; --watch ends with 0.
    """
    if watch and (as_json or chaos):
        raise click.UsageError("--watch goes with neither --json nor --chaos.")
    if chaos and any(options[name] for name in ("junit", "har", "html")):
        raise click.UsageError("--chaos goes with none of --junit, --har and --html.")
    from .suite_command import SuiteCommand  # loads slowly; other commands may do without
    from .suite_options import SuiteOptions

    with session.output.suite_progress() as observer:
        command = SuiteCommand(SuiteOptions.of(cache=sources.cache, bundler=sources.bundler, **options), observer)
        if watch:
            session.watches = True
            command.watch(session.output.show_watched)
        elif chaos:
            session.chaos = command.execute_chaos()
            session.status = ExitStatus.of_suite(session.chaos)
        else:
            session.suite = command.execute()
            session.status = ExitStatus.of_suite(session.suite)


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--to", required=True, metavar="CONNECTOR", help="The connector's folder or file, beside whose methods they go."
)
@click.option("--method", metavar="NAME", help="Whose cases they are; otherwise each is looked for by its name.")
@click.option("--case", metavar="NAME", help="What the case is called; otherwise as the recording is.")
@click.option("--base-uri", metavar="URL", help="Of the API; recordings of Nango do not have it.")
@click.option("--connection", metavar="FILE", help="A connection of placeholders, for the fixtures.")
@click.option("--force", is_flag=True, help="Write over fixtures that are there.")
@json_option
@click.pass_obj
def import_(session: Session, /, as_json: bool, **options: Any) -> None:  # noqa: ANN401 (ImportCommand's)
    """Make fixtures of what other tools recorded.

    FILE is a mock of Nango (function.test.json), a folder with such files or with Nango's older folder mocks, or a
    cassette of VCR (of vcrpy, of VCR for Ruby, or of what writes the same). What cannot be converted is told.

    The exit status is 0 when each became a fixture, 1 when one did not, and 2 when the command is wrong.
    """
    from .importing.import_command import ImportCommand

    session.imported = ImportCommand(**options).execute()
    session.status = ExitStatus.OK if session.imported.ok else ExitStatus.FAILED
