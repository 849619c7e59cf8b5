"""What do the rows of a report say of its groups? Names that stand once above their rows, and totals that end them."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

PLACE, _LABELLED = " place", " labelled"
"""The columns with the place of a row among the others, from nought, and whether it begins as a total does."""

_WORD = r"(?:(?:(?:grand|sub|sous)[ -]?)?totals?(?: g[eé]n[eé]ral)?|(?:zwischen|gesamt)?summe|(?:gesamt)?ergebnis):?"
_AFTER = rf"{_WORD}(?: (?:for|of|für|pour|[-–]))? (?P<after>.+?)(?: with sub-?\w+)?:?"
_BEFORE = r"(?P<before>.+?)(?: [-–])? (?:sub-?)?(?:totals?|sum|summe|ergebnis|gesamt):?"
_OF = f"{_AFTER}|{_BEFORE}"
_BESIDE = r"(?:record )?count|average|avg|minimum|min|maximum|max|median"
"""What a report may say of a group beside its sum."""
_TOTAL, _TOTAL_OF, _NO_SUM = (re.compile(pattern, re.IGNORECASE) for pattern in (_WORD, _OF, _BESIDE))
LABEL = re.sub(r"\?P<\w+>", "?:", rf"(?i)^(?:{_WORD}|{_OF}|{_BESIDE}|sum)$")
"""What the first cell of a total says, for one that may be a customer's name as well."""
_FIGURE = re.compile(
    r"(?:[A-Z]{3}|[^\W\d]{0,2}\.?\W?) ?\W{0,2}\d[\d.,' \u00a0\u202f]*\W{0,2} ?(?:[A-Z]{3}|[^\W\d]{0,2}\.?)|\W*|(?i:sum)"
)
_DAY = re.compile(r"\d{1,4}[./]\d{1,2}[./]\d{1,4}")
_WITHIN = ":"
"""Between the names of a group and of one within it, as QuickBooks writes customers of customers."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row that names a group or says a total: its place among the rows, and its names, the outer first.

    `label` is its first cell, `level` that of the column in which it stands. `of` is the group of which it would be the
    total: an empty text where none is named, None where it is none. With `is_sum` it says what rows add up to, with
    `is_beside` only something else of them, as a count.
    """

    place: int
    names: tuple[str | None, ...]
    label: str
    level: int
    is_alone: bool
    of: str | None = None
    is_sum: bool = False
    is_beside: bool = False


@dataclass(frozen=True, slots=True)
class _Places:
    """At which places groups begin and end, by level and name; and where a name of an outer level stands."""

    begins: dict[tuple[int, str], list[int]]
    ends: dict[tuple[int, str], list[int]]
    outer: dict[int, list[int]]

    def has_total(self, level: int, name: str, place: int) -> bool:
        """Whether a group that is open there has its total below, before another one can have begun."""
        end = _next(self.ends[level, name], place)
        others = (_next(self.begins[level, name], place), _next(self.outer[level], place))
        return end is not None and all(other is None or end <= other for other in others)


@dataclass(slots=True)
class Walk:
    """The groups that are open on the way down, by level, each within the one before it; and what was met.

    `filled` are the names from each place on. Events that are no rows are `named` or `ended` a group; `totals` are
    those of sums with the place where each begins, `idle` the names on a row of their own that no row follows.
    """

    places: _Places
    open: list[list[Event]]
    filled: list[tuple[int | str | None, ...]] = field(default_factory=list)
    named: list[Event] = field(default_factory=list)
    ended: list[Event] = field(default_factory=list)
    totals: list[tuple[Event, int]] = field(default_factory=list)
    idle: list[Event] = field(default_factory=list)
    last: int = -1

    @property
    def no_rows(self) -> list[int]:
        """The places of names on rows of their own and of totals."""
        return sorted(event.place for event in (*self.named, *self.ended))

    def take(self, event: Event) -> None:
        """Goes on to the next event."""
        # a customer may be called Max: a count or an average stands where groups do, or below another total
        is_below = bool(self.ended) and self.ended[-1].place + 1 == event.place
        if (event.is_beside and (is_below or event.level >= 0)) or self._ends(event):
            self.ended.append(event)
        else:
            self._begins(event)
            self.named += [event] if event.is_alone else []
        self.filled.append((event.place, *(self._path(level) or None for level in range(len(self.open)))))
        self.last = event.place

    def leave(self, level: int, number: int, place: int) -> None:
        """Closes the groups of a level from that one on, and all within them."""
        left = self.open[level][number:]
        self.idle += [e for e in left if e.is_alone and e.place + 1 == place]
        del self.open[level][number:]
        for inner in range(level + 1, len(self.open)):
            self.leave(inner, 0, place)

    def _ends(self, event: Event) -> bool:
        """Whether the row is a total, of a group that is open, of all rows, or of rows that no name stands above."""
        if event.of is None:
            return False
        level, number = self._group(event)
        if event.of and number is None and (self.open[level] or self.last + 1 == event.place):
            return False
        first = self.last + 1 if event.of else 0
        since = first if number is None else self.open[level][number].place
        self.leave(level, number or 0, -1)
        self.totals += [(event, since)] if event.is_sum else []
        return True

    def _group(self, event: Event) -> tuple[int, int | None]:
        """The level of the group that a total ends, and its number there; None where no such group is open."""
        inner_first = range(len(self.open) - 1, -1, -1)
        if not event.of:
            level = event.level if event.level >= 0 else next((n for n in inner_first if self.open[n]), 0)
            return level, len(self.open[level]) - 1 if self.open[level] else None
        for level in inner_first:
            for number in range(len(self.open[level]) - 1, -1, -1):
                if event.of in (self.open[level][number].names[level], self._path(level, number + 1)):
                    return level, number
        return event.level, None

    def _begins(self, event: Event) -> None:
        for level, name in enumerate(event.names):
            groups = self.open[level]
            if name is None or (groups and groups[-1].names[level] == name):
                continue
            kept = len(groups)
            while kept and not self.places.has_total(level, str(groups[kept - 1].names[level]), event.place):
                kept -= 1
            self.leave(level, kept, event.place)
            groups.append(event)

    def _path(self, level: int, number: int | None = None) -> str:
        return _WITHIN.join(str(event.names[level]) for event in self.open[level][:number])


def walk(cells: pl.DataFrame, columns: Sequence[str]) -> Walk:
    """What is met on the way down the rows."""
    events = list(_events(cells, columns))
    way = Walk(_places(events), [[] for _ in columns])
    for event in events:
        way.take(event)
    way.leave(0, 0, cells.height)
    return way


def _events(cells: pl.DataFrame, columns: Sequence[str]) -> Iterator[Event]:
    """The rows with a name, and those that begin as a total does."""
    levels = [cells.columns.index(c) for c in columns]
    is_labelled = pl.coalesce(pl.all()).str.contains(LABEL).alias(_LABELLED)
    found = cells.with_columns(is_labelled).with_row_index(PLACE)
    for place, *row, is_total in found.filter(pl.any_horizontal(pl.col(*columns).is_not_null(), _LABELLED)).iter_rows():
        filled = [n for n, cell in enumerate(row) if cell is not None]
        label, level = row[filled[0]], levels.index(filled[0]) if filled[0] in levels else -1
        event = Event(place, tuple(row[n] for n in levels), label, level, is_alone={*filled} <= {*levels})
        yield _as_total(event, [row[n] for n in filled[1:]]) if is_total else event


def _as_total(event: Event, beside: Sequence[str]) -> Event:
    """The row with what it says as a total: that its first cell is the word for one, and nothing but figures follow."""
    has_figures, label = bool(beside) and all(map(_is_figure, beside)), event.label
    if has_figures and (_NO_SUM.fullmatch(label) or label.casefold() == "sum"):
        return replace(event, is_beside=True)
    of = "" if has_figures and _TOTAL.fullmatch(label) else None
    named = None if _TOTAL.fullmatch(label) else _TOTAL_OF.fullmatch(label)
    if named and (has_figures or event.is_alone):
        of = named["after"] or named["before"]
    return replace(event, of=of, is_sum=has_figures and not any(map(_NO_SUM.fullmatch, beside)))


def _is_figure(cell: str) -> bool:
    is_number = _FIGURE.fullmatch(cell) is not None and not _DAY.fullmatch(cell)
    return is_number or _NO_SUM.fullmatch(cell) is not None


def _places(events: Sequence[Event]) -> _Places:
    places = _Places(defaultdict(list), defaultdict(list), defaultdict(list))
    for event in events:
        named = [level for level, name in enumerate(event.names) if name is not None]
        for level, name in enumerate(event.names):
            if event.of:
                places.ends[level, event.of].append(event.place)
            if name is not None:
                places.begins[level, name].append(event.place)
            if named and named[0] < level:
                places.outer[level].append(event.place)
    return places


def _next(places: Sequence[int], place: int) -> int | None:
    """The first of the places behind that one."""
    number = bisect_right(places, place)
    return places[number] if number < len(places) else None
