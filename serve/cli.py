"""`bagui`: the command line. Thin, and light to import; each command loads what it needs when it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from serve.commands import answering, evaluation, holdings, rights, running, sites, users
from serve.process.environment import quiet

ABOUT = (
    "八桂智融：面向广西银行的本地助手。A local assistant whose every figure is verified against its evidence."
)

app = typer.Typer(
    name="bagui",
    help=ABOUT,
    epilog="Example: bagui ask '流动资金贷款期限最长几年'",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True, help=ABOUT)
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when a command fails.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


running.add_to(app)
answering.add_to(app)
holdings.add_to(app)
rights.add_to(app)
evaluation.add_to(app)
sites.add_to(app)
users.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """The program. Exit codes: 0 done, 1 the job failed, 2 bad usage; an error is one line on stderr."""
    quiet()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # pyright: ignore
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Runs one command and returns its exit code."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    debug = "--debug" in own
    if debug:
        arguments.remove("--debug")
    try:
        return int(app(arguments, prog_name="bagui", standalone_mode=False) or 0)
    except typer.TyperException as error:
        if debug:
            raise
        return _complain(error.format_message(), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _complain("中断", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if debug or not _is_ours(error):
            raise
        return _complain(str(error), error.exit_code)  # pyright: ignore[reportAttributeAccessIssue]


def _is_ours(error: Exception) -> bool:
    """Whether this is a `BaguiError`; the class is loaded only once something has failed."""
    from assistant.errors import BaguiError

    return isinstance(error, BaguiError)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    typer.echo(f"bagui: {line}", err=True)
    return code
