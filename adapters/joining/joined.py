"""How do the exports of several systems become one company? Their accounts are ours where a rule says so.

One system has the word on what an account is: the one whose accounts have owners. Accounts of the others that match
take its ids; the rest stay accounts of their own, so that no money is lost.
"""

from collections.abc import Mapping, Set
from dataclasses import replace
from pathlib import Path

import polars as pl

from adapters.delivery import Delivery, Fault, ReadFile
from adapters.files.matching import DECISIONS
from adapters.joining.decided import decided
from adapters.joining.owners import with_owners
from adapters.joining.pairing import MATCHED, SCHEMA, comparable, paired
from adapters.joining.referred import referred
from adapters.joining.usable import usable
from adapters.mapping.fitting import FILE as SOURCES
from adapters.mapping.sources import Match
from adapters.wording import counted, did_you_mean, listed

_SAYING = ("ownership", "managers")
"""Tables of the system that knows what an account is, or of a file of ours that speaks of its accounts."""

_LEFT_OUT = ("answers", "activities", "milestones")
"""Tables whose rows may be about somebody who is no customer; they hold no money."""


def joined(delivery: Delivery, folder: Path, match: Match) -> Delivery:
    """The delivery with owners and accounts of all systems under one id each, and the ledger of matches."""
    made = with_owners(delivery)
    if match.to is None and len({f.system for f in made.files if f.table}) < 2:
        return made
    tables = {name: frame.with_columns(made.system.alias(" system")) for name, frame in made.tables.items()}
    known = {s for t in tables.values() if "account_id" in t.columns for s in t[" system"].unique()}
    if match.to is not None and match.to not in known:
        return replace(made, faults=(*made.faults, _unknown_system(match.to, known)))
    anchor = match.to or (_anchor(tables) if "accounts" in tables else "")
    others = sorted(known - {anchor})
    if "accounts" not in tables or not others:
        return made
    told = decided(folder)
    ours = comparable(*_accounts_of(tables, anchor, with_references=False))
    theirs = {system: comparable(*_accounts_of(tables, system)) for system in others}
    pairs, odd = usable(told.pairs, theirs, ours, match)
    ledger = _apart(_ledger(theirs, ours, match, pairs))
    columns = [f for s, rows in theirs.items() for f in referred(s, rows, anchor, ours, match.least)]
    renamed = {name: _renamed(frame, ledger) for name, frame in tables.items()}
    one_each = {**renamed, "accounts": renamed["accounts"].filter(~pl.col(" matched"))}
    kept, faults = _without_strangers(one_each, anchor, ledger)
    return replace(
        made,
        tables={name: frame.drop(" system", " matched") for name, frame in kept.items()},
        faults=(*made.faults, *told.faults, *odd, *faults, *columns, *_summary(ledger, anchor)),
        files=(*(_counted(f, tables, kept) for f in made.files), *([told.file] if told.file else [])),
        matches=ledger,
    )


def _ledger(theirs: Mapping[str, pl.DataFrame], ours: pl.DataFrame, match: Match, pairs: pl.DataFrame) -> pl.DataFrame:
    """The ledgers of all systems. Accounts that are matched lend ours their domains, by which others may be found."""

    def look(lent: pl.DataFrame) -> pl.DataFrame:
        of = {system: pairs.filter(pl.col("system") == system) for system in theirs}
        made = [
            paired(system, rows, ours, match.by, of[system], lent, least=match.least) for system, rows in theirs.items()
        ]
        return pl.concat([pl.DataFrame(schema=SCHEMA), *made])

    known = ours.select("account_id", "domain")
    first = look(known.clear())
    hosts = [rows.select(pl.lit(s).alias("system"), "domain", their_id="account_id") for s, rows in theirs.items()]
    matched = first.filter(pl.col("state") == MATCHED).join(pl.concat(hosts), on=["system", "their_id"])
    own = matched.select("account_id", "domain").drop_nulls().unique()
    lent = own.join(known, on=["account_id", "domain"], how="anti")
    return first if lent.is_empty() else look(lent)


def _anchor(tables: Mapping[str, pl.DataFrame]) -> str:
    """The system whose accounts have owners, as it says itself or another does, else the one with most accounts."""
    accounts, saying = tables["accounts"], [tables[name] for name in _SAYING if name in tables]
    has_accounts = pl.col(" system").is_in(accounts[" system"].implode())
    owned = [accounts.join(t, on="account_id", how="semi") for t in saying if "account_id" in t.columns]
    for rows in (*saying[:1], *owned, *saying[1:], accounts):
        counts = rows.filter(has_accounts).group_by(" system").len()
        if not counts.is_empty():
            return str(counts.sort("len", " system", descending=[True, False])[" system"][0])
    return ""


def _unknown_system(name: str, known: Set[str]) -> Fault:
    """The error of a name under `match: to:` that no file's system has."""
    what = f"match: no file gives accounts of a system {name}"
    others = sorted(known - {""})
    there = f"the systems are {listed(others)}" if others else "no entry names a system; give each file its system"
    remedy = did_you_mean(name, others) or there
    return Fault(what, remedy, file=SOURCES, column="to", value=name)


def _apart(ledger: pl.DataFrame) -> pl.DataFrame:
    """The ledger, with the system in front of ids that several systems use for accounts which are none of ours."""
    is_shared = (pl.col("state") != MATCHED) & pl.col("kept_id").is_duplicated()
    apart = (
        pl.when(is_shared & (pl.col("system") != ""))
        .then(pl.format("{}:{}", "system", "their_id"))
        .otherwise("kept_id")
    )
    return ledger.with_columns(apart.alias("kept_id"))


def _accounts_of(
    tables: Mapping[str, pl.DataFrame], system: str, *, with_references: bool = True
) -> tuple[pl.DataFrame, pl.Series]:
    """The accounts of a system, and all ids that its rows use."""
    of_system = pl.col(" system") == system
    accounts = tables["accounts"].filter(of_system).drop(" system")
    ids = [accounts["account_id"]]
    if with_references:
        ids += [t.filter(of_system)["account_id"] for n, t in tables.items() if n != "accounts" and "account_id" in t]
    return accounts, pl.concat(ids)


def _renamed(frame: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """The rows with the ids that accounts have from now on, as many as before, and whether theirs was matched."""
    is_match = pl.col("state") == MATCHED
    ids = ledger.select(pl.col("system").alias(" system"), key="their_id", new="kept_id", matched=is_match)
    made = frame.with_columns(pl.lit(value=False).alias(" matched"))
    for column in [c for c in ("parent_id", "account_id") if c in frame.columns]:
        theirs = ids.rename({"key": column})
        found = made.join(theirs, on=[" system", column], how="left", validate="m:1", maintain_order="left")
        made = found.with_columns(
            pl.coalesce("new", column).alias(column), pl.col("matched").fill_null(value=False).alias(" matched")
        ).drop("new", "matched")
    return made


def _without_strangers(
    tables: Mapping[str, pl.DataFrame], anchor: str, ledger: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], list[Fault]]:
    """The tables without answers and signs of people who are no customer's, and a warning that counts them."""
    proposed = ledger.filter(pl.col("candidates").is_not_null())["kept_id"]
    known = tables["accounts"]["account_id"].implode()
    kept, faults = dict(tables), []
    for name in _LEFT_OUT:
        if name not in tables:
            continue
        is_strange = (pl.col(" system") != anchor) & ~pl.col("account_id").is_in(known)
        strange = tables[name].filter(is_strange.fill_null(value=False))
        kept[name] = tables[name].filter(~is_strange.fill_null(value=False))
        for (file,), rows in strange.group_by("origin_file", maintain_order=True):
            several = counted(rows["origin_row"].n_unique(), "row")
            what = f"{several} of nobody who is known as a customer, left out; the first"
            by_hand = (
                f"for a customer's write a line into {DECISIONS}: system, their_id, account_id, and yes as decision"
            )
            by_match = f"bookscore match proposes whose they are; confirm it in {DECISIONS}"
            remedy = by_match if rows["account_id"].is_in(proposed.implode()).any() else by_hand
            first = rows["origin_row"][0], "account_id", rows["account_id"][0], name
            faults.append(Fault(what, remedy, str(file), *first, severity="warning"))
    return kept, faults


def _counted(file: ReadFile, before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame]) -> ReadFile:
    """The file, its rows that are left out by now among the filtered ones."""
    table = file.table or ""
    if table not in before:
        return file
    of_file = pl.col("origin_file") == file.name
    was, is_ = (t[table].filter(of_file)["origin_row"].n_unique() for t in (before, after))
    return replace(file, filtered=file.filtered + was - is_)


def _summary(ledger: pl.DataFrame, anchor: str) -> list[Fault]:
    """What became of the accounts of each other system, in sentences."""
    faults = []
    for (system,), rows in ledger.group_by("system", maintain_order=True):
        counts = dict(rows.group_by("state").len().iter_rows())
        by_rule = rows.filter(pl.col("state") == MATCHED).group_by("rule").len().sort("rule")
        said = ", ".join(f"{n:,} by {rule}" for rule, n in by_rule.iter_rows())
        if said:
            what = f"accounts of {system or 'the other files'} that are accounts of {anchor or 'the others'}: {said}"
            faults.append(Fault(what, table="accounts", severity="note"))
        open_ = {state: counts[state] for state in ("proposed", "ambiguous", "unmatched") if state in counts}
        if open_:
            words = ", ".join(f"{n:,} {state}" for state, n in open_.items())
            what = f"accounts of {system or 'the other files'} without a match in {anchor or 'the others'}: {words}"
            remedy = "bookscore match lists them with their revenue"
            faults.append(Fault(what, remedy, table="accounts", severity="warning"))
    return faults
