"""When does a contract line end, and what renews it? Held against the same, said line by line and without frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st
from worlds import examples

from scoring.days import EVER, NEVER, Span
from scoring.facts import due, pairing, renewals
from scoring.frame import conform
from scoring.ledger.balances import at_instants
from scoring.ledger.history import active, recurring
from scoring.ledger.terms import Terms
from scoring.lifetime.contracts.chains import paying_lines
from scoring.tables import CONTRACTS

FIRST, AS_OF = date(2025, 1, 1), date(2025, 5, 15)
TERMS = Terms("EUR", gap_tolerance_days=30, early_renewal_days=40)
RATES = pl.LazyFrame(schema={"currency": pl.String, "dated_on": pl.Date, "rate": pl.Decimal(18, 6)})


@dataclass(frozen=True)
class Line:
    """A contract line, paid by the month."""

    line_id: str
    account_id: str
    product: str | None
    starts_on: date
    ends_on: date | None
    signed_on: date | None
    renews: str | None
    amount: Decimal
    status: str | None

    @property
    def end(self) -> date:
        return self.ends_on or NEVER

    @property
    def serves(self) -> bool:
        return self.end > self.starts_on


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def some_lines(draw: st.DrawFn) -> list[Line]:
    """Lines of two accounts, close to each other, in any order."""
    count = draw(st.integers(0, 9).map(lambda n: 9 - n))
    ids = [f"l{n}" for n in range(count)]
    near = st.integers(0, 12).map(lambda n: 15 * n)
    lines = []
    for line_id in draw(st.permutations(ids)):
        first, length = draw(near), draw(st.sampled_from([-5, 0, 14, 15, 30, 31, 45, 90]))
        lines.append(
            Line(
                line_id,
                draw(st.sampled_from(["a", "a", "b"])),
                draw(st.sampled_from(["P", None])),
                day(first),
                draw(st.sampled_from([None, day(first + length), day(first + length)])),
                draw(st.sampled_from([None, day(first - 3), day(first - 20)])),
                draw(st.sampled_from([None, None, None, "unknown", *ids])),
                Decimal(draw(st.sampled_from([100, 100, 0, -10]))),
                draw(st.sampled_from([None, None, "cancelled"])),
            )
        )
    return lines


def of_account(
    account: str, line_id: str, amount: int, days: tuple[int, int | None], status: str | None = None
) -> Line:
    """A line of so much a month, from a day to a day, if it ends."""
    first, last = days
    ends_on = None if last is None else day(last)
    return Line(line_id, account, "P", day(first), ends_on, None, None, Decimal(amount), status)


@st.composite
def credited_lines(draw: st.DrawFn) -> list[Line]:
    """Contracts after whose end an account pays nothing for some days, or until now, with credits about that time.

    A month, or a quarter, ends meanwhile.
    """
    lines = []
    for account in "ab":
        end, gap = draw(st.sampled_from([(50, None), (50, 10), (85, 29), (115, None), (115, None), (115, 1)]))
        kinds = draw(st.sampled_from([[None], ["cancelled"], [None, "cancelled"]]))
        near = [(end + n, length) for n in (-30, -1, 0, 2, 10, 15) for length in (1, 8, 30)]
        granted = draw(st.lists(st.sampled_from(near), max_size=4))
        credits = [(first, draw(st.sampled_from([None, first + length]))) for first, length in granted]
        spans = [
            *((0, end, 100) for _ in range(draw(st.integers(1, 2)))),
            *([(end + gap, None, 80)] if gap else []),
            *((*span, -10) for span in credits),
        ]
        for number, (first, last, amount) in enumerate(spans):
            status = draw(st.sampled_from(kinds)) if amount == 100 else None
            lines.append(of_account(account, f"{account}{number}", amount, (first, last), status))
    return lines


@st.composite
def renewed_lines(draw: st.DrawFn) -> list[Line]:
    """Contracts of one product of an account, many of them alike, of which some may follow others."""
    lines = []
    for number in range(draw(st.integers(0, 14).map(lambda n: 14 - n))):
        first = draw(st.sampled_from([0, 10, 35, 50, 60, 60, 70, 75, 80]))
        last = draw(st.sampled_from([75, 75, 80, 80, 100, 200, 200, None]))
        signed = day(first - draw(st.sampled_from([2, 2, 30, 80])))
        amount = Decimal(draw(st.sampled_from([100, 100, 100, 80, 0, -10])))
        kept = draw(st.sampled_from([signed, signed, signed, None]))
        ends_on = None if last is None else day(last)
        named = draw(st.sampled_from([None, None, None, None, None, "l00", "l03"]))
        lines.append(Line(f"l{number:02}", "a", "P", day(first), ends_on, kept, named, amount, None))
    return lines


def line(line_id: str, product: str | None, days: tuple[int, int | None], signed: int) -> Line:
    """A line of one account, from a day to a day, if it ends."""
    first, last = days
    ends_on = None if last is None else day(last)
    return Line(line_id, "a", product, day(first), ends_on, day(signed), None, Decimal(100), None)


BEGUN_ALIKE = [line("l2", "P", (0, 30), -3), line("l1", "P", (0, 45), -20), line("l3", "P", (15, 60), 12)]
"""The one that ends later stands beside the one that follows it."""
OF_NO_PRODUCT = [line("l1", None, (0, 45), -20), line("l2", None, (15, 60), 12)]
"""Nobody knows whether one follows the other."""
RENEWED_EARLY = [line("l1", "P", (0, 90), -3), line("l2", "P", (60, None), 50)]
"""The new one begins before what is due, and does not end."""

TWO_BY_TWO = [
    *(line("l1", "P", (0, 75), -20), line("l2", "P", (0, 80), -20)),
    *(line("r1", "P", (50, None), 40), line("r2", "P", (60, None), 40)),
]
"""Either of the new ones may follow either of the old ones."""
WITH_CREDITS = [
    *(line("l1", "P", (0, 75), -20), line("r1", "P", (50, 200), 40)),
    *(replace(line(name, "P", days, -20), amount=Decimal(-10)) for name, days in (("c1", (0, 75)), ("c2", (0, 60)))),
]
"""Of two credits, one ends with the contract that is renewed early."""
ALIKE = [*(line(f"l{n}", "P", (0, 75), -20) for n in range(4)), *(line(f"r{n}", "P", (50, None), 40) for n in range(3))]
"""Of the old ones, one more than of the new."""


def frame(lines: Sequence[Line]) -> pl.LazyFrame:
    """The lines as the table `contracts`."""
    kept = [c.name for c in CONTRACTS.columns if c.name in Line.__dataclass_fields__]
    schema = {c.name: c.kind.dtype for c in CONTRACTS.columns if c.name in kept}
    rows = pl.LazyFrame([{name: getattr(line, name) for name in kept} for line in lines], schema=schema)
    return conform(rows.with_columns(pl.lit("month").alias("every"), pl.lit("EUR").alias("currency")), CONTRACTS)


def served_plainly(lines: Sequence[Line]) -> list[tuple[str, date, date | None, bool]]:
    """What is left of the lines: id, first day, end, and whether the last days are a gap not yet renewed."""
    known = _knowing(sorted(lines, key=lambda one: one.line_id))
    replaced = _replaced(known)
    found = [replace(line, ends_on=replaced.get(line.line_id, line.end)) for line in known]
    gaps = {account: dict(_gaps_of(found, account)) for account in ("a", "b")}
    bridged = [(one.account_id, one.end, *gaps[one.account_id][one.end]) for one in found if _runs_on(one, gaps)]
    told = []
    for line in found:
        first, end, at_risk = line.starts_on, line.end, False
        if _runs_on(line, gaps):
            end, at_risk = gaps[line.account_id][line.end]
        if line.amount < 0:
            for account, since, until, is_open in bridged:
                if account == line.account_id and since <= line.starts_on < until:
                    first = until
                if account == line.account_id and since <= line.end < until:
                    end, at_risk = until, is_open
        if end > first and line.amount:
            told.append((line.line_id, first, None if end == NEVER else end, at_risk))
    return told


def _runs_on(line: Line, gaps: dict[str, dict[date, tuple[date, bool]]]) -> bool:
    """Whether the line runs on over a gap that begins where it ends."""
    _, is_open = gaps[line.account_id].get(line.end, (None, None))
    pays = is_open is not None and line.amount > 0 and line.serves
    return pays and not (is_open and line.status == "cancelled")


def _knowing(lines: Sequence[Line]) -> list[Line]:
    """The lines, each naming another that there is, or none."""
    ids = {line.line_id for line in lines}
    return [replace(line, renews=line.renews if line.renews in ids - {line.line_id} else None) for line in lines]


def _replaced(lines: Sequence[Line]) -> dict[str, date]:
    """Where lines end whose place is taken, and what ends with them."""
    ends, renewals = dict[str, date](), _renewals(lines)
    for line in lines:
        others = [other for other in lines if other.renews == line.line_id and other.serves]
        others += [other for other in renewals.get(line.line_id, []) if other.renews is None]
        if others:
            ends[line.line_id] = min(line.end, *(other.starts_on for other in others))
    ends |= _together(lines, renewals)
    for credit in (one for one in lines if one.amount < 0 and one.serves and one.end < NEVER):
        beside = [one for one in lines if one.amount > 0 and one.serves and _end_together(one, credit)]
        last = max((ends.get(one.line_id, one.end) for one in beside), default=credit.end)
        if credit.starts_on < last and ends.get(credit.line_id, credit.end) == credit.end:
            ends[credit.line_id] = last
    return ends


def _renewals(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """What renews contracts of a product: who names them, else the first that follows them and is no nearer to another.

    One asks at a time, and who gives way to a nearer one asks the next.
    """
    paid = sorted((one for one in lines if one.serves and one.amount > 0 and one.product), key=_in_order)
    named = {one.line_id: [new for new in lines if new.serves and new.renews == one.line_id] for one in paid}
    asking = sorted((one for one in paid if not named[one.line_id]), key=lambda one: one.end)
    left = {old.line_id: [new for new in paid if new.renews is None and _may_follow(new, old)] for old in asking}
    goes_with = dict[str, Line]()
    while asking:
        old, *asking = asking
        if left[old.line_id]:
            new = left[old.line_id].pop(0)
            both = [one for one in (goes_with.get(new.line_id), old) if one]
            nearest = min(both, key=lambda one: (abs(new.starts_on - one.end), one.end, *_in_order(one)))
            goes_with[new.line_id] = nearest
            asking += [one for one in both if one is not nearest]
    followed = {old.line_id: [new for new in paid if goes_with.get(new.line_id) is old] for old in paid}
    return {line_id: found or followed[line_id] for line_id, found in named.items()}


def _may_follow(new: Line, old: Line) -> bool:
    late = 0 <= (new.starts_on - old.end).days < TERMS.gap_tolerance_days
    return new is not old and new.account_id == old.account_id and (late or _follows(new, old))


def _together(lines: Sequence[Line], renewals: dict[str, list[Line]]) -> dict[str, date]:
    """Where contracts end that nothing renews: where the last does of what ends with them, if its renewal follows."""
    ends = {}
    for line in (one for one in lines if not renewals.get(one.line_id, [one])):
        theirs = [other for one in lines if _end_together(one, line) for other in renewals.get(one.line_id, [])]
        fitting = [one for one in theirs if one.amount > 0 and one.product == line.product and one.end > line.end]
        fitting = [one for one in fitting if one.account_id == line.account_id]
        last = max(fitting, key=lambda one: (one.starts_on, one.signed_on or EVER), default=line)
        if _follows(last, line):
            ends[line.line_id] = last.starts_on
    return ends


def _end_together(one: Line, other: Line) -> bool:
    return (one.account_id, one.product, one.end) == (other.account_id, other.product, other.end)


def _in_order(line: Line) -> tuple[date, date, date, str]:
    return line.starts_on, line.end, line.signed_on or EVER, line.line_id


def _follows(other: Line, line: Line) -> bool:
    """Whether it is a later signed contract for the same product that starts up to so many days before the other
    ends, and outlasts it."""
    if not (line.signed_on and other.signed_on):
        return False
    early = line.starts_on < other.starts_on < line.end
    in_time = early and (line.end - other.starts_on).days <= TERMS.early_renewal_days
    return in_time and line.signed_on < other.signed_on and line.end < other.end


def _gaps_of(lines: Sequence[Line], account: str) -> Iterator[tuple[date, tuple[date, bool]]]:
    """Where the account pays nothing for a short time: from which day, until which, and whether that is not known."""
    paying = [one for one in lines if one.account_id == account and one.amount > 0 and one.serves]
    for end in {one.end for one in paying}:
        if any(one.starts_on <= end < one.end for one in paying):
            continue
        later = [one.starts_on for one in paying if one.starts_on > end]
        until = min(later, default=AS_OF + timedelta(days=1))
        if timedelta(0) < until - end < timedelta(days=TERMS.gap_tolerance_days):
            yield end, (until, not later)


@examples(1000)
@given(st.one_of(some_lines(), credited_lines(), renewed_lines()))
@example(BEGUN_ALIKE)
@example(TWO_BY_TWO)
@example(ALIKE)
@example(WITH_CREDITS)
@example(OF_NO_PRODUCT)
def test_a_line_ends_when_the_definitions_say(lines: list[Line]) -> None:
    found = recurring(frame(lines), TERMS, AS_OF).select("line_id", "starts_on", "ends_on", "at_risk").collect()
    assert found.rows() == served_plainly(lines)


@examples(250)
@given(some_lines())
def test_a_due_meets_every_line_that_starts_in_the_days_about_it_and_no_other(lines: list[Line]) -> None:
    rows = frame(lines).with_columns(pl.lit(1).alias("annual"))
    dues = rows.rename({"ends_on": "due_on"}).filter(pl.col("due_on").is_not_null())
    new = rows.select("account_id", *(pl.col(name).alias(to) for name, to in pairing.NEW.items()))
    for key, (first, last) in product((["account_id"], ["account_id", "product"]), ((0, 30), (-40, 0), (0, 1), (0, 0))):
        found = pairing.starting(dues, new, key, (first, last)).select("line_id", "new_line_id").collect()
        wanted = [
            (one.line_id, other.line_id)
            for one, other in product(lines, lines)
            if one.ends_on and one is not other and all(getattr(one, k) == getattr(other, k) for k in key)
            if first <= (other.starts_on - one.ends_on).days < last
        ]
        assert sorted(found.rows()) == sorted(wanted)


@examples(300)
@given(renewed_lines())
@example(TWO_BY_TWO)
@example(ALIKE)
def test_of_two_lines_behind_one_due_not_both_may_renew_one_that_has_none(lines: list[Line]) -> None:
    terms, lines = due.Terms(TERMS, AS_OF), _knowing(lines)
    rows = due.yearly(frame(lines), RATES, FIRST, terms)
    dues = rows.filter(pl.col("ends_on").is_not_null()).rename({"ends_on": "due_on"})
    pairs = due._following(dues, rows, due._named(dues, rows), terms).select("line_id", "new_line_id").collect()
    assert pairs["new_line_id"].is_unique().all()
    behind = {new: old for old, new in pairs.iter_rows()}
    paid = [one for one in lines if one.amount > 0 and one.serves]
    spare, served = set(), {one.renews for one in paid} | set(behind.values())
    for one, other in product((one for one in lines if one.amount and one.serves and one.ends_on), paid):
        if one is not other and other.renews is None:
            on_time = 0 <= (other.starts_on - one.end).days < 30
            if on_time or _follows(other, one):
                assert other.line_id in behind
                spare |= set() if one.line_id in served else {other.line_id}
    assert len(spare) == len({behind[line_id] for line_id in spare})


@st.composite
def ending_together(draw: st.DrawFn) -> list[Line]:
    """Contracts of an account with credits, all of which end on one day; contracts bring more than credits take off."""
    of = st.tuples(st.sampled_from(["P", "Q", None]), st.integers(0, 80), st.sampled_from([None, -20]))
    paid = [(Decimal(draw(st.integers(80, 120))), *draw(of)) for _ in range(draw(st.integers(1, 6)))]
    credits = [(Decimal(-10), *draw(of)) for _ in range(draw(st.integers(0, 5)))]
    return [
        Line(f"l{n}", "a", product, day(first), day(90), None if signed is None else day(signed), None, amount, None)
        for n, (amount, product, first, signed) in enumerate([*paid, *credits])
    ]


@examples(300)
@given(ending_together(), st.sampled_from([0, 1, 29]), st.sampled_from([0, 1, 29]))
def test_an_account_whose_lines_are_repeated_as_they_were_is_renewed_at_what_was_due(
    lines: list[Line], late: int, of_credits: int
) -> None:
    again = [
        replace(one, line_id=f"r{n}", starts_on=day(90 + starts), ends_on=day(450), signed_on=day(40))
        for n, one in enumerate(lines)
        for starts in [late if one.amount > 0 else min(late, of_credits)]
    ]
    found = due.due_lines(frame([*lines, *again]), RATES, Span(day(85), day(115)), due.Terms(TERMS, AS_OF))
    rows = (
        renewals.renewals(found, due.Terms(TERMS, AS_OF)).select("due_on", "due", "renewed", "state").collect().rows()
    )
    whole = 12 * sum(one.amount for one in lines)
    assert rows == [(day(90), whole, whole, "renewed")]


@examples(500)
@given(some_lines())
@example(RENEWED_EARLY)
def test_only_lines_about_the_period_matter_to_what_is_due_in_it(lines: list[Line]) -> None:
    terms = due.Terms(TERMS, AS_OF)
    for first in (60, 90, 120):
        period = Span(day(first), day(first + 30))
        near, every = (
            due.due_lines(frame(lines), RATES, period, replace(terms, by_signature=of_all))
            .filter(period.holds(pl.col("due_on")))
            .sort("line_id")
            .collect()
            for of_all in (False, True)
        )
        assert near.equals(every)


@examples(500)
@given(some_lines())
def test_paying_lines_of_an_account_stand_together_by_start_end_and_id_those_without_an_end_last(
    lines: list[Line],
) -> None:
    known = recurring(frame(lines), TERMS, AS_OF)
    known = known.sort("line_id", descending=True)
    found = paying_lines(known, AS_OF).select("account_id", "starts_on", "ends_on", "line_id").rows()
    first = {account: n for n, (account, *_) in reversed(list(enumerate(found)))}
    assert found == sorted(found, key=lambda row: (first[row[0]], row[1], row[2] or NEVER, row[3]))
    assert len(found) == known.filter(pl.col("monthly") > 0, pl.col("starts_on") < AS_OF).collect().height


@examples(100)
@given(some_lines(), st.integers(0, 90), st.integers(0, 120))
def test_an_account_with_a_line_has_what_its_lines_bring_at_both_ends(
    lines: list[Line], first: int, length: int
) -> None:
    span = Span(day(first), day(first + length))
    known = recurring(frame(lines), TERMS, AS_OF)
    found = at_instants(known, RATES, span.start, span.end, "EUR").select("account_id", "before", "after").collect()
    rows = known.with_columns(active(span.start).alias("first"), active(span.end).alias("last")).collect().to_dicts()
    wanted = {row["account_id"]: [Decimal(0), Decimal(0)] for row in rows}
    for row in rows:
        for n, name in enumerate(("first", "last")):
            wanted[row["account_id"]][n] += row["monthly"] if row[name] else 0
    assert {account: [before, after] for account, before, after in found.rows()} == wanted
