"""The command line: what a person types, and how the command ends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from runtime import HostLimitError, LayerMissingError, LayerName, RunEnded, RuntimeFault

from .cache_option import chosen_cache
from .check_command import CheckCommand
from .cli_fixtures import import_, test
from .cli_options import cache_dir_option, json_option, no_cache_option
from .cli_runs import record, resume, run
from .doctor_command import DoctorCommand
from .errors import ConnectorsError, DefinitionError
from .exit_status import ExitStatus
from .init_command import InitCommand
from .report import RunError
from .session import Session
from .termination import Termination
from .types_command import TypesCommand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from .render_json import JsonOutput
    from .render_terminal import TerminalOutput


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="methodhost", prog_name="methodhost")
def methodhost() -> None:
    """Run JavaScript methods of connectors, each in a sandbox of its own."""


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


for command in (run, resume, record, test, import_):
    methodhost.add_command(command)


def main() -> NoReturn:
    """Run the command and exit; the entry point."""
    arguments = sys.argv[1:]
    session = Session(output=_output(arguments))
    with Termination() as termination:
        _conclude(arguments, session, termination)
    session.show()
    sys.exit(session.status)


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
