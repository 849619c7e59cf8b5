"""Does each sign of the gaming watch speak of what it is for, and keep silent beside it? Small made companies."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import worked
from scipy import stats
from tabled import tables

from scoring import pipeline, watch
from scoring.calendar import Calendar
from scoring.chance import counted_at_least, counted_at_most, drawn_at_least
from scoring.intake import Request
from scoring.ledger.parents import rolled_up
from scoring.metrics import OVER_BOOK
from scoring.notes import Seen
from scoring.rules import Rulebook
from scoring.run import Run

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import watch as measured_watch
import watch_worlds

MANAGERS = ("m1", "m2", "m3", "m4")
BOOK = [f"{n:02}" for n in range(1, 26)]
"""Each manager has so many accounts: m1-01, m1-02 and so on."""
AS_OF = date(2026, 6, 30)
RULES = {
    **worked.RULES,
    "basis": "contracts",
    "retention_window": "12m",
    "ladder": {"tiers": ["Basic", "Large"], "products": {"Basic": "Basic", "Large": "Large"}},
}
WRITTEN = """
name: Watch
currency: EUR
rules:
  - {name: keep, metric: net_revenue_retention, weight: 1}
"""
HEAD = "account_id product quantity list_price discount amount starts_on ends_on every\n"
STAYS = "Basic 10 10 0 100 2024-01-01 ."
"""A contract line: product, quantity, list price, discount, amount, first day and the day after the last."""


@dataclass
class Company:
    """A hundred accounts that stay as they are, but for those of which something else is said."""

    contracts: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        accounts = [f"{m}-{n}" for m in MANAGERS for n in BOOK]
        lines = [f"{a} {line} month" for a in accounts for line in self.contracts.get(a, [STAYS])]
        owners = [f"{a} {span}" for a in accounts for span in self.owners.get(a, [f"{a[:2]} . ."])]
        texts = {
            "accounts": "account_id\n" + "\n".join(accounts),
            "managers": "manager_id ends_on\n" + "\n".join(f"{m} {self.roles.get(m, '.')}" for m in MANAGERS),
            "ownership": "account_id manager_id starts_on ends_on\n" + "\n".join(owners),
            "contracts": HEAD + "\n".join(lines),
        }
        if self.asked:
            answers = "\n".join(f"{a} nps 2025-11-10 9" for a in self.asked)
            texts["answers"] = f"account_id kind answered_on score\n{answers}"
        return texts

    def each(self, manager: str, numbers: range, *lines: str) -> None:
        """Gives some accounts of the manager these contract lines."""
        for n in numbers:
            self.contracts[f"{manager}-{n:02}"] = list(lines)


def found(company: Company, rules: Mapping[str, object] = RULES) -> dict[str, dict[str, watch.Finding]]:
    """By manager and code, what is worth a look in the year up to the middle of 2026."""
    return looked_at(tables(company.texts()), rules)


def looked_at(known: dict[str, pl.DataFrame], rules: Mapping[str, object]) -> dict[str, dict[str, watch.Finding]]:
    """The same of the tables of a company."""
    rulebook = Rulebook.model_validate(rules)
    asked = [m for m in OVER_BOOK if "growth_discount_expired" in m.columns]
    result = pipeline.score(known, rulebook, Calendar().period("2026-Q2"), AS_OF, metrics=asked)
    nothing = {name: frame.clear() for name, frame in known.items()}
    seen = Seen(rulebook, known, result.ledger_lines, result.scored.rows, nothing, result.windows.outcome)
    return {m: {f.code: f for f in findings} for m, findings in watch.of_run(seen).items()}


def test_where_nothing_happens_nothing_is_said() -> None:
    assert found(Company()) == {}


# ---- passed on just before a loss ----


def losing(passed_on: str) -> Company:
    """Everybody loses six accounts on 1 March; m1 hands three of them over on a day before."""
    company = Company()
    for manager in MANAGERS:
        company.each(manager, range(1, 7), "Basic 10 10 0 100 2024-01-01 2026-03-01")
    for n in (1, 2, 3):
        company.owners[f"m1-{n:02}"] = [f"m1 . {passed_on}", f"m2 {passed_on} ."]
    return company


def test_handing_over_several_accounts_just_before_they_leave_is_worth_a_look() -> None:
    said = found(losing("2026-02-05"))
    assert list(said) == ["m1"]
    finding = said["m1"]["passed_on_late"]
    assert (finding.cases, finding.of, finding.account_ids) == (3, 6, ["m1-01", "m1-02", "m1-03"])
    assert finding.p < 0.01
    assert finding.sentence == (
        "Worth a look, without any effect on the score: 3 of 6 accounts that left were handed over 45 days or less "
        "before; 0.0 would be usual: m1-01, m1-02, m1-03."
    )


def test_handing_over_two_months_before_is_not() -> None:
    assert found(losing("2025-12-20")) == {}


def test_whoever_hands_over_much_and_without_regard_passes_nothing_on_late() -> None:
    company = losing("2026-02-05")
    for n in range(7, 24):
        company.owners[f"m1-{n:02}"] = ["m1 . 2025-08-10", "m2 2025-08-10 ."]
    assert found(company) == {}


def test_whoever_leaves_the_role_passes_nothing_on_late() -> None:
    company = losing("2026-02-05")
    company.roles["m1"] = "2026-02-05"
    assert found(company) == {}


# ---- left and back ----


def leaving(*after: str) -> Company:
    """Everybody loses four accounts on 1 February; three of m1's are followed by further lines."""
    company, ends = Company(), "Basic 10 10 0 100 2024-01-01 2026-02-01"
    for manager in MANAGERS:
        company.each(manager, range(1, 5), ends)
    company.each("m1", range(1, 4), ends, *after)
    return company


def test_accounts_that_leave_and_are_soon_back_as_a_gain_are_worth_a_look() -> None:
    said = found(leaving("Basic 10 10 0 120 2026-03-20 ."))
    assert list(said) == ["m1"]
    assert said["m1"]["churn_and_return"].account_ids == ["m1-01", "m1-02", "m1-03"]


@pytest.mark.parametrize("after", ["Basic 10 10 0 120 2026-06-05 .", "Large 10 20 0 200 2026-03-20 ."])
def test_back_after_four_months_or_with_another_product_is_not(after: str) -> None:
    assert found(leaving(after)) == {}


# ---- the last days of quarters ----


def growing(day: str, *, back: str = ".") -> Company:
    """Everybody grows ten accounts in February; m1 does so on another day, one of them up to a day."""
    company = Company()
    for manager in MANAGERS:
        on = day if manager == "m1" else "2026-02-10"
        company.each(
            manager, range(1, 11), f"Basic 10 10 0 100 2024-01-01 {on}", f"Basic 12 10 0 120 {on} ."
        )  # fmt: skip
    if back != ".":
        company.each(
            "m1", range(1, 2), f"Basic 10 10 0 100 2024-01-01 {day}", f"Basic 12 10 0 120 {day} {back}",
            f"Basic 10 10 0 100 {back} .",
        )  # fmt: skip
    return company


def test_growth_in_the_last_days_of_quarters_is_worth_a_look() -> None:
    said = found(growing("2026-03-28", back="2026-04-15"))
    assert list(said) == ["m1"]
    finding = said["m1"]["quarter_end_timing"]
    assert (finding.cases, finding.of) == (10, 10)
    assert finding.sentence.endswith("Of these accounts 1 shrank again in the 30 days after the quarter.")


def test_growth_of_a_parent_counts_once_however_many_children_the_manager_has() -> None:
    texts = growing("2026-03-28").texts()
    parents = texts["accounts"].split()[1:]
    children = [f"{parent}{child} {parent}" for parent in parents for child in "xy"]
    texts["accounts"] = "\n".join(["account_id parent_id", *(f"{parent} ." for parent in parents), *children])
    texts["ownership"] = "\n".join(["account_id manager_id", *(f"{c.split()[0]} {c[:2]}" for c in children)])
    said = looked_at(rolled_up(tables(texts)), {**RULES, "grain": "parent"})
    assert (said["m1"]["quarter_end_timing"].cases, said["m1"]["quarter_end_timing"].of) == (10, 10)


def test_growth_a_week_before_the_end_is_not() -> None:
    assert found(growing("2026-03-26")) == {}


# ---- up and down the ladder ----


def climbing(up: str, down: str) -> Company:
    company = Company()
    company.each(
        "m1", range(1, 5), f"Basic 10 10 0 100 2024-01-01 {up}", f"Large 10 20 0 200 {up} {down}",
        f"Basic 10 10 0 100 {down} .",
    )  # fmt: skip
    return company


def test_climbs_that_last_over_a_quarters_end_only_are_worth_a_look() -> None:
    said = found(climbing("2026-03-10", "2026-04-20"))
    assert list(said) == ["m1"]
    assert said["m1"]["tier_flip_flop"].cases == 4


@pytest.mark.parametrize(("up", "down"), [("2026-02-01", "2026-03-20"), ("2025-09-10", "2026-02-20")])
def test_climbs_undone_in_the_same_quarter_or_much_later_are_not(up: str, down: str) -> None:
    assert found(climbing(up, down)) == {}


# ---- contracts of a few weeks ----


def short(*extra: str) -> Company:
    company = Company()
    company.each("m1", range(1, 5), STAYS, *extra)
    return company


def test_contracts_of_a_few_weeks_at_a_quarters_end_are_worth_a_look() -> None:
    said = found(short("Extra 1 50 0 50 2026-03-10 2026-04-08"))
    assert list(said) == ["m1"]
    assert said["m1"]["one_off_as_recurring"].cases == 4


@pytest.mark.parametrize("again", ["2026-04-09", "2026-04-10", "2026-04-11"])
def test_contracts_renewed_month_by_month_are_not(again: str) -> None:
    assert found(short("Extra 1 50 0 50 2026-03-10 2026-04-10", f"Extra 1 50 0 50 {again} 2026-05-09")) == {}


@pytest.mark.parametrize("other", ["Extra 1 50 0 50 2026-04-12 2026-07-12", "Other 1 50 0 50 2026-04-10 2026-07-10"])
def test_a_contract_that_starts_days_later_or_of_another_product_renews_none(other: str) -> None:
    said = found(short("Extra 1 50 0 50 2026-03-10 2026-04-10", other))
    assert said["m1"]["one_off_as_recurring"].cases == 4


# ---- discounts that expire ----


def discounted(since: str, given: str) -> Company:
    """Four accounts of m1 pay less from a day on, and the list price again from January 2026."""
    company = Company()
    before = [f"Basic 10 10 0 100 {since} {given}"] if since != given else []
    lines = [*before, f"Basic 10 10 0.2 80 {given} 2026-01-10", "Basic 10 10 0 100 2026-01-10 ."]
    company.each("m1", range(1, 5), *lines)
    return company


def test_growth_by_discounts_given_the_year_before_is_worth_a_look() -> None:
    said = found(discounted("2024-01-01", "2025-02-01"))
    assert list(said) == ["m1"]
    assert said["m1"]["discount_then_expiry"].cases == 4


def test_discounts_of_old_or_given_by_somebody_else_are_not() -> None:
    assert found(discounted("2024-01-01", "2024-01-01")) == {}
    received = discounted("2024-01-01", "2025-02-01")
    for n in range(1, 5):
        received.owners[f"m1-{n:02}"] = ["m2 . 2025-04-01", "m1 2025-04-01 ."]
    assert found(received) == {}


def test_where_most_growth_is_by_discounts_somewhat_more_than_usual_is_enough() -> None:
    company = discounted("2024-01-01", "2025-02-01")
    lines = company.contracts["m1-01"]
    for manager in ("m2", "m3", "m4"):
        company.each(manager, range(1, 4), *lines)
    said = found(company)
    assert list(said) == ["m1"]
    assert said["m1"]["discount_then_expiry"].p > 0.01
    company.each("m1", range(5, 12), "Basic 10 10 0 100 2024-01-01 2026-02-10", "Basic 12 10 0 120 2026-02-10 .")
    for manager in ("m2", "m3", "m4"):
        company.each(manager, range(5, 12), *company.contracts["m1-05"])
    company.each("m1", range(12, 20), *company.contracts["m1-05"])
    assert found(company) == {}


# ---- who was asked ----


def surveyed(left_out: int) -> Company:
    """Everybody has eight accounts that shrink in February; of m1's so many were not asked in November."""
    company = Company()
    for manager in MANAGERS:
        company.each(manager, range(1, 9), "Basic 10 10 0 100 2024-01-01 2026-02-10", "Basic 9 10 0 90 2026-02-10 .")
    unasked = {f"m1-{n:02}" for n in range(1, left_out + 1)}
    company.asked = [f"{m}-{n}" for m in MANAGERS for n in BOOK if f"{m}-{n}" not in unasked]
    return company


def test_asking_the_healthy_accounts_alone_is_worth_a_look() -> None:
    said = found(surveyed(8))
    assert list(said) == ["m1"]
    assert (said["m1"]["survey_selection"].cases, said["m1"]["survey_selection"].of) == (8, 8)


def test_leaving_out_a_few_is_not() -> None:
    assert found(surveyed(2)) == {}


def test_a_company_that_asks_nobody_selects_nobody() -> None:
    company = surveyed(8)
    company.asked = []
    assert found(company) == {}


# ---- what is done with it ----


@pytest.mark.parametrize("other", [{"ownership": {"policy": "current"}}, {"basis": "invoices"}])
def test_without_the_data_nothing_is_said(other: dict[str, object]) -> None:
    assert found(losing("2026-02-05"), RULES | other) == {}


Ran = Callable[[Company], Run]


@pytest.fixture
def ran(tmp_path: Path) -> Ran:
    """A whole run of the company's files."""

    def made(company: Company) -> Run:
        for name, text in company.texts().items():
            rows = [["" if cell == "." else cell for cell in line.split()] for line in text.splitlines()]
            (tmp_path / f"{name}.csv").write_text("".join(f"{','.join(r)}\n" for r in rows), encoding="utf-8")
        (tmp_path / "rules.yaml").write_text(WRITTEN, encoding="utf-8")
        return pipeline.run(Request(tmp_path, AS_OF, "2026-Q2"))

    return made


def test_a_finding_stands_on_the_card_and_in_the_run_and_moves_no_score(
    ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = ran(losing("2026-02-05"))
    (found_there,) = watched.summary["watch"]["m1"]
    assert (found_there["code"], found_there["statistic"], found_there["accounts"]) == (
        "passed_on_late", 0.5, ["m1-01", "m1-02", "m1-03"],
    )  # fmt: skip
    card = next(c for c in watched.cards if c["manager_id"] == "m1")
    assert found_there["sentence"] in card["flags"]
    monkeypatch.setattr(watch, "of_run", lambda seen: {})
    blind = ran(losing("2026-02-05"))
    assert blind.summary["watch"] == {}
    without = [{k: v for k, v in c.items() if k != "flags"} for c in blind.cards]
    assert without == [{k: v for k, v in c.items() if k != "flags"} for c in watched.cards]


# ---- how seldom chance gives as many ----


@pytest.mark.parametrize(
    ("cases", "of", "all_cases", "whole"), [(3, 6, 3, 24), (10, 10, 10, 40), (0, 5, 2, 9), (2, 8, 7, 9)]
)
def test_the_chance_of_a_draw_is_that_of_fishers_test(cases: int, of: int, all_cases: int, whole: int) -> None:
    expected = stats.hypergeom.sf(cases - 1, whole, all_cases, of)
    assert drawn_at_least(cases, of, all_cases, whole) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("cases", "expected"), [(0, 2.0), (2, 0.1), (3, 0.5), (9, 4.2)])
def test_the_chance_of_a_count_is_poissons(cases: int, expected: float) -> None:
    assert counted_at_least(cases, expected) == pytest.approx(stats.poisson.sf(cases - 1, expected), rel=1e-9)
    assert counted_at_most(cases, expected) == pytest.approx(stats.poisson.cdf(cases, expected), rel=1e-9)


# ---- false alarms ----


def test_the_benchmark_sees_a_sign_that_speaks_too_often() -> None:
    quiet = {"managers": 100, "named": {"passed_on_late": [], "tier_flip_flop": ["a", "b"]}}
    dumping = {"managers": 10, "named": {"passed_on_late": ["a", "c"], "tier_flip_flop": []}, "dumpers": ["a", "b"]}
    worlds = {**{kind: [quiet] for kind in measured_watch.CLEAN}, "dumping": [dumping]}
    text, keeps = measured_watch.text_of(worlds)
    assert keeps
    assert "| `tier_flip_flop` | 2 of 100 (2.0%) |" in text
    assert "names 1 of 2 dumpers (50%) and 1 of the 8 honest managers" in text
    loud = {"managers": 100, "named": {"passed_on_late": ["a", "b", "c"], "tier_flip_flop": []}}
    assert not measured_watch.text_of({**worlds, **{kind: [loud] for kind in measured_watch.CLEAN}})[1]


def test_a_world_of_chance_holds_what_every_sign_looks_at(tmp_path: Path) -> None:
    watch_worlds.write(tmp_path, 5, 12)
    made = pipeline.run(Request(tmp_path, watch_worlds.AS_OF, watch_worlds.PERIOD))
    assert len(made.cards) == 12
    assert len(made.watch) <= 2
