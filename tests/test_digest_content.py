"""What a digest says: who moved beyond chance, what was corrected, what comes up, and to whom it is told."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from digests_told import asked, renders, schedule, told
from web_world import World

from scoring import cli
from scoring.access import Role, User
from scoring.calendar import Calendar
from scoring.digest import corrections, headings, health, renewals, whole
from scoring.digest.against import Against, against
from scoring.digest.content import Due, Moved, Name, plain
from scoring.digest.learned import learned
from scoring.digest.links import Links
from scoring.digest.movers import movers, without_score
from scoring.digest.render import words
from scoring.numbers import fixed, rounded
from scoring.reports.moves import change_parts
from scoring.scorecard.cards import Card
from scoring.store import Store, open_store

CHANNEL = User("channel:sales", "", "sales", Role.LEADER)


@dataclass
class Looked:
    """A run with nothing but cards: those of one manager, whose score is given."""

    score: float | None
    as_of: str
    run_id: str
    period: str = "2026-Q2"
    rules: str = "r"
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        period = {"name": "2026-Q2", "from": "2026-04-01", "to": "2026-06-30"}
        return {"as_of": self.as_of, "period": period, "rules": {"sha256": self.rules}}

    @property
    def cards(self) -> list[dict[str, Any]]:
        previous = {"period": "2026-Q1", "score": 60.0}
        card = {"manager_id": "m", "name": "M", "score": self.score, "previous": previous, "change_band": 5.2,
                "low": 40.0, "high": 90.0, "period": "2026-Q2"}  # fmt: skip
        return [card | {"is_beyond_chance": False} | self.more]

    def card(self, manager: str) -> dict[str, Any]:
        return self.cards[0]


def beyond(now: Looked, last: Looked | None) -> tuple[int, str]:
    measured = against(now, last, "week", now.cards)  # type: ignore[arg-type]
    return movers(now.cards, measured).counts.beyond, measured.span


def moved_of(card: dict[str, Any], measured: Against) -> Moved | None:
    """The card's change, without its causes."""
    was, score = measured.was(card), card["score"]
    if was is None or score is None:
        return None
    printed, band, is_beyond = rounded(score) - rounded(was), measured.band(card), measured.is_beyond(card)
    return Moved("m", Name("M"), None, score, 40.0, 90.0, 0.9, was, score - was, printed, band, is_beyond, ())


def headed(now: Looked, last: Looked | None) -> tuple[str, str, str, str]:
    """The headline, what stands below it, how the subject ends, and one's own headline."""
    measured = against(now, last, "week", now.cards)  # type: ignore[arg-type]
    counts = movers(now.cards, measured).counts
    own = moved_of(now.cards[0], measured)
    lead = "".join(map(plain, headings.lead(counts, measured)))
    subject = headings.subject(asked(schedule(), "2026-W26"), ("Company",), counts, [])
    own_title = headings.own_headline(now.cards[0], own, measured)
    return headings.headline(counts, measured), lead, subject.split(": ")[1], own_title


def test_a_weeks_change_is_held_against_the_chance_of_a_week_on_top_of_the_days_before() -> None:
    before = Looked(50.0, "2026-06-21", "a")
    # on top of 82 days, 7 more make ±5.2 · √(7/82) = ±1.519
    assert beyond(Looked(51.51, "2026-06-28", "b"), before) == (0, "this week")
    assert beyond(Looked(51.53, "2026-06-28", "b"), before) == (1, "this week")
    assert beyond(Looked(48.47, "2026-06-28", "b"), before) == (1, "this week")
    assert beyond(Looked(59.0, "2026-06-28", "b", more={"change_band": None}), before)[0] == 0
    # an early week moves the average of the period so far by far more: on top of 7 days by the whole ±5.2
    early = Looked(50.0, "2026-04-07", "a")
    assert beyond(Looked(55.1, "2026-04-14", "b"), early) == (0, "this week")
    assert beyond(Looked(55.3, "2026-04-14", "b"), early) == (1, "this week")


def test_what_chance_does_early_in_a_period_is_seldom_told_as_more_than_chance() -> None:
    """Ten thousand who only have luck: one day is as good as another, and their score is the average so far."""
    days = np.random.default_rng(7).normal(size=(10_000, 91)).cumsum(axis=1)
    for week in (2, 3, 6, 13):
        then, now = 7 * (week - 1), 7 * week
        was, score = days[:, then - 1] / then, days[:, now - 1] / now
        band = 1.645 * (1 / now + 1 / 91) ** 0.5  # that of the card: this period so far against a whole one before
        start, last = date(2026, 4, 1), Looked(0.0, "", "a")
        ends = [(start + timedelta(days=n - 1)).isoformat() for n in (then, now)]
        measured = against(replace(last, as_of=ends[1], run_id="b"), replace(last, as_of=ends[0]), "week", [])  # type: ignore[arg-type]
        told = (np.abs(score - was) > (measured.band({"change_band": band}) or 0.0)).mean()
        assert told < 0.10, (week, told)


def test_where_nobody_knows_what_chance_does_nothing_is_called_chance() -> None:
    """From 60 to 80 on data in doubt: not within chance, and not beyond it."""
    unknown = {"change_band": None}
    title, lead, subject, own = headed(Looked(80.0, "2026-06-28", "b", more=unknown), Looked(60.0, "2026-06-21", "a"))
    assert title == "Nothing is known to have moved beyond chance this week."
    assert lead == "Of 1 manager it is not said whether they moved by more than chance would do."
    assert subject == "nothing known to have moved beyond chance"
    assert own.endswith("up 20.0; whether that is more than chance is not said")
    assert headed(Looked(60.0, "2026-06-28", "b", more=unknown), Looked(60.0, "2026-06-21", "a"))[1] == ""


def test_subject_and_headline_say_the_same_where_there_is_nothing_to_compare() -> None:
    first = Looked(60.0, "2026-06-28", "b", more={"previous": None})
    title, _, subject, _ = headed(first, None)
    assert title == "1 manager scored, with nothing to compare with yet."
    assert subject == "nothing to compare with yet"
    nobody = Looked(None, "2026-06-28", "b")
    assert headed(nobody, None)[0::2] == ("Nobody has a score.", "no scores")


@pytest.mark.parametrize(
    ("now", "then", "why"),
    [
        (("2026-07-12", "r"), "2026-07-05", "as figures were corrected"),
        (("2026-06-21", "r"), "2026-06-21", "as figures were corrected"),
        (("2026-06-21", "s"), "2026-06-21", "as the rules changed"),
        (("2026-06-14", "r"), "2026-06-21", "seen from an earlier day, 14 June 2026"),
    ],
)
def test_another_score_without_a_day_gone_by_is_no_move_and_is_told(now: tuple[str, str], then: str, why: str) -> None:
    as_of, rules = now
    title, _, subject, own = headed(Looked(55.3, as_of, "b", rules=rules), Looked(50.0, then, "a"))
    assert title == f"1 manager has another score since the last digest, {why}."
    assert subject == "1 manager with another score"
    assert own.endswith(f", up 5.3, {why}")


def test_under_other_rules_since_the_last_digest_nothing_is_called_beyond_chance() -> None:
    now, last = Looked(59.0, "2026-06-28", "b", rules="s"), Looked(50.0, "2026-06-21", "a")
    assert beyond(now, last)[0] == 0
    assert headed(now, last)[0] == "Nothing is known to have moved beyond chance this week."
    measured = against(now, last, "week", now.cards)  # type: ignore[arg-type]
    (notice,) = headings.about(asked(schedule(), "2026-W26"), now, measured, now.cards)  # type: ignore[arg-type]
    assert notice.startswith("Other rules are in force than at the last digest")


def test_who_went_down_is_counted_as_it_was_judged_without_what_other_rules_did() -> None:
    """60 → 61, of it +6 by new rules: what is beyond chance are the 5 points lost."""
    moved = [{"part": "rules", "points": 6.0, "label": "Other rules", "accounts": []}]
    now = Looked(61.0, "2026-06-28", "b", more={"is_beyond_chance": True, "moved": moved, "change_band": 4.0})
    measured = against(now, None, "week", now.cards)  # type: ignore[arg-type]
    counts = movers(now.cards, measured).counts
    assert (counts.up, counts.down) == (0, 1)
    (notice,) = headings.about(asked(schedule(), "2026-W26"), now, measured, now.cards)  # type: ignore[arg-type]
    assert notice.startswith("Other rules are in force than in 2026-Q1")
    assert headed(now, None)[3].endswith(
        ", up 1.0; without what other rules did to it down 5.0, more than chance would do"
    )


def test_a_week_that_no_run_scores_says_of_what_the_figures_are() -> None:
    run = Looked(50.0, "2026-07-05", "a")
    measured = against(run, run, "week", run.cards)  # type: ignore[arg-type]
    for week, said in (("2026-W26", ()), ("2026-W28", ("2026-Q2; what came after is in no run yet.",))):
        told_of = headings.about(asked(schedule(), week), run, measured, run.cards)  # type: ignore[arg-type]
        assert tuple(notice.split("figures of ")[1] for notice in told_of) == said


def test_more_than_a_week_is_said_since_when() -> None:
    assert beyond(Looked(53.0, "2026-06-28", "b"), Looked(50.0, "2026-05-24", "a")) == (0, "since 24 May 2026")


def test_against_an_earlier_period_the_card_itself_says_what_is_chance() -> None:
    quarter_before = Looked(50.0, "2026-03-31", "a", period="2026-Q1")
    now = Looked(61.0, "2026-06-28", "b", more={"is_beyond_chance": True})
    assert beyond(now, quarter_before) == (1, "against 2026-Q1")
    assert beyond(now, None) == (1, "against 2026-Q1")


def test_nothing_moves_in_one_run_or_in_a_period_that_was_over() -> None:
    run = Looked(50.0, "2026-06-28", "a")
    assert beyond(run, run) == (0, "since the last digest")
    assert beyond(Looked(58.0, "2026-07-12", "b"), Looked(50.0, "2026-07-05", "a")) == (0, "since the last digest")


@pytest.fixture(scope="module")
def runs(web_world: World) -> dict[str, str]:
    return web_world.store.holding()


def test_a_quarter_counts_as_its_cards_do(web_world: World, runs: dict[str, str]) -> None:
    leader = web_world.users["leader"]
    digest = told(
        web_world.store, leader, runs["2026-Q2"], runs["2026-Q1"], asked(schedule(every="quarter"), "2026-Q2")
    )
    cards = web_world.seen(leader).cards
    assert digest.counts.beyond == sum(card["is_beyond_chance"] for card in cards)
    assert digest.counts.unscored == sum(card["score"] is None for card in cards)
    for moved in digest.movers:
        card = next(card for card in cards if card["manager_id"] == moved.manager_id)
        assert moved.printed == rounded(card["score"]) - rounded(card["previous"]["score"])
        assert sum(part.points for part in change_parts(card)) == moved.printed


def test_ones_own_score_stands_in_the_headline_and_not_in_subject_or_preview(
    web_world: World, runs: dict[str, str]
) -> None:
    manager = web_world.users["manager"]
    what = asked(schedule("managers", every="quarter"), "2026-Q2")
    digest = told(web_world.store, manager, runs["2026-Q2"], runs["2026-Q1"], what)
    score = fixed(web_world.seen(manager).card(manager.manager_id or "")["score"])
    assert score in digest.title
    assert score not in digest.subject + digest.preview
    assert digest.subject == "Your scorecard, 2026-Q2"


def test_nothing_moved_is_one_line(web_world: World, runs: dict[str, str]) -> None:
    what = asked(schedule(content=["movers"]), "2026-W26")
    digest = told(web_world.store, web_world.users["leader"], runs["2026-Q2"], runs["2026-Q2"], what)
    body = renders(digest)["text"].split("\n\n")
    assert body[1] == "Nothing moved beyond chance since the last digest."
    assert body[2].startswith("-----")


def test_the_first_one_says_so(web_world: World, runs: dict[str, str]) -> None:
    what = asked(schedule(), "2026-W26")
    digest = told(web_world.store, web_world.users["leader"], runs["2026-Q2"], None, what)
    first = "This is the first digest of this kind that you get; changes are against 2026-Q1, the period before."
    assert digest.notices == (first,)


def test_scores_that_were_published_otherwise_than_they_are_compared_with_are_said(
    web_world: World, runs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, read = web_world.users["manager"], Store.cards
    before = web_world.seen(manager).cards[0]["previous"]["score"]

    def published(store: Store, run_id: str) -> tuple[Card, ...]:
        given = {"score": before + 1.5} if run_id == runs["2026-Q1"] else {}
        return tuple(card | given if card["manager_id"] == manager.manager_id else card for card in read(store, run_id))

    monkeypatch.setattr(Store, "cards", published)
    later = datetime(2100, 1, 1, tzinfo=UTC)
    for user, audience, said in (
        (manager, "managers", f"2026-Q1 was published as {fixed(before + 1.5)}. By what is known of it today, and by "
         f"its rules, it would be {fixed(before)}: with that the score is compared."),
        (web_world.users["leader"], "leaders",
         "Changes are against 2026-Q1 by what is known of it today; it was published otherwise for 1 manager."),
    ):  # fmt: skip
        what = asked(schedule(audience), "2026-W26", prepared_at=later)
        assert told(web_world.store, user, runs["2026-Q2"], None, what).notices[-1] == said
        same = told(web_world.store, user, runs["2026-Q2"], runs["2026-Q2"], what)
        assert said not in same.notices, "it is against the last look at the same period"


@pytest.mark.parametrize(
    ("minutes", "was_held", "said"),
    [
        (60, True, ()),
        (
            61,
            True,
            (
                "Late: due Monday 29 June 2026, 07:00 Europe/Berlin; held until the exports reached 28 June 2026, with "
                "what is known on 15 July 2026.",
            ),
        ),
        (
            61,
            False,
            (
                "Late: due Monday 29 June 2026, 07:00 Europe/Berlin; it is sent only now, with what is known on "
                "15 July 2026.",
            ),
        ),
    ],
)
def test_late_is_said_with_the_reason(
    web_world: World, runs: dict[str, str], minutes: int, was_held: bool, said: tuple[str, ...]
) -> None:
    at = datetime(2026, 6, 29, 5, tzinfo=UTC) + timedelta(minutes=minutes)
    what = asked(schedule(), "2026-W26", prepared_at=at, was_held=was_held)
    digest = told(web_world.store, web_world.users["leader"], runs["2026-Q2"], runs["2026-Q2"], what)
    assert digest.notices == said


def test_late_with_a_run_that_looked_from_the_day_it_was_due_says_no_other_day() -> None:
    what = asked(schedule(), "2026-W26", prepared_at=datetime(2026, 6, 29, 9, tzinfo=UTC))
    (same_day,) = headings.late(what, date(2026, 6, 29))
    assert same_day.endswith("it is sent only now.")
    assert headings.late(what, date(2026, 6, 30))[0].endswith(
        "it is sent only now, with what is known on 30 June 2026."
    )


def test_who_has_no_score_is_told_why() -> None:
    run = Looked(None, "2026-06-28", "a", more={"period": "2026-Q2", "reason": "Fewer than 3 accounts."})
    measured = against(run, None, "week", run.cards)  # type: ignore[arg-type]
    assert headings.own_headline(run.cards[0], None, measured) == "You have no score for 2026-Q2."
    assert headings.own_lead(run.cards[0], None, measured) == (("Fewer than 3 accounts.",),)
    named = ("M", " has no score: ", "fewer than 3 accounts.")
    assert without_score(run.cards, 3, 1) == (named,)
    assert without_score(run.cards, 3, 2) == (named, ("1 more has no score.",))
    assert without_score(run.cards, 3, 5) == (named, ("4 more have no score.",)), "who had none before, too"
    assert without_score((), 3, 5) == (), "nobody lost one"


def test_owners_who_stayed_the_same_are_no_file_that_ends_early() -> None:
    tables = {"contracts": "2026-05-31", "ownership": "2023-01-01", "answers": "2026-06-29", "managers": None}
    files = [{"table": t, "file": f"{t}.csv", "last_day": day, "rows_set_aside": 0} for t, day in tables.items()]
    said = health.of_channel(SimpleNamespace(facts={"inputs": files}), Calendar().period("2026-Q2"))  # type: ignore[arg-type]
    assert [plain(each) for each in said] == ["More than a week before 30 June 2026 end contracts.csv (31 May 2026)."]


def test_of_files_that_were_only_looked_up_no_rows_were_set_aside() -> None:
    """As matches.csv, or a file of roles that others name."""
    aside = {None: 0, "contracts": 2, "answers": 0, "accounts": 1}
    files = [{"table": t, "file": f"{t}.csv", "last_day": None, "rows_set_aside": rows} for t, rows in aside.items()]
    said = health.of_channel(SimpleNamespace(facts={"inputs": files}), Calendar().period("2026-Q2"))  # type: ignore[arg-type]
    assert [plain(each) for each in said] == [
        "Rows set aside as they could not be used: 1 of accounts, 2 of contracts."
    ]


def test_renewals_add_up_with_most_at_risk_first(web_world: World, runs: dict[str, str]) -> None:
    leader = web_world.users["leader"]
    found = told(web_world.store, leader, runs["2026-Q2"], None, asked(schedule(), "2026-W26")).renewals
    assert found is not None
    managers = {card["manager_id"] for card in web_world.seen(leader).cards}
    book = web_world.seen(leader).frame("book")
    whole = sum(a for a, m in book.select("due_in_90", "manager_id").iter_rows() if m in managers)
    assert found.within[90][1] == whole == sum(due.amount for due in found.rows) + found.rest
    risks = [due.at_risk for due in found.rows if due.at_risk is not None]
    assert risks == sorted(risks, reverse=True)
    assert len(found.rows) + found.more == book.filter(pl.col("due_in_90") > 0)["account_id"].n_unique()


def test_a_movement_of_an_account_that_two_share_is_told_as_the_part_that_it_is() -> None:
    """Cedar pays 100 more, 60 of it in Ann's book and 40 in Ben's; Birch is Ann's alone, as was Cedar in April."""
    columns = ("account_id", "moved_on", "kind", "manager_id", "amount", "origin")
    june, april = date(2026, 6, 2), date(2026, 4, 2)
    rows = [
        ("cedar", june, "expansion", "ann", Decimal(60), "contracts.csv:3"),
        ("cedar", june, "expansion", "ben", Decimal(40), "contracts.csv:3"),
        ("cedar", april, "contraction", "ann", Decimal(7), "contracts.csv:2"),
        ("birch", june, "expansion", "ann", Decimal(60), "contracts.csv:9"),
        ("oak", None, "churn", "ann", Decimal(5), ""),
        ("oak", None, "churn", None, Decimal(5), ""),
    ]
    moves = pl.DataFrame(rows, schema=columns, orient="row")
    shelf = SimpleNamespace(made=lambda _, make: make(), frame=lambda *_: moves)
    run: Any = SimpleNamespace(facts={"basis": "contracts", "currency": "EUR"}, run_id="r", shelf=shelf)
    part = "60\u202f%"
    own = whole.happened_to(run, "ann", "cedar", is_own=True)
    assert own == f"€60.00 more on 2 June 2026, your part of {part}; €7.00 less on 2 April 2026"
    theirs = whole.happened_to(run, "ben", "cedar", is_own=False)
    assert theirs == "€40.00 more on 2 June 2026, the manager’s part of 40\u202f%"
    assert whole.happened_to(run, "ann", "birch", is_own=True) == "€60.00 more on 2 June 2026"
    run.facts["basis"] = "invoices"
    assert whole.happened_to(run, "ann", "oak", is_own=True).endswith("your part of 50\u202f%")


def test_an_own_renewal_says_that_its_amount_is_a_part_of_the_accounts() -> None:
    row = {"account_id": "a", "account": "A", "due_in_30": Decimal(6), "due_in_60": Decimal(6), "due_in_90": Decimal(6),
           "due_open": Decimal(0), "share": 0.6}  # fmt: skip
    run = _priced(Looked(50.0, "2026-06-28", "a"))
    told = [renewals._due(run, run.cards[0], row | {"share": part}, Links(None), is_own=True).why for part in (0.6, 1)]
    assert told == [("the amount is your part of 60\u202f%",), ()]
    assert renewals._due(run, run.cards[0], row, Links(None), is_own=False).why == ()


def test_a_renewal_that_two_share_is_told_once() -> None:
    mine = Due("a", Name("A"), Name("Ann"), 60, Decimal(4), 0.5, Decimal(2), ())
    theirs = Due("a", Name("A"), Name("Ben"), 60, Decimal(6), 0.5, Decimal(3), ())
    assert renewals._once([mine, theirs]) == [
        Due("a", Name("A"), Name("Ben, Ann"), 60, Decimal(10), 0.5, Decimal(5), ())
    ]


def test_a_risk_that_no_model_knows_is_not_made_up() -> None:
    row = {"account_id": "a", "account": "A", "due_in_30": Decimal(0), "due_in_60": Decimal(0), "due_in_90": Decimal(7),
           "due_open": Decimal(0)}  # fmt: skip
    run = Looked(50.0, "2026-06-28", "a")
    due = renewals._due(_priced(run), run.cards[0], row, Links(None), is_own=True)
    assert due == Due("a", Name("A"), None, 90, Decimal(7), None, None, ())


@pytest.mark.parametrize(
    ("as_of", "undecided", "within"), [("2026-05-17", (2, Decimal(20)), 0), ("2026-06-30", (0, Decimal(0)), 60)]
)
def test_while_the_period_runs_its_own_renewals_come_first(
    monkeypatch: pytest.MonkeyPatch, as_of: str, undecided: tuple[int, Decimal], within: int
) -> None:
    """On 17 May who renews in June is told, and not only who renews after 30 June; on 30 June that is over."""
    nothing = {f"due{s}_in_{days}": Decimal(0) for s in ("", "s") for days in (30, 60, 90)}
    row = {"account_id": "a", "account": "A", **nothing, "chance_active": 0.5}
    due_60 = {f"{word}_in_{days}": n for word, n in (("due", Decimal(7)), ("dues", Decimal(1))) for days in (60, 90)}
    both = row | due_60 | {"due_open": Decimal(12), "dues_open": Decimal(1)}
    only_now = row | {"account_id": "b", "account": "B", "due_open": Decimal(8), "dues_open": Decimal(1)}
    monkeypatch.setattr(whole, "dues", lambda _: {"m": [both, only_now]})
    run = _priced(Looked(50.0, as_of, "a"))
    found = renewals.renewals(run, run.cards, Links(None), is_own=True)
    assert found is not None
    assert found.undecided == undecided
    assert found.within[90] == (1, Decimal(7))
    assert found.rows[0].account == "A"
    assert (found.rows[0].within, found.rows[0].amount) == (within, Decimal(19 if undecided[0] else 7))
    assert len(found.rows) == (2 if undecided[0] else 1)
    said = words.coming(found, "EUR")
    first = "2 renewals due by 30 June 2026 are not decided yet, €20 a year. " if undecided[0] else ""
    assert said.startswith(f"{first}1 renewal due in the 90 days after 30 June 2026, €7 a year")
    told = "by 30 June 2026" if undecided[0] else "by 29 August 2026"
    assert told in words.due(found.rows[0], found, "EUR")
    shared = renewals.counted(run, run.cards)
    assert shared is not None
    assert shared.undecided == (undecided[0], None)


def _priced(run: Looked, more: dict[str, Any] | None = None) -> Any:
    class Priced(Looked):
        @property
        def facts(self) -> dict[str, Any]:
            return super().facts | {"currency": "EUR"}

    return Priced(run.score, run.as_of, run.run_id, more=more or {})


def test_what_was_learned_of_sealed_periods_is_told_largest_first_with_its_sum() -> None:
    """Birch left on 28 March, as is learned on 20 April; Cedar was there with 500 less than was thought."""
    birch = {"account_id": "b", "account": "Birch", "effective_on": "2026-03-28", "kind": "churn", "amount": "-2000",
             "cause": "late", "recorded_at": "2026-04-20", "origin": "contracts.csv:11"}  # fmt: skip
    cedar = birch | {"account_id": "c", "account": "Cedar", "effective_on": "2026-01-01", "kind": "opening",
                     "amount": "-500.5", "cause": "silent", "origin": "a.csv:12, a.csv:13, b.csv:7"}  # fmt: skip

    def run(*lines: dict[str, Any], **sealed: str) -> Any:
        return _priced(Looked(50.0, "2026-07-05", "a"), {"prior_periods": {"lines": list(lines), **sealed}})

    def told(now: Any, last: Any, *, is_own: bool) -> list[str]:
        return [plain(sentence) for sentence in learned(now, last, now.cards, is_own=is_own)]

    both = run(cedar, birch)
    assert told(both, None, is_own=True) == [
        "2 lines, −€2,500.50 in all.",
        "Birch: −€2,000.00, left on 28 March 2026; recorded 20 April 2026 (contracts.csv:11).",
        "Cedar: −€500.50, from before 1 January 2026; changed in the export without a word (a.csv:12 and 2 more rows).",
    ]
    assert told(both, None, is_own=False) == [
        "M: −€2,500.50 in 2 lines; the largest −€2,000.00 of Birch, recorded 20 April 2026 (contracts.csv:11)."
    ]
    assert told(both, run(cedar), is_own=False) == [
        "M: −€2,000.00 in 1 line of Birch, recorded 20 April 2026 (contracts.csv:11)."
    ]
    assert told(both, both, is_own=True) == []
    assert "$2,000.00" in told(run(birch, currency="USD"), None, is_own=True)[0]
    many = run(*(birch | {"account": f"A{n}", "account_id": f"A{n}", "amount": str(n)} for n in range(1, 11)))
    sentences = told(many, None, is_own=True)
    assert (sentences[0], sentences[1][:10], sentences[-1]) == (
        "10 lines, +€55.00 in all.", "A10: +€10.", "And 2 more lines.",
    )  # fmt: skip
    assert len(sentences) == 10


def test_deliveries_that_may_have_arrived_are_told_to_leaders(web_world: World, runs: dict[str, str]) -> None:
    for name, audience in (("leader", "leaders"), ("director", "directors"), ("manager", "managers")):
        what = asked(schedule(audience), "2026-W26", unknown=2)
        digest = told(web_world.store, web_world.users[name], runs["2026-Q2"], runs["2026-Q2"], what)
        assert any("Nobody knows whether 2 earlier digests" in plain(s) for s in digest.health) == (name == "leader")


@pytest.mark.parametrize("name", ["leader", "auditor", "director", "manager", "channel"])
def test_nothing_of_anybody_else_is_in_any_form(web_world: World, runs: dict[str, str], name: str) -> None:
    """A manager who is not seen leaves no trace: no name, no id, no account that is only in their book."""
    user = CHANNEL if name == "channel" else web_world.users[name]
    audience = {"director": "directors", "manager": "managers", "channel": "channel"}.get(name, "leaders")
    everything = web_world.seen(web_world.users["leader"])
    sees = set() if name == "channel" else {card["manager_id"] for card in web_world.seen(user).cards}
    digests = [
        told(
            web_world.store,
            user,
            runs["2026-Q2"],
            runs["2026-Q1"],
            asked(schedule(audience, every="quarter"), "2026-Q2"),
        ),
        told(web_world.store, user, runs["2026-Q2"], None, asked(schedule(audience), "2026-W26")),
    ]
    for digest in digests:
        for form, made in renders(digest).items():
            said = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
            for canary in _others(everything, sees):
                assert canary not in said, (form, canary)
            if name == "channel":
                assert "€" not in said
                assert "likely" not in said
    if name == "leader":
        assert any(card["name"] in renders(digests[1])["text"] for card in everything.cards)


def _others(everything: Any, sees: set[str]) -> set[str]:
    cards = [card for card in everything.cards if card["manager_id"] not in sees]
    book = everything.frame("book").select("manager_id", "account").drop_nulls()
    theirs = {account for manager, account in book.iter_rows() if manager in sees}
    accounts = {account for manager, account in book.iter_rows() if manager not in sees} - theirs
    return accounts | {value for card in cards for value in (card["name"], card["manager_id"])}


def test_names_in_a_channel_come_without_scores(web_world: World, runs: dict[str, str]) -> None:
    what = asked(schedule("channel", every="quarter", detail="names"), "2026-Q2")
    digest = told(web_world.store, CHANNEL, runs["2026-Q2"], runs["2026-Q1"], what)
    assert all(moved.score is None and moved.low is None and not moved.why for moved in digest.movers)
    assert len(digest.movers) == digest.counts.beyond


def test_the_same_is_said_in_the_same_bytes(web_world: World, runs: dict[str, str]) -> None:
    what = asked(schedule("directors", every="quarter"), "2026-Q2")
    made = [
        told(web_world.store, web_world.users["director"], runs["2026-Q2"], runs["2026-Q1"], what) for _ in range(2)
    ]
    assert json.dumps(renders(made[0])) == json.dumps(renders(made[1]))


def test_what_was_written_says_whether_it_was_sealed_then_also_once_it_is_open_again(mended: Path) -> None:
    store, at = open_store(mended), datetime(2026, 7, 20, 9, tzinfo=UTC)
    run_id = store.holding()["2026-Q2"]
    store.seal(run_id, by="Fay Finance", at=at)
    store.reopen("2026-Q2", by="Fay Finance", reason="billed twice", at=at + timedelta(minutes=2))
    what = asked(schedule(), "2026-W26")
    written = [replace(what, taken_at=at + timedelta(minutes=minutes)) for minutes in (-1, 1, 3)]
    assert [told(store, CHANNEL, run_id, run_id, each).is_sealed for each in written] == [False, True, False]
    store.close()


@pytest.fixture(scope="module")
def mended(web_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same company, in which ten subscriptions turn out never to have been there, and 2026-Q1 is scored again."""
    place = tmp_path_factory.mktemp("mended") / "demo"
    shutil.copytree(web_world.folder, place)
    file = next(place.rglob("subscriptions.csv"))
    head, *rows = file.read_text("utf-8").splitlines()
    gone = [row for row in rows if ",2026-01-" in row or ",2026-02-" in row][:10]
    file.write_text("\n".join([head, *(row for row in rows if row not in gone)]) + "\n", "utf-8")
    ran = ["run", str(place), "--set-aside", "--period", "2026-Q1", "--as-of", "2026-07-15", "--json"]
    assert cli.main(ran) == 0
    return place


def test_what_was_told_and_is_another_now_is_corrected_once_with_the_cause(
    web_world: World, runs: dict[str, str], mended: Path
) -> None:
    store = open_store(mended)
    new = store.holding()["2026-Q1"]
    at = datetime.fromisoformat(store.run(new).created_at)
    leader = web_world.users["leader"]

    before, after, spoken = at - timedelta(seconds=1), at + timedelta(seconds=1), (runs["2026-Q1"],)

    def said(
        last_at: datetime,
        spoken: tuple[str, ...],
        user: User = leader,
        audience: str = "leaders",
        taken_at: Any = after,
    ) -> Any:
        what = asked(schedule(audience), "2026-W26", last_at=last_at, spoken=spoken, taken_at=taken_at)
        return told(store, user, runs["2026-Q2"], runs["2026-Q2"], what)

    (correction,) = said(before, spoken).corrections
    then, now = ({c["manager_id"]: c["score"] for c in store.cards(run)} for run in (runs["2026-Q1"], new))
    changed = {m for m in now if fixed(then[m]) != fixed(now[m])}
    assert changed
    assert correction.count == len(changed)
    assert "subscriptions.csv changed" in plain(correction.causes[0])
    assert all((one.then, one.now) == (then[one.manager_id], now[one.manager_id]) for one in correction.managers)
    assert said(before, ()).corrections == said(after, spoken).corrections == ()
    assert said(before, spoken, taken_at=before).corrections == (), "nobody knew of it yet"
    shared = said(before, spoken, CHANNEL, "channel").corrections
    assert [(c.count, c.managers) for c in shared] == [(len(changed), ())]
    manager = web_world.users["manager"]
    own = said(before, spoken, manager, "managers").corrections
    assert [m.manager_id for c in own for m in c.managers] == [m for m in changed if m == manager.manager_id]
    store.close()


def test_the_largest_of_the_running_period_are_named_before_those_with_most_at_risk() -> None:
    soon = [Due(f"s{n}", Name("S"), None, 0, Decimal(n), None, None, ()) for n in range(1, 7)]
    later = [Due(f"l{n}", Name("L"), None, 30, Decimal(90), 0.5, Decimal(n), ()) for n in range(1, 10)]
    named, rest = renewals._named([*later, *soon])
    assert [due.account_id for due in named] == ["s6", "s5", "s4", "s3", "l9", "l8", "l7", "l6", "l5", "l4"]
    assert len(rest) == 5
    named, rest = renewals._named([*later[:2], *soon])
    assert (len(named), len(rest)) == (8, 0)


def test_a_run_of_the_same_day_corrects_the_one_before_though_the_period_runs() -> None:
    then = Looked(50.0, "2026-05-17", "a")
    assert corrections._is_final(then, Looked(55.0, "2026-05-17", "b"))  # type: ignore[arg-type]
    assert not corrections._is_final(then, Looked(55.0, "2026-05-24", "b"))  # type: ignore[arg-type]
    over = Looked(50.0, "2026-06-30", "a")
    assert corrections._is_final(over, Looked(55.0, "2026-07-15", "b"))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_then", [True, False])
def test_who_changed_teams_is_no_correction_to_a_director(is_then: bool) -> None:
    """They saw the card in one of the runs only: what it said in the other is not theirs."""
    card = {"manager_id": "m", "name": "M", "score": 50.0}
    for sees_everything in (True, False):
        run = SimpleNamespace(sight=SimpleNamespace(is_everything=sees_everything))
        cards = iter([(card,), ()] if is_then else [(), (card,)])
        found = corrections._corrected_of(run, run, partial(_next, cards))  # type: ignore[arg-type]
        assert len(found) == sees_everything


def _next(cards: Iterator[Any], _: object) -> Any:
    return next(cards)
