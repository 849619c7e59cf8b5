"""Which sources.yaml would read a folder? A draft from headers and values, for a person to correct."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.delivery import Layout
from adapters.draft.by_name import Listing, apart, by_id, currencies_in, listings_of
from adapters.draft.columns import INDENT
from adapters.draft.credits import parted
from adapters.draft.entry import Asked, entry
from adapters.draft.exports import NAMELESS, Unmapped, exports_in
from adapters.draft.facts import facts_of
from adapters.draft.known import block, known
from adapters.draft.monthly import has_months, monthly
from adapters.draft.names import names_beside
from adapters.draft.recognise import Guess, Match, compact, recognise
from adapters.draft.sketch import GUESSED, RECOGNISED, UNKNOWN, Finding, Line, document, remark
from adapters.known.recognised import nearly
from adapters.systems import EXPORTS
from adapters.wanted import Wanted
from adapters.wording import counted, listed

_ACCOUNT = "account_id"
_OF_LEDGER = ("account", "accountfullname")
_OWNER = (_ACCOUNT, "manager_id")


@dataclass(frozen=True, slots=True)
class _Placed:
    """An export with the table it is taken for, if any."""

    export: Unmapped
    guess: Guess | None


def draft(
    folder: Path,
    layout: Layout,
    required: Mapping[str, Collection[str]],
    open_tables: Collection[str] = (),
) -> tuple[str, list[Finding]]:
    """The text of a valid sources.yaml, commented line by line, and what was found out on the way."""
    exports = exports_in(folder)
    found, plan = known(exports)
    wanted = Wanted(layout, open_tables)
    kinds = {r.file: r for r in found}
    placed = [_Placed(e, _guess(e, layout, required)) for e in exports if e.file not in kinds]
    by_month = [e for e in exports if e.file not in kinds and e.cells is not None and has_months(e.header)]
    placed = [p for p in placed if p.export not in by_month or (p.guess and not p.guess.missing)]
    owners = (
        []
        if any(s.table == "ownership" for s in plan.sources.files)
        else [*_owners(placed, by_month, wanted, required)]
    )
    history = next((p for p in placed if p.guess and p.guess.table == "ownership"), None)
    placed += [] if history else owners
    drafted = [block(e, kinds[e.file], plan, wanted) for e in exports if e.file in kinds]
    close = {e.file: near for e in exports if e.file not in kinds and (near := nearly(e.header, EXPORTS))}
    drafted += [([Line("", f"{f}: {n.what}", indent=2)], [Finding("lacking", f, n.what)]) for f, n in close.items()]
    in_cents = {file for file, near in close.items() if "minor_digits" in near.export.settings}
    listings = listings_of((p.export, p.guess) for p in placed)
    listing = listings[0] if len(listings) == 1 else None
    is_of_several = any(s.table == "accounts" for s in plan.sources.files) and not listings
    for one in placed:
        drafted += _named(one) if is_of_several else []
        drafted.append(_block(one, wanted, required, listing, is_in_cents=one.export.file in in_cents))
    drafted += [_monthly(e, layout, listing) for e in by_month]
    for strange in (apart(listings), *(_unlisted(one, history) for one in owners if history)):
        if strange:
            drafted.append(([Line("", f"{UNKNOWN}: {strange}", indent=2)], [Finding(UNKNOWN, "sources.yaml", strange)]))
    return document([lines for lines, _ in drafted]), [f for _, findings in drafted for f in findings]


def _guess(export: Unmapped, layout: Layout, required: Mapping[str, Collection[str]]) -> Guess | None:
    """The table that the export most likely holds.

    Groups are accounts where no column is that of accounts, and where their names stand in a column without one beside
    one called Account, as that is where QuickBooks books them.
    """
    columns = export.declared.get("fill_down", ())
    guess = recognise(export.file, export.header, layout, required)
    own = compact(guess.theirs(_ACCOUNT) or "") if guess else ""
    if not columns or (own and (NAMELESS[0] not in columns or own not in _OF_LEDGER)):
        return guess
    group = NAMELESS[0] if NAMELESS[0] in columns else columns[-1]
    header = [_ACCOUNT if h == group else h for h in export.header]
    guess = recognise(export.file, header, layout, required)
    if guess is None:
        return None
    matches = (Match(m.ours, group, is_sure=False) if m.theirs == _ACCOUNT else m for m in guess.matches)
    return replace(guess, matches=tuple(matches))


def _owners(
    placed: list[_Placed], by_month: list[Unmapped], wanted: Wanted, required: Mapping[str, Collection[str]]
) -> Iterator[_Placed]:
    """Accounts, and months of them, that name their owner, as ownership, too."""
    if "ownership" not in wanted.layout:
        return
    only = {"ownership": {n: k for n, k in wanted.layout["ownership"].items() if n in _OWNER}}
    theirs = [(p.export, p.guess.matches) for p in placed if p.guess and p.guess.table == "accounts"]
    for export, matches in (*theirs, *((e, ()) for e in by_month if e not in [one for one, _ in theirs])):
        guess = recognise("ownership", export.header, only, required)
        own = [m for m in matches if m.ours == "account_id"]
        if guess is not None and guess.theirs("manager_id") and (own or not guess.missing):
            found = (*own, *(m for m in guess.matches if not own or m.ours != "account_id"))
            yield _Placed(export, replace(guess, matches=found, missing=(), is_named=False))


def _unlisted(owners: _Placed, history: _Placed) -> str:
    """What to do where an export names owners of accounts that the one of their hand-overs does not list."""
    account, manager = (owners.guess.theirs(c) if owners.guess else None for c in _OWNER)
    listed_in = history.guess.theirs("account_id") if history.guess else None
    if owners.export.cells is None or history.export.cells is None or not (account and listed_in):
        return ""
    named = owners.export.cells.drop_nulls([account, manager or account])[account].unique()
    missing = named.filter(~named.is_in(history.export.cells[listed_in].drop_nulls().implode()))
    if missing.is_empty() or missing.len() == named.len():
        return ""
    file, theirs = owners.export.called, history.export.called
    what = f"{file} names owners ({manager}) of {counted(missing.len(), 'account')} that {theirs} does not list"
    return f"{what}: add an entry of it for ownership, where {account} is none of those"


def _named(one: _Placed) -> list[tuple[list[Line], list[Finding]]]:
    """The entry for the names of accounts that a file of money has itself, and what it tells."""
    lines = names_beside(one.export, one.guess) if one.guess else []
    told = Finding(
        GUESSED, one.export.file, "taken for accounts, too, by whose names they meet those of another system"
    )
    return [(lines, [told])] if lines else []


def _block(
    one: _Placed,
    wanted: Wanted,
    required: Mapping[str, Collection[str]],
    listing: Listing | None,
    *,
    is_in_cents: bool,
) -> tuple[list[Line], list[Finding]]:
    """The lines about one export, and what they tell.

    They are out of use where a column lacks, and where the file is nearly a known export that counts in cents, as by
    its headers alone these would pass for whole units.
    """
    export, guess = one.export, one.guess
    if export.cells is None:
        return _comment(export, "; ".join(f"{f.what}; {f.remedy}" for f in export.faults if f.severity == "error"))
    if guess is None:
        return _comment(export, f"no table has these columns: {listed(export.header)}")
    kinds = wanted.kinds(guess.table)
    asked = Asked(kinds, required.get(guess.table, ()), guess.table in wanted.open_tables)
    parts = parted(facts_of(export, export.cells, guess, kinds))
    lines = [line for part in parts for line in by_id(list(entry(part, export.declared, asked)), export, listing)]
    if listing and "currency" in kinds and not guess.theirs("currency") and (theirs := currencies_in(listing)):
        what = f"currency, of which {listing.export.file} names one for each account, as {theirs}; add a lookup"
        lines.append(Line("", remark(UNKNOWN, what), INDENT))
    is_open = guess.missing or (is_in_cents and "amount" in kinds)
    taken = f"taken for {guess.table}{', out of use until you correct it' if is_open else ''}"
    findings = [Finding(GUESSED if is_open else RECOGNISED, export.file, taken)]
    findings += _doubts(lines, export)
    return ([line.commented() for line in lines] if is_open else lines), findings


def _monthly(export: Unmapped, layout: Layout, listing: Listing | None) -> tuple[list[Line], list[Finding]]:
    """The lines about columns that are named for months, and what they tell."""
    lines = list(by_id(monthly(export, layout), export, listing))
    if not lines:
        return _comment(export, "columns are named for months, and none says whose they are")
    taken = "taken for contracts, by the month"
    return lines, [Finding(RECOGNISED, export.file, taken), *_doubts(lines, export)]


def _comment(export: Unmapped, why: str) -> tuple[list[Line], list[Finding]]:
    line = Line("", f"{UNKNOWN}: {export.file}: {why}", indent=2)
    return [line], [Finding(UNKNOWN, export.file, why)]


def _doubts(lines: list[Line], export: Unmapped) -> Iterator[Finding]:
    """A finding for each line of the entry that is not certain."""
    for line in lines:
        certainty, _, why = line.remark.partition(": ")
        if certainty in (GUESSED, UNKNOWN) and not line.text.startswith("table:"):
            said = line.text.removeprefix("# ").strip()
            yield Finding(certainty, export.file, f"{said} ({why})" if said and why else said or why)
