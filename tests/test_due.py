"""What was due, and what renewed it? Held against the same, said contract by contract, where it can be read one way."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, example, given
from hypothesis import strategies as st
from test_line_ends import AS_OF, FIRST, RATES, TERMS, Line, day, frame, line
from worlds import examples

from scoring.days import Span
from scoring.facts import due, renewals

PERIOD = Span(FIRST, AS_OF)
GRACE, EARLY = timedelta(days=TERMS.gap_tolerance_days), timedelta(days=TERMS.early_renewal_days)


@st.composite
def contracts(draw: st.DrawFn) -> list[Line]:
    """Up to three contracts of products of their own, each with up to two lines about the day on which it ends."""
    lines: list[Line] = []
    for product in draw(st.sampled_from(["P", "PQ", "PQR"])):
        end = draw(st.sampled_from([60, 60, 100, 130]))
        old = _line(draw, f"{product}0", product, (end - draw(st.sampled_from([100, 100, 30])), end), -120)
        after = [_line(draw, f"{product}{n}", product, _days(draw, end), end - 60) for n in (1, 2)]
        lines += [old, *after[: draw(st.integers(0, 2))]]
    ids = [one.line_id for one in lines]
    return [replace(one, renews=draw(st.sampled_from([None] * 8 + ["unknown", *ids]))) for one in lines]


def _days(draw: st.DrawFn, end: int) -> tuple[int, int | None]:
    first = end + draw(st.sampled_from([-41, -40, -20, 0, 0, 0, 1, 29, 30]))
    return first, draw(st.sampled_from([first + 365, first + 365, None, end, end - 10, first]))


def _line(draw: st.DrawFn, line_id: str, product: str, days: tuple[int, int | None], signed: int) -> Line:
    first, last = days
    return Line(
        line_id, "a", draw(st.sampled_from([product, product, product, product, "X", None])), day(first),
        None if last is None else day(last), draw(st.sampled_from([day(signed), day(signed), day(-120), None])), None,
        Decimal(draw(st.sampled_from([100, 100, 80, 130, 0]))), draw(st.sampled_from([None, None, "cancelled"])),
    )  # fmt: skip


def _renewed(lines: Sequence[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Each contract that is due, with what renews it; assumes that no line may renew two."""
    ids = {one.line_id for one in lines}
    known = [replace(one, renews=one.renews if one.renews in ids - {one.line_id} else None) for one in lines]
    paid = [one for one in known if one.amount and one.serves]
    found = {}
    for old in (one for one in paid if one.ends_on):
        named = [new for new in paid if new.renews == old.line_id]
        if not any(new.starts_on < old.end and new.end <= old.end for new in named):
            found[old.line_id] = (old, [*named, *(new for new in paid if new.renews is None and _follows(new, old))])
    taken = [new.line_id for _, after in found.values() for new in after]
    assume(len(taken) == len(set(taken)))
    free = [new for new in paid if new.renews is None and new.line_id not in taken]
    alone = []
    for old, after in found.values():
        if any(new.starts_on == old.end and new.signed_on and new.signed_on == old.signed_on for new in after):
            continue
        in_time = [new for new in after if new.starts_on - old.end < GRACE]
        others = [new for new in free if new is not old and timedelta(0) <= new.starts_on - old.end < GRACE]
        first = min((new.starts_on for new in others), default=None)
        alone += [] if in_time else others
        yield old, in_time or [new for new in others if new.starts_on == first]
    assume(len(alone) == len({new.line_id for new in alone}))


def _follows(new: Line, old: Line) -> bool:
    """Whether it is for the same product and starts within the days of grace, or early: after the old one began, signed
    later, and for longer."""
    if new is old or new.product != old.product:
        return False
    if new.starts_on >= old.end:
        return new.starts_on - old.end < GRACE
    signed = old.signed_on and new.signed_on and old.signed_on < new.signed_on
    early = old.end - new.starts_on <= EARLY and old.starts_on < new.starts_on and old.end < new.end
    return bool(new.product and signed and early)


STEP = [line("l1", "P", (0, 60), -120), line("l2", "P", (60, 425), -120)]
"""The second was signed with the first."""
BESIDE = [line("l1", "P", (30, 60), -120), line("l2", "P", (20, 425), 10)]
"""The second was signed later, and began before the first."""


@examples(1000)
@given(contracts())
@example(STEP)
@example(BESIDE)
def test_a_contract_is_renewed_by_what_the_definitions_say(lines: list[Line]) -> None:
    dues: dict[date, tuple[Decimal, Decimal, bool]] = {}
    for old, after in _renewed(lines):
        due_before, renewed, waits = dues.get(old.end, (Decimal(0), Decimal(0), False))
        more = sum((12 * new.amount for new in after), renewed)
        dues[old.end] = (due_before + 12 * old.amount, more, waits or old.status != "cancelled")
    wanted = [
        (on, owed, renewed, "renewed" if renewed else "open" if waits and AS_OF - on < GRACE - timedelta(1) else "lost")
        for on, (owed, renewed, waits) in sorted(dues.items())
        if PERIOD.start <= on < PERIOD.end
    ]
    terms = due.Terms(TERMS, AS_OF)
    found = renewals.renewals(due.due_lines(frame(lines), RATES, PERIOD, terms), terms).collect()
    rows = found.select("due_on", "due", "renewed", "state").rows()
    assert [row for row in rows if PERIOD.start <= row[0] < PERIOD.end] == wanted
