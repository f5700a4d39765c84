"""The command line: what a person types, and how the command ends."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from runtime import HostLimitError, LayerMissingError, LayerName, RunEnded, RuntimeFault

from .cache_option import chosen_cache
from .check_command import CheckCommand
from .cli_options import cache_dir_option, json_option, no_cache_option, no_install_option
from .connector import Connector
from .context import MODES
from .doctor_command import DoctorCommand
from .errors import ConnectorsError, DefinitionError
from .exit_status import ExitStatus
from .init_command import InitCommand
from .package_bundler import PackageBundler
from .record_options import record_options
from .report import RunError, RunReport
from .resume_command import ResumeCommand
from .run_command import RunCommand
from .sink import STANDARD_OUTPUT
from .termination import Termination
from .types_command import TypesCommand
from .view_options import ViewOptions, view_options

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from .chaos.chaos_report import ChaosReport
    from .check_report import CheckReport
    from .diagnosis import Diagnosis
    from .importing.imported import Imported
    from .recording.recording import Recording
    from .render_json import JsonOutput
    from .render_terminal import TerminalOutput
    from .suite.suite_report import SuiteReport
    from .written_files import WrittenFiles


@dataclass(kw_only=True)
class Session:
    """One execution of the command.

    Attributes:
        output: Where its result goes.
        report: Its result; none where it only printed help.
        diagnosis: Its result, where it looked at the machine.
        check: Its result, where it looked at a connector.
        written: Its result, where it wrote files for an author.
        imported: Its result, where it made fixtures of what other tools recorded.
        recording: Its result, where it recorded a fixture.
        suite: Its result, where it ran fixtures.
        chaos: Its result, where it let their exchanges fail.
        watches: Whether it stays until it is interrupted.
        connector: The connector that was run.
        status: Its exit status.
    """

    output: JsonOutput | TerminalOutput
    report: RunReport | None = None
    diagnosis: Diagnosis | None = None
    check: CheckReport | None = None
    written: WrittenFiles | None = None
    imported: Imported | None = None
    recording: Recording | None = None
    suite: SuiteReport | None = None
    chaos: ChaosReport | None = None
    watches: bool = False
    connector: Connector | None = None
    status: ExitStatus = ExitStatus.OK

    def fail(self, status: ExitStatus, error: RunError) -> None:
        """Take an error of the command itself for its result."""
        self.status = status
        self.report = RunReport(ok=False, error=error)

    def interrupt(self, status: ExitStatus) -> None:
        """Take an interrupt for its end, which for one that stays is as it should be."""
        if not self.watches or status != ExitStatus.INTERRUPTED:
            self.fail(status, RunError(type="internal", key="interrupted", message="The run was interrupted."))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="methodhost", prog_name="methodhost")
def methodhost() -> None:
    """Run JavaScript methods of connectors, each in a sandbox of its own."""


@methodhost.command()
@click.argument("target")
@click.argument("method", required=False)
@click.option(
    "--args", metavar="JSON|@FILE|-", help="Properties of the object the method receives; - reads standard input."
)
@click.option("--input", metavar="JSON|@FILE", help="The same for one property, input.")
@click.option("--connection", metavar="FILE", help="YAML or JSON with id, credentials, parameters and apiClient.")
@click.option(
    "--mode", type=click.Choice(MODES), default="sync", show_default=True, help="async waits when the API says 429."
)
@click.option("--allow", metavar="HOST[:PORT]", multiple=True, help="Open a loopback or private address; repeatable.")
@click.option(
    "--limit",
    "limits",
    metavar="NAME=VALUE",
    multiple=True,
    help="wall_time=2, memory=256MB, requests=500, ...; repeatable.",
)
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
@cache_dir_option
@no_cache_option
@no_install_option
@json_option
@click.pass_obj
def run(
    session: Session,
    /,
    target: str,
    as_json: bool,
    cache_dir: str | None,
    no_cache: bool,
    no_install: bool,
    har: str | None,
    html: str | None,
    timeline: bool,
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
    views = ViewOptions.of(har, html, timeline=timeline, show=session.output.show_timeline)
    cache = chosen_cache(cache_dir, no_cache=no_cache)
    bundler = None if no_install else PackageBundler(cache=cache, on_start=partial(click.echo, err=True))
    session.connector = Connector.load(target, bundler=bundler)
    command = RunCommand(cache=cache, views=views, **options)
    session.report = command.execute(session.connector, session.output.on_event)
    session.status = ExitStatus.of(session.report)


@methodhost.command()
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
@click.option("--allow", metavar="HOST[:PORT]", multiple=True, help="As for run.")
@click.option("--limit", "limits", metavar="NAME=VALUE", multiple=True, help="As for run.")
@view_options
@cache_dir_option
@no_cache_option
@no_install_option
@json_option
@click.pass_obj
def resume(
    session: Session,
    /,
    target: str,
    as_json: bool,
    cache_dir: str | None,
    no_cache: bool,
    no_install: bool,
    har: str | None,
    html: str | None,
    timeline: bool,
    **options: Any,  # noqa: ANN401 (ResumeCommand's)
) -> None:
    """Let a run go on whose journal is FILE: one that was suspended, or broken off.

    TARGET is the connector as it was. What was answered before is answered from the journal; nothing is sent twice.

    The exit status is that of run.
    """
    views = ViewOptions.of(har, html, timeline=timeline, show=session.output.show_timeline)
    cache = chosen_cache(cache_dir, no_cache=no_cache)
    bundler = None if no_install else PackageBundler(cache=cache, on_start=partial(click.echo, err=True))
    session.connector = Connector.load(target, bundler=bundler)
    command = ResumeCommand(cache=cache, views=views, **options)
    session.report = command.execute(session.connector, session.output.on_event)
    session.status = ExitStatus.of(session.report)


@methodhost.command()
@record_options
@cache_dir_option
@no_cache_option
@no_install_option
@json_option
@click.pass_obj
def record(
    session: Session,
    /,
    as_json: bool,
    cache_dir: str | None,
    no_cache: bool,
    no_install: bool,
    **options: Any,  # noqa: ANN401 (RecordCommand's)
) -> None:
    """Run one method of TARGET against the live API, and write what happened as a fixture beside it, without secrets.

    TARGET is a connector's folder or a single .js file, and METHOD a name such as data/contacts/list. TARGET may also
    be a fixture that is there, with --update or --reads-only. What is written is replayed at once.

    The exit status is 0 when the replay passes, 1 when it does not, or answers have another shape, 2 when the command
    or a definition is wrong or a secret would be written, and 3 when a limit was hit.
    """
    from .record_command import RecordCommand, status_of  # a YAML library that other commands do without

    cache = chosen_cache(cache_dir, no_cache=no_cache)
    bundler = None if no_install else PackageBundler(cache=cache, on_start=partial(click.echo, err=True))
    command = RecordCommand(cache=cache, bundler=bundler, **options)
    session.recording = command.execute(session.output.ask, session.output.on_event)
    session.status = status_of(session.recording)


@methodhost.command()
@click.option(
    "--require",
    metavar="NAME",
    type=click.Choice([name.value for name in LayerName]),
    multiple=True,
    help="A layer that must be active; repeatable. Otherwise those that a host requires by default.",
)
@json_option
@click.pass_obj
def doctor(session: Session, /, require: tuple[str, ...], as_json: bool) -> None:
    """Show what stands between a method's code and this machine.

    Starts a worker, which tries each layer on itself. The exit status is 0 when all required layers are active, 1 when
    one is not or no worker can be started, and 2 when the command is wrong.
    """
    session.diagnosis = DoctorCommand(require=require).execute()
    session.status = ExitStatus.OK if session.diagnosis.ok else ExitStatus.FAILED


@methodhost.command()
@click.argument("path")
@cache_dir_option
@no_cache_option
@json_option
@click.pass_obj
def check(session: Session, /, path: str, as_json: bool, cache_dir: str | None, no_cache: bool) -> None:
    """Look for mistakes in PATH, a connector's folder or a single .js or .ts file, without running any of it.

    Finds syntax errors, imports that lead nowhere, methods that are missing or cannot be what they should, files that
    nothing uses, calls that nobody awaits, and keys of definitions that mean nothing.

    The exit status is 0 when there is no problem, 1 when there is one, and 2 when the command is wrong.
    """
    session.check = CheckCommand(path=path, cache=chosen_cache(cache_dir, no_cache=no_cache)).execute()
    session.status = ExitStatus.OK if session.check.ok else ExitStatus.FAILED


@methodhost.command()
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
@cache_dir_option
@no_cache_option
@no_install_option
@json_option
@click.pass_obj
def test(
    session: Session,
    /,
    as_json: bool,
    cache_dir: str | None,
    no_cache: bool,
    no_install: bool,
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
    cache = chosen_cache(cache_dir, no_cache=no_cache)
    bundler = None if no_install else PackageBundler(cache=cache, on_start=partial(click.echo, err=True))
    from .suite_command import SuiteCommand  # loads slowly; other commands may do without
    from .suite_options import SuiteOptions

    with session.output.suite_progress() as observer:
        command = SuiteCommand(SuiteOptions.of(cache=cache, bundler=bundler, **options), observer)
        if watch:
            session.watches = True
            command.watch(session.output.show_watched)
        elif chaos:
            session.chaos = command.execute_chaos()
            session.status = ExitStatus.of_suite(session.chaos)
        else:
            session.suite = command.execute()
            session.status = ExitStatus.of_suite(session.suite)


@methodhost.command()
@click.argument("path")
@click.option("--force", is_flag=True, help="Write over files of your own as well.")
@json_option
@click.pass_obj
def types(session: Session, /, path: str, force: bool, as_json: bool) -> None:
    """Write types for the methods of PATH, a connector's folder or one .js or .ts file, so that editors check them.

    They go into types/methodhost: what each kind of methods receives and gives, apiClient, errors, and the globals that
    there are. A tsconfig.json or jsconfig.json is written where there is none.

    The exit status is 0, or 2 when the command is wrong or a file cannot be written.
    """
    session.written = TypesCommand(path=path, force=force).execute()


@methodhost.command()
@click.argument("name")
@json_option
@click.pass_obj
def init(session: Session, /, name: str, as_json: bool) -> None:
    """Make NAME, the folder of a new connector that runs at once.

    The exit status is 0, or 2 when the name cannot be used or the folder is there already.
    """
    session.written = InitCommand(name=name).execute()


@methodhost.command(name="import")
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


def main() -> NoReturn:
    """Run the command and exit; the entry point."""
    arguments = sys.argv[1:]
    session = Session(output=_output(arguments))
    with Termination() as termination:
        _conclude(arguments, session, termination)
    _show(session)
    sys.exit(session.status)


def _show(session: Session) -> None:
    """Write the result."""
    output = session.output
    if session.report is not None:
        output.show(session.report, session.connector)
        return
    results: tuple[tuple[Any, Callable[[Any], None]], ...] = (
        (session.diagnosis, output.show_diagnosis),
        (session.check, output.show_check),
        (session.written, output.show_written),
        (session.imported, output.show_imported),
        (session.recording, output.show_recording),
        (session.suite, output.show_suite),
        (session.chaos, output.show_chaos),
    )
    for result, show in results:
        if result is not None:
            show(result)
            return


def _output(arguments: Sequence[str]) -> JsonOutput | TerminalOutput:
    """Choose the output, before the arguments can be found wrong. Loads only what that output needs."""
    if "--json" in arguments:
        from .render_json import JsonOutput

        return JsonOutput()
    from .render_terminal import TerminalOutput

    return TerminalOutput()


def _conclude(arguments: Sequence[str], session: Session, termination: Termination) -> None:
    """Run the command to its end, whatever that is."""
    try:
        methodhost.main(args=list(arguments), prog_name="methodhost", standalone_mode=False, obj=session)
    except click.ClickException as caught:
        message = f"{caught.format_message()} Try --help."
        session.fail(ExitStatus.WRONG, RunError(type="configuration", key="usage", message=message))
    except ConnectorsError as caught:
        session.fail(ExitStatus.WRONG, _error_of(caught))
    except (HostLimitError, LayerMissingError) as caught:
        session.fail(ExitStatus.WRONG, RunError(type="configuration", key=caught.code, message=str(caught)))
    except RunEnded as caught:
        failure = caught.failure
        session.fail(ExitStatus.FAILED, RunError(type=failure.type, key=failure.key, message=failure.message))
    except RuntimeFault as caught:
        session.fail(ExitStatus.FAILED, RunError(type="internal", key=caught.code, message=str(caught)))
    except (click.Abort, KeyboardInterrupt):
        session.interrupt(termination.status)
    except Exception as caught:  # noqa: BLE001 (the command still owes its document)
        message = f"This is a fault of methodhost ({type(caught).__name__}); please report it with the command."
        session.fail(ExitStatus.FAILED, RunError(type="internal", message=message))


def _error_of(caught: ConnectorsError) -> RunError:
    """Return an error of the application's side as the one error shape."""
    where = (
        {"file": caught.file, "key": caught.key, "line": caught.line} if isinstance(caught, DefinitionError) else None
    )
    return RunError(type="configuration", key=caught.code, message=str(caught), data=where)
