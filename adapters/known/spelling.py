"""How does a folder write the names that a vendor gives its columns and files? Other letters, some of them missing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.known.export import LIKE, OF, Choice, likened
from adapters.known.recognised import Recognised
from adapters.mapping.copying import names_in
from adapters.mapping.histories import SINCE, UNTIL
from adapters.mapping.months import BEGAN
from adapters.mapping.sources import (
    ColumnOf,
    EarliestOf,
    Explode,
    FirstOf,
    FormulaOf,
    History,
    JoinOf,
    LastOf,
    Latest,
    Lookup,
    Merged,
    Months,
    OtherFile,
    Source,
    Unpivot,
)

Names = Mapping[str, str]
"""Headers by their small letters."""

_A_NAME = re.compile(r"`([^`]+)`|(?<![\w.])([^\W\d]\w*)")
"""A column in a formula."""

_REFERENCE = re.compile(
    r"(?:^|_)(?:stripe|chargebee|recurly|zuora|chartmogul|billing|customer|erp|account|"
    r"crm|salesforce|sfdc|hubspot|pipedrive|zoho|dynamics|company|organi[sz]ation|client|sage|xero|quickbooks|netsuite|sap)"
    r"(?:_[^_]+)??_(?:id|number|no|nr|code|key|ref|reference)(?:_c)?(?:_metadata)?$"
)
"""Words of a header that holds an id of the customer in another system."""

_OF_ELSE = re.compile(
    r"(?:^|_)(?:owner|manager|parent|partner|reseller|type|phone|fax|house|postal|zip|country|state|currency|tax|vat)(?:_|$)"
)
"""Words that make it one of something else."""


class Spelling:
    """The parts of an entry in the folder's own words; None for a part whose columns or files are not there.

    Columns that shapes and lookups add are known once these were asked for.
    """

    def __init__(self, header: Iterable[str], files: Mapping[str, Sequence[Recognised]]) -> None:
        self.names = dict(_folded(header))
        self.files = files

    def name(self, theirs: str) -> str | None:
        """The column as it is written here; after `LIKE` a pattern, the first that fits it, or that its group names."""
        if not theirs.startswith(LIKE):
            return self.names.get(theirs.casefold())
        found = (likened(theirs, name) for name in self.names)
        return next((self.names[name] for name in found if name in self.names), None)

    def first_name(self, theirs: str | tuple[str, ...]) -> str | None:
        """The first of the columns that is there."""
        names = (theirs,) if isinstance(theirs, str) else theirs
        return next((name for n in names if (name := self.name(n))), None)

    def references(self) -> dict[str, str]:
        """Columns that by their names hold ids of another system, under names of our kind."""
        named = {_snake(name): name for name in reversed(self.names.values())}
        return {n: name for n, name in reversed(named.items()) if _REFERENCE.search(n) and not _OF_ELSE.search(n)}

    def first(self, choice: Choice) -> Source | None:
        """The first of the alternatives whose columns are all there."""
        sources = choice if isinstance(choice, tuple) else (choice,)
        return next((self._spelled(s) for s in sources if self._is_there(s)), None)

    def unpivot(self, how: Unpivot | None) -> Unpivot | None:
        """The columns to be turned into rows."""
        if how is not None:
            self.names |= _folded((how.name, how.value))
        return how

    def months(self, how: Months | None) -> Months | None:
        """The columns that are months."""
        if how is not None:
            self.names |= _folded((how.value, SINCE, UNTIL, BEGAN))
        return how

    def explode(self, how: Explode | None) -> Explode | None:
        """The cell to be turned into rows."""
        column = self.name(how.column) if how else None
        return how.model_copy(update={"column": column}) if how and column else None

    def latest(self, how: Latest | None) -> Latest | None:
        """The versions to choose from."""
        names = [self.name(n) for n in (*how.by, how.largest)] if how else []
        return how.model_copy(update={"by": names[:-1], "largest": names[-1]}) if how and all(names) else None

    def history(self, how: History) -> History | None:
        """The changes of a column, from the files that tell of them."""
        files, there = self._others(how.files)
        of, on = self.name(how.of), self._keys(how.on, there)
        day = self.name(how.on_day) if how.on_day else None
        if not (files and of and on and all(n.casefold() in there for n in (how.at, how.new))):
            return None
        if how.on_day and not day:
            return None
        self.names |= _folded((SINCE, UNTIL))
        spelled = {
            **self._written(how),
            "on_day": day,
            "at": there[how.at.casefold()],
            "new": there[how.new.casefold()],
            "old": there.get(how.old.casefold()) if how.old else None,
            "where": {there[n.casefold()]: c for n, c in how.where.items() if n.casefold() in there},
        }
        return how.model_copy(update={"of": of, "file": files, "on": on, **spelled})

    def lookup(self, lookup: Lookup) -> Lookup | None:
        """The lookup in the files of the folder."""
        files, there = self._others(lookup.files)
        on = self._keys(lookup.on, there)
        wanted = {ours: n for ours, n in lookup.taken.items() if not self.name(ours)}
        taken = {ours: there[n.casefold()] for ours, n in wanted.items() if n.casefold() in there}
        if not (files and on and taken and all(n.casefold() in there for n in lookup.where)):
            return None
        self.names |= _folded(taken)
        prefer = {there[n.casefold()]: c for n, c in lookup.prefer.items() if n.casefold() in there}
        largest = there.get(lookup.largest.casefold()) if lookup.largest else None
        where = {there[n.casefold()]: c for n, c in lookup.where.items() if n.casefold() in there}
        further = {"prefer": prefer, "largest": largest, "where": where}
        spelled = {**self._written(lookup), "file": files, "on": on, "take": taken, **further}
        return lookup.model_copy(update=spelled)

    def merged(self, how: Merged) -> Merged | None:
        """The records that were merged, from the files that tell of them."""
        files, there = self._others(how.files)
        of, gone, into = self.name(how.of), there.get(how.gone.casefold()), there.get(how.into.casefold())
        if not (files and of and gone and into):
            return None
        return how.model_copy(update={**self._written(how), "file": files, "of": of, "gone": gone, "into": into})

    def _is_there(self, source: Source) -> bool:
        """Whether all its columns are there, of alternatives those of one; of days to compare those of the first."""
        if isinstance(source, FirstOf):
            return any(map(self._is_there, source.first))
        if isinstance(source, LastOf | EarliestOf):
            return self._is_there(source.days[0])
        return all(self.name(n) for n in names_in(source))

    def _spelled(self, source: Source) -> Source:
        match source:
            case FirstOf(first=several):
                there = [self._spelled(s) for s in several if self._is_there(s)]
                is_plain = len(there) == 1 and not (isinstance(there[0], ColumnOf) and there[0].dates)
                return there[0] if is_plain else source.model_copy(update={"first": there})
            case LastOf() | EarliestOf():
                there = [self._spelled(s) for s in source.days if self._is_there(s)]
                setting = "last" if isinstance(source, LastOf) else "earliest"
                return source.model_copy(update={setting: there}) if len(there) > 1 else there[0]
            case ColumnOf(column=column, minor_of=minor, where=where):
                own = {"column": self.name(column), "minor_of": self.name(minor) if minor else None}
                return source.model_copy(update={**own, "where": {self.name(n): c for n, c in where.items()}})
            case JoinOf(join=join):
                return source.model_copy(update={"join": [self.name(n) for n in join]})
            case FormulaOf(formula=text, minor_of=minor):
                written = _A_NAME.sub(lambda found: f"`{self.name(found[1] or found[2])}`", text)
                return FormulaOf(formula=written, minor_of=self.name(minor) if minor else None)
        return str(self.name(source))

    def _others(self, files: Iterable[str]) -> tuple[list[str], Names]:
        """The files that are those exports, and the headers that all of them have."""
        found = [r for f in files for r in self.files.get(f.removeprefix(OF), ())]
        shared = set.intersection(*({*r.header} for r in found)) if found else set()
        return [r.file for r in found], _folded(sorted(shared))

    def _written(self, other: OtherFile) -> dict[str, Any]:
        """How the other files are written, as their kinds of export declare it."""
        found = [r for f in other.files for r in self.files.get(f.removeprefix(OF), ())]
        return {k: v for r in found for k, v in r.export.settings.items() if k in OtherFile.model_fields}

    def _keys(self, on: Mapping[str, str], there: Names) -> dict[str, str] | None:
        pairs = [(self.name(ours), there.get(theirs.casefold())) for ours, theirs in on.items()]
        return {ours: theirs for ours, theirs in pairs if ours and theirs} if all(map(all, pairs)) else None


def _snake(name: str) -> str:
    """The words of a header, in small letters."""
    return "_".join(re.findall(r"[^\W_]+", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name))).casefold()


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {n.strip().casefold(): n for n in names}
