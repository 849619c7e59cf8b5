"""What does a manager's card say? The scores as objects, for people and other programs to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.ledger.bridge import COLUMNS
from scoring.letters import by_letters
from scoring.scorecard.context import Context, on_card
from scoring.scorecard.drivers import drivers, largest_accounts, without_largest
from scoring.scorecard.judged import Judged
from scoring.scorecard.lost import of_managers
from scoring.scorecard.moved import moved, parts
from scoring.scorecard.rule_lines import rule_lines
from scoring.scorecard.said import Scores, by_manager, said
from scoring.scorecard.summed import counted
from scoring.scorecard.switched import by_new_rules, of_lines, with_rules

Card = dict[str, Any]

_NO_BRIDGE = dict.fromkeys(COLUMNS, "0.0000")
"""Of whoever has nothing of the book."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A period judged, with the book and the movements it was judged on.

    `with_all` is what it would be with all accounts, where some are excluded; `again` what it would be under the rules
    of the period after it, where those are others; `changed` what moved the scores since the period before, as
    `moving.PARTS`, where accounts are compared.
    """

    judged: Judged
    rows: pl.DataFrame
    moves: pl.DataFrame
    with_all: Judged | None = None
    again: Judged | None = None
    changed: pl.DataFrame | None = None

    @property
    def alike(self) -> Judged:
        """The period as the period after it is judged."""
        return self.again or self.judged

    @property
    def over(self) -> "Scored":
        """The period as the one after it looks at it: without book and movements, which are then not held for it."""
        return replace(self, rows=self.rows.clear(), moves=self.moves.clear())

    def since(self, before: "Scored") -> "Scored":
        """The period with what moved its scores since the period before."""
        is_compared = self.judged.trace.height or before.alike.trace.height
        return replace(self, changed=parts(self.judged, before.alike)) if is_compared else self


def cards(now: Scored, before: Scored | None, context: Context) -> list[Card]:
    """One card per manager who is scored, by name and id.

    Points and scores are rounded to 1e-9, so that sums in another order give the same text.
    """
    lines = rule_lines(now.judged, before.alike if before else None, context)
    felt = drivers(now.judged, now.rows, now.moves, context)
    largest = without_largest(now.judged.accounts, largest_accounts(now.rows))
    by_part, of_rules = _parts(now, before, context)
    scores = by_manager(now.judged.scores)
    earlier, alike = (by_manager(j.scores) for j in (before.judged, before.alike)) if before else ({}, {})
    rests_on = counted(now.judged.of_rules, context.rulebook)
    told = said(Scores(scores, rests_on, earlier, alike, of_rules), context)
    bridges = _bridges(now.rows)
    lost = of_managers(now.judged.lost, context.rulebook.interval)
    with_all = by_manager(now.with_all.scores) if now.with_all else {}
    has_other_rules = before is not None and before.again is not None
    made = [
        {
            **_person(manager, context),
            **context.header,
            "accounts": score["accounts"],
            **told[manager],
            "lines": lines.get(manager, []),
            "moved": moved_parts(manager, told[manager], lines, by_part, of_rules if has_other_rules else None),
            "drivers": felt.get(manager, []),
            "without_largest": largest.get(manager),
            "exclusions": list(context.exclusions.get(manager, ())),
            "score_with_all": on_card(with_all[manager]["score"]) if manager in with_all else None,
            "bridge": bridges.get(manager, _NO_BRIDGE),
            "lost": lost.get(manager),
            "flags": [*context.notes.get(manager, ()), *context.notes.get("", ())],
        }
        for manager, score in scores.items()
    ]
    return sorted(made, key=lambda c: (by_letters(str(c["name"])), c["manager_id"]))


def _person(manager: str, context: Context) -> Card:
    person = context.people.get(manager, {})
    return {
        "manager_id": manager,
        "name": person.get("name") or manager,
        "team": person.get("team"),
        "reports_to": context.name_of(person.get("reports_to")),
    }


def _parts(
    now: Scored, before: Scored | None, context: Context
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Manager to the parts of the change, where accounts are compared, and to that of other rules, where there are."""
    if before is None:
        return {}, {}
    names = dict(now.rows.select("account_id", pl.coalesce("account", "account_id")).iter_rows())
    changed = now.since(before).changed if now.changed is None else now.changed
    made = {} if changed is None else moved(changed, context.rulebook, names)
    return made, {} if before.again is None else by_new_rules(before.judged, before.again, names)


def moved_parts(
    manager: str,
    told: Card,
    lines: Mapping[str, Sequence[Card]],
    by_part: Mapping[str, list[Card]],
    of_rules: Mapping[str, Card] | None,
) -> list[Card] | None:
    """The parts of the change; None without one, and where values are graded by the same rules: the lines say it all.

    `by_part` are those of the same rules where accounts are compared, `of_rules` that of other rules, None if there
    are no others.
    """
    if told["change"] is None or of_rules is None:
        return None if told["change"] is None else by_part.get(manager)
    same = by_part.get(manager, []) if by_part else of_lines(lines[manager])
    return with_rules(same, of_rules.get(manager), told["change"])


def _bridges(rows: pl.DataFrame) -> dict[str, dict[str, str]]:
    sums = rows.group_by("manager_id").agg(pl.col(c).sum() for c in COLUMNS).sort("manager_id")
    return {
        row["manager_id"]: {c: str(row[c]) for c in COLUMNS}
        for row in sums.iter_rows(named=True)
        if row["manager_id"] != UNASSIGNED
    }
