"""How are known exports read? As entries of a sources.yaml that nobody had to write, with the folder's own headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.delivery import Fault
from adapters.known.export import LIKE, Fills
from adapters.known.recognised import Recognised
from adapters.known.spelling import Spelling
from adapters.mapping.copying import names_in
from adapters.mapping.part import columns_of
from adapters.mapping.sources import FileSource, Lookup, Source, Sources
from adapters.wording import listed

_OWNERS = ("manager_id", "seller_id")
_TELLING = {"percent", "off", "named", "further"}
"""Settings of a discount without which the others say nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The entries that read the known exports of a folder, and notes about what they cannot tell."""

    sources: Sources
    notes: tuple[Fault, ...]


def plan(found: Sequence[Recognised]) -> Plan:
    """The plan for the files that were recognised."""
    files: dict[str, list[Recognised]] = {}
    for one in found:
        files.setdefault(one.export.name, []).append(one)
    entries: list[FileSource] = []
    notes: list[Fault] = []
    for one in found:
        made, told = _entries(one, files)
        entries += made
        notes += told
    return Plan(Sources(files=entries), tuple(notes))


def _entries(one: Recognised, files: Mapping[str, Sequence[Recognised]]) -> tuple[list[FileSource], list[Fault]]:
    export = one.export
    if export.only_one and len(files[export.name]) > 1:
        return [], [_several(one, files[export.name])]
    notes = _lacks(one)
    entries: list[FileSource] = []
    unfilled: dict[str, Fault] = {}
    for fills in export.fills:
        if any(name in files for name in fills.unless) or not (fills.beside == () or {*fills.beside} & {*files}):
            continue
        entry = _entry(one, fills, Spelling(one.header, files))
        if missing := _missing(fills, entry):
            what = f"{export.what}: nothing in it says {listed(missing)}, so it does not fill {fills.table}"
            remedy = "export it with the columns that say so, or map it in sources.yaml"
            weight = "warning" if fills.table == "contracts" else "note"  # all recurring revenue may lie in it
            unfilled[fills.table] = Fault(what, remedy, file=one.file, table=fills.table, severity=weight)
        else:
            entries.append(_without_needless(FileSource.model_validate(entry)))
            notes += [_static(one, entry)] if fills.history and "history" not in entry else []
            notes += _unsaid(one, fills, entry)
            is_gross = (fills.discount or fills.adds_up) and not {"discount", "adds_up"} & {*entry}
            notes += [_in_full(one)] if is_gross else []
    filled = {entry.table for entry in entries}
    return entries, [*notes, *(note for table, note in unfilled.items() if table not in filled)]


def _several(one: Recognised, files: Sequence[Recognised]) -> Fault:
    """The error of a file beside others of its kind, of which one only can be meant."""
    others = listed([f.file for f in files if f.file != one.file])
    what = f"{one.export.what}: {others} is one, too; together they would count money twice"
    return Fault(what, "keep the one with all months", file=one.file)


def _lacks(one: Recognised) -> list[Fault]:
    """Notes of what the export cannot tell, as far as it lacks the columns that would."""
    header, notes = {h.strip().casefold() for h in one.header}, []
    for lack in one.export.lacks:
        sentence, *columns = (lack,) if isinstance(lack, str) else lack
        if not any(c.casefold() in header for c in columns):
            notes.append(Fault(f"{one.export.what}: {sentence}", file=one.file, severity="note"))
    return notes


def _missing(fills: Fills, entry: Mapping[str, Any]) -> list[str]:
    """What the export needs to fill the table, and does not have."""
    there = {*entry["columns"], *entry["constants"], *(n.casefold() for n in entry["where"])}
    missing = [c for c in fills.required if c not in there and c.casefold() not in there]
    alternatives = [theirs for theirs, _ in fills.either]
    is_said = not alternatives or any(n.casefold() in there for n in alternatives)
    return [*(_with_theirs(c, fills) for c in missing), *([] if is_said else [" or ".join(alternatives)])]


def _with_theirs(ours: str, fills: Fills) -> str:
    """Our column with the first of theirs that would say it, as far as they are of the file itself."""
    choice = fills.columns.get(ours, ())
    sources = choice if isinstance(choice, tuple) else (choice,)
    taken = {name for lookup in fills.lookups for name in lookup.take}
    theirs = [n for s in sources[:1] for n in names_in(s) if n not in taken and not n.startswith(LIKE)]
    return f"{ours} ({', '.join(theirs)})" if theirs else ours


def _unsaid(one: Recognised, fills: Fills, entry: Mapping[str, Any]) -> list[Fault]:
    """Notes of what the rows cannot be chosen by, as columns of conditions and of versions are not there.

    Of names under one condition, one will do. Where a system deletes a row, its own export does not have it; so nothing
    is said of the marks of a connector, which begin with an underscore.
    """
    there = {name.casefold() for name in entry["where"]}
    conditions = [c for n, c in enumerate(fills.where.values()) if c not in [*fills.where.values()][:n]]
    alike = [[theirs for theirs, c in fills.where.items() if c == condition] for condition in conditions]
    absent = [
        " or ".join(names)
        for names in alike
        if not there.intersection(n.casefold() for n in names) and not all(n.startswith("_") for n in names)
    ]
    what = [f"no column {name}, so no row is left out by it" for name in absent]
    if fills.latest and "latest" not in entry:
        names = listed(dict.fromkeys((*fills.latest.by, fills.latest.largest)))
        what.append(f"versions of a record are told apart by {names}, which are not all there, so every row counts")
    return [Fault(f"{one.export.what}: {said}", file=one.file, severity="note") for said in what]


def _static(one: Recognised, entry: Mapping[str, Any]) -> Fault:
    """The note that the owner of today stands for all time, as no file tells of the changes."""
    owner = next((s for c in _OWNERS if isinstance(s := entry["columns"].get(c), str)), "owner")
    what = f"{one.export.what}: no file says how {owner} changed, so the {owner} of today counts"
    return Fault(what, "export its history, too, where it is kept", file=one.file, severity="note")


def _in_full(one: Recognised) -> Fault:
    """The note that no discounts are known."""
    what = f"{one.export.what}: no file says what is taken off by discounts, so amounts count in full"
    return Fault(what, "export what tells of them, too", file=one.file, severity="note")


def _entry(one: Recognised, fills: Fills, spelling: Spelling) -> dict[str, Any]:
    """The settings of the entry; shapes and lookups first, as they add columns."""
    shapes = {
        "unpivot": spelling.unpivot(fills.unpivot),
        "months": spelling.months(fills.months),
        "explode": spelling.explode(fills.explode),
        "history": next((spelled for h in fills.history if (spelled := spelling.history(h))), None),
        "lookups": [found for u in fills.lookups if (found := spelling.lookup(u))],
        "merged": [followed for m in fills.merged if (followed := spelling.merged(m))],
        "latest": spelling.latest(fills.latest),
        "discount": _discount(fills, spelling),
        "adds_up": _adds_up(fills, spelling),
    }
    either = [(theirs, c) for theirs, c in fills.either if spelling.name(theirs)]
    columns = {ours: own for ours, choice in fills.columns.items() if (own := spelling.first(choice))}
    return {
        "file": one.file,
        "table": fills.table,
        "system": one.export.system,
        "columns": columns,
        "constants": dict(fills.constants),
        "attributes": _attributes(fills, columns, spelling),
        "where": {name: c for theirs, c in (*fills.where.items(), *either[:1]) if (name := spelling.name(theirs))},
        "distinct": fills.distinct,
        **one.export.settings,
        **fills.settings,
        **{name: shape for name, shape in shapes.items() if shape},
    }


def _discount(fills: Fills, spelling: Spelling) -> dict[str, Source]:
    """What is said of discounts; nothing where no column tells that there is one, or how much it is."""
    said = {setting: own for setting, how in fills.discount.items() if (own := spelling.first(how))}
    return said if _TELLING & {*said} else {}


def _adds_up(fills: Fills, spelling: Spelling) -> dict[str, Source]:
    """What is said of whole bills; nothing where a column of either setting lacks."""
    said = {setting: own for setting, how in fills.adds_up.items() if (own := spelling.first(how))}
    return said if len(said) == len(fills.adds_up) else {}


def _attributes(fills: Fills, columns: Mapping[str, Source], spelling: Spelling) -> dict[str, str]:
    """What the export calls attributes, and of a list of accounts what else may be their id in another system."""
    named = {n: name for n, theirs in fills.attributes.items() if (name := spelling.first_name(theirs))}
    if fills.table != "accounts" or fills.distinct:
        return named
    used = {*named.values(), *(name for source in columns.values() for name in names_in(source))}
    further = {n: name for n, name in spelling.references().items() if name not in used and n not in columns}
    return {**further, **named}


def _without_needless(source: FileSource) -> FileSource:
    """The entry with those lookups only that give a column which something needs, be it the key of a later one."""
    wanted, kept = columns_of(source.model_copy(update={"lookups": []})), list[Lookup]()
    for lookup in reversed(source.lookups):
        if wanted.intersection(lookup.taken):
            wanted |= {*lookup.on}
            kept.insert(0, lookup)
    return source.model_copy(update={"lookups": kept})
