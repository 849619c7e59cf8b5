"""`bookscore history`: what moved recurring revenue, period by period, of the company, a team or a manager."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, AsOf, Folder, OnePeriod, Rules, SetAside
from scoring.cli.shared.room import tell_of_room
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from scoring.intake import Request, Streamed
    from scoring.revenue_history import Told

COMPANY = "company"
_KINDS = {
    "new": "New", "reactivation": "Back", "expansion": "Up", "contraction": "Down", "churn": "Lost",
    "transfers": "Handed over",
}  # fmt: skip
_LOSSES = ("contraction", "churn")


class By(StrEnum):
    """Who is told apart."""

    COMPANY = "company"
    TEAM = "team"
    MANAGER = "manager"


def history(  # noqa: PLR0913 - a command has as many options as it has
    folder: Folder = Path(),
    *,
    by: Annotated[By, typer.Option("--by", help="Tell the last period of each team or manager instead.")] = By.COMPANY,
    periods: Annotated[
        int, typer.Option("--periods", metavar="N", min=1, max=40, help="How many periods to look at.")
    ] = 8,
    period: OnePeriod = None,
    rules: Rules = None,
    as_of: AsOf = None,
    set_aside: SetAside = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write book, sums, movements and orders there, as Parquet."),
    ] = None,
    stream: Annotated[
        bool | None,
        typer.Option(
            "--stream/--hold", help="Read lines as they pass by, or hold them all.", show_default="by their size"
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Read every line of a stream anew, and keep nothing for the next time.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what moved recurring revenue: opening, what came and went, closing, period by period.

    Movements are net by account and month, at the rates of the first day of their period, and belong to who held the
    account at the end of the month. Of companies on invoices there is revenue alone. Folders of any size are read:
    large ones in our own layout as a stream, in which repeated lines are not looked for; `check` does that. What a
    stream makes of a file is kept in FOLDER/.bookscore/history, so that next time only new files are read.
    """

    from scoring import revenue_history
    from scoring.packed.frames import FRAMES

    request = places.request(folder, rules, as_of, period=period, set_aside=set_aside)
    owners = by is not By.COMPANY or out is not None
    kept = None if fresh else places.home(folder) / places.STORE / "history"
    with working("Reading …"):
        frames = ("sums",) if out is None else FRAMES
        found = revenue_history.told(
            request, periods, frames=frames, streams=stream, owners=owners, kept=kept, held=_tell
        )
    sums = _sums(found, by)
    if out is not None:
        _write(found.answer.files, out)
    data = [{**row, **{k: str(v) for k, v in row.items() if isinstance(v, Decimal)}} for row in sums.to_dicts()]
    finish(Answer(data), lambda: _show(found, sums, by, request), as_json=as_json)


def _tell(files: "Streamed | None") -> None:
    tell_of_room(files, "a history that is not read as a stream", "Which lines a stream reads, docs/scale.md says.")


def _write(files: "Mapping[str, bytes]", out: Path) -> None:
    """Writes the files, and removes those of periods that were written before and are not asked for now."""
    paths = {out / f"history_{name}": content for name, content in files.items()}
    for other in out.glob("history_*/????-??-??.parquet"):
        if other not in paths:
            other.unlink()
    for path, content in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _sums(found: "Told", by: By) -> "pl.DataFrame":
    """One row per period and whoever is told apart: id, period, the sums, shares of what was there at the start.

    `fx` is what other exchange rates than in the period before made of its closing; null in the first.
    """
    import polars as pl

    from scoring.credit.ownership import UNASSIGNED
    from scoring.money import ratio
    from scoring.packed.sums import SCHEMA

    names = pl.DataFrame({"starts_on": [p.start for p in found.periods], "period": [p.name for p in found.periods]})
    called = pl.coalesce("team", pl.lit("(none)")).replace(UNASSIGNED, f"{UNASSIGNED} (team)")
    rows = found.answer.frame("sums").join(names, on="starts_on")
    rows = rows.join(found.managers.select("manager_id", "team"), on="manager_id", how="left")
    manager = pl.col("manager_id")
    team = pl.when(manager == UNASSIGNED).then(manager).otherwise(called)
    who = {By.COMPANY: pl.lit(COMPANY), By.TEAM: team, By.MANAGER: manager}[by]
    counted = [name for name in SCHEMA if name not in ("manager_id", "starts_on")]
    summed = rows.group_by(who.alias("id"), "period", "starts_on").agg(pl.col(*counted).sum())
    kept = ratio(pl.col("retained"), pl.col("opening"))  # of one book, as long as nothing is handed over
    whole = pl.when(pl.lit(by is By.COMPANY)).then(kept).alias("gross_kept")
    starts = names["starts_on"]
    closings = summed.select("id", pl.col("starts_on").replace_strict(starts, starts.shift(-1)), before="closing")
    before = pl.when(pl.col("starts_on") > starts.min()).then(pl.col("before").fill_null(0))
    return (
        summed.join(closings, on=["id", "starts_on"], how="left", validate="1:1")
        .with_columns(whole, (pl.col("opening") - before).alias("fx"))
        .sort("id", "starts_on")
        .drop("starts_on", "before")
    )


def _show(found: "Told", sums: "pl.DataFrame", by: By, request: "Request") -> None:
    from scoring.credit.ownership import RECORDED

    currency = found.rulebook.currency
    last = found.periods[-1].name
    rows = sums.to_dicts() if by is By.COMPANY else [r for r in sums.to_dicts() if r["period"] == last]
    which = ", by period" if by is By.COMPANY else f" in {last}, by {by}"
    if found.rulebook.basis == "contracts":
        say(f"Recurring revenue a month, {currency}: what moved it{which}")
    else:
        say(f"Net revenue invoiced, {currency}{which}")
    _table(rows, by, found)
    if any(row["fx"] for row in rows):
        note("Each period is told at the exchange rates of its first day, so it may not open as the one before closed.")
        note(
            "Its run closes at those of the day after its last: what rates moved until then is the line Currency there."
        )
    if found.is_streamed:
        note("Lines were read as they passed by; whether some are there twice, bookscore check says.")
    if count := found.answer.known_files:
        note(f"{count} {'file was' if count == 1 else 'files were'} read before and not again; --fresh reads them all.")
    if not found.is_streamed:
        next_command("cohorts", request.only or request.folder)
    elif by is By.COMPANY and found.rulebook.ownership.policy in RECORDED:  # what holds all lines is no advice here
        next_command("history", request.folder, "--by", By.MANAGER, like=request)


def _table(rows: list[dict[str, Any]], by: By, found: "Told") -> None:
    from scoring.credit.ownership import UNASSIGNED
    from scoring.letters import by_letters
    from scoring.notes import people

    managers = people({"managers": found.managers}) if by is By.MANAGER else {}
    names = {manager: person["name"] for manager, person in managers.items()}
    if by is By.COMPANY:
        head, told = "Period", [(row["period"], row) for row in rows]
    else:
        head, told = str(by).capitalize(), [(names.get(row["id"]) or row["id"], row) for row in rows]
        told.sort(key=lambda one: (one[1]["id"] == UNASSIGNED, *by_letters(one[0])))
    if found.rulebook.basis == "invoices":
        table((Column(head), Column("Invoiced", is_number=True)), [(who, _whole(row["revenue"])) for who, row in told])
        return
    kinds = [k for k in _KINDS if by is not By.COMPANY or k != "transfers"]
    has_rates = any(row["fx"] for row in rows)
    columns = (
        Column(head),
        *([Column("Rates", is_number=True, is_extra=True)] if has_rates else []),
        Column("Opening", is_number=True),
        *(Column(_KINDS[k], is_number=True, is_extra=not any(row[k] for row in rows)) for k in kinds),
        Column("Closing", is_number=True),
        *([Column("Kept", is_number=True)] if by is By.COMPANY else []),
        Column("Invoiced", is_number=True, is_extra=True),
    )
    lines = [
        (
            who,
            *(["" if row["fx"] is None else _whole(row["fx"])] if has_rates else []),
            _whole(row["opening"]),
            *(_whole(-row[k] if k in _LOSSES else row[k]) for k in kinds),
            _whole(row["closing"]),
            *([_share(row["gross_kept"])] if by is By.COMPANY else []),
            _whole(row["revenue"]),
        )
        for who, row in told
    ]
    table(columns, lines)


def _whole(amount: Decimal) -> str:
    from scoring.numbers import money

    return money(amount, "", 0).strip()


def _share(value: float | None) -> str:
    from scoring.numbers import percent

    return "" if value is None else percent(value)
