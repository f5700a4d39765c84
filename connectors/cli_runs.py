"""Commands that run a method: `run`, `resume`, `record`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .cli_options import SourceOptions, args_options, host_options, json_option, source_options
from .connector import Connector
from .context import MODES
from .exit_status import ExitStatus
from .record_options import record_options
from .resume_command import ResumeCommand
from .run_command import RunCommand
from .sink import STANDARD_OUTPUT
from .view_options import view_options

if TYPE_CHECKING:
    from .session import Session


@click.command()
@click.argument("target")
@click.argument("method", required=False)
@args_options
@click.option("--connection", metavar="FILE", help="YAML or JSON with id, credentials, parameters and apiClient.")
@click.option(
    "--mode", type=click.Choice(MODES), default="sync", show_default=True, help="async waits when the API says 429."
)
@host_options
@click.option(
    "--output",
    metavar="FILE",
    help="Write the result to FILE, - for standard output: a stream's bytes, text as it is, all else as JSON.",
)
@click.option(
    "--journal",
    metavar="FILE",
    help="Keep the run's journal in FILE, which must not be there yet; see methodhost resume.",
)
@view_options
@source_options
@json_option
@click.pass_obj
def run(
    session: Session,
    /,
    target: str,
    as_json: bool,
    sources: SourceOptions,
    **options: Any,  # noqa: ANN401 (RunCommand's)
) -> None:
    """Run one method of TARGET, a connector's folder or a single .js file.

    METHOD is a name such as data/contacts/list; it may be left out where there is only one.

    A method that gives a stream of bytes needs --output. FILE appears when it is complete; with --json the document's
    value then tells its name and length. In the files of --har and --html secrets are masked.

    With --journal and --mode async, a run that would wait half a minute or longer ends as suspended; methodhost resume
    lets it go on, also after this command was killed.

    Packages that a package.json beside the connector names, and its code imports, are installed with npm, without
    their scripts, and bundled with esbuild; the result is kept.

    The exit status is 0 when the method gave a value, 1 when it failed, 2 when the command or a definition is wrong,
    3 when a limit was hit, and 4 when the run was suspended.
    """
    if as_json and options["output"] == STANDARD_OUTPUT:
        raise click.UsageError("--output - and --json would both write to standard output; name a file.")
    _carry_out(RunCommand(cache=sources.cache, **options), session, target, sources)


@click.command()
@click.argument("journal", metavar="FILE")
@click.argument("target")
@click.option("--connection", metavar="FILE", help="As for run; with the credentials as they are now.")
@click.option(
    "--in-doubt",
    type=click.Choice(["fail", "send_again"]),
    default="fail",
    show_default=True,
    help="What to do about a write that was on its way when the run was broken off.",
)
@host_options
@view_options
@source_options
@json_option
@click.pass_obj
def resume(
    session: Session,
    /,
    target: str,
    as_json: bool,
    sources: SourceOptions,
    **options: Any,  # noqa: ANN401 (ResumeCommand's)
) -> None:
    """Let a run go on whose journal is FILE: one that was suspended, or broken off.

    TARGET is the connector as it was. What was answered before is answered from the journal; nothing is sent twice.

    The exit status is that of run.
    """
    _carry_out(ResumeCommand(cache=sources.cache, **options), session, target, sources)


def _carry_out(command: RunCommand | ResumeCommand, session: Session, target: str, sources: SourceOptions) -> None:
    """Run a method of a connector, and take the report for the result of the session."""
    session.connector = Connector.load(target, bundler=sources.bundler)
    session.report = command.execute(session.connector, session.output.on_event)
    session.status = ExitStatus.of(session.report)


@click.command()
@record_options
@source_options
@json_option
@click.pass_obj
def record(
    session: Session,
    /,
    as_json: bool,
    sources: SourceOptions,
    **options: Any,  # noqa: ANN401 (RecordCommand's)
) -> None:
    """Run one method of TARGET against the live API, and write what happened as a fixture beside it, without secrets.

    TARGET is a connector's folder or a single .js file, and METHOD a name such as data/contacts/list. TARGET may also
    be a fixture that is there, with --update or --reads-only. What is written is replayed at once.

    The exit status is 0 when the replay passes, 1 when it does not, or answers have another shape, 2 when the command
    or a definition is wrong or a secret would be written, and 3 when a limit was hit.
    """
    from .record_command import RecordCommand, status_of  # a YAML library that other commands do without

    command = RecordCommand(cache=sources.cache, bundler=sources.bundler, **options)
    session.recording = command.execute(session.output.ask, session.output.on_event)
    session.status = status_of(session.recording)
