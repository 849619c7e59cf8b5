"""`bookscore review`: from a draft of what is said about a card to a sealed one that two people stand behind."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scoring.cli.groups import InFull
from scoring.cli.review import evidence, papers, shown
from scoring.cli.review.options import After, AnswerBy, As, By, Period, Reason, Text, Who
from scoring.cli.review.reviewed import Chosen, by_name, chosen, done, now, said
from scoring.cli.shared import places
from scoring.cli.shared.answers import else_next
from scoring.cli.shared.options import AsJson, DryRun, Workspace, of_period

if TYPE_CHECKING:
    from scoring.store import Store

app = typer.Typer(
    cls=InFull,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What is said about a card, and signed: draft, shared, disputed and decided, signed by both, sealed.",
)


@app.command("start")
def start(
    who: Who,
    folder: Workspace = Path(),
    *,
    by: By,
    period: Annotated[str | None, of_period("the last run's")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Begin the review of a manager's card, as a draft, on the run that is published for the period.

    Published is the sealed run, else the last one that is stored. WHO is a name, part of one, or an id.
    """
    with places.stored(folder) as store:
        from scoring.explain.names import word_for
        from scoring.review import Review
        from scoring.store.reviewing import Reviews

        named, manager_id, names = _card(store, who, period)
        reviews, word = Reviews(store), word_for(manager_id, names)
        with else_next("review", "show", word, folder, "--period", named):
            made = reviews.begin(named, manager_id, by_name(by, "reviewer"), at=now(), is_dry=dry_run)
        before = Chosen(reviews, Review(named, manager_id, names[manager_id], ()), folder, word)
        done(before, made, is_dry=dry_run, as_json=as_json)


@app.command("share")
def share(
    who: Who,
    folder: Workspace = Path(),
    *,
    by: By,
    answer_by: AnswerBy = None,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Share the draft with the manager, who then has until the end of a day to answer."""
    from scoring.review import TO_ANSWER, Shared

    with chosen(folder, who, period) as found:
        until = found.today + TO_ANSWER if answer_by is None else answer_by.date()
        made = found.do(Shared(answer_by=until), by_name(by, "reviewer"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("comment")
def comment(  # noqa: PLR0913 - a command has as many options as it has
    who: Who,
    folder: Workspace = Path(),
    *,
    text: Text,
    part: As,
    by: By,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add what the reviewer or the manager has to say. What was signed before has to be signed again."""
    from scoring.review import Commented

    with chosen(folder, who, period) as found:
        made = found.do(said(Commented, text=text), by_name(by, part), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("dispute")
def dispute(  # noqa: PLR0913 - a command has as many options as it has
    who: Who,
    folder: Workspace = Path(),
    *,
    text: Text,
    by: By,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="ACCOUNT", help="An account it is about, by id or name; may be repeated."),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option("--row", metavar="FILE:ROW", help="A row of an export that shows it; may be repeated."),
    ] = None,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Record that the manager disputes something, with evidence. It has to be decided on before anybody signs."""
    from scoring.review import Disputed

    with chosen(folder, who, period) as found:
        store, run_id = found.reviews.store, found.review.current.run_id
        named = evidence.accounts(store, run_id, account or ()), evidence.rows(store, run_id, row or ())
        what = said(Disputed, text=text, accounts=named[0], rows=named[1])
        made = found.do(what, by_name(by, "manager"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("decide")
def decide(  # noqa: PLR0913 - a command has as many options as it has
    who: Who,
    folder: Workspace = Path(),
    *,
    outcome: Annotated[Literal["upheld", "rejected", "noted"], typer.Option("--outcome", help="What was decided.")],
    reason: Reason,
    by: By,
    will_do: Annotated[
        str | None,
        typer.Option(
            "--will-do", metavar="TEXT", help="What will be done, where it is upheld.", show_default="nothing"
        ),
    ] = None,
    dispute: Annotated[
        int | None,
        typer.Option("--dispute", metavar="N", min=1, help="Which dispute.", show_default="the first that waits"),
    ] = None,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Decide on a dispute. No decision changes a score: a new run does, of corrected exports or with an exclusion.

    An upheld dispute says with --will-do what will be done.
    """
    from scoring.review import Decided

    with chosen(folder, who, period) as found:
        waiting = found.review.current.open_disputes
        number = dispute or (waiting[0].number if waiting else 1)
        what = said(Decided, dispute=number, outcome=outcome, reason=reason, will_do=will_do)
        made = found.do(what, by_name(by, "reviewer"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("sign")
def sign(
    who: Who,
    folder: Workspace = Path(),
    *,
    part: As,
    by: By,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Sign all that was said, as the reviewer or as the manager. The second signature seals the review.

    They must be two people; the manager's name is the one on the card. Sealing makes the signed PDF and keeps it under
    its hash.
    """
    from scoring.review import Signed

    with chosen(folder, who, period) as found:
        made = found.do(Signed(), by_name(by, part), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("decline")
def decline(  # noqa: PLR0913 - a command has as many options as it has
    who: Who,
    folder: Workspace = Path(),
    *,
    reason: Reason,
    witness: Annotated[str, typer.Option("--witness", metavar="NAME", help="A second person who saw it.")],
    by: By,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Record, before a witness, that the manager does not sign. With the reviewer's signature the review is sealed.

    It then is sealed without the manager's signature, and says so. A manager who did not answer at all has until the
    day that was named when it was shared.
    """
    from scoring.review import Declined

    with chosen(folder, who, period) as found:
        what = said(Declined, reason=reason, witness=witness)
        made = found.do(what, by_name(by, "reviewer"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("reopen")
def reopen(
    who: Who,
    folder: Workspace = Path(),
    *,
    reason: Reason,
    by: By,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Open a sealed review again, as a draft of a new version on the published run. The sealed one stays for ever."""
    from scoring.review import Reopened

    with chosen(folder, who, period) as found:
        made = found.do(said(Reopened, reason=reason), by_name(by, "reviewer"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


@app.command("rebase")
def rebase(
    who: Who,
    folder: Workspace = Path(),
    *,
    by: By,
    period: Period = None,
    after: After = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a new version, as a draft, where another run was published since. The old one stays readable."""
    from scoring.review import Rebased

    with chosen(folder, who, period) as found:
        made = found.do(Rebased(), by_name(by, "reviewer"), after=after, is_dry=dry_run)
        done(found, made, is_dry=dry_run, as_json=as_json)


app.command("show")(shown.show)
app.command("list")(shown.list_reviews)
app.command("pdf")(papers.pdf)
app.command("copy")(papers.copy)


def _card(store: "Store", who: str, period: str | None) -> tuple[str, str, dict[str, str]]:
    """The period, the manager whose card is meant in the run that is published for it, and everybody's names there."""
    from scoring.explain.names import chosen as meant
    from scoring.store.refusals import UnknownRunError

    latest = store.latest()
    named = period or (latest.period if latest else "")
    run = store.published(named)
    if run is None:
        raise UnknownRunError(named, f"runs of {', '.join(dict.fromkeys(r.period for r in store.runs()))}")
    names = {card["manager_id"]: card["name"] or card["manager_id"] for card in store.cards(run.run_id)}
    return named, meant("manager", who, names), names
