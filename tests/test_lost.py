"""How many accounts were lost, and could it be chance? Limits, counts against what was expected, funnels, gaps."""

from dataclasses import replace
from datetime import date
from math import comb, exp, factorial
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest
from test_compared import company, judged, made_cards, rulebook, scored

from scoring.cli.compare.gapped import show
from scoring.compare.gaps import gaps
from scoring.compare.subject import subject
from scoring.explain.refusals import UnknownNameError
from scoring.intake import Request
from scoring.peers.books import Books
from scoring.peers.credibility import group_spreads, peers, shrink
from scoring.peers.funnel import INNER, OUTER, around_rate, around_ratio
from scoring.peers.limits import byar, exact, of_counts, of_rates
from scoring.peers.lost import lost
from scoring.peers.noise import Noise
from scoring.peers.own import range_error
from scoring.peers.rates import believed
from scoring.reports.charts import funnel
from scoring.reports.charts.funnel import Book
from scoring.reports.losses import losses
from scoring.rules.versions import calendar_of
from scoring.scorecard.lost import of_managers, of_teams, sentence

SVG = "{http://www.w3.org/2000/svg}"
AS_OF = date(2026, 6, 30)
PEOPLE = {
    f"m{n}": {"name": f"Person {n}", "team": "North" if n <= 3 else "South", "reports_to": None} for n in range(1, 7)
}


def one(values: tuple[np.ndarray, np.ndarray]) -> list[float]:
    return [float(v[0]) for v in values]


def test_none_lost_may_still_mean_a_rate_of_three() -> None:
    """With 3.69 expected, none at all comes about in 2.5 % of cases."""
    low, high = one(exact(np.array([0.0]), 0.95))
    assert low == 0
    assert exp(-high) == pytest.approx(0.025)


def test_exact_limits_leave_as_much_on_each_side() -> None:
    low, high = one(exact(np.array([3.0]), 0.90))
    assert sum(exp(-high) * high**n / factorial(n) for n in range(4)) == pytest.approx(0.05)
    assert sum(exp(-low) * low**n / factorial(n) for n in range(3)) == pytest.approx(0.95)


def test_from_ten_events_on_limits_are_byars_and_nearly_the_exact_ones() -> None:
    count = np.array([9.999, 10.0, 40.0])
    for side, near, sure in zip(of_counts(count, 0.95), byar(count, 0.95), exact(count, 0.95), strict=True):
        assert side[1:] == pytest.approx(near[1:])
        assert side[0] == pytest.approx(sure[0])
        assert near[1:] == pytest.approx(sure[1:], rel=0.01)


def test_all_kept_of_five_is_no_certainty() -> None:
    low, high = one(of_rates(np.array([5.0]), np.array([5.0]), 0.95))
    assert [low, high] == pytest.approx([0.5655, 1], abs=1e-4)


def test_the_lines_of_a_funnel_narrow_with_size_and_hold_what_chance_does() -> None:
    of = np.array([10.0, 100.0, 1000.0])
    low, high = around_rate(0.9, of, INNER)
    assert all(np.diff(low) > 0)
    assert high[0] == 1
    inside = sum(comb(100, k) * 0.9**k * 0.1 ** (100 - k) for k in range(101) if low[1] <= k / 100 <= high[1])
    assert inside == pytest.approx(0.95, abs=0.02)
    below, above = around_ratio(np.array([1.0, 10.0, 100.0]), OUTER)
    assert all(np.diff(below) > 0)
    assert all(np.diff(above) < 0)
    assert below[-1] < 1 < above[-1]


def test_small_books_are_drawn_to_the_others_and_alone_to_nobody() -> None:
    kept, of = np.array([1.0, 45.0, 90.0, 40.0, 88.0, 60.0]), np.array([3.0, 50.0, 100.0, 50.0, 100.0, 70.0])
    found = believed(kept, of)
    assert 1 / 3 < 0.6 < found.mean[0] < 0.9
    assert found.mean[2] == pytest.approx(0.9, abs=0.02)
    low, high = found.limits(0.9)
    assert high[0] - low[0] > high[2] - low[2]
    alone = believed(kept[:1], of[:1])
    assert alone.mean[0] == pytest.approx(2 / 5)  # (1 + 1) of (3 + 2): nothing is known before


def test_books_alike_are_not_taken_for_one() -> None:
    found = believed(np.full(8, 18.0), np.full(8, 20.0))
    assert found.yes[0] + found.no[0] == pytest.approx(139 + 20, rel=1e-6)


def test_a_shared_account_is_lost_and_expected_in_parts() -> None:
    books = Books(
        np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1.0, 0.25, 0.75]), np.arange(2), np.array([0, 1]), 2
    )
    found = lost(np.array([0.0, 1.0]), np.array([0.1, 0.2]), books)
    assert found.observed.tolist() == [0.25, 0.75]
    assert found.expected == pytest.approx([0.15, 0.15])
    assert found.ratio == pytest.approx([0.25 / 0.15, 5])


def test_a_range_is_the_beliefs_where_accounts_are_ones_own_and_wider_where_they_are_shared() -> None:
    def errors(share: float) -> tuple[np.ndarray, np.ndarray]:
        unit, manager = np.repeat(np.arange(60), 2), np.tile([0, 1], 60)
        manager = np.where(
            np.repeat(np.arange(60) // 10, 2) * 2 + manager < 12,
            manager + np.repeat(np.arange(60) // 10, 2) * 2,
            manager,
        )
        parts = np.tile([share, 1 - share], 60)
        has = parts > 0
        books = Books(unit[has], manager[has], parts[has], np.arange(60), manager[::2], 12)
        part = books.share / books.by_manager(books.share)[books.manager]
        heard = Noise(np.ones(60), 1.0, 0.0, np.zeros(60))
        told = books.by_manager(part) > 0
        n = int(told.sum())
        noise = np.full(n, 0.1)
        known = peers(np.zeros(n), noise, 0.05, (np.zeros(n, dtype=np.int64),))
        shrunk = shrink(np.zeros(n), noise, 0.05, known)
        return shrunk.error, range_error(shrunk, known, told, part=part, books=books, heard=heard, between=0.05)

    belief, own = errors(1.0)
    assert own == pytest.approx(belief)
    belief, shared = errors(0.5)
    assert np.all(shared > 1.1 * belief)


def test_a_groups_average_is_drawn_to_all_as_far_as_groups_do_not_differ() -> None:
    group = np.repeat([0, 1], 5)
    noise, levels = np.full(10, 0.02), (group, np.zeros(10, dtype=np.int64))
    alike = np.tile([-0.1, -0.05, 0.0, 0.05, 0.1], 2) + np.where(group == 0, 0.01, -0.01)
    assert group_spreads(alike, noise, 0.01, levels) == [0.0]
    one_mean = peers(alike, noise, 0.01, levels, 5, [0.0]).mean
    assert one_mean == pytest.approx(np.zeros(10), abs=1e-12)
    apart = alike + np.where(group == 0, 1.0, -1.0)
    spread = group_spreads(apart, noise, 0.01, levels)
    drawn = peers(apart, noise, 0.01, levels, 5, spread).mean
    own = peers(apart, noise, 0.01, levels, 5).mean
    assert 0.99 < drawn[0] / own[0] < 1


def test_lost_accounts_of_the_company_are_those_of_its_managers_and_as_many_are_expected() -> None:
    found = judged(company()).lost
    assert found is not None
    assert found["lost"].sum() == pytest.approx(5)
    assert found["expected"].sum() == pytest.approx(5)
    first = found.row(by_predicate=pl.col("manager_id") == "m1", named=True)
    assert first["lost"] == 3
    assert first["expected"] < 2


def test_a_card_says_how_many_were_lost_and_expected_and_whether_it_could_be_chance() -> None:
    book = rulebook()
    card = made_cards(scored(company(), book), book)["m1"]
    assert card["lost"]["lost"] == 3
    assert card["lost"]["low"] <= card["lost"]["ratio"] <= card["lost"]["high"]
    assert card["lost"]["sentence"].startswith("Of 27 account-quarters 3.0 ended with the account lost, where ")
    one = {"lost": 0.0, "expected": 0.1, "account_quarters": 1.0, "ratio": None}
    assert sentence(one) == "Of 1 account-quarter none ended with the account lost."
    few = company(people=4)
    assert made_cards(scored(few, book), book)["m1"]["lost"] is None
    assert of_managers(None, 0.9) == {}


def test_a_teams_lost_accounts_are_the_sum_of_its_managers() -> None:
    found = judged(company()).lost
    assert found is not None
    teams = {m: str(p["team"]) for m, p in PEOPLE.items()}
    told = of_teams(found, teams, 0.9)
    assert (told["North"]["lost"], told["South"]["lost"]) == (5, 0)
    assert sum(t["expected"] for t in told.values()) == pytest.approx(5)


def _picture(books: list[Book]) -> ET.Element:
    return ET.fromstring(funnel.of_ratios(books))  # noqa: S314  our own text


def test_a_funnel_has_a_dot_for_each_book_a_ring_where_it_is_beyond_and_no_markup_of_names() -> None:
    count, expected = np.array([12.0, 3.0, 0.0]), np.array([4.0, 3.0, 1.0])
    beyond = funnel.beyond_ratio(count, expected)
    assert beyond == [2, 0, 0]
    books = [Book("</title><script>", 4.0, 3.0, 2), Book("B", 3.0, 1.0), Book("C", 1.0, 0.0)]
    root = _picture(books)
    circles = root.findall(f"{SVG}circle")
    assert len(circles) == 4
    assert root.findtext(f"{SVG}title", "").startswith(
        "2 of 3 books lie within the inner lines and 1 outside, 1 of them"
    )
    assert "<script" not in funnel.of_ratios(books)
    lines = root.findall(f"{SVG}svg/{SVG}polyline")
    assert [bool(line.get("stroke-dasharray")) for line in lines] == [True, True, False, False]


def test_sizes_below_a_funnel_are_told_apart_however_small_the_books_are() -> None:
    labels = [text.text for text in _picture([Book("A", 0.24, 1.0), Book("B", 0.1, 4.0, 1)]).iter(f"{SVG}text")]
    assert labels[-6:] == ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25"]
    said = funnel.sentence([Book("A", 0.24, 1.0), Book("B", 0.1, 4.0, 1)])
    assert said.startswith("1 of 2 books lie within the inner lines and 1 outside, though within the outer ones;")


def test_without_expectation_the_page_draws_rates() -> None:
    managers = [
        {"manager_id": str(n), "name": str(n), "accounts": 10 * n, "kept": 9 * n, "rate": 0.9, "lost": None}
        for n in (1, 2)
    ]
    made = losses({"rate": 0.9, "managers": managers, "teams": []})
    assert made is not None
    assert not made.is_expected
    assert made.sentence.startswith("2 of 2 books lie within the inner lines and none outside;")
    alone = losses({"rate": 0.9, "managers": managers[:1], "teams": []})
    assert alone is not None
    assert alone.sentence.startswith("1 of 1 book lies within")
    assert losses({"rate": None, "managers": [], "teams": []}) is None
    assert losses(None) is None


def _gaps(first: str = "North", second: str = "South"):  # type: ignore[no-untyped-def]
    known = company()
    known["managers"] = known["managers"].with_columns(
        pl.col("manager_id").replace_strict({m: p["team"] for m, p in PEOPLE.items()}).alias("team")
    )
    book = rulebook()
    return gaps(subject(known, book, calendar_of(book).period("2026-Q2"), AS_OF), first, second)


def test_a_gap_is_what_accounts_explain_and_the_rest_and_turns_round() -> None:
    found = _gaps().rules[0]
    assert found.gap is not None
    assert found.explained is not None
    assert found.rest is not None
    assert found.gap == pytest.approx(found.first - found.second)
    assert found.gap == pytest.approx(found.explained + found.rest)
    assert sum(found.features.values()) == pytest.approx(found.explained)
    assert found.gap < 0  # all five lost accounts are the first team's
    assert found.low < found.rest < found.high
    back = _gaps("south", "north").rules[0]
    assert (back.gap, back.rest) == pytest.approx((-found.gap, -found.rest))


def test_teams_that_differ_in_case_alone_are_each_meant_by_their_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEOPLE["m4"], "team", "SOUTH")
    assert [team.name for team in _gaps("SOUTH", "South").teams] == ["SOUTH", "South"]
    assert [team.name for team in _gaps("South", "SOUTH").teams] == ["South", "SOUTH"]


def test_a_gap_is_printed_so_that_a_readers_sum_is_ours(capsys: pytest.CaptureFixture[str]) -> None:
    found = _gaps()
    rule = replace(found.rules[0], first=0.9746, second=0.9714, gap=0.0032, explained=0.0024, rest=0.0008)
    show(replace(found, rules=(rule,)), Path("co"), Request(Path("co"), AS_OF))
    (row,) = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(f"{rule.rule} ")]
    told = [cell for cell in row[1:] if cell[0] not in "%pt"][:5]
    assert told == ["97.5", "97.1", "+0.4", "+0.2", "+0.2"]


def test_a_team_that_is_none_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match='did you mean "North"'):
        _gaps("Norht")
