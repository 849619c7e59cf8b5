"""How does a draft map the columns of one export? A line each, with a mapping where the values call for one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from adapters.draft.facts import Facts, has_percents
from adapters.draft.recognise import Match, compact
from adapters.draft.shades import ends_inclusively, has_words, is_percent, words_for, words_for_no_day
from adapters.draft.sketch import GUESSED, RECOGNISED, UNKNOWN, Line, flow, remark, scalar
from adapters.mapping.histories import UNTIL
from adapters.values.formats import NOTHING

INDENT = 6
_PARTS_OF_NAME = ("firstname", "lastname")
_SUFFIX = ".0"
_ABOVE = {("accounts", "parent_id"): "account_id", ("managers", "reports_to"): "manager_id"}
"""Columns that refer to the key of their own table."""
_OF_TERM = ("tcv", "contractvalue", "vertragswert")
_UNITS = ("unit", "intervalunit", "periodunit", "billingperiodunit", "frequencyunit")
"""Headers of what an interval counts, after the header of the interval itself or alone."""
_MOSTLY = 0.9
_PARTS_OF_ONE = ("share", "discount", "value")
"""Columns in which a percentage means a part of one."""


def column_lines(facts: Facts, kinds: Mapping[str, str], *, turns: bool = False) -> Iterator[Line]:
    """The lines under `columns`, in the order of our columns, then what could not be placed.

    Where the sign `turns`, amounts are taken back though they do not say so.
    """
    parts = _parts_of_name(facts)
    order = list(kinds)
    for match in sorted(facts.guess.matches, key=lambda m: order.index(m.ours)):
        if match.ours == "name" and parts:
            continue
        if match.ours == "every" and interval(facts):
            continue
        if match.ours == "every" and (unit := interval_unit(facts)):
            join = flow({"join": [match.theirs, unit], "small": True})
            yield Line(f"every: {join}", remark(GUESSED, f"{match.theirs} counts them"), INDENT)
            continue
        if match.ours == "line_id" and compact(match.theirs) != "lineid" and _is_of_several(facts):
            what = f"{match.theirs} is on several rows, so file and row make the line_id"
            yield Line("", remark(GUESSED, what), INDENT)
            continue
        if match.ours == "amount" and turns:
            formula = flow({"formula": f"-`{match.theirs}`"})
            yield Line(f"amount: {formula}", remark(GUESSED, "credits are written without a sign"), INDENT)
            continue
        yield _left_out(facts, match) or _line(facts, match, kinds[match.ours])
        if match.ours in facts.dates and facts.dates[match.ours].doubt:
            yield Line("", remark(UNKNOWN, facts.dates[match.ours].doubt), INDENT)
    if until_next(facts):
        yield Line(f"ends_on: {UNTIL}", "", INDENT)
    if facts.guess.table == "contracts" and (notice := _end_by_notice(facts, kinds)):
        yield notice
    if parts and "name" in kinds:
        yield Line(f"name: {flow({'join': parts, 'with': ' '})}", remark(RECOGNISED), INDENT)
    if facts.guess.formula:
        formula = flow({"formula": facts.guess.formula})
        yield Line(f"amount: {formula}", remark(GUESSED, "no column holds the amount"), INDENT)
    for missing in facts.guess.missing:
        yield Line("", remark(UNKNOWN, f"{missing}, which every row needs"), INDENT)


def _is_of_several(facts: Facts) -> bool:
    """Whether one id stands on rows that differ, as that of an invoice on its lines; copies of a row are one row."""
    cells, theirs = facts.cells if facts.of is None else facts.of, facts.guess.theirs("line_id")
    ids = cells[theirs].n_unique() if theirs else cells.height
    return ids < cells.height and ids < cells.unique().height


def _is_of_whole(facts: Facts) -> bool:
    """Whether an amount is the same on all rows of each id, as that of a whole invoice is that stands on its lines."""
    if facts.guess.theirs("line_id") is None or not _is_of_several(facts):
        return False
    cells = pl.DataFrame([facts.texts("line_id").alias("id"), facts.values("amount")]).drop_nulls()
    several = cells.group_by("id").agg(pl.len().alias("rows"), pl.col("amount").n_unique()).filter(pl.col("rows") > 1)
    return several.height > 0 and (several["amount"] == 1).all()


def until_next(facts: Facts) -> dict[str, object] | None:
    """The setting by which owners hold an account until the next, where no column says how long they do."""
    account, since = facts.guess.theirs("account_id"), facts.guess.theirs("starts_on")
    if facts.guess.table != "ownership" or facts.guess.theirs("ends_on") or not (account and since):
        return None
    begins = facts.cells.select(account, since).drop_nulls(account).unique()
    return {"by": [account], "since": since} if begins[account].is_duplicated().any() else None


def _end_by_notice(facts: Facts, kinds: Mapping[str, str]) -> Line | None:
    """The end of contracts whose cancellation alone is dated: else each of them would count on for ever."""
    notice = next((m for m in facts.guess.matches if m.ours == "cancelled_on"), None)
    if notice is None or facts.guess.theirs("ends_on"):
        return None
    line = _line(facts, notice, kinds[notice.ours])
    why = "no column says until when it is paid; right if that is the day on which it was cancelled"
    return replace(line, text=line.text.replace("cancelled_on", "ends_on", 1), remark=remark(GUESSED, why))


def interval(facts: Facts) -> str | None:
    """What a contract's amount is for, where its header says so: then the interval of bills is another thing."""
    amount = compact(facts.guess.theirs("amount") or "")
    if facts.guess.table != "contracts":
        return None
    if "mrr" in amount or "monthly" in amount:
        return "month"
    return "year" if any(w in amount for w in ("arr", "acv", "annual", "yearly")) else None


def interval_unit(facts: Facts) -> str | None:
    """The header of what the interval of a contract counts, where that is a number: 3, and months beside it."""
    theirs = facts.guess.theirs("every")
    counts = facts.texts("every").drop_nulls()
    if facts.guess.table != "contracts" or theirs is None or not (counts.len() and counts.str.contains(r"^\d+$").all()):
        return None
    units = {compact(theirs) + "unit", *_UNITS}
    found = (h for h in facts.header if compact(h) in units and _are_units(facts.cells[h].drop_nulls()))
    return next(found, None)


def _are_units(cells: pl.Series) -> bool:
    """Whether they are words that a number may stand before, as in 3 months."""
    return cells.len() > 0 and bool(cells.str.contains(r"(?i)^(?:day|week|month|quarter|year)s?$").all())


def is_of_term(facts: Facts) -> bool:
    """Whether the header of a contract's amount says that it is that of the whole term."""
    amount = compact(facts.guess.theirs("amount") or "")
    return interval(facts) is None and any(w in amount for w in _OF_TERM)


def _are_months(match: Match, said: Sequence[str]) -> bool:
    """Whether a column of terms holds numbers of months."""
    return match.ours == "every" and "month" in compact(match.theirs) and all(n.isdecimal() for n in said)


def parts_of_name(header: tuple[str, ...]) -> list[str]:
    """The headers of first and last name, if both are there."""
    found = [h for p in _PARTS_OF_NAME for h in header if compact(h) == p]
    return found if len(found) == len(_PARTS_OF_NAME) else []


def _parts_of_name(facts: Facts) -> list[str]:
    """The headers to join to a name, where no column holds one for most rows."""
    is_named = facts.guess.theirs("name") and facts.texts("name").count() * 2 > facts.cells.height
    is_person = facts.guess.table in ("accounts", "managers")
    return parts_of_name(facts.header) if is_person and not is_named else []


def _left_out(facts: Facts, match: Match) -> Line | None:
    """The comment in place of a column that refers to the table's own key, where too few of its values are keys, or of
    one of kinds of which none is known, as it may say of what else the rows are."""
    if match.ours == "kind" and not has_words(facts.guess.table, "kind", facts.texts("kind")):
        _, unknown = words_for(facts.guess.table, "kind", facts.texts("kind"))
        why = remark(UNKNOWN, f"no word of ours for {', '.join(unknown) or 'its many words'}")
        why = why if facts.texts("kind").count() else "nothing is in it"
        return Line(f"# kind: {scalar(match.theirs)}", why, INDENT)
    key = _ABOVE.get((facts.guess.table, match.ours))
    if key is None or facts.guess.theirs(key) is None:
        return None
    filled = _cut(facts.texts(match.ours)).drop_nulls()
    keys = _cut(facts.texts(key)).drop_nulls().unique()
    if int(filled.is_in(keys.implode()).sum()) >= _MOSTLY * len(filled):
        return None
    return Line(f"# {match.ours}: {scalar(match.theirs)}", remark(UNKNOWN, f"its values are not among {key}"), INDENT)


def _cut(ids: pl.Series) -> pl.Series:
    """The ids as the draft has them read."""
    return ids.str.strip_suffix(_SUFFIX) if _has_decimals(ids) else ids


def _line(facts: Facts, match: Match, kind: str) -> Line:
    """The line of one column: its name, or a mapping where its values call for one."""
    certainty = RECOGNISED if match.is_sure else GUESSED
    is_signed = kind != "text" and has_percents(facts.texts(match.ours))
    if match.ours in ("share", "discount") and not is_signed and is_percent(match.theirs, facts.values(match.ours)):
        formula = flow({"formula": f"`{match.theirs}` / 100"})
        return Line(f"{match.ours}: {formula}", remark(certainty, "written in percent"), INDENT)
    mapping: dict[str, object] = {"column": match.theirs}
    why = []
    words, unknown = words_for(facts.guess.table, match.ours, facts.texts(match.ours))
    if unknown and is_of_term(facts) and _are_months(match, unknown):
        words, unknown = {**words, **{n: f"{n} months" for n in unknown}}, []
        why.append("the amount is that of the whole term")
    if match.ours in facts.dates and (no_day := _undeclared(facts.texts(match.ours))):
        words = dict.fromkeys(no_day, "")
        certainty = GUESSED
        why.append("where no day is known")
    if words:
        mapping["words"] = words
    if unknown:
        certainty = UNKNOWN
        why.append(f"no word of ours for {', '.join(unknown)}")
    if is_signed and match.ours in _PARTS_OF_ONE:
        mapping["percents"] = True
        why.append("25% is 0.25")
    elif is_signed:
        certainty = UNKNOWN
        why.append("percent signs are not read; write 0.25 for 25%")
    if (facts.guess.table, match.ours) == ("invoices", "amount") and _is_of_whole(facts):
        certainty = UNKNOWN
        why.append(f"the same on all rows of one {facts.guess.theirs('line_id')}, so it may count once for each")
    if kind == "text" and _has_decimals(facts.texts(match.ours)):
        mapping["without_suffix"] = _SUFFIX
    if match.ours == "ends_on" and _is_last_day(facts):
        mapping["plus_days"] = 1
        why.append("a last day; ours is the first day after")
    form = facts.dates[match.ours].form if match.ours in facts.dates else None
    if form is not None and not facts.shared_dates:
        mapping["dates"] = form.dates
    said = flow(mapping) if len(mapping) > 1 else scalar(match.theirs)
    return Line(f"{match.ours}: {said}", remark(certainty, "; ".join(why)), INDENT)


def _undeclared(days: pl.Series) -> list[str]:
    """The words for no day that are not read so by themselves."""
    return [word for word in words_for_no_day(days) if word not in NOTHING]


def _is_last_day(facts: Facts) -> bool:
    if not all(facts.guess.theirs(c) for c in ("account_id", "starts_on", "ends_on")):
        return False
    account = facts.texts("account_id").alias("account_id")
    days = pl.DataFrame([account, *(facts.days(c) for c in ("starts_on", "ends_on"))])
    return ends_inclusively(days) is True


def _has_decimals(cells: pl.Series) -> bool:
    """Whether ids have passed through a column of floats: 2.0 for 2."""
    filled = cells.drop_nulls()
    return len(filled) > 0 and bool(filled.str.contains(r"^\d+\.0$").all())
