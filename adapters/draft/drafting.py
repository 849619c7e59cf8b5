"""Which sources.yaml would read a folder? A draft from headers and values, for a person to correct."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.delivery import Layout
from adapters.draft.entry import Asked, entry
from adapters.draft.exports import Unmapped, exports_in
from adapters.draft.facts import facts_of
from adapters.draft.known import block, known
from adapters.draft.recognise import Guess, recognise
from adapters.draft.sketch import GUESSED, RECOGNISED, UNKNOWN, Finding, Line, document
from adapters.known.recognised import nearly
from adapters.systems import EXPORTS
from adapters.wanted import Wanted
from adapters.wording import listed

_OWNER = ("account_id", "manager_id")


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
    kinds = {r.file: r for r in found}
    placed = [_Placed(e, recognise(e.file, e.header, layout, required)) for e in exports if e.file not in kinds]
    if not any(s.table == "ownership" for s in plan.sources.files):
        placed = [*placed, *_owners(placed, layout, required)]
    wanted = Wanted(layout, open_tables)
    drafted = [block(e, kinds[e.file], plan, wanted) for e in exports if e.file in kinds]
    close = {e.file: near.what for e in exports if e.file not in kinds and (near := nearly(e.header, EXPORTS))}
    drafted += [([Line("", f"{f}: {what}", indent=2)], [Finding("lacking", f, what)]) for f, what in close.items()]
    drafted += [_block(one, wanted, required) for one in placed]
    return document([lines for lines, _ in drafted]), [f for _, findings in drafted for f in findings]


def _owners(placed: list[_Placed], layout: Layout, required: Mapping[str, Collection[str]]) -> Iterator[_Placed]:
    """Accounts that name their owner, taken for ownership too, where no export is the history of owners."""
    if "ownership" not in layout or any(p.guess and p.guess.table == "ownership" for p in placed):
        return
    only = {"ownership": {n: k for n, k in layout["ownership"].items() if n in _OWNER}}
    for one in placed:
        if one.guess and one.guess.table == "accounts":
            guess = recognise("ownership", one.export.header, only, required)
            if guess is not None and not guess.missing:
                yield _Placed(one.export, replace(guess, is_named=False))


def _block(one: _Placed, wanted: Wanted, required: Mapping[str, Collection[str]]) -> tuple[list[Line], list[Finding]]:
    """The lines about one export, and what they tell."""
    export, guess = one.export, one.guess
    if export.cells is None:
        return _comment(export, "; ".join(f.what for f in export.faults if f.severity == "error"))
    if guess is None:
        return _comment(export, f"no table has these columns: {listed(export.header)}")
    kinds = wanted.kinds(guess.table)
    asked = Asked(kinds, required.get(guess.table, ()), guess.table in wanted.open_tables)
    lines = list(entry(facts_of(export, export.cells, guess, kinds), export.declared, asked))
    findings = [Finding(GUESSED if guess.missing else RECOGNISED, export.file, f"taken for {guess.table}")]
    findings += _doubts(lines, export)
    return ([line.commented() for line in lines] if guess.missing else lines), findings


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
