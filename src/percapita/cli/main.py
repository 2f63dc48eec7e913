"""Find the command that was typed, run it, turn its errors into one line and an exit code."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
import traceback

import typer

from percapita import __version__
from percapita.cli.interrupts import listen
from percapita.cli.screen import printable
from percapita.errors import InputError, PercapitaError, nearest

STOPPED = 130  # what a shell calls a program that Ctrl-C ended, and what Typer returns for it

# command -> the module that registers it, in the order of `percapita --help`.
COMMANDS: dict[str, str] = {
    "demo": "percapita.cli.demo",
    "init": "percapita.cli.plans",
    "check": "percapita.cli.check",
    "count": "percapita.cli.count",
    "explain": "percapita.cli.explain",
    "open": "percapita.cli.open",
    "compare": "percapita.cli.compare",
    "rules": "percapita.cli.rules",
    "people": "percapita.cli.people",
    "digest": "percapita.cli.digest",
    "systems": "percapita.cli.systems",
    "proxy": "percapita.cli.proxy",
    "quote": "percapita.cli.quote",
    "ledger": "percapita.cli.ledger",
    "license": "percapita.cli.license",
    "charges": "percapita.cli.charges",
    "industry": "percapita.cli.industry",
    "export-help": "percapita.cli.export_help",
    "policy": "percapita.cli.plans",
    "schema": "percapita.cli.plans",
}
# Words that only begin a command: alone they ask for help.
GROUPS = (
    ["charges"], ["digest"], ["industry"], ["ledger"], ["license"], ["people"], ["policy"], ["proxy"], ["rules"],
    ["systems"],
)  # fmt: skip


def build_app(commands: list[str]) -> typer.Typer:
    """Return the application with only the modules of `commands` imported."""
    app = typer.Typer(
        name="percapita",
        help="Count the individual people who use CPT in each system, and explain every one of them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def main_options() -> None:
        """Count the individual people who use CPT in each system, and explain every one of them."""

    for module in dict.fromkeys(COMMANDS[command] for command in commands):
        importlib.import_module(module).register(app)
    return app


def chosen(arguments: list[str]) -> list[str]:
    """Return the commands to import for these arguments: the one typed, or all for help."""
    typed = next((word for word in arguments if not word.startswith("-")), None)
    if typed is None:
        return list(COMMANDS)
    if typed not in COMMANDS:
        raise InputError(f"{typed!r} is not a command", "percapita", nearest(typed, COMMANDS))
    return [typed]


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors go to stderr as one line."""
    if "--version" in arguments[:1]:
        print(f"percapita {__version__}")
        return 0
    try:
        return invoke(arguments)
    except PercapitaError as error:
        return complain(str(error), error.exit_code)
    except typer.TyperException as error:
        return complain(f"{said_by(error)} · command line · see percapita --help", 2)
    except (KeyboardInterrupt, typer.Abort):
        return complain("stopped · what was finished is kept · run the command again to go on", STOPPED)


def said_by(error: typer.TyperException) -> str:
    """Return what Typer says of a command line, in one line."""
    return error.format_message().replace("Value error, ", "").rstrip(".")


def invoke(arguments: list[str]) -> int:
    """Run the command that was typed; Typer's own ways to stop become the exceptions they stand for."""
    if not arguments or arguments in GROUPS:
        arguments = [*arguments, "--help"]
    try:
        result = build_app(chosen(arguments))(args=arguments, prog_name="percapita", standalone_mode=False)
    except SystemExit:  # Typer leaves this way only when nobody reads the output any more
        raise BrokenPipeError from None
    if result == STOPPED:
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def complain(line: str, code: int) -> int:
    """Print the one line of an error and return its exit code."""
    print("error: " + printable(" ".join(line.split())), file=sys.stderr)
    return code


def main() -> None:
    """Be the entry point of the `percapita` program."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a sign still gets the table
    listen()
    # Hundreds of thousands of accounts live to the end of the program: looking among them for cycles finds nothing and
    # takes an eighth of the time of resolving them.
    gc.set_threshold(200_000, 50, 100)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has what it wants, as in `percapita schema plan | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:  # a full disk, a folder that may not be written: nothing that a program can mend
        where = os.fsdecode(error.filename) if error.filename else "output"
        code = complain(f"{error.strerror or type(error).__name__} · {where} · check the space and the permissions", 2)
    except Exception as error:
        # Our own bug: say so in one line. The traceback may quote data, so it is shown only when asked for.
        if os.environ.get("PERCAPITA_TRACEBACK"):
            traceback.print_exc()
        hint = "run again with PERCAPITA_TRACEBACK=1 and report what it prints"
        code = complain(f"a bug of Percapita's own ({type(error).__name__}) · {' '.join(sys.argv[1:3])} · {hint}", 70)
    if code == STOPPED:
        leave_at_once()
    sys.exit(code)


def leave_at_once() -> None:
    """End the program without waiting for the threads of readers and databases, which Ctrl-C may leave in a call."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(STOPPED)
