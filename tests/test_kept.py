"""What is kept of files that were read? Histories are the same with and without it, whatever happened in between."""

import errno
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_history import FILES, company, rows, told
from test_packed import packable
from worlds import World, examples, worlds

from scoring import revenue_history
from scoring.credit import ownership
from scoring.days import months_back
from scoring.ledger.terms import Terms
from scoring.packed import answers
from scoring.packed.answers import answer
from scoring.packed.facts import SCHEMA, added, facts
from scoring.packed.frames import FRAMES, written
from scoring.packed.history import Ledger, history
from scoring.packed.history import asked as hangs_on
from scoring.packed.kept import Kept
from scoring.packed.keys import CODES, DAYS
from scoring.packed.lines import A_PIECE, File, Lines
from scoring.packed.months import Months

Fact = tuple[int, int, int, int]

LINES = ("contracts", "invoices")
HEADS = {name: FILES[name].split("\n")[0] + "\n" for name in LINES}
FIRST = {f"{name}-06" if name in LINES else name: text for name, text in FILES.items()}
"""The files of a company, to which more may come."""
JULY = {
    "contracts-07": HEADS["contracts"] + "c7,a0,Premium Plan,90.00,USD,month,2026-07-01,,\n",
    "invoices-07": HEADS["invoices"] + "i3,a0,2026-07-02,12.34,USD,order\n",
}
ZOE = "a0,Zoe,North\n"
"""An account that comes later, and is the first in the order of ids."""


@dataclass(frozen=True)
class Step:
    """What is asked: of so many of the four files of each table, so many quarters before the last, rates so far off."""

    files: int
    ago: int
    off: int


STEPS = st.lists(st.builds(Step, st.integers(1, 4), st.integers(0, 1), st.integers(0, 1)), max_size=2)


def asked(
    world: World, terms: Terms, tables: dict[str, pl.DataFrame], step: Step
) -> tuple[Ledger, Terms, Months, date]:
    """The ledger and the year of a step. Lines are dealt to files in their order; accounts are theirs."""
    until = months_back(world.period.end, 3 * step.ago)
    months = Months(tuple(months_back(until, n) for n in range(12, -1, -1)), 3)
    frames = {name: [tables[name][n::4] for n in range(step.files)] for name in LINES}
    contracts, invoices = (
        Lines([File(frame.lazy(), A_PIECE, f"{name} {n}") for n, frame in enumerate(frames[name])]) for name in LINES
    )
    seen = pl.concat([frame["account_id"] for name in LINES for frame in frames[name]]).unique()
    accounts = tables["accounts"].filter(pl.col("account_id").is_in(seen.implode()))
    rates = tables["rates"].with_columns((pl.col("rate") * (10 + step.off) / 10).cast(tables["rates"].schema["rate"]))
    spans = ownership.from_history(tables["ownership"].lazy())
    beside = f"{accounts['account_id'].to_list()} {rates['rate'].to_list()}"
    ledger = Ledger(accounts.lazy(), contracts, invoices, spans, rates.lazy(), is_checked=True, beside=beside)
    return ledger, terms, months, until - timedelta(days=1)


@given(world=worlds(basis="contracts"), steps=STEPS)
@examples(30)
def test_a_history_is_the_same_with_what_is_kept_and_without(world: World, steps: list[Step]) -> None:
    """In other quarters, at other rates, with more files or fewer, lines that come late, accounts between others."""
    tables, terms = packable(world)
    steps = [Step(1, 1, 0), *steps, Step(4, 0, 0)]
    with TemporaryDirectory() as folder:
        for step in [other for one in steps for other in (one, replace(one, off=1 - one.off), replace(one, ago=2))]:
            asking = asked(world, terms, tables, step)
            fresh = answer(*asking, FRAMES)
            assert answer(*asking, FRAMES, Path(folder)).files == fresh.files
            known = history(hangs_on(*asking), Path(folder))
            assert (known.is_fast, known.known_files) == (True, 2 * step.files)
            assert written(known, FRAMES) == fresh.files
            again = answer(*asking, FRAMES, Path(folder))
            assert (again.files, again.known_files) == (fresh.files, 2 * step.files)


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.integers(-2, 2)), max_size=12)
"""Account, day, what is counted, and how many."""


@given(known=ROWS, more=ROWS)
@examples(200)
def test_facts_that_are_added_are_as_if_all_had_come_at_once(known: list[Fact], more: list[Fact]) -> None:
    mine, theirs = together(known), together(more)
    assert added(mine, theirs).equals(together([*known, *more]))


@given(rows=ROWS)
@examples(200)
def test_facts_of_some_accounts_at_a_time_are_those_of_all_at_once(rows: list[Fact]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_once = together(rows)
        patch.setattr("scoring.packed.facts._AT_A_TIME", 1)
        assert together(rows).equals(at_once)


def together(rows: list[Fact]) -> pl.DataFrame:
    """The facts, each of which came in a piece of its own."""
    return facts(framed([row]) for row in rows)


def framed(rows: list[Fact]) -> pl.DataFrame:
    found = [((account * DAYS + day) * CODES, each, count) for account, day, each, count in rows if count]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def outputs(folder: Path, *more: str) -> tuple[dict[str, str], int]:
    """The hash of each file that a stream of the folder writes, and how many files were not read for it."""
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    code, said, err = told(folder, "--stream", "--by", "manager", "--out", out, *more)
    assert code == 0, said + err
    known = [line for line in err.splitlines() if "read before" in line]
    files = (path for path in sorted(out.rglob("*")) if path.is_file())
    hashes = {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return hashes, int(known[0].split()[0]) if known else 0


def add(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name}.csv"
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8")


def parts(folder: Path, table: str) -> list[Path]:
    return sorted((folder / ".bookscore" / "history" / table).iterdir())


def forget(folder: Path) -> None:
    """Removes what was told, but not what is known of files."""
    for name in ("answers", "settled"):
        shutil.rmtree(folder / ".bookscore" / "history" / name)


def test_a_month_is_added_and_only_its_files_are_read(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", FIRST)
    fresh, none = outputs(folder, "--fresh")
    assert (none, (folder / ".bookscore").exists()) == (0, False)
    assert outputs(folder) == (fresh, 0)
    assert outputs(folder) == (fresh, 2)
    forget(folder)
    assert outputs(folder) == (fresh, 2)
    add(folder, "accounts", ZOE)
    for name, text in JULY.items():
        add(folder, name, text)
    grown, _ = outputs(folder, "--period", "2026-Q3", "--fresh")
    assert grown != fresh
    assert outputs(folder, "--period", "2026-Q3") == (grown, 2)
    assert outputs(folder, "--period", "2026-Q3") == (grown, 4)


def test_a_table_without_files_is_no_file_that_was_read(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", {name: text for name, text in FIRST.items() if name != "invoices-06"})
    assert outputs(folder)[1] == 0
    assert outputs(folder)[1] == 1


def test_of_contracts_there_is_one_part_once_all_are_looked_at_and_of_invoices_one_for_each_reading(
    tmp_path: Path,
) -> None:
    folder = company(tmp_path / "c", FIRST)
    outputs(folder)
    for name, text in JULY.items():
        add(folder, name, text.replace("a0", "a1"))
    outputs(folder)
    assert [len(parts(folder, table)) for table in LINES] == [2, 2]
    forget(folder)
    outputs(folder)
    assert [len(parts(folder, table)) for table in LINES] == [1, 2]


def test_a_file_that_is_gone_or_changed_is_not_in_the_answer(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", FIRST)
    for name, text in JULY.items():
        add(folder, name, text.replace("a0", "a1"))
    outputs(folder)
    (folder / "contracts-07.csv").unlink()
    add(folder, "invoices-06", "i4,a3,2026-06-01,5.00,EUR,order\n")
    fresh, _ = outputs(folder, "--fresh")
    assert outputs(folder) == (fresh, 0)
    assert outputs(folder) == (fresh, 3)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def spoil(path: Path) -> None:
    """One byte in the middle, so that a number may be another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [shorten, spoil, empty, Path.unlink])
@pytest.mark.parametrize("name", ["facts.parquet", "accounts.parquet", "part.json"])
def test_a_part_that_was_harmed_is_read_anew(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    folder = company(tmp_path / "c", FIRST)
    fresh, _ = outputs(folder)
    for table in LINES:
        (part,) = parts(folder, table)
        harm(part / name)
    forget(folder)
    assert outputs(folder) == (fresh, 0)
    forget(folder)
    assert outputs(folder) == (fresh, 2)


def test_other_policies_and_other_days_read_anew_what_hangs_on_them(tmp_path: Path) -> None:
    """Tiers change contracts alone; with payments that may be overdue by then, the day that one looks does, too."""
    folder = company(tmp_path / "c", FIRST)
    outputs(folder)
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("Standard", "Middle"), encoding="utf-8")
    assert outputs(folder)[1] == 1
    head, *lines = FILES["contracts"].rstrip("\n").split("\n")
    late = [line + ("past_due,2026-05-01" if line.startswith("c2") else ",") for line in lines]
    (folder / "contracts-06.csv").write_text("\n".join([f"{head},past_due_on", *late, ""]), encoding="utf-8")
    outputs(folder)
    assert outputs(folder)[1] == 2
    fresh, _ = outputs(folder, "--period", "2026-Q2", "--as-of", "2026-05-20", "--fresh")
    assert outputs(folder, "--period", "2026-Q2", "--as-of", "2026-05-20") == (fresh, 1)


def test_where_nothing_can_be_kept_the_answer_is_the_same(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", FIRST)
    fresh, _ = outputs(folder, "--fresh")
    (folder / ".bookscore").write_text("in the way", encoding="utf-8")
    assert outputs(folder) == (fresh, 0)


def test_where_the_disk_is_full_the_answer_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = company(tmp_path / "c", FIRST)
    fresh, _ = outputs(folder, "--fresh")
    with monkeypatch.context() as patch:
        patch.setattr(Kept, "keep", full)
        assert outputs(folder) == (fresh, 0)
    monkeypatch.setattr(answers, "_keep", full)
    assert outputs(folder) == (fresh, 0)


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_file_that_is_there_twice_is_not_counted_twice(tmp_path: Path, more: list[str]) -> None:
    folder = company(tmp_path / "c", FIRST)
    once = rows(folder, "--stream", *more)
    add(folder, "invoices-07", FILES["invoices"])
    assert rows(folder, "--stream", *more) == once


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_a_file_that_is_written_while_it_is_read_is_named_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    folder = company(tmp_path / "c", FIRST)
    rows(folder, "--stream")

    def slowly(*asked: Any) -> answers.Answer:
        add(folder, "invoices-06", "i9,a1,2026-05-02,1.00,USD,order\n")
        return answer(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(revenue_history, "answer", slowly)
        code, out, err = told(folder, "--stream", *more)
    assert (code, out) == (1, "")
    assert "invoices-06.csv was changed while it was read; ask again when the exports are complete" in err
    assert (folder / ".bookscore" / "history").exists() == bool(more)
    assert rows(folder, "--stream") == rows(folder, "--stream", "--fresh")


def test_what_was_told_is_told_again_without_looking_at_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where something else was asked of the same files in between, of which nothing is mixed in."""

    def unexpected(*_: object) -> None:
        raise AssertionError

    folder = company(tmp_path / "c", FIRST)
    mine, all_of_it = outputs(folder), rows(folder, "--stream")
    assert all_of_it == rows(folder, "--stream", "--fresh")
    monkeypatch.setattr(answers, "history", unexpected)
    assert outputs(folder) == (mine[0], 2)
    assert rows(folder, "--stream") == all_of_it


@pytest.mark.parametrize("harm", [shorten, spoil, empty, Path.unlink])
@pytest.mark.parametrize("name", ["book/2026-04-01.parquet", "orders.parquet", "part.json"])
def test_an_answer_that_was_harmed_is_made_anew(tmp_path: Path, name: str, harm: Callable[[Path], None]) -> None:
    folder = company(tmp_path / "c", FIRST)
    fresh, _ = outputs(folder)
    (told_before,) = parts(folder, "answers")
    harm(told_before / name)
    assert outputs(folder) == (fresh, 2)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("ownership", "a1,m2", "a1,m1"), ("rates", "0.8", "0.7"), ("rules", "policy: history", "policy: current")],
)
def test_another_owner_rate_or_rule_is_seen(tmp_path: Path, file: str, before: str, after: str) -> None:
    folder = company(tmp_path / "c", FIRST)
    outputs(folder)
    place = folder / ("rules.yaml" if file == "rules" else f"{file}.csv")
    place.write_text(place.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    fresh, _ = outputs(folder, "--fresh")
    assert outputs(folder)[0] == fresh
    assert outputs(folder) == (fresh, 2)


@pytest.mark.parametrize("with_more", [False, True], ids=["the same lines", "and a month more"])
@pytest.mark.parametrize("table", ["contracts", "invoices"])
def test_lines_that_lost_their_rate_are_looked_at_again(tmp_path: Path, table: str, *, with_more: bool) -> None:
    """The first rate of the dollar comes a day after the first line in dollars; all rates asked for are as before."""
    first, other = {"contracts": ("2025-06-15", "2025-01-01"), "invoices": ("2026-06-30", "2026-04-01")}[table]
    files = {**FIRST, "rates": f"currency,dated_on,rate\nUSD,{first},0.9\n"}
    if table == "invoices":
        files["contracts-06"] = FILES["contracts"].replace("USD", "EUR")
    folder = company(tmp_path / "c", files)

    def rated_from(day: str) -> None:
        (folder / "rates.csv").write_text(files["rates"].replace(first, day), encoding="utf-8")

    outputs(folder)
    if with_more:
        add(folder, "invoices-07", JULY["invoices-07"].replace("a0", "a1"))
    rated_from(str(date.fromisoformat(first) + timedelta(days=1)))
    code, _, err = told(folder, "--stream", "--by", "manager")
    assert code != 0
    assert f"{table}-06.csv row {3 if table == 'contracts' else 2}, column currency" in err
    rated_from(other)
    known, (fresh, _) = outputs(folder), outputs(folder, "--fresh")
    assert known == (fresh, 2)


def test_what_was_told_of_other_files_or_on_another_day_is_forgotten(tmp_path: Path) -> None:
    folder = company(tmp_path / "c", FIRST)
    for more in ([], ["--period", "2026-Q1"], ["--periods", "2"]):
        outputs(folder, *more)
    assert len(parts(folder, "answers")) == 3
    add(folder, "invoices-07", JULY["invoices-07"].replace("a0", "a1"))
    outputs(folder)
    assert len(parts(folder, "answers")) == 1
