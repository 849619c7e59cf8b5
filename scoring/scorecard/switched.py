"""What did a change of rules do to a score? The period before, judged again by the rules that are in force now.

The change from period to period is then one under the same rules, which splits by accounts or rules, and the difference
between both judgements of the period before, which is the part of the new rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from scoring.scorecard.judged import Judged
from scoring.scorecard.moving import LABELS, NOTHING, RULES, most

Part = dict[str, Any]

LINE = "line"
"""The part of a rule of the card."""


def by_new_rules(then: Judged, again: Judged, names: Mapping[str, str]) -> dict[str, Part]:
    """Manager to the part of the change that other rules made: the score of the period before under these less the one
    that it had, with the accounts that moved it most, where both weigh evidence.

    Only of managers who had a score, and a book under both.
    """
    both = then.trace.height and again.trace.height
    accounts = (then.accounts, again.accounts) if both else (then.accounts.clear(), again.accounts.clear())
    return between(then.scores, scores_of(again.lines), accounts, names)


def between(
    then: pl.DataFrame,
    again: Mapping[str, float],
    accounts: tuple[pl.DataFrame, pl.DataFrame],
    names: Mapping[str, str],
) -> dict[str, Part]:
    """The same of scores: `then` as they were given, `again` by `scores_of`, and what accounts add to either."""
    had = {m: s for m, s in then.select("manager_id", "score").iter_rows() if s is not None}
    named = most(_by_account(*accounts), names)
    return {
        manager: _part(score - had[manager], named.get((manager, RULES), []))
        for manager, score in again.items()
        if manager in had
    }


def with_rules(parts: Sequence[Part], rules: Part | None, change: float) -> list[Part]:
    """The parts of a change, those of the same rules first, and last that of other rules.

    Without one, since under these rules there was no book in the period before, it is all that the others leave.
    """
    rules = rules or _part(change - sum(p["points"] for p in parts), [])
    shown = {**rules, "points": round(rules["points"], 9) + 0.0}
    return [*parts, *([shown] if abs(shown["points"]) > NOTHING else [])]


def of_lines(lines: Sequence[Part]) -> list[Part]:
    """The rules of a card as parts of the change, where nothing says what each account did to it."""
    return [
        {"part": LINE, "label": line["label"], "points": line["contribution_change"], "accounts": []}
        for line in lines
        if line["contribution_change"]
    ]


def _part(points: float, accounts: list[Any]) -> Part:
    return {"part": RULES, "label": LABELS[RULES], "points": points, "accounts": accounts}


def scores_of(lines: pl.DataFrame) -> dict[str, float]:
    """Manager to the score, whether or not it may be given, of everybody with points."""
    weighed = lines.drop_nulls("points").filter(pl.col("weight") > 0)
    whole = weighed.group_by("manager_id", maintain_order=True)
    means = whole.agg(((pl.col("weight") * pl.col("points")).sum() / pl.col("weight").sum()).alias("score"))
    return dict(means.iter_rows())


def _by_account(then: pl.DataFrame, again: pl.DataFrame) -> pl.DataFrame:
    """What other rules moved by account: manager_id, account_id, cause, points."""
    key = ["manager_id", "account_id"]
    sides = [frame.select(*key, pl.col("points") * sign) for frame, sign in ((then, -1), (again, 1))]
    return pl.concat(sides).sort(*key, "points").group_by(key, maintain_order=True).agg(
        pl.lit(RULES).alias("cause"), pl.col("points").sum()
    ).select(*key, "cause", "points")  # fmt: skip
