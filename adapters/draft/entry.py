"""What does a draft say of one export? The table, its columns, and what its values call for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from adapters.draft.columns import INDENT, column_lines, interval, interval_unit, is_of_term, parts_of_name, until_next
from adapters.draft.credits import CREDIT, Part, is_of_credits
from adapters.draft.facts import Facts
from adapters.draft.recognise import FILLABLE, compact
from adapters.draft.shades import has_words, void_words, won_words
from adapters.draft.sketch import GUESSED, RECOGNISED, UNKNOWN, Line, flow, remark, scalar
from adapters.draft.vocabulary import SYNONYMS
from adapters.mapping.months import first_day
from adapters.values import marks, signs
from adapters.wording import counted

_MOST_VALUES = 60
_EXAMPLES = 3
_WHY = {
    "footer": "it ends as reports do",
    "fill_down": "the name of a group stands once, above its rows",
}
_UNIQUE = {"accounts": "account_id", "managers": "manager_id"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the table of an entry needs: its kinds, its required columns, and whether it takes attributes."""

    kinds: Mapping[str, str]
    required: Collection[str]
    is_open: bool


def entry(part: Part, declared: Mapping[str, Any], asked: Asked) -> Iterator[Line]:
    """The lines of the entry, in the order of the settings."""
    facts, guess = part.facts, part.facts.guess
    yield Line(f"- file: {scalar(facts.file)}", counted(facts.cells.height, "row"), indent=2)
    by = "the headers and the name of the file" if guess.is_named else "the headers"
    yield Line(f"table: {guess.table}", remark(GUESSED if guess.missing else RECOGNISED, f"by {by}"))
    for setting, value in declared.items():
        yield Line(f"{setting}: {flow(value)}", remark(GUESSED, _WHY.get(setting, "the file cannot be read otherwise")))
    yield from format_lines(facts)
    if following := until_next(facts):
        yield Line(f"until_next: {flow(following)}", remark(GUESSED, "several rows begin one after the other"))
    yield Line("columns:")
    yield from column_lines(facts, asked.kinds, turns=part.turns)
    yield from _constants(facts, asked)
    used = {m.theirs for m in guess.matches} | {h for h in facts.header if f"`{h}`" in (guess.formula or "")}
    used |= {*parts_of_name(facts.header), interval_unit(facts) or ""}
    yield from _attributes(facts, asked, used)
    yield from _where(part, used)
    yield from _distinct(facts)
    if rest := [h for h in facts.header if h not in used]:
        yield Line("", f"not used: {', '.join(rest)}")


def format_lines(facts: Facts) -> Iterator[Line]:
    """The settings of how numbers and dates are written."""
    form, doubt = facts.numbers.form, facts.numbers.doubt
    if form is not None:
        yield Line(f'decimal: "{form.point}"', remark(GUESSED, doubt or "all numbers fit"))
    if form is not None and form.thousands:
        yield Line(f'thousands: "{form.thousands}"', remark(GUESSED, doubt or "all numbers fit"))
    if form is not None and form.marks:
        yield Line("marks: true", remark(GUESSED, "each number has signs around it"))
    if form is None and doubt:
        yield Line("", doubt if doubt.startswith("all but") else remark(UNKNOWN, doubt))
    if facts.shared_dates:
        yield Line(f'dates: "{facts.shared_dates}"', remark(GUESSED, "all dates fit"))


def _constants(facts: Facts, asked: Asked) -> Iterator[Line]:
    """What every row has in common though no column says so."""
    found = dict(_fixed(facts))
    if found:
        yield Line("constants:")
    for ours, (value, why) in found.items():
        yield Line(f"{ours}: {scalar(value)}", remark(GUESSED, why), INDENT)
    for ours in FILLABLE.get(facts.guess.table, ()):
        is_open = ours in asked.required and ours != "line_id" and facts.guess.theirs(ours) is None
        if is_open and ours not in found:
            yield Line("", remark(UNKNOWN, f"{ours}, which every row needs; add it under constants"))
    if sign := _open_sign(facts, asked):
        several = ", ".join(signs.candidates(sign)[:_EXAMPLES])
        yield Line(
            "", remark(UNKNOWN, f"currency: {sign} is the sign of several, as {several}; add it under constants")
        )


def _open_sign(facts: Facts, asked: Asked) -> str | None:
    """A sign beside the amounts that several currencies have, where no column says which."""
    has_marks = facts.numbers.form is not None and facts.numbers.form.marks
    if not has_marks or "currency" not in asked.kinds or facts.guess.theirs("currency"):
        return None
    named = facts.texts("amount").drop_nulls().to_frame("cell").select(marks.named(pl.col("cell")).unique()).to_series()
    words = (word for said in named.sort() for word in marks.words_in(said))
    return next((word for word in words if signs.meant(word) is None and signs.candidates(word)), None)


def _fixed(facts: Facts) -> Iterator[tuple[str, tuple[str, str]]]:
    """Our column to its constant and why."""
    table, name = facts.guess.table, compact(facts.file)
    if table == "contracts" and (every := interval(facts)):
        yield "every", (every, f"{facts.guess.theirs('amount')} says so")
    elif table == "contracts" and facts.guess.theirs("every") is None and not is_of_term(facts):
        yield "every", ("month", "no column says what the amount is for")
    if table == "answers" and facts.guess.theirs("kind") is None:
        largest = facts.values("score").max()
        has_stars = largest is not None and float(str(largest)) <= 5 and "nps" not in name
        is_csat = "csat" in name or has_stars
        yield "kind", ("csat" if is_csat else "nps", "by the name of the file and the scores")
        yield "scale", ("1-5" if is_csat else "0-10", "the usual one")
    if table == "invoices" and facts.guess.theirs("kind") is None and any(w in name for w in _DEALS):
        yield "kind", ("deal", "by the name of the file")
    if is_of_credits(facts) and not (facts.texts("kind").count() and has_words(table, "kind", facts.texts("kind"))):
        yield "kind", (CREDIT, "by the name of the file")


_DEALS = ("deal", "opportun", "pipeline")


_OUTCOMES = ("churn", "cancel", "lost", "renew")
"""What became of an account is what scores are about, as are whose it is and what it pays: compared by it, nobody would
differ."""


def _attributes(facts: Facts, asked: Asked, used: set[str]) -> Iterator[Line]:
    """Further columns by which accounts can be compared; their headers are then used."""
    found = [h for h in facts.header if asked.is_open and h not in used and _is_attribute(facts, h, asked)]
    if found:
        yield Line("attributes:")
    for theirs in found:
        used.add(theirs)
        yield Line(f"{_snake(theirs)}: {scalar(theirs)}", remark(GUESSED, "to compare by"), INDENT)


def _is_attribute(facts: Facts, theirs: str, asked: Asked) -> bool:
    """Whether a column divides most accounts into groups, by what they are, and can be called by its name."""
    cells, name = facts.cells[theirs].drop_nulls(), _snake(theirs)
    is_free = name.isidentifier() and name not in asked.kinds and not compact(theirs).endswith(("id", "name"))
    divides = 1 < cells.n_unique() <= min(_MOST_VALUES, facts.cells.height // 4)
    is_outcome = any(word in compact(theirs) for word in _OUTCOMES)
    owner = compact(theirs).removesuffix("email").removesuffix("name")
    is_owner = owner in SYNONYMS["ownership"]["manager_id"].split()
    is_other = is_outcome or is_owner or first_day(theirs) is not None
    return is_free and divides and len(cells) * 2 > facts.cells.height and not is_other


def _snake(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name).casefold().split())


def _where(part: Part, used: set[str]) -> Iterator[Line]:
    """Which rows count: those of the part that were won, and that are neither void nor drafts."""
    facts = part.facts
    found = [(column, words, "credits have an entry of their own") for column, words in part.where.items()]
    if facts.guess.table == "invoices" and (won := won_words(list(facts.header), facts.cells)):
        found.append((won[0], won[1] if len(won[1]) > 1 else won[1][0], "only what was won counts"))
    elif facts.guess.table == "invoices" and (void := void_words(list(facts.header), facts.cells)):
        found.append((void[0], {"not": void[1]}, "what is void, a draft or a payment counts not"))
    if found:
        yield Line("where:")
    for column, words, why in found:
        used.add(column)
        yield Line(f"{scalar(column)}: {flow(words)}", remark(GUESSED, why), INDENT)


def _distinct(facts: Facts) -> Iterator[Line]:
    key = _UNIQUE.get(facts.guess.table)
    if key and facts.texts(key).drop_nulls().is_duplicated().any():
        yield Line("distinct: true", remark(GUESSED, f"several rows have the same {facts.guess.theirs(key)}"))
