"""Is it told what the rules name that no row of the exports holds?"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from tabled import tables

from scoring.checks import Checked
from scoring.intake.twice import twice
from scoring.intake.unheld import unheld
from scoring.metrics import CATALOGUE
from scoring.rules import version

HELD = {
    "accounts": "account_id region segment\nA North Small",
    "activities": "account_id dated_on kind\nA 2026-01-01 logins",
    "costs": "period kind amount\n2026-Q1 acquire 5",
    "answers": "account_id answered_on kind score scale\nA 2026-01-01 csat 4 1-5",
    "contracts": "account_id amount every starts_on signed_on\nA 100 month 2025-01-01 2025-01-01",
    "invoices": "account_id dated_on amount kind\nA 2026-01-01 5 one_off",
    "managers": "manager_id\nM",
}
HEAD = "name: Test\ngoal: Test them.\ncurrency: EUR\n"


def told(folder: Path, text: str, held: Mapping[str, str] = HELD) -> list[str]:
    """What is said of rules with that text from line 4 on, but for the file."""
    path = folder / "rules.yaml"
    rules = "" if "rules:" in text else "rules: [{name: keep, metric: net_revenue_retention, weight: 1}]\n"
    path.write_text(f"{HEAD}{text}\n{rules}", encoding="utf-8")
    found = unheld(Checked(tables(held), (), {}), version(path, CATALOGUE))
    return [str(p).removeprefix("rules.yaml:") for p in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "engagement: {inputs: [{kind: login, hi: 9, weight: 1}]}",
            'engagement.input 1: kind: no row of activities is of kind "login"; did you mean "logins"?',
        ),
        (
            "completeness: {contact: [call]}",
            'completeness.contact 1: no row of activities is of kind "call"; known: logins',
        ),
        (
            "onboarding: {to: live}",
            'onboarding.to: no row of milestones is of kind "live"; map a file to milestones in '
            "sources.yaml, or delete it",
        ),
        ("acquisition: {kinds: [acquired]}", 'no row of costs is of kind "acquired"; did you mean "acquire"?'),
        ("voice: {csat_scales: {1-7: [7]}}", 'voice.csat_scales.1-7: no answer has the scale "1-7"; known: 1-5'),
        (
            "ownership: {policy: territory, attribute: region, managers: {North: M, Nord: M}}",
            'ownership.managers.Nord: no account has the region "Nord"; did you mean "North"?',
        ),
        (
            "ownership: {policy: territory, attribute: region, managers: {North: m}}",
            'ownership.managers.North: no manager has the id "m"; did you mean "M"?',
        ),
        (
            "method: target_bands\nrules: [{name: r, metric: nps, weight: 1, grade: {floor: 0, target: 9}, "
            "segments: {by: segment, grades: {Smal: {floor: 0, target: 8}}}}]",
            'rule r: segments.grades.Smal: no account has the segment "Smal"; did you mean "Small"?',
        ),
        (
            "policies: {churn_date: notice}",
            "policies.churn_date notice: no contract says on which day it was cancelled; map cancelled_on in "
            "sources.yaml, or delete it",
        ),
        ("grain: parent", "grain parent: no account names one; map parent_id in sources.yaml, or delete it"),
        (
            "lifetime: {fit_by: region}",
            "lifetime.fit_by: no region has the 200 accounts that parameters of its own need; delete it, or name an "
            "attribute of fewer values",
        ),
        (
            "lifetime: {orders_beside: true}",
            "lifetime.orders_beside: no invoice is of kind order, deal or usage; delete it",
        ),
    ],
)
def test_what_no_row_holds_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (line,) = told(tmp_path, text)
    assert line.endswith(said)
    assert line.startswith(f"{4 + text.count(chr(10))}: ")


@pytest.mark.parametrize(
    "text",
    [
        "engagement: {inputs: [{kind: logins, hi: 9, weight: 1}]}\ncompleteness: {contact: [logins]}",
        "acquisition: {kinds: [acquire], lag: 1}",
        "policies: {renewal_date: signature}",
        "basis: invoices\npolicies: {churn_date: notice}",
        "voice: {csat_scales: {1-5: [5]}}",
    ],
)
def test_what_a_row_holds_and_what_nobody_wrote_is_no_warning(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text) == []


def test_rows_of_a_kind_that_is_written_otherwise_than_the_rules_have_it_are_told(tmp_path: Path) -> None:
    """Also of kinds that the rules have by default; kinds of which nothing is asked may be any."""
    held = HELD | {
        "costs": "period kind amount\n2026-Q1 Acquire 5\n2026-Q1 acquire 5\n2026-Q1 Acquire 6\n2026-Q1 serve 5",
        "milestones": "account_id dated_on kind\nA 2026-01-01 Signed\nA 2026-02-01 First-Value\nA 2026-02-01 Other",
    }
    assert told(tmp_path, "", held) == [
        '1: onboarding.from: 1 row of milestones does not count, as its kind is "Signed"; write "signed" there, or '
        '"Signed" in the rules',
        '1: onboarding.to: 1 row of milestones does not count, as its kind is "First-Value"; write "first_value" '
        'there, or "First-Value" in the rules',
        '1: acquisition.kind 1: 2 rows of costs do not count, as their kind is "Acquire"; write "acquire" there, or '
        '"Acquire" in the rules',
    ]
    rules = "onboarding: {from: Signed, to: First-Value}\nacquisition: {kinds: [acquire, Acquire]}"
    assert told(tmp_path, rules, held) == []


@pytest.mark.parametrize(
    ("basis", "bill", "file", "is_told"),
    [
        ("invoices", "A 2026-02-01 5 order", "bills.csv", True),
        ("contracts", "A 2026-02-01 5 order", "bills.csv", False),
        ("invoices", "A 2026-02-01 5 order", "deals.csv", False),
        ("invoices", "B 2026-02-01 5 order", "bills.csv", False),
        ("invoices", "A 2026-02-01 5 usage", "bills.csv", False),
    ],
)
def test_deals_whose_accounts_are_billed_in_another_file_count_twice(
    tmp_path: Path, basis: str, bill: str, file: str, is_told: bool
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(f"{HEAD}basis: {basis}\nrules: [{{name: n, metric: logo_retention, weight: 1}}]\n")
    held = tables({"invoices": f"account_id dated_on amount kind\nA 2026-01-01 5 deal\n{bill}"})
    lines = held["invoices"].with_columns(pl.Series("origin_file", ["deals.csv", file]))
    found = twice(Checked({**held, "invoices": lines}, (), {}), version(path, CATALOGUE))
    said = 'rules.yaml:4: basis invoices: 1 account with won deals in "deals.csv" has bills in "bills.csv"'
    assert [str(p).startswith(said) for p in found] == [True] * is_told
