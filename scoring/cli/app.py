"""Which commands are there? One module each, registered here; what they need is loaded when they are called."""

import gc
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from scoring import __version__
from scoring.cli import (
    check,
    cohorts,
    history,
    init,
    match,
    metrics,
    opening,
    profiles,
    report,
    rules,
    runs,
    seal,
    serve,
    users,
)
from scoring.cli.compare import audit, backtest, diagnose, diff, gap, restate, sensitivity, simulate, what_if
from scoring.cli.digests import deliveries, schedule, send
from scoring.cli.explain import explain
from scoring.cli.groups import InFull
from scoring.cli.review import review
from scoring.cli.run import run
from scoring.cli.shared.mistakes import is_for_debugging, told
from scoring.cli.shared.streams import prepare, say
from scoring.errors import BookscoreError

YOUNG = 100_000
"""Objects made between two looks for garbage: most are of modules, and stay."""

app = typer.Typer(
    cls=InFull,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is three times as fast, and reads well in every terminal
    pretty_exceptions_enable=False,
)


def _version(*, is_wanted: bool) -> None:
    if is_wanted:
        say(f"bookscore {__version__}")
        raise typer.Exit


@app.callback()
def bookscore(
    version: Annotated[
        bool,
        typer.Option("--version", callback=lambda v: _version(is_wanted=v), is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Scores account managers by what happened to the accounts in their care.

    Exports of a CRM, a billing system and surveys go in, a scorecard for each manager comes out, down to the row
    that a figure comes from.

    Runs are kept in FOLDER/.bookscore, or in the database whose URL stands in BOOKSCORE_STORE in the environment.

    Start with: bookscore init --demo && bookscore run demo --set-aside

    Exit codes: 0 done, 1 a bug or a file that cannot be read or written, 2 wrong usage, 3 problems in the data,
    4 problems in the rules, 5 some digests did not arrive, or nobody knows.
    """


app.command("init")(init.init)
app.command("check")(check.check)
app.command("match")(match.match)
app.command("run")(run.run)
app.command("explain")(explain.explain)
app.command("cohorts")(cohorts.cohorts)
app.command("history")(history.history)
app.command("backtest")(backtest.backtest)
app.command("diff")(diff.diff)
app.command("audit")(audit.audit)
app.command("rules")(rules.rules)
app.command("simulate")(simulate.simulate)
app.command("what-if")(what_if.what_if)
app.command("sensitivity")(sensitivity.sensitivity)
app.command("diagnose")(diagnose.diagnose)
app.command("gap")(gap.gap)
app.command("metrics")(metrics.metrics)
app.command("open")(opening.open_league)
app.command("report")(report.report)
app.command("serve")(serve.serve)
app.add_typer(users.app, name="users")
app.command("send")(send.send)
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(schedule.app, name="schedule")
app.command("runs")(runs.runs)
app.command("seal")(seal.seal)
app.command("reopen")(seal.reopen)
app.command("seals")(seal.seals)
app.command("verify")(seal.verify)
app.command("restate")(restate.restate)
app.add_typer(review.app, name="review")
app.add_typer(profiles.app, name="profiles")


@cache
def built() -> Callable[..., Any]:
    """All commands with what may be typed behind them, built once."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command line; `arguments` are those the program was called with."""
    prepare()
    gc.set_threshold(YOUNG, 20, 20)
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = built()(typed, prog_name="bookscore", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except (BookscoreError, TyperException) as error:
        return told(error, typed)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        if is_for_debugging():
            raise
        return told(error, typed)
