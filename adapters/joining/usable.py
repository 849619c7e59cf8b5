"""Which decisions of `matches.csv` can be used, and what is wrong with the others?"""

from collections.abc import Mapping

import polars as pl

from adapters.delivery import Fault
from adapters.files.matching import DECISIONS as FILE
from adapters.files.rows import ROW
from adapters.joining.forms import short_id
from adapters.joining.rules import rules
from adapters.mapping.sources import Match
from adapters.wording import did_you_mean, listed

_REMEDY = "correct the id, or remove the line"
_PAIR = ("system", "their_id", "account_id")


def usable(
    told: pl.DataFrame, theirs: Mapping[str, pl.DataFrame], ours: pl.DataFrame, match: Match
) -> tuple[pl.DataFrame, list[Fault]]:
    """The decisions about accounts that there are, by our own ids, and what is wrong or odd with them and the others.

    `told` is what `decided` gives; `theirs`, by system, and `ours` are `comparable`; `match` has the rules.
    """
    pairs = _widened(told, ours["account_id"])
    faults = [*_of_nobody(pairs, ours["account_id"]), *_misspelt(pairs, theirs), *_contradicting(pairs)]
    wrong = {f.row for f in faults if f.severity == "error"}
    kept = pairs.filter(~pl.col(ROW).is_in(sorted(r for r in wrong if r is not None)))
    return kept, [*faults, *_overruling(kept, theirs, ours, match)]


def _widened(told: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """The decisions with the account's own id where the one that was written is another form of it."""
    known = ids.to_frame("own").with_columns(key=short_id(pl.col("own"))).unique("key", keep="none")
    pairs = told.with_columns(key=short_id(pl.col("account_id")))
    found = pairs.join(known, on="key", how="left", validate="m:1", maintain_order="left")
    is_known = pl.col("account_id").is_in(ids.implode())
    own = pl.when(is_known).then("account_id").otherwise(pl.coalesce("own", "account_id"))
    return found.with_columns(own.alias("account_id")).drop("key", "own")


def _of_nobody(pairs: pl.DataFrame, ids: pl.Series) -> list[Fault]:
    """An error for each account that is confirmed and nobody has."""
    gone = pairs.filter(pl.col("is_same") & ~pl.col("account_id").is_in(ids.implode()))
    faults = []
    for row, system, their, account in gone.select(ROW, *_PAIR).iter_rows():
        which = f"to be {account}, which is no account" if account else "to be an account, but not which"
        what = f"{their} of {system} is decided {which}"
        faults.append(Fault(what, _REMEDY, FILE, row, "account_id", account))
    return faults


def _misspelt(pairs: pl.DataFrame, theirs: Mapping[str, pl.DataFrame]) -> list[Fault]:
    """A warning for each decision about a system or account of one that is not there, which is not used."""
    known = {system: set(rows["account_id"]) for system, rows in theirs.items()}
    faults = []
    for row, system, their in pairs.select(ROW, "system", "their_id").iter_rows():
        if system not in known:
            remedy = did_you_mean(system, known) or f"the systems are {listed(sorted(known))}"
            column, value, what = "system", system, f"no file gives accounts of a system {system} to be matched"
        elif their not in known[system]:
            column, value, what, remedy = "their_id", their, f"{system} has no account {their}", _REMEDY
        else:
            continue
        faults.append(Fault(f"{what}; the decision is not used", remedy, FILE, row, column, value, severity="warning"))
    return faults


def _contradicting(pairs: pl.DataFrame) -> list[Fault]:
    """An error in each row in which an account is decided to be two of ours, or one and not that one."""
    faults = []
    same = pairs.filter("is_same").with_columns(ours=pl.col("account_id").n_unique().over("system", "their_id"))
    for (system, their), part in same.filter(pl.col("ours") > 1).group_by("system", "their_id", maintain_order=True):
        ours = listed(part["account_id"].unique(maintain_order=True))
        what = f"{their} of {system} is decided to be {ours}"
        faults += _in_each(part, what, "leave one yes")
    both = pairs.filter(pl.col("is_same").n_unique().over(_PAIR) > 1)
    for (system, their, account), part in both.group_by(_PAIR, maintain_order=True):
        faults += _in_each(part, f"{their} of {system} is decided to be {account}, and not to be", "leave one")
    return faults


def _in_each(part: pl.DataFrame, what: str, remedy: str) -> list[Fault]:
    rows, their = part[ROW].to_list(), part["their_id"][0]
    of_rows = f"{remedy} of rows {listed([str(row) for row in rows])}"
    return [Fault(what, of_rows, FILE, row, "their_id", their) for row in rows]


def _overruling(
    pairs: pl.DataFrame, theirs: Mapping[str, pl.DataFrame], ours: pl.DataFrame, match: Match
) -> list[Fault]:
    """A warning for each decision that takes another account than a rule which would match by itself."""
    faults = []
    of = {s: pairs.filter(pl.col("is_same") & (pl.col("system") == s)) for s in theirs}
    for system, part in ((s, part) for s, part in of.items() if not part.is_empty()):
        left = theirs[system].rename({"account_id": "their_id"})
        for name in match.by:
            other = rules(match.least)[name](left, ours).rename({"account_id": "other"})
            found = part.join(other, on="their_id", maintain_order="left").filter(
                pl.col("other") != pl.col("account_id")
            )
            faults += [
                Fault(
                    f"{their} of {system} is {other} by {name}, but decided to be {account}: the decision is taken",
                    "remove the line if it is wrong",
                    *(FILE, row, "account_id", account),
                    severity="warning",
                )
                for row, their, account, other in found.select(ROW, "their_id", "account_id", "other").iter_rows()
            ]
    return faults
