"""``twinfed``: the command line. Light to import: each command loads what it needs when it runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Annotated

import typer

from twinfed.cli import (
    check,
    demo,
    emulate,
    failures,
    generate,
    match,
    promise,
    proposals,
    replay,
    reroute,
    resilience,
    routes,
    sensitivity,
    serve,
    validate,
    value,
    verify,
    whatif,
)

app = typer.Typer(
    name="twinfed",
    help="Digital twins of microfactory clusters: what happens if ..., what should we do, how sure "
    "are we, and what does it cost.",
    epilog="Exit codes: 0 done; 1 done, and the answer is bad; 2 asked for wrongly; 70 a defect of "
    "twinfed; 130 ended by Ctrl-C, 143 by SIGTERM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: a third of the time
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo", short_help="See it: ten twins, a grid collapse, four responses.")(demo.demo)
app.command("check", short_help="What is wrong, scarce or assumed in a cluster.")(check.check)
app.command("match", short_help="Who can make it, and why others cannot.")(match.match)
app.command("resilience", short_help="What a lost site, link or border takes away.")(
    resilience.resilience
)
app.command("routes", short_help="The best ways between two places.")(routes.routes)
app.command("promise", short_help="From when a new order could be had, how surely.")(
    promise.promise
)
app.command("whatif", short_help="Fork the twins and compare responses.")(whatif.whatif)
app.command("reroute", short_help="Where the open work should be done, and why.")(reroute.reroute)
app.command("sensitivity", short_help="Does the verdict outlive what is assumed?")(
    sensitivity.sensitivity
)
app.command("value", short_help="What one more machine, battery or link is worth.")(value.value)
app.add_typer(proposals.app, short_help="What sites are asked to agree to, and their answers.")
app.command("replay", short_help="Tell recorded telemetry to the twins.")(replay.replay)
app.command("emulate", short_help="Record what the emulated machines tell.")(emulate.emulate)
app.command("serve", short_help="Twins, graph and what-ifs over HTTP.")(serve.serve)
app.command("generate", short_help="Draw a synthetic cluster of any size.")(generate.generate)
app.command("validate", short_help="Published answers against the simulator.")(validate.validate)
app.command("verify", short_help="Check the journals, hash by hash.")(verify.verify)


def _show_version(wanted: bool) -> None:
    if wanted:
        import twinfed

        typer.echo(f"twinfed {twinfed.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Read by typer; the work is done by the commands."""


_terminated = threading.Event()


def _unwind(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - given by the system
    """End like an exit, so that every process that was started is ended too."""
    _terminated.set()
    raise SystemExit(failures.TERMINATED)


def _settle_streams() -> None:
    """Give a standard stream that was closed a null device.

    Without it the first file that is opened, a journal even, takes the descriptor, and what is
    printed goes into that file.
    """
    for descriptor, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))


def run() -> None:
    """Entry of the installed command: runs it and ends the process with its exit code."""
    _settle_streams()
    debug = os.environ.get("TWINFED_DEBUG", "0") not in {"", "0"}
    signal.signal(signal.SIGTERM, _unwind)
    try:
        app()
    except SystemExit as end:
        if end.code == failures.INTERRUPTED:
            failures.report(KeyboardInterrupt(), debug=debug)
        # Ray's own handler may take our place and gives the number of the signal; and an exit that
        # passes through a wait in Ray comes out with a code of Ray's.
        if end.code == signal.SIGTERM or _terminated.is_set():
            sys.exit(failures.TERMINATED)
        raise
    except BrokenPipeError:
        # Whoever read our answer has left. Nothing more can be said on that pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(failures.BAD_ANSWER)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last resort: every error is told
        sys.exit(failures.report(error, debug=debug))
    finally:
        _let_go_of_what_was_said()


def _let_go_of_what_was_said() -> None:
    """What was said by the way and cannot be written does not change how the command ends."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


if __name__ == "__main__":
    run()
