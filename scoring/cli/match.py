"""`bookscore match`: which accounts of one system are which of the other, for a person to decide."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoring.cli.shared import places
from scoring.cli.shared.answers import Answer, finish, next_command
from scoring.cli.shared.options import AsJson, DryRun, Folder
from scoring.cli.shared.screen import Column, table, working
from scoring.cli.shared.streams import note, say

if TYPE_CHECKING:
    from scoring.intake.matching import Matching, Open

_MOST = 30
"""Accounts that are shown; the file has all."""

_COLUMNS = (
    Column("Account"),
    Column("System"),
    Column("Revenue a year", is_number=True),
    Column("May be"),
    Column("By"),
)


class Accept(StrEnum):
    """Rules whose proposals can be taken as decided."""

    ID = "id"
    ID_COLUMN = "id_column"
    DOMAIN = "domain"
    NAME = "name"


def match(
    folder: Folder = Path(),
    *,
    accept: Annotated[
        list[Accept] | None,
        typer.Option("--accept", help="Take what this rule proposes, where it has one candidate; may be repeated."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Show which accounts of one system have no sure match in the other, with their revenue, and write matches.csv.

    An id, or a column that holds the other system's ids, matches by itself; the same web domain or name only proposes.
    matches.csv gets a line for each proposal: write yes or no under decision, and the next run uses it. Decisions that
    are there stay.
    """
    from scoring.intake.matching import matching

    asked = places.request(folder)
    with working("Reading …"):
        found = matching(asked, [str(a) for a in accept or ()])
    place = asked.folder / "matches.csv"
    is_written = bool(found.text.count("\n") > 1) and not dry_run
    if is_written:
        _write(place, found.text)
    data = {
        "matched": {system: dict(rules) for system, rules in found.matched.items()},
        "open": [_data(one) for one in found.open],
        "accepted": dict(found.accepted),
        "written": str(place) if is_written else None,
    }
    finish(
        Answer(data), lambda: _show(found, place, folder, accept=bool(accept), is_written=is_written), as_json=as_json
    )


def _write(place: Path, text: str) -> None:
    """The file, whole or as it was."""
    part = place.with_suffix(".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(place)


def _data(one: "Open") -> dict[str, Any]:
    return {
        "system": one.system,
        "id": one.their_id,
        "name": one.name,
        "state": one.state,
        "rule": one.rule,
        "candidates": [{"account_id": i, "name": n} for i, n in one.candidates],
        "revenue": dict(one.revenue),
    }


def _show(found: "Matching", place: Path, folder: Path, *, accept: bool, is_written: bool) -> None:
    if not found.matched:
        note("All accounts are of one system, so there is nothing to match.")
        next_command("check", folder)
        return
    for system, rules in found.matched.items():
        told = ", ".join(f"{number:,} by {rule}" for rule, number in rules.items()) or "none"
        waiting = sum(1 for one in found.open if one.system == system)
        say(f"{system or 'without a system'}: matched {told}; open {waiting:,}")
    if accept:
        taken = ", ".join(f"{number:,} by {rule}" for rule, number in found.accepted.items()) or "none"
        say(f"{'accepted' if is_written else 'would accept'} {taken}")
    if found.open:
        say()
        table(_COLUMNS, [_row(one) for one in found.open[:_MOST]])
        if len(found.open) > _MOST:
            note(f"{len(found.open) - _MOST:,} more; --json lists all of them.")
    if is_written and found.open:
        note(
            f"{place} has a line for each candidate, and one to fill in where there is none: write yes or no under "
            "decision, or accept a rule."
        )
    next_command("check", folder)


def _row(one: "Open") -> Sequence[str]:
    candidates = " or ".join(f"{name or i} ({i})" for i, name in one.candidates[:3])
    revenue = ", ".join(f"{Decimal(amount):,.2f} {currency}".strip() for currency, amount in one.revenue.items())
    called = f"{one.name} ({one.their_id})" if one.name else one.their_id
    return (called, one.system, revenue or "none", candidates or "nobody", one.rule or "")
