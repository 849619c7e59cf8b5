"""What does a draft say of one export? The table, its columns, and what its values call for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from adapters.facts import Facts
from adapters.recognise import FILLABLE, Match, compact
from adapters.shades import ends_inclusively, is_percent, won_words, words_for
from adapters.sketch import GUESSED, RECOGNISED, UNKNOWN, Line, flow, remark, scalar

_COLUMN = 6
_MOST_VALUES = 60
_PARTS_OF_NAME = ("firstname", "lastname")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the table of an entry needs: its kinds, its required columns, and whether it takes attributes."""

    kinds: Mapping[str, str]
    required: Collection[str]
    is_open: bool


def entry(facts: Facts, declared: Mapping[str, str], asked: Asked) -> Iterator[Line]:
    """The lines of the entry, in the order of the settings."""
    guess = facts.guess
    yield Line(f"- file: {scalar(facts.file)}", f"{facts.cells.height:,} rows", indent=2)
    by = "the headers and the name of the file" if guess.is_named else "the headers"
    yield Line(f"table: {guess.table}", remark(GUESSED if guess.missing else RECOGNISED, f"by {by}"))
    for setting, value in declared.items():
        yield Line(f"{setting}: {scalar(value)}", remark(GUESSED, "the file cannot be read otherwise"))
    yield from _formats(facts)
    yield Line("columns:")
    yield from _columns(facts, asked)
    yield from _constants(facts, asked)
    used = {m.theirs for m in guess.matches}
    yield from _attributes(facts, asked, used)
    yield from _where(facts, used)
    if rest := [h for h in facts.header if h not in used and compact(h) not in _PARTS_OF_NAME]:
        yield Line("", f"not used: {', '.join(rest)}")


def _formats(facts: Facts) -> Iterator[Line]:
    form, doubt = facts.numbers.form, facts.numbers.doubt
    if form is not None:
        yield Line(f'decimal: "{form.point}"', remark(GUESSED, doubt or "all numbers fit"))
        if form.thousands:
            yield Line(f'thousands: "{form.thousands}"', remark(GUESSED, doubt or "all numbers fit"))
    elif doubt:
        yield Line("", remark(UNKNOWN, doubt))
    if facts.shared_dates:
        yield Line(f'dates: "{facts.shared_dates}"', remark(GUESSED, "all dates fit"))


def _columns(facts: Facts, asked: Asked) -> Iterator[Line]:
    order = list(asked.kinds)
    for match in sorted(facts.guess.matches, key=lambda m: order.index(m.ours)):
        if _is_said_otherwise(facts, match.ours):
            continue
        yield _column(facts, match, asked.kinds[match.ours])
        if doubt := facts.dates[match.ours].doubt if match.ours in facts.dates else "":
            yield Line("", remark(UNKNOWN, doubt), indent=_COLUMN)
    parts = [h for p in _PARTS_OF_NAME for h in facts.header if compact(h) == p]
    if "name" in asked.kinds and facts.guess.theirs("name") is None and len(parts) == len(_PARTS_OF_NAME):
        yield Line(f"name: {flow({'join': parts, 'with': ' '})}", remark(RECOGNISED), indent=_COLUMN)
    for missing in facts.guess.missing:
        yield Line("", remark(UNKNOWN, f"{missing}, which every row needs"), indent=_COLUMN)


def _column(facts: Facts, match: Match, kind: str) -> Line:
    """The line of one column: its name, or a mapping where its values call for one."""
    mapping: dict[str, object] = {"column": match.theirs}
    why = []
    certainty = RECOGNISED if match.is_sure else GUESSED
    if match.ours in ("share", "discount") and is_percent(match.theirs, facts.values(match.ours)):
        formula = flow({"formula": f"`{match.theirs}` / 100"})
        return Line(f"{match.ours}: {formula}", remark(certainty, "written in percent"), indent=_COLUMN)
    if words := words_for(facts.guess.table, match.ours, facts.texts(match.ours)):
        mapping |= {"words": words[0]} if words[0] else {}
        why += [f"not known: {', '.join(words[1])}"] if words[1] else []
    if kind == "text" and _has_suffix(facts.texts(match.ours)):
        mapping["without_suffix"] = ".0"
    if match.ours == "ends_on" and _is_last_day(facts):
        mapping["plus_days"] = 1
        why.append("a last day; ours is the first day after")
    form = facts.dates[match.ours].form if match.ours in facts.dates else None
    if form is not None and not facts.shared_dates:
        mapping["dates"] = form.dates
    said = flow(mapping) if len(mapping) > 1 else scalar(match.theirs)
    return Line(f"{match.ours}: {said}", remark(certainty, "; ".join(why)), indent=_COLUMN)


def _is_last_day(facts: Facts) -> bool:
    if not all(facts.guess.theirs(c) for c in ("account_id", "starts_on", "ends_on")):
        return False
    account = facts.texts("account_id").alias("account_id")
    days = pl.DataFrame([account, *(facts.days(c) for c in ("starts_on", "ends_on"))])
    return ends_inclusively(days) is True


def _has_suffix(cells: pl.Series) -> bool:
    filled = cells.drop_nulls()
    return len(filled) > 0 and bool(filled.str.contains(r"^\d+\.0$").all())


def _is_said_otherwise(facts: Facts, ours: str) -> bool:
    """Whether a column is given up for a constant: the interval of bills says nothing of a monthly amount."""
    return ours == "every" and facts.guess.table == "contracts" and _interval(facts) is not None


def _interval(facts: Facts) -> str | None:
    """What a contract's amount is for, where its header says so."""
    amount = compact(facts.guess.theirs("amount") or "")
    if "mrr" in amount or "monthly" in amount:
        return "month"
    return "year" if any(w in amount for w in ("arr", "acv", "annual", "yearly")) else None


def _constants(facts: Facts, asked: Asked) -> Iterator[Line]:
    """What every row has in common though no column says so."""
    found = dict(_fixed(facts))
    if found:
        yield Line("constants:")
    for ours, (value, why) in found.items():
        yield Line(f"{ours}: {scalar(value)}", remark(GUESSED, why), indent=_COLUMN)
    open_ends = [c for c in FILLABLE.get(facts.guess.table, ()) if c != "line_id" and c in asked.required]
    for ours in open_ends:
        if ours not in found and facts.guess.theirs(ours) is None:
            yield Line("", remark(UNKNOWN, f"{ours}, which every row needs; add it under constants"))


def _fixed(facts: Facts) -> Iterator[tuple[str, tuple[str, str]]]:
    guess, name = facts.guess, compact(facts.file)
    if guess.table == "contracts" and (interval := _interval(facts)):
        yield "every", (interval, f"{guess.theirs('amount')} says so")
    elif guess.table == "contracts" and guess.theirs("every") is None:
        yield "every", ("month", "no column says what the amount is for")
    if guess.table == "answers" and guess.theirs("kind") is None:
        largest = facts.values("score").max()
        is_stars = "csat" in name or ("nps" not in name and largest is not None and largest <= 5)  # type: ignore[operator]
        yield "kind", ("csat" if is_stars else "nps", f"scores go up to {largest or 'nothing'}")
        yield "scale", ("1-5" if is_stars else "0-10", "the usual one")
    if guess.table == "invoices" and guess.theirs("kind") is None and any(w in name for w in ("deal", "opportun", "pipeline")):
        yield "kind", ("deal", "the name of the file")


def _attributes(facts: Facts, asked: Asked, used: set[str]) -> Iterator[Line]:
    """Further columns by which accounts can be compared; their headers are then used."""
    found = [h for h in facts.header if asked.is_open and h not in used and _is_attribute(facts, h, asked)]
    if found:
        yield Line("attributes:")
    for theirs in found:
        used.add(theirs)
        yield Line(f"{_snake(theirs)}: {scalar(theirs)}", remark(GUESSED, "to compare by"), indent=_COLUMN)


def _is_attribute(facts: Facts, theirs: str, asked: Asked) -> bool:
    different = facts.cells[theirs].drop_nulls().n_unique()
    is_free = _snake(theirs).isidentifier() and _snake(theirs) not in asked.kinds
    is_id = compact(theirs).endswith(("id", "name"))
    return is_free and not is_id and 1 < different <= min(_MOST_VALUES, facts.cells.height // 2)


def _snake(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name).casefold().split())


def _where(facts: Facts, used: set[str]) -> Iterator[Line]:
    won = won_words(list(facts.header), facts.cells) if facts.guess.table == "invoices" else None
    if won:
        used.add(won[0])
        yield Line("where:")
        words = flow(won[1]) if len(won[1]) > 1 else scalar(won[1][0])
        yield Line(f"{scalar(won[0])}: {words}", remark(GUESSED, "only what was won counts"), indent=_COLUMN)
