"""What do scores promise that compare accounts? Points that add up, and an expectation nobody can move alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tabled import table, tables
from worlds import World, compared_worlds, examples

from scoring import pipeline
from scoring.notes.accounts import dominant
from scoring.notes.compared import passed_on_late
from scoring.notes.owners import without_a_card
from scoring.notes.seen import Seen
from scoring.numbers import fixed
from scoring.peers.company import Company
from scoring.peers.estimate import Estimate
from scoring.period import booking
from scoring.period.account_quarters import Trail
from scoring.reports.lines import because
from scoring.rules import Rulebook
from scoring.rules.comparing import Window
from scoring.rules.versions import calendar_of
from scoring.scorecard import account_points, compared
from scoring.scorecard.cards import Card, Scored, cards
from scoring.scorecard.comparison import comparison
from scoring.scorecard.context import Context
from scoring.scorecard.judged import Judged
from scoring.scorecard.of_rules import BELIEVING

AS_OF = date(2026, 6, 30)
STAY = {"name": "stay", "metric": "logo_retention", "weight": 1}
KEEP = {"name": "keep", "metric": "gross_revenue_retention", "weight": 1}
LOST = {"m1-1": "2025-08-15", "m1-2": "2025-11-20", "m1-3": "2026-05-21", "m2-1": "2026-02-10", "m3-8": "2025-12-05"}
"""Account to the day from which it pays no more: three of the first manager's, one of two others'."""

Estimates = list[tuple[Company, Sequence[Estimate]]]


def company(people: int = 6, lost: Mapping[str, str] = LOST, **more: str) -> dict[str, pl.DataFrame]:
    """Managers of eight accounts each; the n-th pays n hundred a month since 2024, unless it is lost."""
    accounts = [(f"m{m}-{n}", f"m{m}", 100 * n) for m in range(1, people + 1) for n in range(1, 9)]
    texts = {
        "accounts": ["account_id", *(a for a, _, _ in accounts)],
        "managers": ["manager_id", *(f"m{m}" for m in range(1, people + 1))],
        "ownership": ["account_id manager_id starts_on ends_on", *(f"{a} {m} . ." for a, m, _ in accounts)],
        "contracts": [
            "account_id amount every starts_on ends_on",
            *(f"{a} {amount} month 2024-01-01 {lost.get(a, '.')}" for a, _, amount in accounts),
        ],
    }
    return tables({name: "\n".join([*rows, more.get(name, "")]) for name, rows in texts.items()})


def rulebook(*rules: Mapping[str, Any], **settings: Any) -> Rulebook:
    made = {"name": "R", "currency": "EUR", "rules": list(rules or (STAY,)), "publish": {"min_z": 0}}
    return Rulebook.model_validate(made | settings)


def scored(known: dict[str, pl.DataFrame], book: Rulebook) -> pipeline.Result:
    return pipeline.score(known, book, calendar_of(book).period("2026-Q2"), AS_OF)


def judged(known: dict[str, pl.DataFrame], *rules: Mapping[str, Any], **settings: Any) -> Judged:
    book = rulebook(*rules, **settings)
    return pipeline.score(known, book, calendar_of(book).period("2026-Q2"), AS_OF, metrics=()).scored.judged


def row(frame: pl.DataFrame, **key: str) -> dict[str, Any]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(c) == v for c, v in key.items()), named=True)


def made_cards(result: pipeline.Result, book: Rulebook) -> dict[str, Card]:
    """Manager to the card."""
    calendar = calendar_of(book)
    period = calendar.period("2026-Q2")
    context = Context(book, period, calendar.previous(period), result.windows, AS_OF, {})
    told = Scored(result.scored.judged, result.scored.rows, result.scored.moves)
    return {card["manager_id"]: card for card in cards(told, None, context)}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Estimates:
    """The company and the estimates that scores are made of, as they come along."""
    found: Estimates = []

    def kept(made: Company, estimates: Sequence[Estimate], book: Rulebook) -> account_points.AccountPoints:
        found.append((made, estimates))
        return account_points.account_points(made, estimates, book)

    monkeypatch.setattr(compared, "account_points", kept)
    return found


# ---- on companies made at random ----


def test_who_had_accounts_in_the_quarters_is_scored_whatever_else_is_asked() -> None:
    known = company()
    away = [f"m6-{n} m6 . 2026-01-01\nm6-{n} m5 2026-01-01 2026-06-01\nm6-{n} m6 2026-06-01 ." for n in range(1, 9)]
    others = [f"m{m}-{n} m{m} . ." for m in range(1, 6) for n in range(1, 9)]
    owned = table("ownership", "\n".join(["account_id manager_id starts_on ends_on", *others, *away]))
    known, book = known | {"ownership": owned}, rulebook(STAY, KEEP)
    first = calendar_of(book).period("2026-Q1")
    made = pipeline.score(known, book, first, AS_OF, metrics=())
    seen = Seen(book, known, made.ledger_lines, made.scored.rows, {}, made.windows.outcome, compared=made.compared)
    assert "m6" not in made.scored.rows["manager_id"]
    assert without_a_card(seen) == []
    plain = made.scored.judged
    asked = pipeline.score(known, book, first, AS_OF).scored.judged
    assert_frame_equal(plain.scores, asked.scores)
    assert_frame_equal(plain.lines, asked.lines)
    on_leave = plain.scores.row(by_predicate=pl.col("manager_id") == "m6", named=True)
    assert on_leave["accounts"] == 0
    assert on_leave["score"] is not None
    assert reasons_of("m6", plain) == {"stay": "no_opening", "keep": "no_opening"}
    few = pipeline.score(known, rulebook(STAY, KEEP, min_n={"logo_retention": 3}), first, AS_OF).scored.judged
    assert reasons_of("m6", few) == {"stay": "too_few", "keep": "no_opening"}


def test_who_has_fewer_than_the_rules_ask_for_is_told_so() -> None:
    found = judged(company(), STAY, min_n={"logo_retention": 1000})
    assert set(found.lines["reason"]) == {"too_few"}
    assert set(found.scores["reason"]) == {"too_few"}


def reasons_of(manager: str, judged: Judged) -> dict[str, str]:
    return dict(judged.lines.filter(pl.col("manager_id") == manager).select("rule", "reason").iter_rows())


@examples(8)
@given(compared_worlds(accounts=(8, 14)))
def test_a_quarter_that_weighs_nothing_is_as_none(world: World) -> None:
    windows = Window(quarters=1), Window(quarters=4, weights=(1, 0, 0, 0))
    one, four = (
        pipeline.score(world.tables, book, world.period, world.as_of, metrics=()).scored.judged.trace
        for book in (world.rulebook.model_copy(update={"window": window}) for window in windows)
    )
    assert_frame_equal(one, four)


def test_what_is_solved_jointly_lets_no_account_add_less_for_doing_better() -> None:
    """Solved jointly, m4 to m6 are below the average that they are above by themselves."""
    shared = {f"m1-{n}": "m2" for n in range(1, 5)}
    whole = [f"m{m}-{n} m{m} 1" for m in range(1, 7) for n in range(1, 9) if f"m{m}-{n}" not in shared]
    both = [f"{account} {manager} 0.5" for account, other in shared.items() for manager in ("m1", other)]
    owned = table("ownership", "\n".join(["account_id manager_id share", *whole, *both]))
    lost = {f"m1-{n}": f"2026-0{1 + n % 6}-20" for n in range(4, 9)}
    lost |= {f"m{m}-{n}": "2026-03-20" for m in range(3, 7) for n in (1, 2)}
    known, k = company(lost=lost) | {"ownership": owned}, {"k": {"logo_retention": 6}}
    trace = judged(known, STAY, method="joint", credibility=k).trace
    each = trace.with_columns(
        (pl.col("observed") - pl.col("expected")).alias("missed"), (pl.col("points") / pl.col("part")).alias("a_part")
    )
    steps = each.sort("manager_id", "missed").with_columns(pl.col("a_part").diff().over("manager_id"))
    assert steps["manager_id"].n_unique() == 6
    assert steps["a_part"].min() > -1e-9


@examples(8)
@given(compared_worlds(accounts=(8, 14)), st.sampled_from(BELIEVING))
def test_account_points_add_up_to_every_score_and_shares_to_one(world: World, method: str) -> None:
    book = world.rulebook.model_copy(update={"method": method})
    made = booking.booked(world.tables, book, world.period, world.as_of)
    trail = Trail(world.tables, book, world.as_of)
    found = pipeline.judged_by_method(world.tables, book, world.period, made, trail)
    whole = found.lines.group_by("manager_id").agg((pl.col("points") * pl.col("weight")).sum() / pl.col("weight").sum())
    added = found.trace.group_by("manager_id").agg(pl.col("points").sum().alias("added"))
    both = whole.join(found.scores, on="manager_id").join(added, on="manager_id", how="left")
    for of in both.iter_rows(named=True):
        assert of["points"] - 50 == pytest.approx(of["added"] or 0, abs=1e-9)
        assert of["score"] is None or of["score"] == pytest.approx(of["points"], abs=1e-9)
    shares = trail.until(world.period, made).shares.group_by("account_id", "quarter").agg(pl.col("share").sum())
    assert ((shares["share"] - 1).abs() < 1e-12).all()


def test_over_all_account_quarters_as_much_happened_as_was_expected(asked: Estimates) -> None:
    @examples(4)
    @given(compared_worlds(accounts=(8, 14)))
    def each(world: World) -> None:
        asked.clear()
        pipeline.score(world.tables, world.rulebook, world.period, world.as_of, metrics=())
        for found in asked[0][1]:
            if len(found.values):
                missed = found.values - found.expectation.expected
                assert abs(float(np.mean(missed))) < 1e-9 * max(1.0, float(np.abs(found.values).max()))

    each()


# ---- on a company of six managers with eight accounts each ----


def test_who_loses_more_accounts_has_the_lower_score() -> None:
    found = judged(company())
    scores = dict(found.scores.select("manager_id", "score").iter_rows())
    assert scores["m1"] < scores["m2"] < scores["m4"] > 50 > scores["m1"]
    assert scores["m4"] == pytest.approx(scores["m5"], abs=0.3)  # alike, but expected by points of other folds
    line = row(found.lines, manager_id="m1", rule="stay")
    assert line["account_quarters"] == 8 + 7 + 6 + 6  # two were lost before the last quarter began


def test_every_range_holds_its_score_however_far_that_is_from_50() -> None:
    book = rulebook()
    lost = {f"m1-{n}": f"2026-0{4 + n % 3}-10" for n in range(1, 9)}  # all of one manager's
    found = made_cards(scored(company(people=50, lost=lost), book), book)
    assert found["m1"]["score"] < 0
    for card in found.values():
        for said in (card, *card["lines"]):
            score = said.get("score", said.get("points"))
            assert said["low"] < score < said["high"]


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("raw", "Method raw does not say how far the score could be off."),
        ("oe", "The likely range of the score is 39 points wide."),
    ],
)
def test_a_method_that_keeps_no_points_of_accounts_says_nothing_of_how_many_there_are(method: str, told: str) -> None:
    book = rulebook(method=method)
    assert made_cards(scored(company(), book), book)["m4"]["evidence_sentence"] == told


def test_a_range_is_said_to_be_as_wide_as_its_ends_are_printed_apart() -> None:
    book = rulebook(method="oe", interval=0.9)
    card = made_cards(scored(company(), book), book)["m4"]
    assert (fixed(card["low"], 0), fixed(card["high"], 0), round(card["high"] - card["low"])) == ("39", "78", 40)
    assert card["evidence_sentence"] == "The likely range of the score is 39 points wide."


def test_before_credibility_is_as_much_farther_from_50_as_was_not_believed() -> None:
    teams = {f"m{m}": "North" if m % 2 else "South" for m in range(1, 13)}
    known = company(people=12)
    known["managers"] = known["managers"].with_columns(pl.col("manager_id").replace_strict(teams).alias("team"))
    scores = judged(known, publish={"min_z": 0, "peers": ["team"], "least_peers": 5}).scores
    assert scores["score"].null_count() == 0
    for of in scores.iter_rows(named=True):
        assert (of["before_credibility"] - 50) * of["z"] == pytest.approx(of["score"] - 50, abs=1e-9)
    for team in ("North", "South"):  # whose peers are like the members of either by all that counts here
        plain = scores.filter(pl.col("manager_id").replace_strict(teams) == team)["unadjusted"]
        assert plain.min() < 50 < plain.max()  # type: ignore[operator]


def test_an_account_of_others_is_explained_by_the_quarter_that_takes_most() -> None:
    known = company(lost={"m1-1": "2026-05-20"})
    others = known["ownership"].filter(~pl.col("account_id").is_in(["m1-1", "m1-2"]))
    passed_on = table(
        "ownership",
        """
        account_id manager_id starts_on ends_on
        m1-1 m1 . 2026-04-20
        m1-1 m2 2026-04-20 .
        m1-2 m1 . 2025-12-31
        m1-2 m2 2025-12-31 .
        """,
    )
    known["ownership"] = pl.concat([others, passed_on])
    cards = made_cards(scored(known, rulebook()), rulebook())
    told = {d["account_id"]: d["sentence"] for d in cards["m1"]["drivers"]}
    assert told["m1-1"] == "left on 20 May 2026, when it was not the manager's"
    assert told["m1-2"] == "Logo retention 100.0 % in the quarter to 31 March 2026, 99.1 % expected"


def test_an_account_that_is_not_in_the_book_any_more_is_named_where_it_took_most() -> None:
    known = company(lost={"m1-1": "2026-02-10"})
    passed_on = table(
        "ownership", "account_id manager_id starts_on ends_on \n m1-1 m1 . 2026-01-25 \n m1-1 m2 2026-01-25 ."
    )
    known["ownership"] = pl.concat([known["ownership"].filter(pl.col("account_id") != "m1-1"), passed_on])
    book = rulebook(retention_window="period")
    found = scored(known, book)
    whose = found.scored.rows.filter(pl.col("account_id") == "m1-1")["manager_id"]
    told = made_cards(found, book)["m1"]["drivers"][-1]
    assert (list(whose), told["account_id"], told["before"], told["after"]) == (["m2"], "m1-1", "0.0000", "0.0000")
    assert told["points"] < -1
    assert told["sentence"] == "Logo retention 0.0\u202f% in the quarter to 31 March 2026, 99.8\u202f% expected"


@pytest.mark.parametrize(
    ("mean", "few", "said"),
    [
        (0.0, 0, "+2.7 percentage points, of which 56\u202f% is believed"),
        (-0.0004, 1, "+2.7 percentage points, of which 56\u202f% is believed; 1 of the account-quarters has few of its "
         "kind in other books"),
        (0.186, 2, "+2.7 percentage points; the peers' average is +18.6, and 56\u202f% of what sets the two apart is "
         "believed; 2 of the account-quarters have few of their kind in other books"),
    ],
)  # fmt: skip
def test_a_card_names_the_average_of_the_peers_unless_it_is_nothing(mean: float, few: int, said: str) -> None:
    figures = {"observed": 0.931, "expected": 0.904, "difference": 0.027, "peer_mean": mean, "z": 0.56}
    row = figures | {"is_measured": True, "account_quarters": 8, "held": 8.0, "few_comparable": few}
    told = comparison(row, "ratio", "EUR", weighs_evidence=True)
    assert told == f"93.1\u202f% on average over 8 account-quarters, 90.4\u202f% expected of such accounts: {said}"
    assert "believed" not in comparison(row, "ratio", "EUR", weighs_evidence=False)
    days = row | {"observed": 12.44, "expected": 10.06, "difference": 2.38}
    assert (
        "12.4\u202fdays on average over 8 account-quarters, 10.1\u202fdays expected of such accounts: 2.3\u202fdays"
        in (comparison(days, "days", "EUR", weighs_evidence=False))
    )


def test_a_card_counts_account_quarters_in_one_way_also_where_they_are_shared() -> None:
    known = company()
    passed_on = table(
        "ownership", "account_id manager_id starts_on ends_on \n m4-1 m4 . 2026-05-01 \n m4-1 m5 2026-05-01 ."
    )
    known["ownership"] = pl.concat([known["ownership"].filter(pl.col("account_id") != "m4-1"), passed_on])
    cards = made_cards(scored(known, rulebook()), rulebook())
    assert " on average over parts of 32 account-quarters (31.7 in all), " in cards["m4"]["lines"][0]["because"]
    assert cards["m4"]["lost"]["sentence"].startswith("Of 31.7 account-quarters none ended ")
    assert " on average over 32 account-quarters, " in cards["m6"]["lines"][0]["because"]


@pytest.mark.parametrize(
    ("handed_on", "rule", "answers"),
    [
        ("2026-04-30", "share", "Who had them before answers for the loss."),
        ("2026-04-10", "share", "Who had them before and who had them after answer for the loss in part."),
        ("2026-04-30", "event_owner", "Who had them after answers for the loss."),
    ],
)
def test_who_answers_for_an_account_passed_on_late_is_said_as_it_counts(
    handed_on: str, rule: str, answers: str
) -> None:
    known = company(lost={"m1-1": "2026-05-20"})
    passed_on = table(
        "ownership",
        f"account_id manager_id starts_on ends_on \n m1-1 m1 . {handed_on} \n m1-1 m2 {handed_on} .",
    )
    known["ownership"] = pl.concat([known["ownership"].filter(pl.col("account_id") != "m1-1"), passed_on])
    book = rulebook(responsibility={"rule": rule})
    found = scored(known, book)
    seen = Seen(book, known, found.ledger_lines, found.scored.rows, {}, found.windows.outcome, compared=found.compared)
    assert passed_on_late(seen) == {
        "m1": f"Handed over 45 days or less before leaving: m1-1. {answers}",
        "m2": f"Taken over 45 days or less before leaving: m1-1. {answers}",
    }


def test_sellers_answer_for_an_account_by_what_they_sold() -> None:
    sold = """
        account_id product amount every starts_on  ends_on seller_id
        A          One     200    month 2024-01-01 .       X
        A          Two     200    month 2024-01-01 .       X
        A          Three   200    month 2024-01-01 .       Y
        """
    known = tables({"accounts": "account_id\nA", "managers": "manager_id\nX\nY", "contracts": sold})
    found = scored(known, rulebook(ownership={"policy": "seller"})).compared
    assert found is not None
    shares = found.shares.filter(pl.col("quarter") == 0).select("manager_id", "share", "is_overlapping")
    assert shares.rows() == [("X", pytest.approx(2 / 3), True), ("Y", pytest.approx(1 / 3), True)]


def test_who_keeps_a_part_of_an_account_under_a_new_row_hands_nothing_over() -> None:
    known = company(lost={"m1-1": "2026-05-20"})
    shared = table(
        "ownership",
        """
        account_id manager_id share starts_on  ends_on
        m1-1       m1         0.5   .          2026-04-30
        m1-1       m2         0.5   .          2026-04-30
        m1-1       m1         0.5   2026-04-30 .
        m1-1       m3         0.5   2026-04-30 .
        """,
    )
    known["ownership"] = pl.concat([known["ownership"].filter(pl.col("account_id") != "m1-1"), shared])
    found = scored(known, rulebook())
    rows = found.scored.rows
    seen = Seen(rulebook(), known, found.ledger_lines, rows, {}, found.windows.outcome, compared=found.compared)
    assert list(passed_on_late(seen)) == ["m2", "m3"]


def test_the_account_that_is_named_as_large_is_the_one_without_which_the_score_is_said() -> None:
    less = "m1-8 650 month 2026-01-01 ."  # of 800, so that at the end, but not at both ends together, m1-7 is larger
    known, book = company(lost={"m1-8": "2026-01-01"}, contracts=less), rulebook(KEEP)
    found = scored(known, book)
    seen = Seen(book, known, found.ledger_lines, found.scored.rows, {}, found.windows.outcome)
    largest = made_cards(found, book)["m1"]["without_largest"]
    assert (largest["account_id"], largest["share"]) == ("m1-8", pytest.approx(1450 / 7050))
    assert dominant(seen)["m1"] == "m1-8 alone is 20.6\u202f% of the book; look at the score without it."


def test_who_has_no_figure_of_the_period_is_told_why_beside_the_quarters_that_are_compared() -> None:
    """Accounts that came within the twelve months are compared from then on, and were not there to be kept."""
    ids = [f"m7-{n}" for n in range(1, 9)]
    known = company(
        accounts="\n".join(ids),
        managers="m7",
        ownership="\n".join(f"{a} m7 . ." for a in ids),
        contracts="\n".join(f"{a} 100 month 2025-10-15 ." for a in ids),
    )
    book = rulebook()
    (line,) = made_cards(scored(known, book), book)["m7"]["lines"]
    assert (line["value"], line["compared"]["account_quarters"]) == (None, 16)
    assert line["because"].endswith(f". No result of the period: {line['reason_sentence']}")
    assert because(line) == line["because"]


@pytest.mark.parametrize(("people", "least"), [(4, 5), (6, 7)])
def test_few_peers_give_no_score_and_the_reason(people: int, least: int) -> None:
    book = rulebook(STAY, publish={"min_z": 0, "least_peers": least})
    result = scored(company(people=people), book)
    for card in made_cards(result, book).values():
        assert card["score"] is card["label"] is None
        assert card["group"] == "not_scored"
        assert (
            card["reason"]
            == "There are fewer managers to compare with than the rules ask for: five, unless they say otherwise."
        )
    assert set(result.scored.judged.scores["reason"]) == {"no_peers"}


def test_a_manager_without_accounts_has_no_card_and_one_with_only_new_ones_no_score() -> None:
    more = {
        "managers": "m7\nm8",
        "accounts": "new",
        "ownership": "new m8 . .",
        "contracts": "new 100 month 2026-06-01 .",
    }
    book = rulebook(STAY)
    told = made_cards(scored(company(**more), book), book)
    assert "m7" not in told
    assert told["m8"]["score"] is None
    assert told["m8"]["reason"] == "None of the rules could be measured; the card says why for each."
    assert told["m8"]["lines"][0]["because"].startswith("Not compared: no account was paying at the start;")
    usual = made_cards(scored(company(), book), book)
    assert {m: told[m]["score"] for m in usual} == {m: card["score"] for m, card in usual.items()}


def test_attributes_named_like_what_is_worked_out_change_no_score() -> None:
    names = ("cancelled_on", "first_on", "starts_on", "ends_on", "quarter", "opening", "size_band", "unit", "outcome 0")
    known = company()
    named = known["accounts"].with_columns(pl.lit("theirs").alias(name) for name in names)
    usual, with_them = judged(known), judged({**known, "accounts": named})
    assert with_them.scores.equals(usual.scores)
    assert with_them.trace.equals(usual.trace)


def test_where_all_accounts_do_the_same_nobody_is_told_apart() -> None:
    book = rulebook(STAY, KEEP)
    result = scored(company(lost={}), book)
    assert set(result.scored.judged.scores["score"]) == {None}
    assert set(result.scored.judged.scores["reason"]) == {"no_variation"}
    assert set(result.scored.judged.lines["points"]) == {50.0}
    reasons = {card["reason"] for card in made_cards(result, book).values()}
    assert reasons == {"All accounts did the same, so there is nothing to tell managers apart by."}


@pytest.mark.parametrize(
    ("rule", "charged"), [("share", "m1"), ("event_owner", "m2"), ("snapshot", "m2"), ("quarter_days", None)]
)
def test_an_account_lost_twenty_days_after_it_was_handed_over_is_charged_to_who_had_it(
    rule: str, charged: str | None
) -> None:
    known = company()
    kept = known["ownership"].filter(pl.col("account_id") != "m1-3")
    passed = tables(
        {"ownership": "account_id manager_id starts_on ends_on\nm1-3 m1 . 2026-05-01\nm1-3 m2 2026-05-01 ."}
    )
    known["ownership"] = pl.concat([kept, passed["ownership"]]).sort("account_id", "manager_id", "starts_on")
    trace = judged(known, responsibility={"rule": rule}).trace
    lost = trace.filter((pl.col("account_id") == "m1-3") & (pl.col("ends_on") == date(2026, 7, 1)))
    assert set(lost["observed"]) == {0.0}
    assert lost["manager_id"].to_list() == ([charged] if charged else ["m1", "m2"])
    assert (lost["points"] < 0).all()


@pytest.mark.parametrize("compare", ["same_period_last_year", "previous_period"])
def test_who_sold_before_answers_for_an_account_that_buys_no_more(compare: str) -> None:
    """a1 bought 300 of m1 and 100 of m2, and then nothing; a2 bought of m1 before and of both after."""
    before = "2025-05-10" if compare == "same_period_last_year" else "2026-02-10"
    known = tables(
        {
            "accounts": "account_id\na1\na2",
            "managers": "manager_id\nm1\nm2",
            "invoices": f"""line_id account_id seller_id dated_on amount
                i1 a1 m1 {before} 300
                i2 a1 m2 {before} 100
                i3 a2 m1 {before} 50
                i4 a2 m1 2026-05-10 50
                i5 a2 m2 2026-05-20 300""",
        }
    )
    book = rulebook(KEEP, basis="invoices", compare=compare, ownership={"policy": "seller"})
    period = calendar_of(book).period("2026-Q2")
    shares = Trail(known, book, AS_OF).until(period, booking.booked(known, book, period, AS_OF)).shares
    last = shares.filter(pl.col("quarter") == shares["quarter"].max()).sort("account_id", "manager_id")
    assert last.select("account_id", "manager_id", "share").rows() == [
        ("a1", "m1", 0.75), ("a1", "m2", 0.25), ("a2", "m1", 0.25), ("a2", "m2", 0.75),
    ]  # fmt: skip


def test_less_is_better_is_the_mirror_of_more_is_better() -> None:
    """Without kinds of accounts; with them the least chance of a loss lifts what is expected of some."""
    left = {"name": "left", "metric": "churn_rate", "weight": 1}
    alike = {"expectation": {"features": []}}
    stays, leaves = (judged(company(), rule, method="oe", **alike).lines for rule in (STAY, left))
    assert_frame_equal(stays.select("manager_id", "points", "error"), leaves.select("manager_id", "points", "error"))
    for name in ("observed", "expected"):
        assert (stays[name] - (1 - leaves[name])).abs().max() < 1e-12
    assert (stays["difference"] + leaves["difference"]).abs().max() < 1e-12
    assert stays["points"].n_unique() > 1


def test_a_rule_of_weight_0_is_shown_and_moves_nothing() -> None:
    book = rulebook(STAY, {**KEEP, "weight": 0})
    alone, result = judged(company(), STAY), scored(company(), book)
    assert_frame_equal(result.scored.judged.scores, alone.scores, abs_tol=1e-9)
    assert result.scored.judged.trace.filter(pl.col("rule") == "keep")["points"].abs().max() == 0
    for card in made_cards(result, book).values():
        shown = next(line for line in card["lines"] if line["rule"] == "keep")
        assert (shown["share"], shown["contribution"]) == (0, 0)
        assert shown["compared"]["expected"] is not None


def test_contributions_on_cards_add_up_to_scores() -> None:
    book = rulebook(STAY, {**KEEP, "weight": 3})
    for card in made_cards(scored(company(), book), book).values():
        assert sum(line["contribution"] for line in card["lines"]) == pytest.approx(card["score"], abs=1e-8)
        assert sum(line["share"] for line in card["lines"]) == pytest.approx(1, abs=1e-8)


def test_the_score_without_the_largest_account_is_that_of_the_others_by_the_same_yardstick(asked: Estimates) -> None:
    found = judged(company(), {**STAY, "weight": 2}, KEEP)
    ((made, estimates),) = asked
    for manager in found.scores["manager_id"]:
        largest = f"{manager}-8"
        points = [
            _points_without(made, one, manager, largest) * weight
            for one, weight in zip(estimates, (2 / 3, 1 / 3), strict=True)
        ]
        told = row(found.accounts, manager_id=manager, account_id=largest)
        assert told["score_without"] == pytest.approx(50 + sum(points), abs=1e-9)


def _points_without(made: Company, found: Estimate, manager: str, account: str) -> float:
    """What a rule of the whole weight would add to 50 without the account: expectations, spread and peers held."""
    assert found.scale is not None
    assert found.heard is not None
    units = made.shelf.units.filter(pl.Series(found.measured))["account_id"].to_numpy()
    mine = found.books.manager == made.shelf.managers.to_list().index(manager)
    at, part = found.books.unit[mine], found.part[mine]
    rest = units[at] != account
    at, part = at[rest], part[rest] / part[rest].sum()
    difference = float(np.sum(part * (found.values - found.expectation.expected)[at]))
    spread = part * np.sqrt(found.heard.unit[at])
    variance = float(np.sum(spread**2)) + found.heard.repeat * _together(spread, units[at])
    z = found.scale.between / (found.scale.between + variance)
    mean = row(found.rows, manager_id=manager)["peer_mean"]
    return float(10 * z * (difference - mean) / np.sqrt(found.scale.between))


def _together(spread: np.ndarray[Any, Any], account: Iterable[str]) -> float:
    """What quarters of the same account have in common: the products of each two of them, both ways."""
    names = list(account)
    return float(
        sum(a * b for n, a in enumerate(spread) for m, b in enumerate(spread) if n != m and names[n] == names[m])
    )
