"""How is a restatement told? The rows that changed, what they do to money and rates, and to every score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import SHORT, Column, table
from scoring.cli.shared.streams import note, say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.compare.restatement import Restated, Restatement, Step
    from scoring.intake import Request
    from scoring.restate import RowChange

SHOWN = 20
"""Rows and managers that are shown unless all are asked for."""

_ROWS = (
    Column("Row"), Column("Table", is_extra=True), Column("About"), Column("Is"), Column("What it said, and says"),
    Column("Known since"), Column("Moves most", is_extra=True),
)  # fmt: skip
_MONEY = (
    Column("Company"), Column("Published", is_number=True), Column("Difference", is_number=True),
    Column("As known", is_number=True),
)  # fmt: skip
_MANAGERS = (
    Column("Manager"), Column("Closing published", is_number=True), Column("Difference", is_number=True),
    Column("Score published", is_number=True), Column("As known", is_number=True), Column("Change", is_number=True),
    Column("Label"),
)  # fmt: skip
_EFFECTS = (Column("What was exchanged, one after another"), Column("Points", is_number=True))
_ENDS = ("opening", "closing")
_SAYS = ("amount", "starts_on", "ends_on", "dated_on", "manager_id", "share", "score", "value", "rate")
"""What is told of a row that is new or gone; the rest is in the export."""
_OF_MANAGERS = ("manager_id", "seller_id", "reports_to")
"""Columns whose ids are told as names."""


@dataclass(frozen=True, slots=True)
class View:
    """A restatement and how it was asked for; `asked` are options beside those of the request."""

    found: "Restatement"
    folder: Path
    request: "Request"
    everything: bool
    asked: Sequence[str] = ()
    only: "Restated | None" = None


def show(view: View) -> None:
    """Prints the restatement."""
    from scoring.explain.names import word_for

    found = view.found
    how = f"sealed by {found.sealed_by}" if found.sealed_by else "not sealed"
    say(
        f"{found.period} as published (run {found.run_id[:SHORT]}, {how}, as of {found.published_as_of}), and as known "
        f"on {found.known_as_of} under the rules of that run"
    )
    say()
    _rows(view)
    changed = [view.only] if view.only else [m for m in found.managers if _is_seen(m)]
    if not found.company.is_changed and not changed:
        say("Nothing that was published would be another figure today.")
        next_command("seals" if found.sealed_by else "runs", view.folder)
        return
    _money(found)
    _rates(found)
    _managers(view, changed)
    if view.only:
        _effects(view.only, found)
    if found.sealed_by:
        note(f"{found.period} stays as published; the next period tells the difference in lines of its own.")
    moved = [m for m in changed if m.effects]
    if view.only is None and moved:
        most = max(moved, key=lambda m: abs(m.change or Decimal(0)))
        who = word_for(most.manager_id or "", _names(found))
        next_command("restate", found.period, view.folder, "--who", who, *view.asked, like=view.request)
    else:
        next_command("restate", found.period, view.folder, "--json", *view.asked, like=view.request)


def _is_seen(manager: "Restated") -> bool:
    """Whether what changed of the manager can be seen in print."""
    from scoring.numbers import fixed

    was, is_ = (
        (None, fixed(None)) if s is None else (s.label, fixed(s.score)) for s in (manager.published, manager.known)
    )
    return bool(manager.lines) or was != is_


def _rows(view: View) -> None:
    found = view.found
    others = f"; {found.others:,} more changed that do not concern it" if found.others else ""
    if not found.rows:
        say(f"No row that concerns {found.period} changed{others}.")
        say()
        return
    late = sum(row.cause == "late" for row in found.rows)
    say(
        f"{many(len(found.rows), 'row')} that concern{'s' if len(found.rows) == 1 else ''} {found.period} changed: "
        f"{late:,} recorded later, {len(found.rows) - late:,} without a word{others}."
    )
    shown = found.rows if view.everything else found.rows[:SHOWN]
    most = _most(found)
    names = _names(found)
    table(_ROWS, [_row(row, most.get((row.table, row.then, row.now), ""), names) for row in shown])
    if len(shown) < len(found.rows):
        note(f"{many(len(found.rows) - len(shown), 'more row')}; --all shows all.")
    say()


def _most(found: "Restatement") -> "dict[tuple[str, str | None, str | None], str]":
    """Row to whose score it moves most, and by how much; of rows that are exchanged together the first."""
    from scoring.numbers import signed

    largest: dict[int, tuple[str, Decimal]] = {}
    for manager in found.managers:
        for effect in manager.effects:
            points = effect.points or Decimal(0)
            if abs(points) > abs(largest.get(effect.step, ("", Decimal(0)))[1]):
                largest[effect.step] = (manager.name, points)
    firsts = {n: step.rows[0] for n, step in enumerate(found.steps) if step.rows}
    return {
        (row.table, row.then, row.now): f"{largest[n][0]} {signed(largest[n][1], 2)}"
        for n, row in firsts.items()
        if n in largest
    }


def _row(row: "RowChange", moves: str, names: Mapping[str, str]) -> tuple[str, ...]:
    moved = f" (was {_short(row.then)})" if row.now and row.then and row.now != row.then else ""
    return (
        f"{_short(row.now or row.then)}{moved}",
        row.table,
        row.name or row.subject or "",
        row.state,
        _what_of(row, names),
        f"{(row.recorded_at or '')[:10]} (late)" if row.cause == "late" else "not said (silent)",
        moves,
    )


def _what_of(row: "RowChange", names: Mapping[str, str]) -> str:
    """What a row said and says, in a few words, managers by their names."""

    def value(column: str, text: str | None) -> str:
        return "(none)" if text is None else names.get(text, text) if column in _OF_MANAGERS else text

    if row.state == "edited":
        return "; ".join(f"{column} {value(column, then)} → {value(column, now)}" for column, then, now in row.edits)
    known = {column: then or now for column, then, now in row.edits}
    return ", ".join(f"{column} {value(column, known[column])}" for column in _SAYS if known.get(column))


def _names(found: "Restatement") -> dict[str, str]:
    return {m.manager_id: m.name for m in found.managers if m.manager_id}


def _short(place: str | None) -> str:
    """The file by its name alone, and the row."""
    return (place or "").rpartition("/")[2]


def _money(found: "Restatement") -> None:
    from scoring.numbers import money
    from scoring.reports.prior import KINDS, signed_money

    lines = [m for m in found.company.money if m.difference or m.line in _ENDS]
    rows = [
        (
            KINDS.get(m.line, "Closing"),
            money(m.published, found.currency),
            signed_money(m.difference, found.currency),
            money(m.known, found.currency),
        )
        for m in lines
    ]
    table(_MONEY, rows)
    say()


def _rates(found: "Restatement") -> None:
    from scoring.numbers import figure, signed_figure

    if not found.company.rates:
        return
    columns = (
        Column("Rate"), Column("Published", is_number=True), Column("As known", is_number=True),
        Column("Accounts that moved it most", is_extra=True),
    )  # fmt: skip
    rows = [
        (
            rate.label,
            figure(rate.a, rate.unit, found.currency),
            figure(rate.b, rate.unit, found.currency),
            "; ".join(
                f"{m.name} {signed_figure(m.amount, rate.unit, found.currency, in_full=False)}"
                for s in rate.steps
                for m in s.accounts
            ),
        )
        for rate in found.company.rates
    ]
    rows = [row for row in rows if row[1] != row[2]]
    if rows:
        table(columns, rows)
        say()


def _managers(view: View, changed: "Sequence[Restated]") -> None:
    from scoring.numbers import fixed, money, signed_between
    from scoring.reports.prior import signed_money

    found = view.found
    if view.only is None:
        say(f"{len(changed):,} of {many(len(found.managers), 'manager')} would be told something else today.")
    shown = found.managers if view.everything and view.only is None else changed[:SHOWN]
    rows = []
    for manager in shown:
        closing = next(m for m in manager.money if m.line == "closing")
        was, is_ = (None if s is None else s.score for s in (manager.published, manager.known))
        labels = [(s.label if s else None) or "(none)" for s in (manager.published, manager.known)]
        rows.append(
            (
                manager.name,
                money(closing.published, found.currency),
                signed_money(closing.difference, found.currency),
                fixed(was),
                fixed(is_),
                signed_between(was, is_),
                labels[0] if labels[0] == labels[1] else " → ".join(labels),
            )
        )
    if rows:
        table(_MANAGERS, rows)
    if not view.everything and len(changed) > SHOWN:
        note(f"{many(len(changed) - SHOWN, 'more manager')}; --all shows all.")
    less = sum(m.is_changed for m in found.managers) - len(changed)
    if less > 0 and view.only is None:
        say(f"{many(less, 'score')} moved by less than a tenth of a point.")
    say()


def _effects(manager: "Restated", found: "Restatement") -> None:
    """What each step adds to the change of the score; as printed it adds up."""
    from scoring.numbers import in_parts, rounded, signed

    if not manager.effects or manager.change is None:
        return
    whole = rounded(manager.change, 2)
    printed = in_parts([e.points or Decimal(0) for e in manager.effects], whole, 2)
    rows = [(_step(found.steps[e.step], found), signed(p, 2)) for e, p in zip(manager.effects, printed, strict=True)]
    table(_EFFECTS, [*rows, ("change of the score", signed(whole, 2))], foot=True)
    say()


def _step(step: "Step", found: "Restatement") -> str:
    if step.kind == "rows":
        first = step.rows[0]
        more = f" and {step.count - 1:,} more" if step.count > 1 else ""
        what = _what_of(first, _names(found))
        return f"{_short(first.now or first.then)}{more}, {first.name or first.subject}: {what}"
    return {
        "version": "what this version of bookscore computes otherwise",
        "names": f"new accounts and managers, and exchange rates ({step.count:,})",
        "rest": f"all other rows ({step.count:,})",
        "day": f"what was open on {found.published_as_of} and is decided on {found.known_as_of}",
    }[step.kind]
