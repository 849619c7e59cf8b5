"""Do surveys, use, onboarding and costs come out as the rules say, and does nobody lose a part of them?"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from tabled import table, tables

from scoring import pipeline
from scoring.checks import check
from scoring.errors import ProblemsFoundError
from scoring.facts import ADDING, logos, onboarding, spend, voice
from scoring.metrics import CATALOGUE
from scoring.metrics.use import TIME_TO_VALUE
from scoring.money import MONEY
from scoring.parts import Part
from scoring.period import booking
from scoring.rules import Rulebook, version
from scoring.rules.versions import calendar_of
from scoring.scorecard.judged import Judged

LAST = date(2026, 6, 30)
CONTRACTS = """
    account_id amount every starts_on
    a1         100    month 2024-01-01
    a2         200    month 2024-01-01
    a3         400    month 2026-05-01
    a4         400    month 2024-01-01
    """
SHARED = """
    account_id manager_id share starts_on  ends_on
    a1         m1         0.6   .          .
    a1         m2         0.4   .          .
    a2         m1         .     .          2026-05-10
    a2         m2         .     2026-05-10 .
    a3         m1         0.333 .          .
    a4         m2         .     .          .
    """
PEOPLE = """
    manager_id team
    m1         North
    m2         South
    """


def _company(**texts: str) -> dict[str, pl.DataFrame]:
    known = {"accounts": "account_id segment\na1 Small\na2 Small\na3 Large\na4 Large", "managers": PEOPLE}
    made = tables({**known, "ownership": SHARED, "contracts": CONTRACTS, **texts})
    kinds = pl.col("kind").str.replace_all(" ", "_")
    return made | {name: made[name].with_columns(kinds) for name in ("activities", "milestones")}


def _rules(metric: str = "nps", **settings: Any) -> Rulebook:
    rule = {"name": "it", "metric": metric, "weight": 1, "grade": {"floor": 0, "target": 100}}
    made = {"name": "R", "currency": "EUR", "method": "target_bands", "rules": [rule], "min_coverage": 0}
    return Rulebook.model_validate(made | settings)


def _score(company: dict[str, pl.DataFrame], rulebook: Rulebook) -> pipeline.Result:
    return pipeline.score(company, rulebook, calendar_of(rulebook).period("2026-Q2"), LAST)


def _answers(*of: tuple[str, int, int]) -> str:
    """So many answers of that score by account."""
    lines = [f"{account} nps {score} 2026-05-{1 + n % 28:02}" for account, score, count in of for n in range(count)]
    return "\n".join(["account_id kind score answered_on", *lines])


def test_what_managers_are_credited_with_adds_up_to_what_happened() -> None:
    company = _company(
        answers=_answers(("a1", 10, 3), ("a1", 0, 1), ("a2", 9, 5), ("a3", 3, 7))
        + "\na1 csat 5 2026-05-01\na3 csat 2 2026-05-09",
        milestones="account_id dated_on kind\na1 2026-04-01 signed\na1 2026-04-09 first_value\na3 2026-05-01 signed",
        costs="period kind account_id amount\n2026-Q2 acquire a3 100.01\n2026-05 expand a1 7",
    )
    rows = _score(company, _rules()).scored.rows
    wanted = {
        "nps_asked": 16, "nps_answers": 16, "nps_promoters": 8, "nps_detractors": 8, "csat_answers": 2,
        "csat_satisfied": 1, "csat_of_five": 2, "csat_stars": 7, "onboardings": 2, "onboarded": 1, "never_onboarded": 0,
        "new_logos": 1, "new_logo_revenue": 400, "acquisition_spend": 100.01, "expansion_spend": 7,
    }  # fmt: skip
    assert {name: float(rows[name].sum()) for name in wanted} == wanted
    assert {*wanted} == {*voice.COUNTS, *onboarding.COUNTS, *logos.COLUMNS, *spend.COLUMNS}
    assert rows.filter(pl.col("manager_id") == "m1")["nps_answers"].sum() < 16


def test_who_was_only_asked_stands_in_the_book_whatever_the_rules_read() -> None:
    company = _company(
        accounts="account_id\na1\na2\na5",
        ownership="account_id manager_id\na1 m1\na2 m1\na5 m2",
        answers=_answers(("a5", 10, 1)),
    )
    rulebook = _rules("gross_revenue_retention")
    book = booking.booked(company, rulebook, calendar_of(rulebook).period("2026-Q2"), LAST, metrics=()).rows
    assert ("a5", "m2") in book.select("account_id", "manager_id").rows()


@pytest.mark.parametrize(("metric", "answers", "asked"), [("gross_revenue_retention", 0, None), ("nps", 3, True)])
def test_the_book_of_a_quarter_holds_what_its_rules_read(metric: str, answers: int, asked: bool | None) -> None:
    company, rulebook = _company(answers=_answers(("a1", 10, 3))), _rules(metric)
    made = booking.booked_by_account(Part.of(company), rulebook, calendar_of(rulebook).period("2026-Q2"), LAST)
    (row,) = made.rows.filter(pl.col("account_id") == "a1").to_dicts()
    assert (row["before"], row["after"]) == (100, 100)
    assert (row["nps_answers"], row["is_asked"]) == (answers, asked)


def test_a_kind_of_accounts_that_rules_name_is_known_although_no_metric_reads_it() -> None:
    company = _company(answers=_answers(("a1", 10, 3)))
    rulebook = _rules("gross_revenue_retention", expectation={"features": ["segment", "is_asked"]})
    made = booking.booked_by_account(Part.of(company), rulebook, calendar_of(rulebook).period("2026-Q2"), LAST)
    assert made.rows.sort("account_id")["is_asked"].to_list() == [True, False, False, False]


def test_a_survey_is_scored_by_how_many_answered_not_by_how_many_accounts() -> None:
    for count, settings, said in (
        (30, {}, (30, 100.0, None)),
        (29, {}, (29, None, "too_few")),
        (29, {"min_n": {"logo_retention": 5}}, (29, None, "too_few")),
        (29, {"min_n": {"nps": 29}}, (29, 100.0, None)),
        (10, {"min_n": {"nps": 2}}, (10, 100.0, None)),
        (9, {"min_n": {"nps": 2}}, (9, None, "few_answers")),
    ):
        company = _company(answers=_answers(("a4", 10, count)))
        line = _lines(_score(company, _rules(**settings)).scored.judged)[-1]
        assert (line["manager_id"], line["n"], line["value"], line["reason"]) == ("m2", *said)


def test_leaving_a_tenth_of_the_accounts_out_takes_no_value_that_was_there() -> None:
    accounts = [f"b{n}" for n in range(10)]
    company = tables(
        {
            "accounts": "\n".join(["account_id", *accounts]),
            "managers": "manager_id\nm1",
            "ownership": "\n".join(["account_id manager_id", *(f"{a} m1" for a in accounts)]),
            "contracts": "\n".join(
                ["account_id amount every starts_on", *(f"{a} 100 month 2024-01-01" for a in accounts)]
            ),
            "answers": _answers(*((a, 10 if a < "b5" else 7, 3) for a in accounts)),
        }
    )
    judged = _score(company, _rules()).scored.judged
    (line,) = _lines(judged)
    assert (line["n"], line["value"]) == (30, 50.0)
    assert line["error"] > 0
    assert judged.scores["score"].to_list() == [50.0]


def test_an_account_left_out_takes_its_answers_out_of_the_weight_of_its_kind() -> None:
    kinds = {"segments": {"by": "segment", "grades": {"Large": {"floor": 0, "target": 50}}}}
    rule = {"name": "it", "metric": "nps", "weight": 1, "grade": {"floor": -100, "target": 100}, **kinds}
    owners = "account_id manager_id\na1 m1\na2 m1\na4 m1"
    answers = _answers(("a1", 10, 30), ("a2", 0, 10), ("a4", 10, 20))
    judged = _score(_company(ownership=owners, answers=answers), _rules(rules=[rule])).scored.judged
    without = dict(judged.accounts.select("account_id", "score_without").iter_rows())
    small, large = (50 + 100) / 2, 100.0  # 30 of 40 promote and 10 do not: 50 points of -100 to 100
    assert judged.lines["points"].to_list() == [pytest.approx((small * 40 + large * 20) / 60)]
    assert without["a1"] == pytest.approx((0 * 10 + large * 20) / 30)
    assert without["a2"] == pytest.approx((100 * 30 + large * 20) / 50)
    assert without["a4"] == pytest.approx(small)


def test_a_scale_that_the_rules_declare_passes_the_checks_and_its_ends_hold() -> None:
    answers = "account_id answered_on kind score scale\na1 2026-05-01 csat 7 1-7\na1 2026-05-02 csat 8 1-7"
    company = _company(answers=answers)
    said = check(dict(company), currency="EUR", known_metrics=CATALOGUE)
    assert [p.row for p in said.problems if p.column == "scale"] == [1, 2]
    said = check(dict(company), currency="EUR", known_metrics=CATALOGUE, csat_scales=["1-7"])
    assert [(p.row, p.column, p.what) for p in said.problems if p.table == "answers" or p.file == "answers.csv"] == [
        (2, "score", "score of csat is not a whole number of 1-7")
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("voice: {csat_scales: {7: [6]}}", "voice.csat_scales.7 is no scale; write it like 1-7"),
        ("voice: {csat_scales: {7-1: [6]}}", "voice.csat_scales.7-1 is no scale"),
        ("voice: {csat_scales: {1-7: []}}", "1-7 names no answers of that scale; write some of 1 to 7, as [7]"),
        ("voice: {csat_scales: {1-7: [8]}}", "1-7 names no answers of that scale"),
        (
            "engagement: {exclude: [call], inputs: [{kind: call, take: count, hi: 4, weight: 1}]}",
            "engagement.input 1: kind is excluded, as the manager's own work",
        ),
        ("engagement: {inputs: [{kind: login, lo: 4, hi: 4, weight: 1}]}", "is the same as lo"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_place(tmp_path: Path, settings: str, said: str) -> None:
    rules = "name: R\ncurrency: EUR\nrules: [{name: a, metric: nps, weight: 1, grade: {floor: 0, target: 50}}]\n"
    (tmp_path / "rules.yaml").write_text(rules + settings, encoding="utf-8")
    with pytest.raises(ProblemsFoundError) as error:
        version(tmp_path / "rules.yaml", CATALOGUE)
    assert said in str(error.value.problems[0])


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
@pytest.mark.parametrize("seed", range(6))
def test_time_to_value_and_its_range_are_those_of_scipy(seed: int) -> None:
    luck = np.random.default_rng(seed)
    days, reached = luck.integers(0, 40, 60), luck.random(60) < 0.7
    frame = pl.DataFrame(
        {
            "onboarding_days": days, "onboarded": reached.astype(int), "onboardings": [1] * 60,
            "never_onboarded": [0] * 60, "interval_z": [stats.norm.ppf(0.95)] * 60,
        }
    ).with_columns(pl.col("onboarded", "onboardings", "never_onboarded").cast(MONEY))  # fmt: skip
    got = frame.select(value=TIME_TO_VALUE.value, low=TIME_TO_VALUE.low, high=TIME_TO_VALUE.high).row(0)
    survival = stats.ecdf(stats.CensoredData(uncensored=days[reached], right=days[~reached])).sf
    interval = survival.confidence_interval(0.90, method="log-log")
    curves = (survival.probabilities, interval.low.probabilities, interval.high.probabilities)
    at_half = [survival.quantiles[curve <= 0.5][:1].tolist() for curve in curves]
    assert [[] if v is None else [v] for v in got] == at_half


def test_tables_that_are_empty_leave_nothing_but_their_columns() -> None:
    rows = _score(_company(), _rules("closing")).scored.rows
    assert rows.select(pl.col(c).sum() for c in ADDING if c.startswith(("nps", "csat", "onboard"))).row(0) == (0,) * 10
    unknown = ("is_asked", "engagement_score", "engagement_coverage", "onboarding_days", "is_contacted")
    assert rows.select(pl.col(*unknown).is_null().all()).row(0) == (True,) * 5


def test_value_before_the_start_is_flagged() -> None:
    early = "account_id dated_on kind\na1 2026-04-10 signed\na1 2026-04-01 first_value\na2 2026-04-01 signed"
    rows = _score(_company(milestones=early), _rules("closing")).scored.rows
    flagged = dict(rows.select("account_id", "is_value_before_start").iter_rows())
    assert flagged == {"a1": True, "a2": False, "a3": None, "a4": None}


def test_a_survey_sent_by_one_word_of_the_address_is_not_left_out_by_a_part_of_it() -> None:
    people = ["contest@x.com", "test@x.com", "anna+TEST@x.com", "anna@our.com", "anna@ours.com", "four.com"]
    lines = "\n".join(f"a1 2026-05-01 nps 10 {who}" for who in people)
    answers = table("answers", f"account_id answered_on kind score respondent\n{lines}")
    rules = _rules("closing", voice={"exclude": ["test", "@OUR.com"]})
    rows = _score(_company() | {"answers": answers}, rules).scored.rows
    assert rows["nps_answers"].sum() == 3


def _lines(judged: Judged) -> list[dict[str, Any]]:
    return judged.lines.sort("manager_id").rows(named=True)
