"""Are accounts left out of scores only where somebody approved it, and is it always said what that changes?"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from explained import evidence_of
from polars.testing import assert_frame_equal
from tabled import tables

from scoring import explain, pipeline
from scoring.checks import check
from scoring.intake import Request
from scoring.ledger.parents import rolled_up
from scoring.notes import Seen
from scoring.notes.compared import passed_on_late
from scoring.period.account_quarters import Trail
from scoring.period.booking import booked
from scoring.reports.card import card_html
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.run import Run, json_text
from scoring.scorecard.exclusions import sentences
from scoring.scorecard.moved import moved
from scoring.scorecard.moved import parts as changes
from scoring.scorecard.of_rules import BELIEVING

AS_OF = date(2026, 6, 30)
RULES = """
name: R
currency: EUR
method: oe_credibility
publish: {min_z: 0}
rules:
  - {name: keep, metric: gross_revenue_retention, weight: 2, grade: {floor: 50%, target: 100%}}
  - {name: stay, metric: churn_rate, weight: 1, grade: {floor: 50%, target: 0%}}
"""
LOST = {"m1-1": "2025-08-15", "m1-2": "2025-11-20", "m1-3": "2026-05-21", "m2-1": "2026-02-10", "m3-8": "2025-12-05"}
"""Account to the day from which it pays no more: three of the first manager's, one of two others'."""
SHARED = "m1-3 m1 . . 0.6\nm1-3 m2 . . 0.4"
HEAD = "account_id manager_id starts_on ends_on reason approved_by approved_on note"
SOLD = "m1-3 . 2026-04-01 2026-07-01 acquisition m6 2026-05-01 bought_by_Best"
"""The account that the first manager lost in the scored quarter."""

Scored = Callable[..., Run]


def company(*exclusions: str, owners: str = SHARED) -> dict[str, str]:
    """Six managers of eight accounts; the n-th pays n hundred a month since 2024, unless it is lost."""
    accounts = [(f"m{m}-{n}", f"m{m}", 100 * n) for m in range(1, 7) for n in range(1, 9)]
    apart = {line.split()[0] for line in owners.splitlines()}
    texts = {
        "accounts": ["account_id name", *(f"{a} Company_{a}" for a, _, _ in accounts)],
        "managers": ["manager_id name", *(f"m{m} Name_{m}" for m in range(1, 7))],
        "ownership": [
            "account_id manager_id starts_on ends_on share",
            *(f"{a} {m} . . ." for a, m, _ in accounts if a not in apart),
            owners,
        ],
        "contracts": [
            "line_id account_id amount every starts_on ends_on",
            *(f"{a} {a} {amount} month 2024-01-01 {LOST.get(a, '.')}" for a, _, amount in accounts),
        ],
    }
    found = {name: "\n".join(rows) for name, rows in texts.items()}
    return found | ({"exclusions": "\n".join([HEAD, *exclusions])} if exclusions else {})


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """A run of the company's 2026-Q2 with so many exclusions, from files; each made once."""

    def made(*exclusions: str, rules: str = RULES, owners: str = SHARED) -> Run:
        folder = tmp_path_factory.mktemp("company")
        for name, text in company(*exclusions, owners=owners).items():
            rows = [["" if c == "." else c.replace("_", " ") if n else c for c in line.split()] for n, line in
                    enumerate(text.splitlines())]  # fmt: skip
            (folder / f"{name}.csv").write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        return pipeline.run(Request(folder, AS_OF, "2026-Q2"))

    return cache(made)


def scores(run: Run) -> dict[str, float]:
    return {card["manager_id"]: card["score"] for card in run.cards}


def with_all(run: Run) -> dict[str, float | None]:
    return {card["manager_id"]: card["score_with_all"] for card in run.cards}


def card_of(run: Run, manager: str) -> dict[str, object]:
    return explain.card_of(run.cards, manager)


def said(run: Run) -> str:
    return "\n".join(run.company["notes"])


def rulebook(method: str = "oe_credibility") -> Rulebook:
    rules = [
        {"name": "keep", "metric": "gross_revenue_retention", "weight": 2},
        {"name": "stay", "metric": "churn_rate", "weight": 1},
    ]
    return Rulebook.model_validate(
        {"name": "R", "currency": "EUR", "method": method, "publish": {"min_z": 0}, "rules": rules}
    )


@cache
def result(*exclusions: str, period: str = "2026-Q2", method: str = "oe_credibility") -> pipeline.Result:
    """The company scored with so many exclusions; each made once."""
    book = rulebook(method)
    known = tables(company(*exclusions))
    return pipeline.score(known, book, calendar_of(book).period(period), AS_OF, metrics=())


def parts(found: pipeline.Result, account: str) -> list[tuple[date, str, float]]:
    """The day after the quarter, the manager and the part of each quarter of the account that counts."""
    assert found.compared is not None
    both = found.compared.shares.join(found.compared.units, on=["account_id", "quarter"])
    its = both.filter(pl.col("account_id") == account).sort("ends_on", "manager_id")
    return [(on, m, round(s, 9)) for on, m, s in its.select("ends_on", "manager_id", "share").iter_rows()]


# ---- applied or not ----


@pytest.mark.parametrize(
    ("row", "why", "words"),
    [
        (
            SOLD.replace(" m6 ", " . "),
            "no_approver",
            "1 exclusion was not applied, as nobody has approved: Company m1-3",
        ),
        (SOLD.replace("2026-05-01", "2026-07-02"), "approved_later", "as the approval came after the as-of day"),
        (SOLD.replace("2026-07-01", "2026-05-01"), "no_quarter", "as no result of the account that is compared falls"),
    ],
)
def test_what_is_not_approved_or_concerns_no_quarter_moves_nothing_and_is_told(
    scored: Scored, row: str, why: str, words: str
) -> None:
    usual, found = scored(), scored(row)
    assert scores(found) == scores(usual)
    assert found.compared.equals(usual.compared)
    assert set(with_all(found).values()) == {None}
    (entry,) = found.summary["exclusions"]
    assert (entry["applied"], entry["why_not"]) == (False, why)
    assert words in said(found)
    assert "applied to scores" not in said(found)
    listed = [e["applied"] for e in card_of(found, "m1")["exclusions"]]
    assert listed == ([] if why == "no_quarter" else [False])
    told = " ".join(sentences(card_of(found, "m1")))
    assert told == (
        ""
        if why == "no_quarter"
        else "Counted all the same, as nobody had approved leaving it out: Company m1-3 (acquisition, until 30 June "
        "2026)."
    )


def test_an_approved_exclusion_changes_scores_and_the_score_with_all_is_the_one_without_the_table(
    scored: Scored,
) -> None:
    usual, found = scored(), scored(SOLD)
    assert with_all(found) == scores(usual)
    assert scores(found)["m1"] > scores(usual)["m1"] + 0.5
    assert not found.compared.filter((pl.col("account_id") == "m1-3") & (pl.col("ends_on") == date(2026, 7, 1))).height
    entry = {
        "account_id": "m1-3", "name": "Company m1-3", "manager_id": None, "reason": "acquisition",
        "starts_on": "2026-04-01", "ends_on": "2026-07-01", "approved_by": "Name 6", "approved_on": "2026-05-01",
        "note": "bought by Best", "applied": True, "why_not": None,
    }  # fmt: skip
    assert json.loads(json_text(found.summary))["exclusions"] == [entry]
    touched = {card["manager_id"]: card["exclusions"] for card in found.cards}
    assert touched == {"m1": [entry], "m2": [entry], **{f"m{n}": [] for n in range(3, 7)}}


def test_the_card_says_both_scores_and_the_company_who_approved_and_how_much_it_is(scored: Scored) -> None:
    usual, found = scored(), scored(SOLD, SOLD.replace("m1-3", "m3-7").replace("m6", "the_board"))
    page = card_html(card_of(found, "m1"))
    assert f"Without exclusions the score would be {scores(usual)['m1']:.1f}." in page
    assert "Not counted: Company m1-3 (acquisition, until 30 June 2026, approved by Name 6)." in page
    assert "exclusions" not in card_html(card_of(usual, "m1"))
    assert (
        "2 exclusions of 2 accounts were applied to scores, approved by Name 6 (1), the board (1). Excluded closing "
        "revenue: €700.00, 3.5 % of the company's; opening: €1,000.00."
    ) in said(found).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_exclusions_leave_money_and_measures_alone_to_the_byte(scored: Scored) -> None:
    usual, found = scored(), scored(SOLD, SOLD.replace("m1-3 .", "m3-8 m3").replace("2026-04-01", "2025-10-01"))
    for name in set(usual.packed) - {"compared", "estimates", "account_points", "expectations", "account_kinds"}:
        assert found.packed[name] == usual.packed[name], name
    assert found.packed["compared"] != usual.packed["compared"]
    assert found.totals == usual.totals
    for one, other in zip(usual.cards, found.cards, strict=True):
        assert (one["bridge"], one["accounts"]) == (other["bridge"], other["accounts"])
        assert [line["value"] for line in one["lines"]] == [line["value"] for line in other["lines"]]


# ---- whose, and for how long ----


def test_an_exclusion_for_one_manager_leaves_the_part_of_the_other() -> None:
    quarter = date(2026, 7, 1)
    assert parts(result(), "m1-3")[-2:] == [(quarter, "m1", 0.6), (quarter, "m2", 0.4)]
    found = result(SOLD.replace("m1-3 .", "m1-3 m1"))
    assert parts(found, "m1-3")[-2:] == [(quarter, "m2", 0.4), (quarter, "unassigned", 0.6)]
    assert parts(found, "m1-3")[:-2] == parts(result(), "m1-3")[:-2]
    trace = found.scored.judged.trace.filter((pl.col("account_id") == "m1-3") & (pl.col("ends_on") == quarter))
    assert set(trace["manager_id"]) == {"m2"}
    both = result(SOLD.replace("m1-3 .", "m1-3 m1"), SOLD.replace("m1-3 .", "m1-3 m2"))
    assert parts(both, "m1-3")[-1:] == [(quarter, "unassigned", 1.0)]
    assert both.compared is not None
    added = both.compared.shares.group_by("account_id", "quarter").agg(pl.col("share").sum())
    assert ((added["share"] - 1).abs() < 1e-12).all()


def test_of_an_account_excluded_for_one_manager_only_its_part_is_called_excluded(scored: Scored) -> None:
    found = said(scored(SOLD.replace("m1-3 .", "m1-3 m1")))
    assert "Excluded closing revenue: €0.00, 0.0\u202f% of the company's; opening: €180.00." in found


def test_nobody_is_said_to_answer_for_a_loss_that_is_excluded() -> None:
    known = tables(company(SOLD.replace("m1-3 .", "m1-3 m1"), owners="m1-3 m1 . 2026-05-10 .\nm1-3 m2 2026-05-10 . ."))
    book = rulebook()
    found = pipeline.score(known, book, calendar_of(book).period("2026-Q2"), AS_OF, metrics=())
    seen = Seen(book, known, found.ledger_lines, found.scored.rows, {}, found.windows.outcome, compared=found.compared)
    assert passed_on_late(seen) == {}


@pytest.mark.parametrize(
    ("starts", "ends", "left"),
    [
        ("2026-04-01", "2026-07-01", 1),  # the quarter that ends on 30 June
        ("2026-06-30", "2026-07-01", 1),  # its last day
        ("2026-04-01", "2026-06-30", 0),  # ended before it
        ("2026-01-01", "2026-07-01", 2),
        ("2026-07-01", "2027-01-01", 0),
    ],
)
def test_an_exclusion_holds_for_the_quarters_whose_last_day_it_covers(starts: str, ends: str, left: int) -> None:
    row = SOLD.replace("m1-3", "m4-1").replace("2026-04-01", starts).replace("2026-07-01", ends)
    assert len(parts(result(row), "m4-1")) == 4 - left


def test_a_loss_belongs_to_the_day_on_which_service_ended() -> None:
    covers = {
        (starts, ends): len(parts(result(f"m2-1 . {starts} {ends} other m6 . ."), "m2-1"))
        for starts, ends in (("2026-02-09", "2026-02-10"), ("2026-02-10", "2026-04-01"), ("2026-01-01", "2026-02-09"))
    }
    usual = len(parts(result(), "m2-1"))
    assert list(covers.values()) == [usual - 1, usual, usual]  # the last day of service is 9 February


def test_the_expired_exclusion_of_an_earlier_quarter_stays_in_the_window() -> None:
    row = "m1-2 . 2025-10-01 2026-01-01 product_withdrawn m6 2025-12-01 ."
    assert len(parts(result(row), "m1-2")) == len(parts(result(), "m1-2")) - 1
    now, before = (result(row, period=p).scored.judged for p in ("2026-Q2", "2026-Q1"))
    found = moved(changes(now, before), rulebook(), {})
    change = now.scores.join(before.scores, on="manager_id").select(
        "manager_id", pl.col("score") - pl.col("score_right")
    )
    for manager, by in change.iter_rows():
        assert sum(p["points"] for p in found.get(manager, [])) == pytest.approx(by, abs=1e-7)


def test_a_manager_whose_every_account_is_excluded_has_no_score_and_is_told(scored: Scored) -> None:
    rows = [f"m1-{n} m1 2025-01-01 2027-01-01 inherited m6 . ." for n in range(1, 9)]
    found = scored(*rows)
    card = card_of(found, "m1")
    assert card["score"] is None
    assert card["score_with_all"] == scores(scored())["m1"]
    assert sentences(card)[0].startswith("Without exclusions the score would be ")
    assert "for this manager alone, until 31 December 2026" in sentences(card)[1]


def test_a_score_that_is_missing_with_and_without_exclusions_is_not_put_down_to_them(scored: Scored) -> None:
    card = dict(card_of(scored(SOLD), "m1"), score=None, score_with_all=None)
    assert sentences(card)[0] == "Without exclusions there would be no score, either."


def test_a_child_that_is_excluded_does_not_take_out_the_account_that_pays_for_it() -> None:
    known = tables({
        "accounts": "account_id parent_id\ntop .\nchild top",
        "exclusions": "account_id starts_on ends_on reason\nchild 2026-01-01 2027-01-01 other",
    })  # fmt: skip
    assert rolled_up(known)["exclusions"]["account_id"].to_list() == ["child"]


def test_an_excluded_child_is_said_to_be_scored_as_part_of_the_account_that_pays_for_it(tmp_path: Path) -> None:
    texts = {
        "accounts": "account_id,name,parent_id\ntop,Top,\nchild,Child,top",
        "exclusions": "account_id,starts_on,ends_on,reason,approved_by\nchild,2026-01-01,2027-01-01,other,Fay",
        "managers": "manager_id\nm",
        "ownership": "account_id,manager_id\ntop,m",
        "contracts": "account_id,amount,every,starts_on\ntop,100,month,2024-01-01\nchild,50,month,2024-01-01",
        "rules": RULES,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.{'yaml' if name == 'rules' else 'csv'}").write_text(text, encoding="utf-8")
    assert "no result of the account" not in said(pipeline.run(Request(tmp_path, AS_OF, "2026-Q2")))
    (tmp_path / "rules.yaml").write_text(f"{RULES}grain: parent\n", encoding="utf-8")
    made = pipeline.run(Request(tmp_path, AS_OF, "2026-Q2"))
    (row,) = (str(p) for p in made.problems if p.table == "exclusions")
    assert row == (
        'exclusions.csv row 1, column account_id: the account is scored as part of "top", which pays for it, so the '
        'row changes nothing: "child"; exclude that one, or set grain: account in the rules'
    )
    assert "not applied, as the account is scored as part of the one that pays for it: Child." in said(made)


# ---- what follows from it ----


@pytest.mark.parametrize("method", ["raw", "weighted", "oe", "peer_percentile", *BELIEVING])
def test_every_method_that_compares_leaves_them_out(method: str) -> None:
    usual, found = result(method=method), result(SOLD, method=method)
    was, now = (dict(r.scored.judged.scores.select("manager_id", "score").iter_rows())["m1"] for r in (usual, found))
    assert now > was or (method, now) == ("peer_percentile", was)  # still the last
    lost = [r.scored.judged.lines.filter(manager_id="m1")["account_quarters"].to_list() for r in (usual, found)]
    assert [a - b for a, b in zip(*lost, strict=True)] == [1, 1]


def test_values_that_are_graded_know_no_exclusions(scored: Scored) -> None:
    rules = RULES.replace("oe_credibility", "target_bands")
    usual, found = scored(rules=rules), scored(SOLD, rules=rules)
    assert scores(found) == scores(usual)
    assert "1 exclusion was not applied, as the method target_bands grades whole books: Company m1-3." in said(found)
    assert [e["why_not"] for e in found.summary["exclusions"]] == ["target_bands"]


def test_the_trace_of_what_counts_still_adds_up_to_the_score(scored: Scored) -> None:
    found = scored(SOLD, SOLD.replace("m1-3 .", "m2-5 m2"))
    evidence = evidence_of(found)
    for card in found.cards:
        mine = found.compared.filter(pl.col("manager_id") == card["manager_id"])
        assert 50 + mine["points"].sum() == pytest.approx(card["score"], abs=1e-8)
        told = explain.explain(evidence, card["manager_id"])
        assert 50 + sum(a.points for a in explain.added(line.compared for line in told.lines)) == told.score
    assert any(
        s.startswith("Not counted: Company m1-3 (acquisition") for s in explain.explain(evidence, "m1").sentences
    )


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [SOLD, SOLD.replace("m1-3 .", "m4-1 m4"), "m2-1 . 2026-01-01 2026-04-01 data_error . . ."]
    one, other = result(*rows), result(*reversed(rows))
    assert_frame_equal(one.scored.judged.scores, other.scored.judged.scores, abs_tol=0)
    assert one.scored.judged.trace.equals(other.scored.judged.trace)


def test_what_is_asked_once_of_the_whole_period_does_not_move_to_a_quarter_that_counts() -> None:
    rules = [{"name": "grow", "metric": "lifetime_value_growth", "weight": 1}]
    book = Rulebook.model_validate({"name": "R", "currency": "EUR", "publish": {"min_z": 0}, "rules": rules})
    period = calendar_of(book).period("2026-Q2")
    for row, n in (((), 1), ((SOLD.replace("m1-3", "m4-1"),), 0)):
        found = pipeline.score(tables(company(*row)), book, period, AS_OF, metrics=()).compared
        assert found is not None
        assert found.units.filter(account_id="m4-1")[" outcome 0"].drop_nulls().len() == n


def test_all_accounts_are_looked_at_again_without_making_a_book_again() -> None:
    book = Rulebook.model_validate({"name": "R", "currency": "EUR", "rules": [
        {"name": "stay", "metric": "logo_retention", "weight": 1}
    ]})  # fmt: skip
    period, known = calendar_of(book).period("2026-Q2"), tables(company(SOLD))
    made, trail = booked(known, book, period, AS_OF), Trail(known, book, AS_OF)
    less, whole = trail.until(period, made), trail.with_all().until(period, made)
    assert trail.with_all().made is trail.made
    assert whole.units.height == less.units.height + 1
    assert Trail(tables(company()), book, AS_OF).until(period, made).units.equals(whole.units)
    assert replace(less, decided=whole.decided).units.equals(less.units)


# ---- rows that are wrong ----


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "m1-3 . 2026-04-01 . acquisition m6 . .",
            "exclusions.csv row 1, column ends_on: ends_on is empty; every row needs one",
        ),
        (
            "m1-3 . 2026-04-01 2026-04-01 acquisition m6 . .",
            'exclusions.csv row 1, column ends_on: ends_on is not after starts_on: "2026-04-01"; name the first day on '
            "which the account counts again",
        ),
        (
            "m1-3 . 2026-04-01 2026-07-01 aquisition m6 . .",
            'exclusions.csv row 1, column reason: reason is not one of the words allowed: "aquisition"; did you mean '
            '"acquisition"?',
        ),
        (
            "m1-3 . 2026-04-01 2026-07-01 luck m6 . .",
            'exclusions.csv row 1, column reason: reason is not one of the words allowed: "luck"; use acquisition, '
            "product_withdrawn, inherited, data_error, other",
        ),
        (
            "M1-3 . 2026-04-01 2026-07-01 other m6 . .",
            'exclusions.csv row 1, column account_id: account_id is not among the accounts: "M1-3"; did you mean '
            '"m1-3"?',
        ),
        (
            "m1-3 m9 2026-04-01 2026-07-01 other m6 . .",
            'exclusions.csv row 1, column manager_id: manager_id is not among the managers: "m9"; add it to managers '
            "or mend the id",
        ),
    ],
)
def test_rows_that_are_wrong_are_told_with_a_remedy_and_not_used(row: str, sentence: str) -> None:
    found = check(tables(company(row)), currency="EUR", known_metrics=())
    assert [str(p) for p in found.problems] == [sentence]
    assert found.has_errors
    assert found.tables["exclusions"].is_empty()


def test_two_at_once_for_the_same_account_and_manager_are_a_warning() -> None:
    rows = ["m1-3 . 2026-01-01 2026-07-01 other m6 . .", "m1-3 . 2026-06-30 2027-01-01 other m6 . ."]
    other = ["m1-3 m1 2026-06-01 2027-01-01 other m6 . .", "m1-3 . 2027-01-01 2027-04-01 other m6 . ."]
    found = check(tables(company(*rows, *other)), currency="EUR", known_metrics=())
    assert [str(p) for p in found.problems] == [
        'exclusions.csv row 2, column starts_on: the row begins before exclusions.csv row 1 has ended: "2026-06-30"; '
        "one decision is enough; end the earlier one first"
    ]
    assert not found.has_errors
