from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabled import table

from scoring.checks import Checked, check
from scoring.errors import Severity
from scoring.tables import TABLES

SOUND = {
    "accounts": """
        account_id name  parent_id created_on
        A1         Acme  .         2024-01-01
        A2         Best  A1        2024-02-01
        A3         Core  .         .""",
    "managers": """
        manager_id name reports_to starts_on  ends_on
        M1         Ann  .          2020-01-01 .
        M2         Ben  M1         2020-01-01 2026-01-01""",
    "ownership": """
        account_id manager_id starts_on  ends_on    share
        A1         M1         .          2026-02-01 .
        A1         M2         2026-02-01 .          0.6
        A1         M1         2026-02-01 .          0.4
        A2         M2         .          .          .""",
    "contracts": """
        line_id account_id quantity discount amount currency every    starts_on  ends_on    status
        c1      A1         5        0.1      100    .        month    2025-01-01 .          active
        c2      A2         .        .        1200   USD      12_months 2025-01-01 2026-01-01 .""",
    "invoices": """
        line_id account_id dated_on   amount currency quantity kind   seller_id
        i1      A1         2026-01-05 10     EUR      1        order  M1
        i2      A3         2026-01-06 -4     .        -1       return .""",
    "answers": """
        account_id answered_on kind score scale
        A1         2026-01-05  nps  9     0-10
        A2         2026-01-05  csat 4     .
        A2         2026-01-06  nps  .     .""",
    "costs": """
        period  kind    account_id amount
        2026-Q1 acquire .          300
        2026-Q1 acquire .          300""",
    "targets": """
        manager_id metric  period  value
        M1         closing 2026-Q2 100""",
    "rates": """
        currency dated_on   rate
        USD      2024-01-01 0.9""",
}


def frames(**changed: str) -> dict[str, pl.DataFrame]:
    return {name: table(name, text) for name, text in {**SOUND, **changed}.items()}


def checked(tables: Mapping[str, pl.DataFrame], faulty: Iterable[tuple[str, str, int]] = ()) -> Checked:
    known = ["closing", "net_revenue_retention"]
    return check(dict(tables), currency="EUR", known_metrics=known, faulty=list(faulty))


def test_tables_are_taken_so_that_a_company_is_in_memory_once() -> None:
    tables = frames()
    assert check(tables, currency="EUR", known_metrics=["closing"]).tables["contracts"].height
    assert tables == {}


def test_rows_of_many_files_become_one_piece_and_what_was_delivered_stays_whole() -> None:
    delivered = {n: pl.concat([f.slice(i, 1) for i in range(f.height)], rechunk=False) for n, f in frames().items()}
    assert delivered["accounts"].n_chunks() == 3
    whole = {name: frame.clone() for name, frame in delivered.items()}
    result = checked(delivered)
    assert {frame.n_chunks() for frame in result.tables.values()} == {1}
    for name, frame in delivered.items():
        assert frame.equals(whole[name])


def said(result: Checked) -> list[str]:
    return [str(p) for p in result.problems]


def why(result: Checked, name: str) -> list[tuple[int, str]]:
    rows = result.set_aside.get(name, pl.DataFrame(schema={"origin_row": pl.Int64, "why": pl.String}))
    return rows.select("origin_row", "why").rows()


def grown(name: str, line: str) -> dict[str, pl.DataFrame]:
    """The sound tables with one more line in one of them."""
    return frames(**{name: f"{SOUND[name]}\n{line}"})


def test_sound_tables_pass_whole_and_in_order_of_their_keys() -> None:
    result = checked({n: f.reverse() for n, f in frames().items()})
    assert said(result) == []
    assert not result.has_errors
    assert result.set_aside == {}
    assert list(result.tables) == list(TABLES)
    for name, declared in TABLES.items():
        frame = result.tables[name]
        assert frame.columns == list(declared.schema)
        assert frame.equals(frame.sort(*declared.key, "origin_file", "origin_row"))
        assert len(frame) == (len(table(name, SOUND[name])) if name in SOUND else 0)


def test_attributes_of_accounts_stay() -> None:
    tables = frames()
    tables["accounts"] = tables["accounts"].with_columns(sector=pl.lit("Retail"))
    assert checked(tables).tables["accounts"]["sector"].to_list() == ["Retail"] * 3


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        (
            "contracts",
            "c3 A1 . . 5 . monthly 2025-01-01 . .",
            "contracts.csv row 3, column every: every is not understood: "
            '"monthly"; use month, quarter, year, week, day, or a number as in 6 months',
        ),
        (
            "contracts",
            "c3 A1 . . 5 . 0_months 2025-01-01 . .",
            'contracts.csv row 3, column every: every is not understood: "0 months"; '
            "use month, quarter, year, week, day, or a number as in 6 months",
        ),
        (
            "contracts",
            "c3 A1 . 1.5 5 . month 2025-01-01 . .",
            'contracts.csv row 3, column discount: discount is not between 0 and 1: "1.5"; '
            "write 0.25 for a quarter off",
        ),
        (
            "contracts",
            "c3 A1 . . 5 . month 2025-01-02 2025-01-01 .",
            'contracts.csv row 3, column ends_on: ends_on is before starts_on: "2025-01-01"; mend one of the two days',
        ),
        (
            "contracts",
            "c3 A1 . . 5 . month 2025-01-01 . gone",
            'contracts.csv row 3, column status: status is not one of the words allowed: "gone"; '
            "use active, trial, paused, past_due, cancelled, ended",
        ),
        (
            "contracts",
            "c3 A1 . . . . month 2025-01-01 . .",
            "contracts.csv row 3, column amount: amount is empty; every row needs one",
        ),
        (
            "contracts",
            "c3 A1 . . 10000000000001 . month 2025-01-01 . .",
            "contracts.csv row 3, column amount: amount is larger than 10,000,000,000,000: "
            '"10000000000001"; mend the amount, or deliver amounts in thousands',
        ),
        (
            "contracts",
            "c3 B1 . . 5 . month 2025-01-01 . .",
            'contracts.csv row 3, column account_id: account_id is not among the accounts: "B1"; '
            "add it to accounts or mend the id",
        ),
        (
            "contracts",
            "c3 a_1 . . 5 . month 2025-01-01 . .",
            'contracts.csv row 3, column account_id: account_id is not among the accounts: "a 1"; did you mean "A1"?',
        ),
        (
            "contracts",
            "c3 A1 . . 5 EURO month 2025-01-01 . .",
            'contracts.csv row 3, column currency: currency is not known: "EURO"; did you mean "EUR"?',
        ),
        (
            "contracts",
            "c3 A1 . . 5 usd month 2025-01-01 . .",
            'contracts.csv row 3, column currency: currency is not known: "usd"; did you mean "USD"?',
        ),
        (
            "contracts",
            "c3 A1 . . 5 USD month 2023-12-31 . .",
            'contracts.csv row 3, column currency: currency has no rate to EUR on 2023-12-31: "USD"; '
            "add the rate of that day or an earlier one to rates",
        ),
        (
            "costs",
            "2026-q1 serve . 3",
            "",
        ),
        (
            "costs",
            "Q1 serve . 3",
            'costs.csv row 3, column period: period is not understood: "Q1"; write it as 2026-Q2, 2026-04 or 2026',
        ),
        (
            "targets",
            "M1 closing 2026Q3 3",
            'targets.csv row 2, column period: period is not understood: "2026Q3"; '
            "write it as 2026-Q2, 2026-04 or 2026",
        ),
        (
            "targets",
            "M1 closin 2026-Q3 3",
            'targets.csv row 2, column metric: there is no such metric: "closin"; did you mean "closing"?',
        ),
        (
            "targets",
            "M9 closing 2026-Q3 3",
            'targets.csv row 2, column manager_id: manager_id is not among the managers: "M9"; '
            "add it to managers or mend the id",
        ),
        (
            "answers",
            "A1 2026-01-05 nps 5 0-100",
            'answers.csv row 4, column scale: scale of nps is not understood: "0-100"; '
            "only 0-10 is; answers are not rescaled",
        ),
        (
            "answers",
            "A1 2026-01-05 csat 7 0-10",
            'answers.csv row 4, column scale: scale of csat is not understood: "0-10"; '
            "only 1-5 is; answers are not rescaled, declare theirs in voice.csat_scales",
        ),
        (
            "ownership",
            "A3 M1 2026-01-02 2026-01-01 .",
            'ownership.csv row 5, column ends_on: ends_on is before starts_on: "2026-01-01"; mend one of the two days',
        ),
        (
            "answers",
            "A1 2026-01-05 csat 0 1-5",
            'answers.csv row 4, column score: score of csat is not a whole number of 1-5: "0"; '
            "mend the answer or its scale",
        ),
        (
            "answers",
            "A1 2026-01-05 nps 8.5 .",
            'answers.csv row 4, column score: score of nps is not a whole number of 0-10: "8.5"; '
            "mend the answer or its scale",
        ),
        (
            "rates",
            "USD 2025-01-01 0",
            'rates.csv row 2, column rate: rate is not above 0: "0"; give the reporting currency for one unit',
        ),
        (
            "ownership",
            "A3 M1 . . 1.2",
            'ownership.csv row 5, column share: share is not above 0 and up to 1: "1.2"; '
            "write 0.5 for half of the account",
        ),
        (
            "ownership",
            "A3 M1 . . 0",
            'ownership.csv row 5, column share: share is not above 0 and up to 1: "0"; '
            "write 0.5 for half of the account",
        ),
        (
            "managers",
            "unassigned Cem . . .",
            "managers.csv row 3, column manager_id: manager_id is the one that accounts without a manager are "
            'counted under: "unassigned"; give the manager another id, here and wherever it is used',
        ),
        (
            "managers",
            "M3 Cem . 2026-01-02 2026-01-01",
            'managers.csv row 3, column ends_on: ends_on is before starts_on: "2026-01-01"; mend one of the two days',
        ),
    ],
)
def test_a_wrong_row_is_told_in_one_line_and_set_aside(name: str, line: str, sentence: str) -> None:
    tables = grown(name, line)
    result = checked(tables)
    assert said(result) == ([sentence] if sentence else [])
    assert [row for row, _ in why(result, name)] == ([len(tables[name])] if sentence else [])
    assert len(result.tables[name]) == len(tables[name]) - bool(sentence)
    assert result.has_errors == bool(sentence)


@pytest.mark.parametrize(
    ("name", "changed", "column"),
    [
        ("accounts", "account_id region\nA1 (none)\nA2 .\nA3 North", "region"),
        ("accounts", "account_id colour\nA1 (none)\nA2 .\nA3 red", "colour"),
        ("managers", "manager_id team\nM1 (none)\nM2 .", "team"),
        ("costs", "period kind team amount\n2026-Q1 serve (none) 3\n2026-Q1 serve . 3", "team"),
    ],
)
def test_the_word_for_those_without_a_value_is_told_where_it_is_one(name: str, changed: str, column: str) -> None:
    result = checked(frames(**{name: changed}))
    assert said(result) == [
        f"{name}.csv row 1, column {column}: {column} is the word under which those without one are counted, so they "
        'are counted together: "(none)"; leave the cell empty if there is none, or name it otherwise'
    ]
    assert not result.has_errors


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        ("contracts", "c3 A1 -1 . 5 . month 2025-01-01 . .", "quantity is negative"),
        ("contracts", "c3 A1 . . 5 . month 2025-01-01 2025-01-01 .", "the row holds for no day"),
        ("contracts", "c3 A1 . . 5 . month 2025-01-01 . ended", "nothing says when, so it counts on"),
        ("contracts", "c3 A1 . . 5 . month 2025-01-01 . cancelled", "nothing says until when it is paid"),
        ("ownership", "A3 M1 2026-01-01 2026-01-01 .", "the row holds for no day"),
        ("managers", "M3 Cem . 2026-01-01 2026-01-01", "the row holds for no day"),
        ("invoices", "i3 A1 2026-01-05 10 . -1 order .", "quantity is negative and the amount is not"),
        ("invoices", "i3 A1 2026-01-05 10 . 1 return .", "which adds to revenue"),
        ("accounts", "ａ1 Else . .", 'looks like "A1" of accounts.csv row 1'),
        ("accounts", "A\u200b1 Else . .", 'looks like "A1" of accounts.csv row 1'),
        ("managers", "m_1 Else . . .", 'looks like "M1" of managers.csv row 1'),
        ("rates", "EUR 2025-01-01 1.1", "a rate of the reporting currency is not used"),
    ],
)
def test_a_doubtful_row_is_a_warning_and_stays(name: str, line: str, sentence: str) -> None:
    tables = grown(name, line)
    result = checked(tables)
    (problem,) = result.problems
    assert problem.severity is Severity.WARNING
    assert sentence in str(problem)
    assert (problem.file, problem.row) == (f"{name}.csv", len(tables[name]))
    assert result.set_aside == {}
    assert len(result.tables[name]) == len(tables[name])


@pytest.mark.parametrize(
    ("priced", "is_told"),
    [
        ("50 20 0.1 900", False),
        ("50 20 0.1 10800", True),
        ("50 20 . 12000", True),
        ("50 20 . 700", False),
        ("3 9.99 0.33 20", False),
        ("50 20 0 900", True),
        ("-5 20 0 -100", False),
        ("1 0 . 0", False),
        (". 20 0.1 10800", False),
    ],
)
def test_an_amount_of_another_time_than_its_list_price_is_a_warning(priced: str, is_told: bool) -> None:
    """A year's amount beside the list price of a month; who names no discount may have had one."""
    lines = f"line_id account_id quantity list_price discount amount every starts_on\nc1 A1 {priced} year 2025-01-01"
    told = [p for p in checked(frames(contracts=lines)).problems if "list_price" in p.what]
    assert [(p.severity, p.column) for p in told] == [(Severity.WARNING, "amount")] * is_told


def test_missing_column_is_one_problem_with_its_file() -> None:
    tables = frames()
    tables["contracts"] = tables["contracts"].drop("amount")
    result = checked(tables)
    assert said(result) == [
        "contracts.csv, column amount: there is no column amount: Net amount of the line for one `every`; "
        "add the column, or map one of yours to it under contracts in sources.yaml"
    ]
    assert why(result, "contracts") == [(1, "there is no column amount"), (2, "there is no column amount")]
    assert result.tables["contracts"].is_empty()


def test_missing_key_column_is_not_told_again_as_unknown_references() -> None:
    tables = frames()
    tables["accounts"] = tables["accounts"].drop("account_id")
    errors = [p for p in checked(tables).problems if p.severity is Severity.ERROR]
    assert [(p.table, p.column) for p in errors] == [("accounts", "account_id")]


def test_table_without_rows_still_needs_its_columns() -> None:
    tables = {**frames(), "milestones": pl.DataFrame(schema={"account_id": pl.String})}
    columns = [p.column for p in checked(tables).problems]
    assert columns == ["dated_on", "kind", "origin_file", "origin_row"]


def test_blank_is_empty() -> None:
    tables = frames()
    tables["targets"] = tables["targets"].with_columns(metric=pl.lit("  "))
    assert checked(tables).problems[0].what == "metric is empty"


def test_value_that_could_not_be_read_is_not_told_a_second_time() -> None:
    tables = grown("contracts", "c3 A1 . . . . month 2025-01-01 . .")
    result = checked(tables, [("contracts", "contracts.csv", 3), ("contracts", "other.csv", 1)])
    assert said(result) == []
    assert why(result, "contracts") == [(3, "a value could not be read")]


def test_other_faults_of_an_unread_row_are_told() -> None:
    tables = grown("contracts", "c3 A1 . . . . often 2025-01-01 . .")
    result = checked(tables, [("contracts", "contracts.csv", 3)])
    assert [p.column for p in result.problems] == ["every"]
    assert why(result, "contracts") == [(3, "a value could not be read; every is not understood")]


def test_periods_are_read_in_small_letters_too() -> None:
    found = checked(grown("targets", "M1 closing 2026-q3 100"))
    assert said(found) == []
    assert found.tables["targets"]["period"].to_list() == ["2026-Q2", "2026-Q3"]


def test_exact_copy_names_both_places_and_only_the_copy_is_set_aside() -> None:
    result = checked(grown("accounts", "A3 Core . ."))
    assert said(result) == [
        'accounts.csv row 4, column account_id: the same row as accounts.csv row 3: "A3"; remove one of them'
    ]
    assert why(result, "accounts") == [(4, "the row is there twice")]
    assert result.tables["accounts"]["account_id"].to_list() == ["A1", "A2", "A3"]


def test_conflicting_rows_are_both_set_aside_never_the_last_one_wins() -> None:
    result = checked(grown("rates", "USD 2024-01-01 1.1"))
    assert said(result) == [
        "rates.csv row 2, column currency, dated_on: the same key as rates.csv row 1, with other values: "
        '"USD, 2024-01-01"; keep the right one',
        "contracts: 1 more row would be set aside, because the rate of its currency has an error",
    ]
    assert why(result, "contracts") == [(2, "the rate of its currency is set aside")]
    assert [row for row, _ in why(result, "rates")] == [1, 2]


def test_empty_start_is_part_of_the_key_of_ownership() -> None:
    result = checked(grown("ownership", "A2 M2 . . ."))
    assert why(result, "ownership") == [(5, "the row is there twice")]


def test_long_findings_are_cut_with_a_count() -> None:
    lines = "\n".join(f"c{n} X{n} . . 5 . month 2025-01-01 . ." for n in range(100, 150))
    result = checked(grown("contracts", lines))
    assert len(result.problems) == 21
    assert said(result)[-1] == "contracts.csv row 23: 30 more rows: account_id is not among the accounts"
    assert [p.row for p in result.problems] == list(range(3, 24))
    assert len(result.set_aside["contracts"]) == 50


def test_currency_without_any_rate_is_told_once_with_its_first_day() -> None:
    tables = grown("invoices", "i3 A1 2026-03-05 1 GBP . . .\ni4 A1 2026-02-05 1 GBP . . .")
    result = checked(tables)
    assert said(result) == [
        'invoices.csv row 4, column currency: currency has no rate to EUR on 2026-02-05: "GBP"; '
        "add the rate of that day or an earlier one to rates"
    ]
    assert [row for row, _ in why(result, "invoices")] == [3, 4]


def test_costs_of_a_team_that_no_manager_is_in_are_told_once_for_each_team() -> None:
    rows = ("east . 3", "east . 4", "Ads . 5", "East . 6", ". . 7", "West A1 8")
    costs = "\n".join(["period kind team account_id amount", *(f"2026-Q1 acquire {row}" for row in rows)])
    what = "no manager is in the team, so its costs count for the company alone"
    result = checked(frames(managers="manager_id team\nM1 East\nM2 .", costs=costs))
    assert said(result) == [
        f'costs.csv row 1, column team: {what}: "east"; did you mean "East"?',
        f'costs.csv row 3, column team: {what}: "Ads"; write the team as managers does, or leave the cell empty',
    ]
    assert not result.has_errors


def test_costs_need_a_rate_of_any_day() -> None:
    result = checked(frames(costs="period kind amount currency\n2026-Q1 serve 3 USD\n2026-Q1 serve 3 CHF"))
    assert [(p.row, p.what) for p in result.problems] == [(2, "currency has no rate to EUR")]


def test_amount_whose_rate_is_wrong_goes_with_the_rate() -> None:
    result = checked(frames(rates="currency dated_on rate\nUSD 2024-01-01 -1"))
    assert [(p.table, p.severity) for p in result.problems] == [
        ("rates", Severity.ERROR),
        ("contracts", Severity.NOTE),
    ]
    assert result.tables["contracts"]["line_id"].to_list() == ["c1"]


def test_shares_above_the_whole_name_the_day_and_the_rows() -> None:
    result = checked(grown("ownership", "A1 M9 2026-03-01 2026-04-01 0.5\nA2 M1 2026-01-01 . 0.001"))
    shares = [p for p in result.problems if p.column == "share"]
    assert [str(p) for p in shares] == [
        "ownership.csv row 5, column share: the shares of the account add up to 1.5 on 2026-03-01 "
        '(ownership.csv row 2, ownership.csv row 3, ownership.csv row 5): "A1"; '
        "end the earlier row where the later one starts, as until_next does in sources.yaml, or give each its share",
        "ownership.csv row 6, column share: the shares of the account add up to 1.001 on 2026-01-01 "
        '(ownership.csv row 4, ownership.csv row 6): "A2"; '
        "end the earlier row where the later one starts, as until_next does in sources.yaml, or give each its share",
    ]
    assert [row for row, _ in why(result, "ownership")] == [2, 3, 4, 5, 6]


def test_handover_on_the_day_the_other_ends_is_no_overlap() -> None:
    owners = """
        account_id manager_id starts_on  ends_on
        A1         M1         .          2026-02-01
        A1         M2         2026-02-01 2026-03-01
        A1         M1         2026-03-01 ."""
    assert said(checked(frames(ownership=owners))) == []


def test_two_owners_since_ever_overlap_from_the_start() -> None:
    owners = "account_id manager_id starts_on ends_on\nA1 M1 . .\nA1 M2 . 2020-01-01"
    (problem,) = checked(frames(ownership=owners)).problems
    assert problem.what == (
        "the shares of the account add up to 2 from the start (ownership.csv row 1, ownership.csv row 2)"
    )


def test_row_with_an_unread_day_makes_no_overlap() -> None:
    result = checked(grown("ownership", "A2 M1 . . ."), [("ownership", "ownership.csv", 5)])
    assert said(result) == []


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.none() | st.integers(1, 9),
            st.none() | st.integers(1, 9),
            st.integers(1, 4),
        ),
        max_size=8,
    )
)
def test_overlaps_are_found_on_exactly_the_days_they_are_on(
    spans: list[tuple[str, int | None, int | None, int]],
) -> None:
    spans = [s for s in spans if (s[1] or 0) < (s[2] or 99)]

    def owned(account: str, day: int) -> int:
        return sum(q for a, s, e, q in spans if a == account and (s or 0) <= day < (e or 99))

    full = {(a, d) for a in "AB" for d in range(12) if owned(a, d) > 4}
    expected = [
        n for n, (a, s, e, _) in enumerate(spans, 1) if any(a == b and (s or 0) <= d < (e or 99) for b, d in full)
    ]
    day = [[date(2026, 1, d) if d else None for d in (s[1], s[2])] for s in spans]
    schema = {"starts_on": pl.Date, "ends_on": pl.Date}
    ownership = pl.DataFrame(day, schema=schema, orient="row").with_columns(
        pl.Series("account_id", [s[0] for s in spans], dtype=pl.String),
        pl.Series("share", [Decimal(s[3]) / 4 for s in spans], dtype=pl.Decimal(18, 6)),
        pl.Series("manager_id", [f"M{n}" for n in range(len(spans))], dtype=pl.String),
        pl.Series("origin_row", range(1, len(spans) + 1), dtype=pl.Int64),
        origin_file=pl.lit("o.csv"),
    )
    result = checked({"ownership": ownership})
    assert [row for row, _ in why(result, "ownership")] == expected


def test_cycles_of_managers_and_accounts_are_found_and_chains_are_not() -> None:
    result = checked(
        frames(
            managers="""
                manager_id reports_to
                M1         M2
                M2         M3
                M3         M1
                M4         M1
                M5         M5
                M6         .""",
            accounts="""
                account_id parent_id
                A1         A2
                A2         A3
                A3         .""",
            targets="manager_id metric period value",
        )
    )
    errors = [p for p in result.problems if p.severity is Severity.ERROR]
    assert [p.row for p in errors] == [1, 2, 3, 5]
    assert str(errors[0]) == (
        'managers.csv row 1, column reports_to: reports_to leads back to the row itself: "M2"; '
        "one of them must be the top"
    )
    assert result.tables["accounts"].height == 3
    assert result.tables["managers"]["manager_id"].to_list() == ["M6"]


def test_a_cell_with_two_ids_names_several_accounts_and_is_no_typing_error() -> None:
    primary = "set a primary one and export that; with HubSpot, Associated Company IDs (Primary)"
    assert said(checked(grown("invoices", "i3 A1;A2 2026-01-07 5 EUR 1 deal M1"))) == [
        f'invoices.csv row 3, column account_id: account_id names several of the accounts: "A1;A2"; {primary}'
    ]
    (unknown,) = checked(grown("invoices", "i3 X;Y 2026-01-07 5 EUR 1 deal M1")).problems
    assert unknown.what == "account_id is not among the accounts"


def test_long_chain_of_parents_is_no_cycle() -> None:
    ids = [f"A{n:04}" for n in range(1000)]
    chain = pl.DataFrame({"account_id": ids, "parent_id": [*ids[1:], None], "origin_row": range(1000)})
    accounts = chain.with_columns(origin_file=pl.lit("a.csv"))
    assert said(checked({"accounts": accounts})) == []
    ring = accounts.with_columns(parent_id=pl.col("parent_id").fill_null("A0400"))
    assert len(checked({"accounts": ring}).set_aside["accounts"]) == 1000
    assert checked({"accounts": ring}).problems[20].what.startswith("580 more rows: parent_id leads back")


def test_rows_that_refer_to_a_bad_row_go_with_it() -> None:
    result = checked(grown("accounts", "A1 Other . ."))
    assert [str(p) for p in result.problems if p.severity is Severity.ERROR] == [
        "accounts.csv row 4, column account_id: the same key as accounts.csv row 1, with other values: "
        '"A1"; keep the right one'
    ]
    assert (2, "the row of its parent_id is set aside") in why(result, "accounts")
    assert why(result, "contracts") == [(n, "the row of its account_id is set aside") for n in (1, 2)]
    assert result.tables["invoices"]["account_id"].to_list() == ["A3"]
    notes = [str(p) for p in result.problems if p.severity is Severity.NOTE]
    assert ("contracts: 2 more rows would be set aside, because they refer to a row with an error") in notes


def test_accounts_and_managers_nobody_delivered_are_taken_from_the_other_tables() -> None:
    tables = {n: f for n, f in frames().items() if n not in ("accounts", "managers")}
    result = checked(tables)
    assert sorted((p.severity, str(p)) for p in result.problems) == [
        (
            Severity.NOTE,
            "accounts: there is no such table; its 3 rows are the ids in ownership.account_id and "
            "contracts.account_id and invoices.account_id and answers.account_id",
        ),
        (
            Severity.NOTE,
            "managers: there is no such table; its 2 rows are the ids in ownership.manager_id and "
            "invoices.seller_id and targets.manager_id",
        ),
    ]
    assert result.tables["accounts"]["account_id"].to_list() == ["A1", "A2", "A3"]
    assert result.tables["accounts"]["origin_row"].null_count() == 0
    assert result.tables["managers"]["manager_id"].to_list() == ["M1", "M2"]


def test_nobody_is_unknown_where_accounts_and_managers_are_taken_from_sound_rows() -> None:
    tables = grown("contracts", "c3 A9 . . . . month 2025-01-01 . .")
    tables["ownership"] = grown("ownership", "A8 M9 . . 2")["ownership"]
    del tables["accounts"], tables["managers"]
    result = checked(tables, [("contracts", "contracts.csv", 3)])
    assert [p.what for p in result.problems if p.severity is Severity.ERROR] == ["share is not above 0 and up to 1"]
    assert why(result, "contracts") == [(3, "a value could not be read")]
    assert "A9" not in result.tables["accounts"]["account_id"]
    assert result.derived == {"accounts", "managers"}
    assert checked(frames()).derived == frozenset()


@pytest.mark.parametrize(
    "name", ["Total", "TOTALS:", "Grand_Total", "Grand_Totals_(12_records)", "Gesamtsumme", "Total_général", "A1_Total"]
)
def test_a_total_never_becomes_an_account(name: str) -> None:
    tables = grown("contracts", f"c3 {name} . . 1300 . month 2025-01-01 . .")
    tables["contracts"] = tables["contracts"].with_columns(pl.col("account_id").str.replace_all("_", " "))
    del tables["accounts"]
    result = checked(tables)
    said = name.replace("_", " ")
    assert [str(p) for p in result.problems if p.severity is Severity.ERROR] == [
        "contracts.csv row 3, column account_id: account_id looks like a total of other rows, which would count twice: "
        f'"{said}"; leave such rows out with where in sources.yaml; if it is one of the accounts, deliver those'
    ]
    assert said not in result.tables["accounts"]["account_id"]
    assert len(result.set_aside["contracts"]) == 1


@pytest.mark.parametrize("name", ["TotalEnergies", "Total_Wine", "Summer", "B7_Total"])
def test_a_customer_whose_name_begins_like_a_total_is_an_account(name: str) -> None:
    tables = grown("contracts", f"c3 {name} . . 1300 . month 2025-01-01 . .")
    tables["contracts"] = tables["contracts"].with_columns(pl.col("account_id").str.replace_all("_", " "))
    del tables["accounts"]
    assert name.replace("_", " ") in checked(tables).tables["accounts"]["account_id"]


def test_a_customer_called_total_is_one_where_accounts_are_delivered() -> None:
    tables = grown("contracts", "c3 Total . . 1300 . month 2025-01-01 . .") | {
        "accounts": grown("accounts", "Total . . .")["accounts"]
    }
    assert said(checked(tables)) == []


def test_a_total_of_a_file_that_lists_the_accounts_itself_is_none_of_them() -> None:
    """As a list of what each customer pays, which fills both tables."""
    tables = grown("contracts", "c3 Total . . 1300 . month 2025-01-01 . .")
    accounts = grown("accounts", "Total . . .")["accounts"].with_columns(pl.lit("contracts.csv").alias("origin_file"))
    assert said(checked(tables | {"accounts": accounts})) == [
        "contracts.csv row 3, column account_id: account_id looks like a total of other rows, which would count twice: "
        '"Total"; leave such rows out with where in sources.yaml; if it is one of the accounts, deliver those in a '
        "file of their own"
    ]


def test_a_total_in_several_rows_of_one_line_is_told_once() -> None:
    tables = frames()
    total = tables["contracts"].with_columns(pl.lit("Total").alias("account_id"), pl.lit(9).alias("origin_row"))
    total = total.with_columns(line_id=pl.col("line_id") + "x", origin_row=pl.col("origin_row").cast(pl.Int64))
    del tables["accounts"]
    result = checked(tables | {"contracts": pl.concat([tables["contracts"], total])})
    assert len([p for p in result.problems if p.severity is Severity.ERROR]) == 1
    assert len(result.set_aside["contracts"]) == 2


def test_accounts_delivered_without_rows_are_not_made_up() -> None:
    result = checked({**frames(), "accounts": TABLES["accounts"].empty()})
    assert len(result.set_aside["invoices"]) == 2


def test_amounts_that_cannot_be_added_up_are_an_error_of_the_table() -> None:
    lines = "\n".join(f"i{n} A1 2026-01-05 9999999999999 . . . ." for n in range(10, 20))
    assert said(checked(grown("invoices", lines))) == [
        'invoices: amount adds up to more than 90,000,000,000,000, signs aside: "100000000000004.0000"; '
        "deliver amounts in thousands"
    ]


def test_nothing_delivered_is_nothing_wrong() -> None:
    result = checked({})
    assert said(result) == []
    assert all(f.is_empty() for f in result.tables.values())


def test_order_of_the_rows_changes_nothing() -> None:
    tables = grown("contracts", "c1 A9 . 2 . EURO often 2025-01-01 2024-01-01 odd\nc1 A1 . . 5 GBP day . . .")
    turned = {n: f.reverse() for n, f in tables.items()}
    one, other = checked(tables), checked(turned)
    assert one.problems == other.problems
    assert all(one.tables[n].equals(other.tables[n]) for n in TABLES)
    assert {n: f.sort("origin_row").rows() for n, f in one.set_aside.items()} == {
        n: f.sort("origin_row").rows() for n, f in other.set_aside.items()
    }
