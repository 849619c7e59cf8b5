"""Are oddities of the data told in plain words? Small companies, each with one of them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tabled import tables

from scoring.errors import ProblemsFoundError, Severity
from scoring.intake import Request
from scoring.notes import people
from scoring.notes.seen import SHOWN, named
from scoring.pipeline import run
from scoring.run import Run

Scored = Callable[..., Run]

RULES = """
name: Notes
goal: Say what is odd.
currency: EUR
calendar: {period: quarter}
rules:
  - {name: keep, metric: net_revenue_retention, weight: 1, grade: {floor: 50%, target: 150%}}
"""
BY_INVOICE = "basis: invoices\ncompare: previous_period\n"
CONTRACTS = {
    "accounts": "account_id name \n a1 Alba \n a2 Brisa",
    "managers": "manager_id name reports_to \n m1 Max . \n m2 Mia m1 \n m3 Moe m1",
    "ownership": "account_id manager_id \n a1 m2 \n a2 m2",
    "activities": "account_id dated_on kind \n a1 2026-06-29 login",
    "contracts": """
        line_id account_id product amount every starts_on  ends_on trial
        c1      a1         Basic   100    month 2025-01-01 .       .
        c2      a2         Basic   200    month 2025-01-01 .       .
        """,
}
INVOICES = {
    "accounts": "account_id name region \n a1 Alba North \n a2 Brisa South",
    "managers": "manager_id name \n m1 Max \n m2 Mia",
    "invoices": """
        line_id account_id dated_on   amount seller_id product
        i1      a1         2026-01-10 100    m1        Basic
        i2      a1         2026-04-10 150    m2        Basic
        i3      a2         2026-04-11 80     m2        Basic
        """,
}


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    """A run of 2026-Q2, or another period, of tables given as text, `.` for nothing."""

    def made(tables: dict[str, str], rules: str = "", period: str = "2026-Q2", **changed: str) -> Run:
        for name, text in (tables | changed).items():
            rows = [["" if cell == "." else cell for cell in line.split()] for line in text.strip().splitlines()]
            cells = "".join(f"{','.join(row)}\n" for row in rows)
            (tmp_path / f"{name}.csv").write_text(cells, encoding="utf-8")
        (tmp_path / "rules.yaml").write_text(RULES + rules, encoding="utf-8")
        return run(Request(tmp_path, date(2026, 6, 30), period))

    return made


def said(made: Run) -> str:
    return "\n".join(made.company["notes"])


def flags(made: Run, manager: str) -> str:
    return "\n".join(next(card["flags"] for card in made.cards if card["manager_id"] == manager))


def test_where_nothing_is_odd_nothing_is_said(scored: Scored) -> None:
    made = scored(CONTRACTS, managers="manager_id name \n m2 Mia")
    assert made.company["notes"] == []


def test_managers_nobody_reports_to_and_without_credit_are_named(scored: Scored) -> None:
    assert said(scored(CONTRACTS)) == "1 manager has nothing credited in the period and gets no card: Moe."


def test_that_nothing_is_credited_is_said_beside_the_rows_set_aside_that_may_name_owners(
    scored: Scored, tmp_path: Path
) -> None:
    owners = "account_id manager_id starts_on \n a1 m2 . \n a2 m2 . \n a2 m3 soon"
    with pytest.raises(ProblemsFoundError):
        scored(CONTRACTS, ownership=owners)
    made = run(Request(tmp_path, date(2026, 6, 30), "2026-Q2", set_aside=True))
    assert "no card: Moe; 1 row that may name owners was set aside." in said(made)


def test_an_account_without_a_manager_is_counted_with_its_money(scored: Scored) -> None:
    made = scored(CONTRACTS, ownership="account_id manager_id \n a1 m2")
    one = "1 account with €200.00, 66.7\u202f% of the company's, has no manager at the end and counts as unassigned."
    assert one in said(made)


def test_a_company_without_any_owner_is_told_how_to_mend_it(scored: Scored) -> None:
    made = scored({name: text for name, text in CONTRACTS.items() if name not in ("ownership", "managers")})
    assert "No account has a manager, so all revenue (€300.00) is unassigned and nobody is scored" in said(made)
    assert "deliver the table ownership, or choose another policy under ownership" in said(made)
    assert made.cards == []


def test_accounts_without_any_line_are_named(scored: Scored) -> None:
    made = scored(CONTRACTS, accounts="account_id name \n a1 Alba \n a2 Brisa \n a3 Calma")
    assert "1 of 3 accounts has no contract at all and counts nowhere: Calma." in said(made)


def test_trials_bring_nothing_and_are_counted(scored: Scored) -> None:
    made = scored(CONTRACTS, contracts=CONTRACTS["contracts"] + "\n c3 a1 Basic 0 month 2026-01-01 . true")
    assert "1 of 3 contract lines is a trial or paused and brings no revenue." in said(made)


def test_one_product_under_two_contracts_at_once_is_told(scored: Scored) -> None:
    made = scored(CONTRACTS, contracts=CONTRACTS["contracts"] + "\n c3 a1 Basic 70 month 2026-01-01 . .")
    assert "1 account has the same product under several contracts at once; all 2 count." in said(made)


def test_lines_that_renew_what_nobody_knows_are_told_with_the_first_of_them(scored: Scored) -> None:
    lines = """
        line_id renews account_id amount every starts_on  ends_on
        c1      .      a1         100    month 2025-01-01 2026-01-01
        c2      c1     a1         100    month 2026-01-01 .
        c3      K9     a2         200    month 2025-01-01 .
        c4      c4     a2         50     month 2025-01-01 .
        """
    made = scored(CONTRACTS, contracts=lines)
    (told,) = [p for p in made.problems if p.column == "renews"]
    assert (told.place, told.value, told.severity) == ("contracts.csv row 3, column renews", "K9", Severity.NOTE)
    one = "2 contract lines name under renews no other line that there is, and count as if they named none"
    assert one in said(made)
    alone = scored(CONTRACTS, contracts="\n".join(line for line in lines.splitlines() if "c4" not in line))
    assert "1 contract line names under renews no other line that there is, and counts as if it named none" in said(
        alone
    )


def test_a_line_that_names_under_renews_what_took_its_own_place_is_told(scored: Scored) -> None:
    lines = """
        line_id renews account_id amount every starts_on  ends_on
        c1      c2     a1         100    month 2025-01-01 2026-01-01
        c2      .      a1         100    month 2026-01-01 .
        c3      c4     a2         200    month 2025-01-01 .
        c4      .      a2         250    month 2025-01-01 2025-06-01
        c5      c6     a2         200    month 2025-01-01 .
        c6      .      a2         250    month 2025-06-01 2025-06-01
        """
    made = scored(CONTRACTS, contracts=lines)
    (told,) = [p for p in made.problems if p.column == "renews"]
    assert (told.place, told.value, told.severity) == ("contracts.csv row 1, column renews", "c2", Severity.NOTE)
    one = "1 contract line names under renews one that starts after it, which then counts on no day"
    assert told.what == one
    both = scored(
        CONTRACTS, contracts=lines.replace("c3      c4     a2         200    month 2025", "c3 c4 a2 200 month 2024")
    )
    assert "2 contract lines name under renews lines that start after them, which then count on no day" in said(both)


def test_an_account_said_to_have_left_that_still_pays_is_told(scored: Scored) -> None:
    left = "account_id dated_on kind \n a1 2026-05-01 churned"
    one = "1 of the 1 account said to have churned (milestones) still pays under"
    assert one in said(scored(CONTRACTS, milestones=left))


@pytest.mark.parametrize(
    ("accounts", "company", "card"),
    [
        (1, "1 account whose contract ended and is not renewed yet still counts, within",
         "1 of the accounts ended its contract and has not renewed yet; it still counts as paying."),
        (2, "2 accounts whose contract ended and is not renewed yet still count, within",
         "2 of the accounts ended their contracts and have not renewed yet; they still count as paying."),
    ],
)  # fmt: skip
def test_accounts_that_may_still_renew_are_counted(scored: Scored, accounts: int, company: str, card: str) -> None:
    lines = [f"c{n} a{n} Basic 100 month 2025-01-01 {'2026-06-20' if n <= accounts else '.'}" for n in (1, 2)]
    owners = "account_id manager_id \n a1 m2 \n a2 m2"
    ended = "\n".join(["line_id account_id product amount every starts_on ends_on", *lines])
    made = scored(CONTRACTS, contracts=ended, ownership=owners)
    assert company in said(made)
    assert card in str(made.cards)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (1, "Without a rung of the ladder is 1 more; name it under ladder.products if it is a tier"),
        (2, "Without a rung of the ladder are 2 more; name those that are tiers under ladder.products"),
    ],
)
def test_products_on_no_rung_beyond_the_first_are_counted(scored: Scored, more: int, what: str) -> None:
    ladder = "ladder: {tiers: [Low, High], products: {Basic: Low, Other: High}}\n"
    lines = [f"c{n} a1 Strange{n} 10 month 2025-01-01 ." for n in range(SHOWN + more)]
    sold = "\n".join(["line_id account_id product amount every starts_on ends_on", *lines])
    made = scored(CONTRACTS, ladder, contracts=sold)
    assert what in said(made)
    told = [p.what for p in made.problems if p.column == "ladder.products"]
    assert told[-1].startswith("without a rung")


def test_lines_of_no_product_are_told_as_such(scored: Scored) -> None:
    ladder = "ladder: {tiers: [Low, High], products: {Basic: Low}}\n"
    sold = CONTRACTS["contracts"].replace("c2      a2         Basic", "c2 a2 .")
    made = scored(CONTRACTS, ladder, contracts=sold)
    what = "What names no product is on no rung of the ladder (1 line, €200.00); map a column to product or tier"
    assert what in said(made)


def test_an_account_that_came_back_contradicts_nothing(scored: Scored) -> None:
    made = scored(CONTRACTS, milestones="account_id dated_on kind \n a1 2024-05-01 churned")
    assert "churned" not in said(made)


def test_a_product_on_no_rung_is_told_with_the_one_it_may_be(scored: Scored) -> None:
    ladder = "ladder: {tiers: [Low, High], products: {Basic: Low, GTX Pro: High}}\n"
    sold = CONTRACTS["contracts"].replace("c2      a2         Basic", "c2 a2 GTXPro")
    made = scored(CONTRACTS, ladder, contracts=sold)
    assert 'Product GTXPro is on no rung of the ladder (1 line, €200.00); did you mean "GTX Pro"?' in said(made)


def test_products_on_no_rung_are_told_with_what_they_are_worth_in_the_reporting_currency(scored: Scored) -> None:
    ladder = "ladder: {tiers: [Low, High], products: {Basic: Low}}\n"
    sold = """
        line_id account_id product amount currency every starts_on
        c1      a1         Basic   100    EUR      month 2025-01-01
        c2      a2         Seats   20000  JPY      month 2025-01-01
        c3      a2         Seats   50     EUR      month 2025-01-01
        """
    rates = "currency dated_on rate \n JPY 2025-01-01 0.006"
    made = scored(CONTRACTS, ladder, contracts=sold, rates=rates)
    assert "Product Seats is on no rung of the ladder (2 lines, €170.00)" in said(made)


def test_hand_overs_stand_on_the_cards_they_touch(scored: Scored) -> None:
    owners = """
        account_id manager_id starts_on  ends_on
        a1         m2         .          2026-05-01
        a1         m3         2026-05-01 .
        a2         m2         .          .
        """
    made = scored(CONTRACTS, ownership=owners)
    assert "Handed over in the period: 1 account in (€100.00), 0 accounts out (€0.00)." in flags(made, "m3")


@pytest.mark.parametrize(
    ("rule", "starts", "ends", "asked"),
    [
        ("share", "2026-06-10", ".", "in the 100 days that count, which end 30 days before the outcome"),
        ("snapshot", "2026-04-10", "2026-06-10", "on the last day of the quarter"),
        ("quarter_days", "2026-02-10", "2026-03-30", "in the quarter up to the outcome"),
        ("event_owner", "2026-04-10", "2026-06-10", "on the day before the outcome"),
    ],
)
def test_accounts_that_nobody_had_on_the_days_asked_for_are_told(
    scored: Scored, rule: str, starts: str, ends: str, asked: str
) -> None:
    owners = f"account_id manager_id starts_on ends_on \n a1 m2 {starts} {ends} \n a2 m2 . ."
    own = f"responsibility: {{rule: {rule}, days: 100}}\nwindow: {{quarters: 1}}\n"
    told = f"1 account-quarter had no owner {asked}; what counts instead is the last 100 days before the outcome."
    assert told in flags(scored(CONTRACTS, own, ownership=owners), "m2")


def test_sellers_hand_nothing_over_but_accounts_buy_from_several(scored: Scored) -> None:
    made = scored(INVOICES, BY_INVOICE + "ownership: {policy: seller}\n")
    assert "Accounts buy from several sellers: 1 account brought" in flags(made, "m2")
    assert "Handed over" not in flags(made, "m2")
    assert "1 account-quarter had more than one seller; they share it by what each sold." in flags(made, "m2")


def test_an_account_without_a_manager_is_no_part_of_a_company_that_gave_back_more_than_it_sold(scored: Scored) -> None:
    back = INVOICES["invoices"] + "\n i4 a2 2026-05-11 -280 m2 Basic"
    made = scored(INVOICES, BY_INVOICE, invoices=back, ownership="account_id manager_id \n a2 m2")
    assert "1 account with €150.00 has no manager at the end and counts as unassigned." in said(made)


def test_an_account_that_returns_more_than_it_buys_is_told(scored: Scored) -> None:
    back = INVOICES["invoices"] + "\n i4 a2 2026-05-11 -90 m2 Basic"
    made = scored(INVOICES, BY_INVOICE + "ownership: {policy: seller}\n", invoices=back)
    assert "1 account gave back more than was sold (−€10.00): it counts as not paying." in said(made)


def test_territories_and_managers_that_nobody_knows_are_named(scored: Scored) -> None:
    own = "ownership: {policy: territory, attribute: region, managers: {North: m12}}\n"
    made = scored(INVOICES, BY_INVOICE + own)
    assert "South: no manager is named for it; name one, or leave the accounts unassigned." in said(made)
    assert 'ownership.managers.North: no manager has the id "m12"; did you mean "m2"?' in str(made.problems[0])


def test_a_window_that_begins_before_the_exports_do_is_told_on_every_card(scored: Scored) -> None:
    late = INVOICES["invoices"].replace("2026-01-10", "2026-03-02")
    made = scored(INVOICES, BY_INVOICE + "ownership: {policy: seller}\n", invoices=late)
    words = "The exports begin on 2026-03-02, but the comparison window on 2026-01-01: 60 of its 90 days are empty"
    assert words in said(made)
    assert all(words in flags(made, card["manager_id"]) for card in made.cards)


def test_one_more_than_are_named_is_one_other() -> None:
    names = [f"A{n}" for n in range(SHOWN + 2)]
    assert named(names[:-1]).endswith(" and 1 other")
    assert named(names).endswith(" and 2 others")


def test_behind_a_name_that_several_have_stands_the_id() -> None:
    read = tables({"managers": "manager_id name\nm1 Ana\nm2 ana\nm3 Bo\nm4 ."})
    assert {manager: person["name"] for manager, person in people(read).items()} == {
        "m1": "Ana (m1)", "m2": "ana (m2)", "m3": "Bo", "m4": None,
    }  # fmt: skip


def test_costs_of_longer_periods_than_the_scored_one_are_named(scored: Scored) -> None:
    costs = "period kind amount\n2026 acquire 1200\n2026-Q2 acquire 90\n2026 serve 5\n2025 acquire 7\n2026 expand 8"
    made = scored(CONTRACTS, costs=costs)
    (problem,) = (p for p in made.problems if p.table == "costs")
    assert str(problem) == (
        "costs.csv row 1, column period: 2 rows of costs (costs.csv row 1, costs.csv row 5) count neither for new "
        "customers nor for expansion, as their periods hold other days, too, than those whose costs are asked for: "
        '"2026"; deliver a row for each quarter instead'
    )
    assert "2 rows of costs" in said(made)
    month = scored(
        CONTRACTS, period="2026-05", costs=costs, targets="manager_id metric period value\nm1 opening 2026-Q2 9"
    )
    remedies = [problem.remedy for problem in month.problems if problem.table in ("costs", "targets")]
    assert remedies == ["deliver a row for each month, too", "deliver a row for each month instead"]


def test_costs_of_shorter_periods_are_nothing_to_speak_of(scored: Scored) -> None:
    made = scored(CONTRACTS, costs="period kind amount\n2026-Q2 acquire 90\n2026-05 acquire 5\n2026-07 acquire 7")
    assert "costs" not in said(made)


def test_targets_of_months_are_no_target_of_their_quarter_and_are_named(scored: Scored) -> None:
    agreed = "manager_id metric period value\nm1 closing 2026-Q2 9"
    for period in ("2026-04", "2026-05", "2026-Q2"):  # what has a target for the scored period is well
        agreed += f"\nm2 closing {period} 9"
    assert "targets" not in said(scored(CONTRACTS, targets=agreed))
    made = scored(CONTRACTS, targets=f"{agreed}\nm2 opening 2026-04 5\nm2 opening 2026-05 5\nm2 opening 2026-07 5")
    (problem,) = (p for p in made.problems if p.table == "targets")
    assert str(problem) == (
        "targets.csv row 5, column period: 2 rows of targets (targets.csv row 5, targets.csv row 6) count for nothing, "
        "as their periods are not the one that is scored, which no row of theirs is for: "
        '"2026-04"; deliver a row for each quarter, too'
    )
