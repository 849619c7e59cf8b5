"""Which table does a file hold, and which of its columns is which of ours? Told by headers and the file's name."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from adapters.delivery import Layout
from adapters.draft.vocabulary import FILE_WORDS, SYNONYMS
from adapters.wanted import ORIGIN

FILLABLE = {
    "contracts": ("line_id", "every"),
    "invoices": ("line_id",),
    "answers": ("kind",),
    "activities": ("kind",),
    "milestones": ("kind",),
    "costs": ("kind",),
}
"""Required columns that a constant, or file and row, can stand in for."""

_TELLING: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "accounts": (2, ("name", "industry", "segment")),
    "managers": (2, ("name", "email", "team")),
    "ownership": (1, ("starts_on", "ends_on", "share")),
    "answers": (1, ("score",)),
    "exclusions": (2, ("approved_by", "reason")),
}
"""How many of which columns must be there too, as an id or a date is in any file; one less where the name tells."""

_PRICES = ("unitprice", "price", "listprice", "salesprice")

_OF_ANY = ("activities", "milestones")
"""Tables whose columns are in any file of dated rows, and so are not those of a file with money."""

_SURE = 6
"""Synonyms of a column, from the first, that leave little doubt."""
_ABOVE = ("parent_id", "reports_to")
"""What refers to another row of the table, and so is never the header that is the row's own key."""


@dataclass(frozen=True, slots=True)
class Match:
    """One of our columns and the header that fits it; sure where the header is ours or one of its usual names."""

    ours: str
    theirs: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """The table a file most likely holds, what fits, and the required columns that nothing fits."""

    table: str
    matches: tuple[Match, ...]
    missing: tuple[str, ...]
    is_named: bool
    """Whether the file's name says so too."""
    formula: str | None = None
    """What the amount comes to where no column holds it."""

    def theirs(self, ours: str) -> str | None:
        """Their name of our column."""
        return next((m.theirs for m in self.matches if m.ours == ours), None)


def recognise(
    name: str, header: Sequence[str], layout: Layout, required: Mapping[str, Collection[str]]
) -> Guess | None:
    """The likeliest table of the file; None where no table has half of its required columns in it."""
    stem = compact(PurePosixPath(name).stem)
    ranked = []
    for table in layout:
        guess = _guess(table, header, layout, required, _named(table, stem))
        needed = len(set(required.get(table, ())) - {*ORIGIN, *FILLABLE.get(table, ())})
        if guess is not None and len(guess.missing) * 2 <= needed:
            ranked.append((not guess.missing, _named(table, stem), needed, len(guess.matches), guess))
    if any(complete and _is_of_bills(guess) for complete, *_, guess in ranked):
        ranked = [r for r in ranked if r[-1].table != "accounts"]
    if any(complete and guess.theirs("amount") for complete, *_, guess in ranked):
        ranked = [r for r in ranked if r[-1].table not in _OF_ANY]
    return max(ranked, key=lambda r: r[:-1])[-1] if ranked else None


def _is_of_bills(guess: Guess) -> bool:
    """Whether rows are bills and their like, and no customers, whatever the file's name says of whom they are.

    A type may be one of customers; that of a transaction or a document is none.
    """
    has, kind = {m.ours for m in guess.matches}, compact(guess.theirs("kind") or "type")
    return guess.table == "invoices" and {"dated_on", "amount"} <= has and kind not in ("type", "kind")


def compact(name: str) -> str:
    """The name without blanks, signs, accents and capitals."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in apart if not unicodedata.combining(c)))


def _named(table: str, stem: str) -> int:
    """How many letters of the file's name speak for the table."""
    return max((len(w) for w in FILE_WORDS.get(table, "").split() if w in stem), default=0)


def _guess(
    table: str, header: Sequence[str], layout: Layout, required: Mapping[str, Collection[str]], named: int
) -> Guess | None:
    free = list(header)
    found: list[Match] = []
    for ours in _in_order(table, layout, required):
        keys = {m.theirs for m in found} if ours in _ABOVE else set()
        match = _match(table, ours, [h for h in free if h not in keys], named > 0)
        if match is not None:
            found.append(match)
            free = [h for h in free if h != match.theirs or _is_shared(table, ours)]
    filled = {m.ours for m in found}
    if not _is_telling(table, filled, header, is_named=named > 0):
        return None
    formula = None if "amount" in filled else _formula(table, header)
    needed = {*required.get(table, ())} - {*ORIGIN, *FILLABLE.get(table, ()), *filled}
    missing = [c for c in layout[table] if c in needed and not (c == "amount" and formula)]
    return Guess(table, tuple(found), tuple(missing), named > 0, formula)


def _is_telling(table: str, filled: set[str], header: Sequence[str], *, is_named: bool) -> bool:
    needed, telling = _TELLING.get(table, (0, ()))
    has_name = "name" in filled or {"firstname", "lastname"} <= {compact(h) for h in header}
    found = (filled | ({"name"} if has_name else set())) & {*telling}
    return len(found) >= needed - is_named


def _formula(table: str, header: Sequence[str]) -> str | None:
    """Price times quantity, less a discount in parts of one, where the file has them."""
    by_name = {compact(h): h for h in reversed(header)}
    price = next((by_name[w] for w in _PRICES if w in by_name), None)
    quantity = next((by_name[w] for w in SYNONYMS["invoices"]["quantity"].split() if w in by_name), None)
    if table not in ("contracts", "invoices") or not price or not quantity:
        return None
    less = f" * (1 - `{by_name['discount']}`)" if "discount" in by_name else ""
    return f"`{price}` * `{quantity}`{less}"


def _in_order(table: str, layout: Layout, required: Mapping[str, Collection[str]]) -> list[str]:
    """Our columns, the required ones first, so that they have the choice."""
    ours = [c for c in layout[table] if c not in ORIGIN]
    return sorted(ours, key=lambda c: c not in required.get(table, ()))


def _is_shared(table: str, ours: str) -> bool:
    """Whether the header may serve a second column: a name that is the id as well."""
    return ours in ("account_id", "manager_id") and table in ("accounts", "managers")


def _match(table: str, ours: str, header: Sequence[str], is_named: bool) -> Match | None:
    """The header that fits our column best."""
    own = compact(ours)
    words = tuple(dict.fromkeys((*SYNONYMS.get(table, {}).get(ours, "").split(), own)))
    by_word: dict[str, str] = {}
    for theirs in header:
        for variant in _variants(theirs):
            by_word.setdefault(variant, theirs)
    for place, word in enumerate(words):
        if word in by_word and (word != "id" or is_named):
            is_sure = compact(by_word[word]) == word and (place < _SURE or word == own)
            return Match(ours, by_word[word], is_sure)
    return None


def _variants(theirs: str) -> list[str]:
    """The header as a whole, without a remark in brackets, and without the object in front."""
    bare = re.sub(r"\s*\([^)]*\)", "", theirs)
    return [compact(theirs), compact(bare), compact(re.split(r" - |\.", bare)[-1])]
