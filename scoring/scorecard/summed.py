"""What do accounts add to scores? The rules' sums by account, weighed, and which accounts count most."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from scoring.peers.books import Codes, Vector, added
from scoring.peers.intervals import Matrix
from scoring.rules import Rulebook
from scoring.scorecard.apart import shares_of

_KEY = ["manager_id", "account_id"]


@dataclass(frozen=True, slots=True, eq=False)
class AccountSums:
    """Managers' accounts with what each adds to every rule, as if all weight were the rule's.

    `keys`: manager_id and account_id, one row each, sorted; `manager` is the place of each one's manager in `managers`.
    `points` and `moves`, what the rule would add without the account less what it adds with it, have a row per key and
    a column per rule, in the rulebook's order; 0 where the rule says nothing of the account.
    """

    keys: pl.DataFrame
    managers: pl.DataFrame
    manager: Codes
    points: Matrix
    moves: Matrix

    @staticmethod
    def of(of_rules: pl.DataFrame, rulebook: Rulebook) -> "AccountSums":
        """The sums of `apart.OF_RULES`."""
        begins = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in _KEY).fill_null(value=True)
        is_first = of_rules.select(begins).to_series()
        keys, place = of_rules.select(_KEY).filter(is_first), np.cumsum(is_first.to_numpy()) - 1
        manager = coded(keys)
        empty = np.zeros((keys.height, len(rulebook.rules)))
        points, moves = empty.copy(), empty.copy()
        for n, rule in enumerate(rulebook.rules):
            is_own = of_rules["rule"] == rule.name
            row, mine = place[is_own.to_numpy()], of_rules.filter(is_own)
            own, without = (mine[c].to_numpy() for c in ("points", "without"))
            points[row, n] = own
            whole = added(own, manager[row], int(manager.max(initial=-1)) + 1)
            moves[row, n] = without - whole[manager[row]]
        return AccountSums(keys, keys.select("manager_id").unique(maintain_order=True), manager, points, moves)

    def weighed(self, rulebook: Rulebook, scores: pl.DataFrame) -> pl.DataFrame:
        """One row per account of the managers of `scores`: the points it adds, the score without it, and the rule by
        which it adds or takes most.

        `scores` are those of the managers, whether or not they may be given.
        """
        share = list(shares_of(rulebook).values())
        known = scores.select("manager_id", pl.col("score").fill_null(np.nan), is_known=pl.lit(value=True))
        whose = self.managers.join(known, on="manager_id", how="left", validate="1:1", maintain_order="left")
        is_known = whose["is_known"].fill_null(value=False).to_numpy()[self.manager]
        without = whose["score"].fill_null(np.nan).to_numpy()[self.manager] + combined(self.moves, share)
        most = np.argmax(np.abs(self.points * share), axis=1)
        made = self.keys.with_columns(
            pl.Series("points", combined(self.points, share)),
            pl.Series("score_without", without, nan_to_null=True),
            pl.Series("rule", [rule.name for rule in rulebook.rules], dtype=pl.String).gather(most),
        )
        return made if is_known.all() else made.filter(pl.Series(is_known))


def counted(of_rules: pl.DataFrame, rulebook: Rulebook) -> dict[str, int]:
    """Manager to the accounts that a score rests on: those that rules with weight take into account.

    `of_rules` as `apart.OF_RULES`.
    """
    weighed = [rule.name for rule in rulebook.rules if rule.weight > 0]
    accounts = (
        of_rules.filter(pl.col("rule").is_in(weighed)).group_by("manager_id").agg(pl.col("account_id").n_unique())
    )
    return dict(accounts.iter_rows())


def coded(keys: pl.DataFrame) -> Codes:
    """The place of each row's manager among all, in a frame that is sorted by them."""
    return keys["manager_id"].rle_id().cast(pl.Int64).to_numpy()


def combined(columns: Matrix, share: list[float]) -> Vector:
    """The sum of the columns, each times its share, added one after the other so that no digit hangs on a library."""
    found = np.zeros(len(columns))
    for n, part in enumerate(share):
        found += part * columns[:, n]
    return found


def largest(group: Codes, size: Vector, most: int) -> Codes:
    """The places of the largest of each group, at most so many, group by group and the largest first.

    Groups stand together, and no size is below 0; of those alike the first comes first.
    """
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(np.append(begins, len(group)))
    left, found = size.astype(np.float64), []
    for _ in range(min(most, int(lengths.max()))):
        top = np.maximum.reduceat(left, begins)
        places = np.flatnonzero((left == np.repeat(top, lengths)) & (left >= 0))
        places = places[np.diff(group[places], prepend=-1) != 0]
        left[places] = -1.0
        found.append(places)
    every = np.concatenate(found)
    return np.asarray(every[np.argsort(group[every], kind="stable")], dtype=np.int64)
