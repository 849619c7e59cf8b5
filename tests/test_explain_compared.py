"""Does the trace of compared scores lead to the card, and is what would have made another score right?"""

import io
import json
import re
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from explained import evidence_of
from six_rules import six_rules

from scoring import demo, explain, intake, pipeline
from scoring.cli import main
from scoring.cli.explain.compared import accounts
from scoring.cli.explain.explain import FRAMES
from scoring.cli.explain.explained import View, show
from scoring.explain import Evidence, Explanation, Line, Reach
from scoring.explain.comparison import AccountQuarter, ComparedAccount, Comparison
from scoring.explain.expecting import FLOOR
from scoring.metrics import CATALOGUE, Unit
from scoring.numbers import fixed, signed
from scoring.run import Run, json_text

AINO = "Aino Kärkkälä"
NINTH = 1e-9


@pytest.fixture(scope="module")
def evidence(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The made company's run, compared as the default rules say, as it comes out of files."""
    folder = tmp_path_factory.mktemp("stored")
    for name, content in demo_run.packed.items():
        (folder / f"{name}.parquet").write_bytes(content)
    frames = {name: pl.scan_parquet(folder / f"{name}.parquet") for name in FRAMES}
    return explain.of_stored(json.loads(json_text(demo_run.summary)), json.loads(json_text(demo_run.cards)), frames)


@pytest.fixture(scope="module")
def explanations(evidence: Evidence) -> Mapping[str, Explanation]:
    """Every manager's explanation, by id."""
    return {card["manager_id"]: explain.explain(evidence, card["manager_id"]) for card in evidence.cards}


@pytest.fixture(scope="module")
def aino(evidence: Evidence) -> Explanation:
    """The explanation of a manager with a score."""
    return explain.explain(evidence, AINO)


def by_method(demo_folder: Path, folder: Path, method: str) -> Evidence:
    """The made company's run by another method."""
    rules = folder / "rules.yaml"
    rules.write_text(six_rules().replace("\nmethod: oe_credibility", f"\nmethod: {method}"), encoding="utf-8")
    return evidence_of(pipeline.run(intake.Request(demo_folder, demo.AS_OF, rules=rules, set_aside=True)))


def compared(line: Line) -> Comparison:
    """The comparison of the line, which has one."""
    assert line.compared is not None
    return line.compared


# ---- what adds up ----


def test_the_score_is_fifty_and_the_points_of_the_trace(evidence: Evidence) -> None:
    trace = evidence.compared.collect()
    again = 0
    for card in (card for card in evidence.cards if card["score"] is not None):
        mine = trace.filter(pl.col("manager_id") == card["manager_id"])
        assert 50 + mine["points"].sum() == pytest.approx(card["score"], abs=NINTH)
        again += 1
    assert again == 23


def test_a_score_rests_on_the_accounts_that_make_it(
    evidence: Evidence, explanations: Mapping[str, Explanation]
) -> None:
    trace, others = evidence.compared.collect(), 0
    for card in (card for card in evidence.cards if card["score"] is not None):
        count = trace.filter(pl.col("manager_id") == card["manager_id"])["account_id"].n_unique()
        explained = explain.added(line.compared for line in explanations[card["manager_id"]].lines)
        assert f"The score rests on {count:,} account" in card["evidence_sentence"]
        assert len(explained) == count
        others += count != card["accounts"]  # those of the book at the end of the period
    assert others


def test_points_that_go_against_the_difference_name_the_average_of_the_peers(
    explanations: Mapping[str, Explanation],
) -> None:
    against = 0
    for line in (line for found in explanations.values() for line in found.lines if line.compared):
        difference = compared(line).difference
        if line.points is not None and difference is not None and (line.points - 50) * float(difference) < 0:
            assert "the peers' average is" in line.because
            against += 1
    assert against


def test_points_are_what_the_figures_of_the_card_make_of_each_quarter(
    explanations: Mapping[str, Explanation],
) -> None:
    checked = 0
    for line in (line for found in explanations.values() for line in found.lines):
        said = compared(line)
        for account in said.accounts:
            assert None not in (said.scale, said.z, said.peer_mean)
            for quarter in account.quarters:
                missed = quarter.part * (quarter.observed - quarter.expected - (said.peer_mean or 0))
                made = (said.scale or 0) * (said.z or 0) * missed
                assert made == pytest.approx(float(quarter.points), abs=1e-8)  # parts have nine decimals
                checked += 1
    assert checked > 10_000


def test_accounts_and_quarters_add_up_to_the_last_digit(explanations: Mapping[str, Explanation]) -> None:
    for found in explanations.values():
        for line in found.lines:
            said = compared(line)
            assert said.middle + sum(a.points for a in said.accounts) == line.adds
            assert all(sum(q.points for q in a.quarters) == a.points for a in said.accounts)
            assert sum(len(a.quarters) for a in said.accounts) in (0, said.account_quarters)
        gained = sum(a.points for a in explain.added(line.compared for line in found.lines))
        if found.score is not None:
            assert sum(compared(line).middle for line in found.lines) == 50
            assert 50 + gained == found.score


def test_the_terminal_gives_accounts_the_points_of_the_card(
    evidence: Evidence, explanations: Mapping[str, Explanation]
) -> None:
    for card in evidence.cards:
        out = io.StringIO()
        with redirect_stdout(out):
            accounts(explanations[card["manager_id"]])
        told = dict(
            line.rsplit(maxsplit=1) for line in out.getvalue().splitlines() if re.search(r" [+−]?\d+\.\d$", line)
        )
        of_card = {driver["name"]: signed(driver["points"]) for driver in card["drivers"]}
        assert {name: points for name, points in told.items() if name in of_card} == {
            name: points for name, points in of_card.items() if name in told
        }
        assert not card["drivers"] or len(told) > 2
        if told:
            *parts, whole = (Decimal(points.replace("−", "-")) for points in told.values())
            assert sum(parts) == whole


def test_a_rule_that_was_not_compared_adds_fifty_times_its_share(evidence: Evidence) -> None:
    found = explain.explain(evidence, "Jörn Thalbacher")
    (line,) = (line for line in found.lines if line.rule == "keep_customers")
    assert (found.score, line.adds, compared(line).middle, compared(line).accounts) == (None, Decimal("7.5"), 7.5, ())


def test_values_are_computed_again_from_the_book(evidence: Evidence, aino: Explanation) -> None:
    card = explain.card_of(evidence.cards, AINO)
    assert [float(line.value or 0) for line in aino.lines] == [line["value"] for line in card["lines"]]
    assert all(line.measured.parts for line in aino.lines)


def test_an_account_is_shown_alone_with_its_quarters(evidence: Evidence, aino: Explanation) -> None:
    first = compared(aino.lines[0]).accounts[0]
    found = explain.explain(evidence, AINO, account=first.name)
    (alone,) = compared(found.lines[0]).accounts
    assert replace(alone, quarters=tuple(replace(q, reasons=()) for q in alone.quarters)) == first
    days = [quarter.last_day for quarter in first.quarters]
    assert days == sorted(days)
    assert set(days) <= {date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30)}


def test_what_is_expected_is_what_all_accounts_did_and_those_of_each_kind_do_otherwise(evidence: Evidence) -> None:
    """Every figure of the trace, from the frames alone; of chances a rest is left, as the smallest are raised."""
    table = evidence.expectations.collect()
    parts = (
        evidence.account_kinds.collect()
        .explode("levels")
        .join(table, left_on=["fold", "levels"], right_on=["fold", "number"])
    )
    key = ["rule", "account_id", "ends_on"]
    kinds = parts.group_by(*key, "fold").agg(pl.col("points").sum())
    base = table.filter(pl.col("number").is_null()).select("rule", "fold", pl.col("points").alias("base"))
    made = kinds.join(base, on=["rule", "fold"]).select(*key, (pl.col("base") + pl.col("points")).alias("made"))
    trace = evidence.compared.collect().join(made, on=key, how="left", validate="m:1")
    assert trace["made"].null_count() == 0
    apart = trace.group_by("rule").agg((pl.col("made") - pl.col("expected")).abs().max())
    missed = {rule for rule, most in apart.iter_rows() if most > NINTH}
    assert missed == {r.name for r in evidence.rulebook.rules if r.metric == "logo_retention"}


def test_why_so_much_was_expected_is_told_of_one_account(evidence: Evidence, aino: Explanation) -> None:
    found = explain.explain(evidence, AINO, account=compared(aino.lines[0]).accounts[0].name)
    told = [(line, q) for line in found.lines for a in compared(line).accounts for q in a.quarters]
    assert len({line.rule for line, _ in told}) > 2
    for line, quarter in told:
        assert sum(r.adds for r in quarter.reasons) == pytest.approx(quarter.expected, abs=NINTH)
        said = [r.said for r in quarter.reasons]
        assert said[0] == "base of all accounts"
        assert any(s.startswith("the quarter to ") for s in said) == (line.rule != "grow_lifetime_value")
        assert "segment SMB" in said
        assert (FLOOR in said) <= (line.measured.metric == "logo_retention")
        assert all(r.account_quarters for r in quarter.reasons if r.said != FLOOR)
    assert not any(q.reasons for line in aino.lines for a in compared(line).accounts for q in a.quarters)


def test_lifetime_value_is_not_expected_to_be_lost_by_those_who_left(evidence: Evidence) -> None:
    """It is asked once and counts in the last quarter of an account, so that earlier quarters hold leavers alone."""
    kinds = evidence.expectations.filter(pl.col("rule") == "grow_lifetime_value").select(pl.col("kind").unique())
    assert "quarter" not in set(kinds.collect()["kind"])
    trace = evidence.compared.filter(pl.col("rule") == "grow_lifetime_value").collect()
    left = trace.filter(pl.col("ends_on") < trace["ends_on"].max())
    assert left.height
    assert left["observed"].mean() < -0.8  # type: ignore[operator]
    assert left["expected"].mean() == pytest.approx(trace["expected"].mean(), abs=0.1)


def test_reasons_that_do_not_add_up_to_what_was_expected_are_an_error(evidence: Evidence, aino: Explanation) -> None:
    name = compared(aino.lines[0]).accounts[0].name
    moved = replace(evidence, expectations=evidence.expectations.with_columns(pl.col("points") + 1e-6))
    with pytest.raises(explain.UnexplainedError, match="what is expected of account"):
        explain.explain(moved, AINO, account=name)


def test_of_a_run_that_kept_no_reasons_everything_else_is_told(evidence: Evidence, aino: Explanation) -> None:
    former = replace(evidence, expectations=evidence.expectations.head(0))
    first = compared(aino.lines[0]).accounts[0]
    found = explain.explain(former, AINO, account=first.name)
    assert compared(found.lines[0]).accounts == (first,)


def test_every_row_in_force_when_a_quarter_begins_or_ends_is_named(demo_run: Run) -> None:
    there = demo_run.read["contracts"].join(demo_run.compared, on="account_id", how="semi")
    paid = there.filter(~pl.col("trial"), pl.col("status") != "paused", pl.col("amount") > 0)
    named = demo_run.lines.select("origin_file", "origin_row")
    for end in (date(2025, 7, 1), *demo_run.compared["ends_on"].unique()):
        standing = paid.filter(pl.col("starts_on") < end, pl.col("ends_on").fill_null(end) >= end)
        assert standing.height > 500
        assert standing.join(named, on=["origin_file", "origin_row"], how="anti").is_empty()


def test_a_row_between_is_said_to_count_in_a_quarter(evidence: Evidence) -> None:
    between = evidence.lines.filter((pl.col("before") == 0) & (pl.col("after") == 0)).collect()
    owned = evidence.book.collect().join(between, on="account_id", how="semi").row(0, named=True)
    found = explain.explain(evidence, owned["manager_id"], account=owned["account_id"])
    assert found.sentences[-1].startswith("A row that brings nothing before or after counts in a quarter between")


def test_an_account_that_left_the_book_is_still_explained(evidence: Evidence) -> None:
    trace, book = pl.collect_all([evidence.compared, evidence.book])
    gone = trace.join(book, on=["manager_id", "account_id"], how="anti").row(0, named=True)
    found = explain.explain(evidence, gone["manager_id"], account=gone["account_id"])
    (account,) = found.accounts
    assert (account.account_id, account.share, account.closing, account.movements) == (gone["account_id"], 0, 0, ())
    assert account.whole is not None
    assert account.whole.rows
    assert any(compared(line).accounts for line in found.lines)
    (name,) = {a.name for line in found.lines for a in compared(line).accounts}
    assert name != gone["account_id"]
    (opening,) = explain.explain(evidence, gone["manager_id"], metric="opening", account=gone["account_id"]).lines
    assert opening.measured.parts == ()
    told = 'there is no account "nothing like it"; [0-9]+ accounts stand behind the card of '
    with pytest.raises(explain.UnknownNameError, match=told):  # more than are in the book at its end
        explain.explain(evidence, gone["manager_id"], account="nothing like it")


def test_how_points_come_about_is_said_where_there_are_any(evidence: Evidence) -> None:
    scored, asked = (
        explain.explain(evidence, "Aino Kärkkälä", metric=m) for m in (evidence.rulebook.rules[0].name, "nps")
    )
    assert [any("points" in told for told in found.sentences) for found in (scored, asked)] == [True, False]


def test_json_holds_the_quarters_with_points_as_text(aino: Explanation) -> None:
    told: dict[str, Any] = json.loads(json.dumps(explain.plain(aino), allow_nan=False))
    said = told["lines"][0]["compared"]
    points = sum(Decimal(a["points"]) for a in said["accounts"])
    assert Decimal(said["middle"]) + points == Decimal(told["lines"][0]["adds"])
    assert set(said["accounts"][0]["quarters"][0]) == {"last_day", "part", "observed", "expected", "points", "reasons"}


# ---- what is refused ----


def changed_trace(evidence: Evidence, column: str, change: float | None, row: int = 0) -> Evidence:
    """The evidence with one figure of one of Aino's rows changed, or with the row left out."""
    card = explain.card_of(evidence.cards, AINO)
    trace = evidence.compared.collect().with_row_index("nr")
    numbers = trace.filter((pl.col("manager_id") == card["manager_id"]) & (pl.col("rule") == "keep_revenue"))["nr"]
    is_it = pl.col("nr") == numbers[row]
    if change is None:
        return replace(evidence, compared=trace.filter(~is_it).drop("nr").lazy())
    moved = pl.when(is_it).then(pl.col(column) + change).otherwise(column).alias(column)
    return replace(evidence, compared=trace.with_columns(moved).drop("nr").lazy())


@pytest.mark.parametrize("column", ["points", "part", "observed", "expected"])
def test_a_row_of_the_trace_that_was_changed_is_refused(evidence: Evidence, column: str) -> None:
    with pytest.raises(explain.UnexplainedError, match="keep_revenue"):
        explain.explain(changed_trace(evidence, column, 1e-5), AINO)


def test_a_row_of_the_trace_that_is_missing_is_refused(evidence: Evidence) -> None:
    with pytest.raises(explain.UnexplainedError, match="how many account-quarters of keep_revenue"):
        explain.explain(changed_trace(evidence, "points", None), AINO)


def test_points_that_went_from_one_account_to_another_are_refused(evidence: Evidence) -> None:
    both = changed_trace(changed_trace(evidence, "points", 0.25, row=0), "points", -0.25, row=50)
    with pytest.raises(explain.UnexplainedError, match=r"what account .* adds by keep_revenue in the quarter to 20"):
        explain.explain(both, AINO)


def test_rows_of_a_rule_that_the_card_does_not_have_are_refused(evidence: Evidence) -> None:
    renamed = pl.when(pl.col("rule") == "keep_revenue").then(pl.lit("kept")).otherwise("rule").alias("rule")
    with pytest.raises(explain.UnexplainedError, match="kept"):
        explain.explain(replace(evidence, compared=evidence.compared.with_columns(renamed)), AINO)


def _score(card: dict[str, Any]) -> None:
    card["score"] += 1e-6


def _contribution(card: dict[str, Any]) -> None:
    card["lines"][1]["contribution"] += 1e-6


def _points(card: dict[str, Any]) -> None:
    card["lines"][1]["points"] += 1e-6


def _believed(card: dict[str, Any]) -> None:
    card["lines"][1]["compared"]["z"] += 1e-3


def _observed(card: dict[str, Any]) -> None:
    card["lines"][1]["compared"]["observed"] += 1e-6


def _value(card: dict[str, Any]) -> None:
    card["lines"][1]["value"] += 1e-6


@pytest.mark.parametrize("change", [_score, _contribution, _points, _believed, _observed, _value])
def test_a_card_that_was_changed_is_refused(evidence: Evidence, change: Callable[[dict[str, Any]], None]) -> None:
    cards = [deepcopy(dict(card)) for card in evidence.cards]
    change(explain.card_of(cards, AINO))
    with pytest.raises(explain.UnexplainedError, match="the card says"):
        explain.explain(replace(evidence, cards=cards), AINO)


# ---- other methods ----


def test_scores_that_are_solved_jointly_add_up_too(demo_folder: Path, tmp_path: Path) -> None:
    evidence = by_method(demo_folder, tmp_path, "joint")
    for card in evidence.cards[:8]:
        found = explain.explain(evidence, card["manager_id"])
        for line in found.lines:
            assert compared(line).middle + sum(a.points for a in compared(line).accounts) == line.adds
    told = reached(evidence, explain.explain(evidence, AINO), 99)
    assert "only roughly so" in told.sentences[-1]
    with pytest.raises(explain.UnexplainedError, match="what keep_revenue adds"):
        explain.explain(changed_trace(evidence, "points", 1e-5), AINO)


def test_methods_without_evidence_are_told_from_the_card(demo_folder: Path, tmp_path: Path) -> None:
    evidence = by_method(demo_folder, tmp_path, "raw")
    found = explain.explain(evidence, AINO)
    assert [line.compared for line in found.lines] == [None] * len(found.lines)
    assert sum(line.adds for line in found.lines if line.adds is not None) == found.score
    assert "gives accounts no points of their own" in found.sentences[0]
    assert "keeps no points of accounts" in explain.reach(found, 99, evidence.rulebook).sentences[0]
    assert printed(found).splitlines()[1] == f"Score {fixed(found.score)}"


def test_a_manager_with_nothing_in_the_book_is_explained_by_account_quarters(
    evidence: Evidence, aino: Explanation
) -> None:
    cards = deepcopy(evidence.cards)
    for line in next(card for card in cards if card["manager_id"] == aino.manager_id)["lines"]:
        line["value"] = None
    others = pl.col("manager_id") != aino.manager_id
    bare = replace(
        evidence, cards=cards, book=evidence.book.filter(others), movements=evidence.movements.filter(others)
    )
    found = explain.explain(bare, AINO)
    assert found.accounts == ()
    assert [(line.value, line.measured.n) for line in found.lines] == [(None, 0)] * len(found.lines)
    assert [line.adds for line in found.lines] == [line.adds for line in aino.lines]
    assert explain.explain(bare, AINO, metric="closing").lines[0].measured.n == 0


# ---- what would have made another score ----


def reached(evidence: Evidence, found: Explanation, target: float) -> Reach:
    """What would have made it the target."""
    return explain.reach(found, target, evidence.rulebook)


def test_what_a_rule_alone_would_have_needed_makes_the_target(evidence: Evidence, aino: Explanation) -> None:
    told = reached(evidence, aino, 60)
    assert aino.score is not None
    assert [need.rule for need in told.needs] == [line.rule for line in aino.lines]
    for need, line in zip(told.needs, aino.lines, strict=True):
        said = compared(line)
        assert need.by is not None
        gained = float(need.by) * (said.scale or 0) * (said.z or 0)
        assert float(aino.score) + gained == pytest.approx(60, abs=1e-5)
        assert need.needed == need.found + need.by


def test_a_share_above_one_is_not_possible_and_said_so(evidence: Evidence, aino: Explanation) -> None:
    needs = {need.rule: need for need in reached(evidence, aino, 80).needs}
    assert (needs["keep_revenue"].is_possible, needs["keep_revenue"].why) == (
        False,
        "a share cannot be above 100\u202f%",
    )
    assert not needs["keep_customers"].is_possible
    assert needs["grow_revenue"].is_possible  # more than the same revenue can come back


def test_every_ratio_says_what_it_cannot_be_above_or_may_be_anything() -> None:
    unbounded = {
        "clv_margin_growth", "credited_growth", "lifetime_value_growth", "like_for_like_growth", "median_growth",
        "net_revenue_retention", "renewal_rate_net", "revenue_per_account_growth", "smoothed_churn",
        "target_attainment",
    }  # fmt: skip
    ratios = [metric for metric in CATALOGUE.values() if metric.unit is Unit.RATIO]
    assert {metric.name for metric in ratios if metric.most is None} == unbounded
    assert {metric.most for metric in ratios} == {None, 1.0}


def test_an_account_that_did_as_the_peers_gives_its_points_back(evidence: Evidence, aino: Explanation) -> None:
    accounts = reached(evidence, aino, 80).accounts
    assert accounts[0].name == "Whitlock Textiles GmbH"
    assert [a.points for a in accounts] == sorted(a.points for a in accounts)
    assert all(a.points < 0 and a.score - (aino.score or 0) == -a.points for a in accounts)
    for account in accounts:
        at_stake = 0.0
        for said in map(compared, aino.lines):
            for own in (o for o in said.accounts if o.account_id == account.account_id):
                missed = own.observed - own.expected - (said.peer_mean or 0)
                at_stake += (said.scale or 0) * (said.z or 0) * own.part * missed
        assert float(account.points) == pytest.approx(at_stake, abs=1e-6)


@pytest.mark.parametrize("target", [0, 40, 55.5])
def test_a_target_below_the_score_is_a_sentence(evidence: Evidence, aino: Explanation, target: float) -> None:
    told = reached(evidence, aino, target)
    assert (told.needs, told.accounts) == ((), ())
    assert told.sentences == (f"The score is 55.8 already; {target:g} is not above it.",)


def test_without_a_score_there_is_only_a_sentence(evidence: Evidence) -> None:
    told = reached(evidence, explain.explain(evidence, "Jörn Thalbacher"), 60)
    assert (told.needs, told.score) == ((), None)
    assert "Too little of the difference can be believed" in told.sentences[0]


def test_it_says_that_it_is_no_promise(evidence: Evidence, aino: Explanation) -> None:
    assert "no promise" in reached(evidence, aino, 60).sentences[-1]


def test_less_is_needed_where_less_is_better(evidence: Evidence, aino: Explanation) -> None:
    rule = next(rule for rule in evidence.rulebook.rules if rule.name == "keep_customers")
    other = rule.model_copy(update={"metric": "churn_rate"})
    rules = tuple(other if r is rule else r for r in evidence.rulebook.rules)
    quarter = AccountQuarter(date(2026, 6, 30), 1.0, 0.04, 0.02, Decimal(-1))
    account = ComparedAccount("a", "Ada", 1.0, 0.04, 0.02, Decimal(-1), (quarter,))
    said = Comparison(0.04, 0.02, 0.02, 0.5, 0.01, 0.0, -100.0, 1, Decimal("7.5"), (account,))
    line = replace(next(line for line in aino.lines if line.rule == "keep_customers"), compared=said)
    found = replace(aino, score=Decimal(49), lines=(line,))
    rulebook = evidence.rulebook.model_copy(update={"rules": rules})
    (one,) = explain.reach(found, 50, rulebook).needs
    assert (one.by, one.needed, one.is_possible) == (Decimal("-0.02"), Decimal("0.02"), True)
    (much,) = explain.reach(found, 60, rulebook).needs
    assert (much.is_possible, much.why) == (False, "it cannot fall below nothing")


GRADES = """
name: Small
currency: EUR
basis: invoices
method: target_bands
rules:
  - {name: line, metric: net_revenue_retention, weight: 1, grade: {floor: 50%, target: 150%}}
  - name: steps
    metric: logo_retention
    weight: 1
    grade: {bands: [{from: 90%, points: 100}, {from: 20%, points: 60}]}
  - name: apart
    metric: gross_revenue_retention
    weight: 1
    grade: {floor: 0%, target: 100%}
    segments: {by: segment, grades: {Big: {floor: 0%, target: 50%}}}
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Sixteen accounts of one manager that are graded; three of four stay as they are, the others leave."""
    folder = tmp_path_factory.mktemp("graded")
    accounts = [f"a{n:02}" for n in range(16)]
    invoices = [
        f"{account}{year},{account},{year}-05-01,10.00"
        for n, account in enumerate(accounts)
        for year in (2025, 2026)
        if year == 2025 or n % 4
    ]
    tables = {
        "accounts": ["account_id,name,segment", *(f"{a},{a},Small" for a in accounts)],
        "managers": ["manager_id,name", "M,Mia"],
        "ownership": ["account_id,manager_id,starts_on,ends_on", *(f"{a},M,," for a in accounts)],
        "invoices": ["line_id,account_id,dated_on,amount", *invoices],
    }
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(GRADES, encoding="utf-8")
    return evidence_of(pipeline.run(intake.Request(folder, date(2026, 6, 30), period="2026-Q2")))


def test_a_straight_grade_says_the_value_it_needs(graded: Evidence) -> None:
    mia = explain.explain(graded, "mia")
    assert [line.points for line in mia.lines] == [25.0, 60.0, 75.0]
    line, steps, apart = explain.reach(mia, 60, graded.rulebook).needs
    assert (line.found, line.by, line.needed) == (Decimal("0.75"), Decimal("0.2"), Decimal("0.95"))
    assert (steps.needed, steps.is_possible) == (Decimal("0.9"), True)
    assert (apart.is_possible, apart.why) == (False, "each segment has its own grade, so no single value answers")


def test_more_than_was_agreed_of_a_share_is_possible(graded: Evidence) -> None:
    agreed = {"metric": "target_attainment", "of": "logo_retention"}
    rules = tuple(r.model_copy(update=agreed if r.name == "line" else {}) for r in graded.rulebook.rules)
    told = explain.reach(explain.explain(graded, "mia"), 70, graded.rulebook.model_copy(update={"rules": rules}))
    assert told.needs[0].needed == pytest.approx(Decimal("1.25"), abs=Decimal("1e-8"))
    assert told.needs[0].is_possible


def test_full_points_that_are_not_enough_are_said(graded: Evidence) -> None:
    told = explain.reach(explain.explain(graded, "mia"), 90, graded.rulebook)
    assert told.needs[0].why == "even 100 points would make the score 78.3 only"
    assert told.accounts == ()


# ---- what is printed ----


def printed(found: Explanation, *, everything: bool = False, reach: Reach | None = None) -> str:
    """What `explain` prints."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        show(View(found, Path(), None, found.name, everything=everything, reach=reach))
    return out.getvalue()


def last_column(out: str, head: str) -> list[Decimal]:
    """The figures of the last column of the table with this head; the last is the sum."""
    body = out.split(f"{head}\n")[1].split("\n\n", maxsplit=1)[0].splitlines()
    return [Decimal(line.split()[-1].replace("−", "-")) for line in body if not line.startswith("─")]


def ruled(out: str) -> int:
    """How wide the widest table is."""
    return max(len(line) for line in out.splitlines() if line.startswith("──"))


@pytest.mark.parametrize("width", ["80", "120"])
def test_printed_points_add_up_at_every_level(
    evidence: Evidence, aino: Explanation, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    whole = printed(aino)
    rule = explain.explain(evidence, AINO, metric="grow_revenue")
    account = compared(rule.lines[0]).accounts[0].account_id
    tables = [
        (whole, "Adds"),
        (whole, "Account                          Points"),
        (printed(rule), "Points"),
        (printed(rule, everything=True), "Points"),
        (printed(explain.explain(evidence, AINO, account=account)), "Points"),
    ]
    for out, head in tables:
        *parts, total = last_column(out, head)
        assert len(parts) > 5
        assert sum(parts) == total
        assert ruled(out) <= int(width)
    assert last_column(*tables[0])[-1] == 50 + last_column(*tables[1])[-1]


def test_every_score_is_printed_with_parts_that_add_up(explanations: Mapping[str, Explanation]) -> None:
    for found in (found for found in explanations.values() if found.score is not None):
        *adds, score = last_column(printed(found), "Adds")
        assert sum(adds) == score


@pytest.mark.parametrize("width", ["80", "120"])
def test_what_would_have_made_it_more_is_printed(
    evidence: Evidence, aino: Explanation, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = printed(aino, reach=reached(evidence, aino, 80))
    assert "What would have made it 80, 24.2 points more:" in out
    assert "no: a share cannot be" in out
    assert ruled(out) <= int(width)
    assert "40 is not above it." in printed(aino, reach=reached(evidence, aino, 40))


def test_why_so_much_was_expected_is_printed_and_adds_up(evidence: Evidence, aino: Explanation) -> None:
    first = compared(aino.lines[0]).accounts[0]
    out = printed(explain.explain(evidence, AINO, account=first.name))
    told = out[out.index("Why so much is expected") :].split("\n\n")[0].splitlines()[2:]
    rows = [re.match(r"(.+?) {2,}(?:[\d-]{10} +)?([+−]?[\d.]+)", line.rstrip()) for line in told]
    figures = [(row[1], Decimal(row[2].replace("−", "-"))) for row in rows if row]
    wholes = [n for n, (name, _) in enumerate(figures) if not name.startswith("  ")]
    assert len(wholes) > 2
    for n, end in zip(wholes, [*wholes[1:], len(figures)], strict=True):
        assert figures[n][1] == sum(adds for _, adds in figures[n + 1 : end])


def test_an_account_outside_the_book_is_printed_with_its_quarters_and_rows(evidence: Evidence) -> None:
    trace, book = pl.collect_all([evidence.compared, evidence.book])
    gone = trace.join(book, on=["manager_id", "account_id"], how="anti").row(0, named=True)
    out = printed(explain.explain(evidence, gone["manager_id"], account=gone["account_id"]))
    assert "Quarter to" in out
    assert "Nothing of it is in the book of the period itself" in out
    assert "the whole account" in out


@pytest.mark.parametrize("further", [("101",), ("-1",), ("nan",), ("high",), ("60", "--metric", "keep_revenue")])
def test_a_score_that_cannot_be_asked_for_is_wrong_usage(tmp_path: Path, further: tuple[str, ...]) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["explain", AINO, "--folder", str(tmp_path), "--to", *further])
    assert (code, out.getvalue()) == (2, "")
    assert "--to" in err.getvalue()


def test_accounts_of_one_name_are_told_apart_by_id(evidence: Evidence) -> None:
    named = evidence.book.with_columns(account=pl.lit("Acme"))
    found = explain.explain(replace(evidence, book=named), AINO)
    compared = {a.account_id: a.name for line in found.lines if line.compared for a in line.compared.accounts}
    of_book = {a.account_id: a.name for a in found.accounts}
    of_values = {part.account_id: part.name for line in found.lines for part in line.measured.parts}
    assert len(compared) > 10
    assert compared | of_book | of_values == {each: f"Acme ({each})" for each in {*compared, *of_book}}
    own, name = next(iter(of_book.items()))
    assert [a.account_id for a in explain.explain(replace(evidence, book=named), AINO, account=name).accounts] == [own]
