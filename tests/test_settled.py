"""What is settled is told again, and only what comes after it is made: histories are the same with it and without."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_history import company, rows
from test_kept import FIRST, HEADS, JULY, LINES, ZOE, add, empty, outputs, shorten, spoil
from test_packed import packable
from worlds import World, examples, worlds

from scoring.credit import ownership
from scoring.days import months_back
from scoring.ledger.terms import Terms
from scoring.packed import answers, codes, valued
from scoring.packed.answers import answer
from scoring.packed.each import OWN
from scoring.packed.eras import Era
from scoring.packed.facts import SCHEMA, facts
from scoring.packed.frames import FRAMES
from scoring.packed.gaps import bridged
from scoring.packed.history import Asked, Before, History, Ledger, history
from scoring.packed.keys import CODES, DAYS, ORIGIN, day_in
from scoring.packed.levels import levels
from scoring.packed.lines import A_PIECE, File, Lines
from scoring.packed.months import Months
from scoring.packed.reading import Reading
from scoring.packed.short import shortened
from scoring.packed.walked import changes_of, walked
from scoring.rules import default_text

DAYS_OF = {"contracts": "starts_on", "invoices": "dated_on"}
LAST = 3
"""The number of the last file of each table: in the first are lines of all days until some quarters before the end."""


@dataclass(frozen=True)
class Step:
    """What is asked: of the files to that number, the year to some quarter before the last; each file has a quarter."""

    file: int
    ago: int


STEPS = st.lists(st.builds(Step, st.integers(0, LAST), st.integers(0, LAST)), max_size=2)
QUARTER_BY_QUARTER = [Step(n, LAST - n) for n in range(LAST + 1)]


def asked(
    world: World, terms: Terms, tables: dict[str, pl.DataFrame], step: Step
) -> tuple[Ledger, Terms, Months, date]:
    """The ledger and the months of a step; accounts are those of the lines, owners those that began by then."""
    until = months_back(world.period.end, 3 * step.ago)
    months = Months(tuple(months_back(until, n) for n in range(12, -1, -1)), 3)
    found = {name: list(by_quarter(tables[name], DAYS_OF[name], world.period.end))[: step.file + 1] for name in LINES}
    contracts, invoices = (
        Lines([File(rows.lazy(), A_PIECE, f"{name} {n}") for n, rows in enumerate(found[name])]) for name in LINES
    )
    seen = pl.concat([rows["account_id"] for files in found.values() for rows in files]).unique()
    accounts = tables["accounts"].filter(pl.col("account_id").is_in(seen.implode()))
    begins = pl.col("starts_on").fill_null(date.min)
    owned = tables["ownership"].filter(begins < edges(world.period.end)[step.file + 1])
    spans = ownership.from_history(owned.lazy())
    beside = f"{accounts['account_id'].to_list()} {owned.rows()}"
    ledger = Ledger(accounts.lazy(), contracts, invoices, spans, tables["rates"].lazy(), is_checked=True, beside=beside)
    return ledger, terms, months, until - timedelta(days=1)


def edges(end: date) -> list[date]:
    """The first day of each file, and a last one."""
    return [date.min, *(months_back(end, 3 * n) for n in range(LAST, 0, -1)), date.max]


def by_quarter(rows: pl.DataFrame, day: str, end: date) -> Iterator[pl.DataFrame]:
    """The lines of each file."""
    for first, after in pairwise(edges(end)):
        yield rows.filter((pl.col(day) >= first) & (pl.col(day) < after))


def bills(contracts: pl.DataFrame) -> pl.DataFrame:
    """Two invoice lines for each contract line, so that there are some of the same accounts and days."""
    days = [pl.col("starts_on") + timedelta(days=n) for n in (0, 40)]
    kind = pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.lit("order"))
    return pl.concat(
        [contracts.select("account_id", "amount", "currency", day.alias("dated_on"), kind=kind) for day in days]
    )


@given(
    world=worlds(basis="contracts"), steps=STEPS, tolerance=st.sampled_from([0, 1, 20, 45, 100]), one_rate=st.booleans()
)
@examples(60)
def test_a_history_goes_on_from_what_is_settled_as_if_all_was_read(
    world: World, steps: list[Step], tolerance: int, *, one_rate: bool
) -> None:
    """With accounts between others, quarter by quarter and back and forth, at rates that stay and at others."""
    tables, terms = packable(world)
    tables["invoices"] = bills(tables["contracts"])
    terms = replace(terms, gap_tolerance_days=tolerance)
    if one_rate:
        tables["contracts"] = tables["contracts"].drop("past_due_on")
        tables["rates"] = tables["rates"].unique("currency", keep="first", maintain_order=True)
    with TemporaryDirectory() as folder:
        for step in [*QUARTER_BY_QUARTER, *steps]:
            asking = asked(world, terms, tables, step)
            assert answer(*asking, FRAMES, Path(folder)).files == answer(*asking, FRAMES).files


def given_before(patch: pytest.MonkeyPatch) -> list[date | None]:
    """From which day on each history is made from now on, None for one of everything; filled as they are made."""
    seen: list[date | None] = []

    def watched(of: Asked, kept: Path | None = None, before: Before | None = None) -> History:
        seen.append(before.first if before else None)
        return history(of, kept, before)

    patch.setattr(answers, "history", watched)
    return seen


APRIL = date(2026, 4, 1)
NEXT = ("--period", "2026-Q3", "--as-of", "2026-08-31")


def grown(tmp_path: Path, more: dict[str, str]) -> Path:
    """A company that was asked of, to which lines were added then."""
    folder = company(tmp_path / "c", FIRST)
    outputs(folder)
    for name, text in more.items():
        add(folder, name, text)
    return folder


@pytest.mark.parametrize(
    "more",
    [
        JULY,
        {**JULY, "accounts": ZOE, "ownership": "a0,m3,,,\n", "managers": "m3,Ole,East\n"},
        {**JULY, "ownership": "a3,m2,2026-07-15,,\n"},
        {**JULY, "ownership": "a3,m1,2026-06-10,,0.5\n"},
        {**JULY, "ownership": "a3,m1,2026-07-15,,0.5\na3,m2,2026-07-15,,0.5\n"},
        {**JULY, "rates": "USD,2026-07-01,0.75\n"},
        {**JULY, "rates": "GBP,2026-07-01,1.2\n"},
    ],
    ids=[
        "lines",
        "an account that sorts first, and its manager",
        "a later owner",
        "a later share",
        "later owners",
        "a later rate",
        "a later currency",
    ],
)
def test_only_what_comes_after_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    """Also where the account is new, and whose it always was."""
    folder = grown(tmp_path, {"accounts": ZOE, **more} if "accounts" not in more else more)
    fresh, _ = outputs(folder, *NEXT, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder, *NEXT) == (fresh, 2)
    assert seen == [APRIL]


@pytest.mark.parametrize(
    "more",
    [
        {"contracts-07": HEADS["contracts"] + "c7,a1,,90.00,USD,month,2026-04-30,,\n"},
        {"invoices-07": HEADS["invoices"] + "i3,a1,2026-03-31,12.34,USD,order\n"},
        {**JULY, "accounts": ZOE, "ownership": "a3,m2,2026-02-01,,\n"},
        {**JULY, "accounts": ZOE, "ownership": "a3,m1,2026-02-10,,0.5\n"},
        {**JULY, "accounts": ZOE, "rates": "USD,2025-07-01,0.75\n"},
    ],
    ids=["a line that may close a gap", "an invoice of an earlier quarter", "an owner", "a share", "a rate"],
)
def test_what_changes_settled_days_has_everything_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]
) -> None:
    folder = grown(tmp_path, more)
    fresh, _ = outputs(folder, *NEXT, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder, *NEXT)[0] == fresh
    assert seen == [None]


def test_an_account_that_is_handed_over_later_was_whose_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = grown(tmp_path, {"accounts": ZOE, **JULY})
    owned = FIRST["ownership"].replace("a1,m2,2026-05-10,,", "a1,m2,2026-05-10,2026-07-20,\na1,m1,2026-07-20,,")
    (folder / "ownership.csv").write_text(owned, encoding="utf-8")
    fresh, _ = outputs(folder, *NEXT, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder, *NEXT) == (fresh, 2)
    assert seen == [APRIL]


@pytest.mark.parametrize("table", LINES)
def test_a_company_that_has_one_table_of_lines_goes_on_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    folder = company(tmp_path / "c", {name: text for name, text in FIRST.items() if name != f"{table}-06"})
    other = next(name for name in LINES if name != table)
    (folder / "rules.yaml").write_text(default_text(basis=other), encoding="utf-8")
    outputs(folder)
    add(folder, "accounts", ZOE)
    for name, text in JULY.items():
        if not name.startswith(table):
            add(folder, name, text)
    fresh, _ = outputs(folder, *NEXT, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder, *NEXT) == (fresh, 1)
    assert seen == [APRIL]


def test_what_is_asked_of_earlier_days_than_before_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = company(tmp_path / "c", FIRST)
    outputs(folder, *NEXT)
    fresh, _ = outputs(folder, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder) == (fresh, 2)
    assert seen == [None]


IN_APRIL = ("--period", "2026-Q2", "--as-of", "2026-04-20")
IN_AUGUST = ("--period", "2026-Q2", "--as-of", "2026-08-31")


@pytest.mark.parametrize(
    ("first", "then", "known"), [(IN_APRIL, IN_AUGUST, date(2026, 1, 1)), (IN_AUGUST, IN_APRIL, None)]
)
def test_what_waits_for_a_renewal_is_not_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: Sequence[str], then: Sequence[str], known: date | None
) -> None:
    """Bo's contract ends on 25 March: on 20 April its renewal may still come, in August it did not."""
    files = {**FIRST, "contracts-06": FIRST["contracts-06"].replace("2026-04-20,\n", "2026-03-25,\n")}
    folder = company(tmp_path / "c", files)
    outputs(folder, *first)
    fresh, _ = outputs(folder, *then, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder, *then) == (fresh, 2)
    assert seen == [known]


@pytest.mark.parametrize("harm", [shorten, spoil, empty, Path.unlink])
@pytest.mark.parametrize(
    "name",
    [
        "contracts.parquet",
        "invoices.parquet",
        "orders.parquet",
        "accounts.parquet",
        "book/2026-01-01.parquet",
        "part.json",
    ],
)
def test_what_was_settled_and_harmed_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, harm: Callable[[Path], None]
) -> None:
    folder = grown(tmp_path, {"accounts": ZOE, **JULY})
    fresh, _ = outputs(folder, *NEXT, "--fresh")
    harm(folder / ".bookscore" / "history" / "settled" / name)
    seen = given_before(monkeypatch)
    assert outputs(folder, *NEXT) == (fresh, 2)
    assert seen == [None]


def test_frames_that_were_not_asked_for_before_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = company(tmp_path / "c", FIRST)
    rows(folder, "--stream")
    fresh, _ = outputs(folder, "--fresh")
    seen = given_before(monkeypatch)
    assert outputs(folder) == (fresh, 2)
    assert seen == [None]


LINES_OF_ACCOUNTS = st.lists(
    st.tuples(
        st.integers(0, 2),  # account
        st.integers(25, 60),  # first day
        st.sampled_from([1, 3, 10, 15, 20, None]),  # days of service
        st.sampled_from([codes.CREDIT, 1, 2, 3, 4]),
        st.sampled_from([(OWN, 100), (OWN, 300), (100 * 32768 + 5, 1)]),
    ),
    max_size=8,
)
SINCE, RATES = 50, {"AAE": 1_000_000}
FIRSTS = [SINCE, SINCE + 10, SINCE + 20, SINCE + 40]


@given(lines=LINES_OF_ACCOUNTS, tolerance=st.sampled_from([0, 5, 15]))
@examples(1500)
def test_of_later_days_short_facts_say_what_all_facts_say(lines: Sequence[Any], tolerance: int) -> None:
    """All facts are of days that are known: nothing before the first day waits for a renewal."""
    found = []
    for account, first, days, code, (each, count) in lines:
        sides = [(first, 1), *([(first + days, -1)] if days else [])]
        sign = -1 if code == codes.CREDIT else 1
        found += [((account * DAYS + day) * CODES + code, each, sign * side * count) for day, side in sides]
    whole = facts(pl.DataFrame([row], schema=SCHEMA, orient="row") for row in found)
    terms = Terms("EUR", gap_tolerance_days=tolerance, tiers=("A", "B"))
    known = ORIGIN + timedelta(days=SINCE + tolerance - 1)
    short = shortened(whole, SINCE, Reading(terms, [RATES], known, date.max))
    assert short.filter(day_in(pl.col("key")) >= SINCE).equals(whole.filter(day_in(pl.col("key")) >= SINCE))
    by = Reading(terms, [RATES], known + timedelta(days=61), date.max)
    counted = [bridged(one, by) for one in (whole, short)]
    told = [valued.of_facts(one, [Era(ORIGIN, RATES)]) for one in counted]
    first, second = (walked(v, changes_of(c), FIRSTS, 20) for v, c in zip(told, counted, strict=True))
    assert first.equals(second)
    one, other = (levels(rows, 3, FIRSTS, 2, largest=True) for rows in told)
    for name in ("opening", "closing", "rung_before", "rung_after"):
        assert (getattr(one, name) == getattr(other, name)).all()
