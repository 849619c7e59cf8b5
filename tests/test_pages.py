"""Do the pages say what the run says? The same digits on the page, in its JSON, in its CSV and in scorecards.json."""

import csv
import html
import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from web_world import NOW as TODAY
from web_world import PERIODS, World

from scoring import cli
from scoring.access import Role, User
from scoring.numbers import fixed
from scoring.reports.sentences import published_sentence
from scoring.rules.proposed import proposed
from scoring.scorecard.cards import Card
from scoring.store import Store, open_store, people
from scoring.view import NotVisibleError, Seen, Shelf, View
from scoring.view.slugs import slug, unslug
from scoring.view.trends import Point as TrendPoint
from scoring.view.trends import Trend
from scoring.web.pages.trends import drawn

NOW, BEFORE = PERIODS
HOME = f"/periods/{NOW}"


@pytest.fixture(scope="module")
def leader(web_world: World) -> TestClient:
    return web_world.client(web_world.users["leader"])


@pytest.fixture(scope="module")
def cards(web_world: World) -> list[dict[str, object]]:
    return json.loads((web_world.folder / "scorecards" / NOW / "scorecards.json").read_text("utf-8"))


def test_the_league_says_the_same_on_the_page_as_data_and_in_the_file(
    leader: TestClient, cards: list[dict[str, object]]
) -> None:
    page, told = leader.get(f"{HOME}/league").text, leader.get(f"{HOME}/league.json").json()
    rows = list(csv.DictReader(io.StringIO(leader.get(f"{HOME}/league.csv").content.decode("utf-8-sig"))))
    by_id = {m["manager_id"]: m for m in told["managers"]}
    assert by_id.keys() == {c["manager_id"] for c in cards} == {r["manager_id"] for r in rows}
    for card in cards:
        assert by_id[card["manager_id"]]["score"] == card["score"]
        row = next(r for r in rows if r["manager_id"] == card["manager_id"])
        assert row["score"] == ("" if card["score"] is None else repr(card["score"]))
        assert f'"num big" data-label="Score">{fixed(card["score"])}' in page


def test_a_head_is_answered_as_a_get_is_without_its_body(leader: TestClient, web_world: World) -> None:
    for path in (f"{HOME}/league", f"{HOME}/league.csv", f"{HOME}/nothing", "/static/web.css"):
        head, whole = leader.head(path), leader.get(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-length"] == str(len(whole.content))
        assert head.headers["content-type"] == whole.headers["content-type"]
    nobody = web_world.client()
    assert nobody.head(f"{HOME}/league").headers["location"] == nobody.get(f"{HOME}/league").headers["location"]


def test_managers_are_sorted_inside_their_group_and_never_ranked(leader: TestClient) -> None:
    for order in ("name", "score", "change", "team"):
        told = leader.get(f"{HOME}/league.json", params={"sort": order}).json()["managers"]
        groups = [m["group"] for m in told]
        assert groups == sorted(groups, key=["above", "within", "below", "not_scored"].index)
        if order == "score":
            for group in set(groups):
                scores = [m["score"] for m in told if m["group"] == group and m["score"] is not None]
                assert scores == sorted(scores, reverse=True)
    assert not re.search(r"\brank\b(?!s)", leader.get(f"{HOME}/league").text.replace("is no rank", ""), re.IGNORECASE)


def test_a_team_and_a_part_of_a_name_narrow_the_league_without_accents(leader: TestClient) -> None:
    everybody = leader.get(f"{HOME}/league.json").json()
    team = everybody["teams"][0]
    told = leader.get(f"{HOME}/league.json", params={"team": team}).json()["managers"]
    assert told
    assert {m["team"] for m in told} == {team}
    accented = next(m for m in everybody["managers"] if not m["name"].isascii())
    plain = "".join(c for c in accented["name"] if c.isascii())[-4:]
    found = leader.get(f"{HOME}/league.json", params={"q": plain.upper()}).json()["managers"]
    assert accented["manager_id"] in {m["manager_id"] for m in found}
    assert "No manager is like that" in leader.get(f"{HOME}/league", params={"q": "zzzz"}).text


def test_a_managers_page_holds_the_card_and_its_published_past(
    leader: TestClient, cards: list[dict[str, object]]
) -> None:
    card = next(c for c in cards if c["score"] is not None)
    address = f"{HOME}/managers/{slug(str(card['manager_id']))}"
    told = leader.get(f"{address}.json").json()
    assert told["card"] == card
    assert [p["period"] for p in told["trend"]["points"]] == [BEFORE, NOW]
    assert told["trend"]["points"][-1]["score"] == card["score"]
    page = leader.get(address).text
    assert fixed(card["score"]) in page
    for line in card["lines"]:
        assert line["because"] in page.replace("&#39;", "'")


def test_what_was_learned_of_a_sealed_period_stands_on_the_managers_page(
    web_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {
        "account": "Solace Clinics", "effective_on": "2026-03-03", "kind": "churn", "amount": "-99.50",
        "cause": "late", "recorded_at": "2026-05-04T08:00:00", "origin": "contracts.csv row 7",
    }  # fmt: skip
    told = {"sealed_until": BEFORE, "bridge": {"sealed": "1000.00", "known": "900.50"}, "lines": [line]}
    read = Store.cards

    def with_it(store: Store, run_id: str) -> tuple[Card, ...]:
        return tuple({**card, "prior_periods": told} for card in read(store, run_id))

    monkeypatch.setattr(Store, "cards", with_it)
    user = web_world.users["manager"]
    shown = web_world.client(user).get(f"{HOME}/managers/{slug(user.manager_id or '')}").text
    assert f"Learned since {BEFORE} was sealed" in shown
    assert "What was published stays as it was." in shown
    assert "Solace Clinics" in shown


def test_an_account_that_is_not_in_the_book_any_more_is_named_and_leads_nowhere(
    leader: TestClient, cards: list[Card], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = next(c for c in cards if len(c["drivers"]) > 1)
    gone, *_, there = sorted(card["drivers"], key=lambda d: -abs(d["points"]))[:3]
    address = f"{HOME}/managers/{slug(card['manager_id'])}"
    monkeypatch.setattr(Seen, "holds", lambda seen, manager, account: account != gone["account_id"])
    page = leader.get(address).text
    assert f"{address}/accounts/{slug(gone['account_id'])}" not in page
    assert html.escape(gone["name"]) in page
    assert f"{address}/accounts/{slug(there['account_id'])}" in page


def test_an_account_leads_to_the_rows_as_read_and_as_used(
    leader: TestClient, cards: list[dict[str, object]], web_world: World
) -> None:
    card = next(c for c in cards if c["drivers"])
    account = card["drivers"][0]
    address = f"{HOME}/managers/{slug(str(card['manager_id']))}/accounts/{slug(account['account_id'])}"
    told = leader.get(f"{address}.json").json()
    assert told["rows"], "an account that mattered was read from somewhere"
    for row in told["rows"]:
        with (web_world.folder / row["file"]).open(encoding="utf-8", newline="") as opened:
            read = list(csv.reader(opened))[row["row"]]
        assert row["read"]["line_id"] in read
    before = sum(float(row["before"] or 0) for row in told["rows"])
    assert before == pytest.approx(float(told["explained"]["accounts"][0]["whole"]["before"]))
    points = sum(float(q["points"]) for line in told["explained"]["lines"] if line["compared"] for a in line["compared"]["accounts"] for q in a["quarters"])  # fmt: skip  # noqa: E501
    assert points == pytest.approx(account["points"], abs=1e-6)


@pytest.mark.parametrize("is_alone", [True, False], ids=["one manager", "every manager"])
@pytest.mark.parametrize("role", ["leader", "auditor"])
def test_pages_are_there_where_managers_are_in_no_team(
    web_world: World, monkeypatch: pytest.MonkeyPatch, role: str, is_alone: bool
) -> None:
    read = Store.cards

    def without_team(store: Store, run_id: str) -> tuple[Card, ...]:
        first, *others = read(store, run_id)
        return ({**first, "team": None}, *(others if is_alone else ({**card, "team": None} for card in others)))

    monkeypatch.setattr(Store, "cards", without_team)
    client = web_world.client(web_world.users[role])
    listed = client.get(f"{HOME}/teams.json").json()["teams"]
    assert bool(listed) is is_alone
    assert None not in {each["team"] for each in listed}
    for page in ("league", "teams", "ladder", "company", "cohorts", "data", "reviews", "search?q=a", "what-if"):
        for form in ("", ".json", ".csv"):
            name, mark, asked = page.partition("?")
            assert client.get(f"{HOME}/{name}{form}{mark}{asked}").status_code == 200, (page, form)


def test_figures_of_teams_say_whose_an_account_is_that_they_share(leader: TestClient) -> None:
    lost = "one that teams share counts in each. Lost, expected: over the trailing quarters, accounts shared by days."
    assert lost in leader.get(f"{HOME}/company").text
    assert "An account that teams share counts in each." in leader.get(f"{HOME}/teams").text


def test_pages_are_there_where_nobody_has_a_manager(web_world: World, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(web_world.folder, tmp_path / "demo", ignore=shutil.ignore_patterns(".bookscore")))
    rules = (folder / "rules.yaml").read_text("utf-8")
    rules = rules.replace("policy: history ", "policy: territory\n  attribute: region\n  managers: {Nowhere: m1}\n  #")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    assert cli.main(["run", str(folder), "--set-aside", "--period", NOW, "--as-of", "2026-07-15", "--json"]) == 0
    alone = replace(web_world, folder=folder, store=open_store(folder))
    client = alone.client(web_world.users["leader"])
    assert client.get(f"{HOME}/league.json").json()["managers"] == []
    for page in ("league", "teams", "ladder", "company", "cohorts", "data", "reviews", "search?q=a", "what-if"):
        for form in ("", ".json", ".csv"):
            name, mark, asked = page.partition("?")
            assert client.get(f"{HOME}/{name}{form}{mark}{asked}").status_code == 200, (page, form)
    alone.store.close()


def test_no_page_leads_to_a_period_in_which_what_it_shows_is_not_there(
    web_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything, read = web_world.seen(web_world.users["leader"]), Store.cards
    first = next(card for card in everything.cards if card["drivers"])
    earlier = web_world.seen(web_world.users["leader"], BEFORE).run_id

    def joined_later(store: Store, run_id: str) -> tuple[Card, ...]:
        return tuple(card for card in read(store, run_id) if run_id != earlier or card["team"] != first["team"])

    monkeypatch.setattr(Store, "cards", joined_later)
    own = replace(web_world.users["leader"], manager_id=first["manager_id"])
    client, manager = web_world.client(own), slug(first["manager_id"])
    account = slug(first["drivers"][0]["account_id"])
    pages = ["league", "teams", "ladder", f"teams/{slug(first['team'])}", f"managers/{manager}",
             f"managers/{manager}/review", f"managers/{manager}/accounts/{account}"]  # fmt: skip
    for page in (*(f"{HOME}/{each}" for each in pages), f"/periods/{BEFORE}/league"):
        shown = client.get(page)
        assert shown.status_code == 200, page
        bar = shown.text.partition("<header")[2].partition("</header>")[0]
        for link in re.findall(r'href="([^"]+)"', bar):
            assert client.get(link).status_code in (200, 303), (page, link)
        assert f'<a href="{HOME}/managers/{manager}"' in bar
    assert f'href="/periods/{BEFORE}/league"' in client.get(f"{HOME}/league").text
    monkeypatch.setattr("scoring.web.refusing.found_user", lambda _request: own)
    gone = client.get(f"/periods/{BEFORE}/managers/{manager}")
    assert gone.status_code == 404
    assert f'href="/periods/{BEFORE}/league"' in gone.text


def test_director_with_a_card_finds_it(web_world: World) -> None:
    director, card = web_world.users["director"], web_world.seen(web_world.users["leader"]).cards[-1]
    shown = web_world.client(replace(director, manager_id=card["manager_id"])).get(f"{HOME}/league").text
    assert f'<a href="{HOME}/managers/{slug(card["manager_id"])}">My scorecard</a>' in shown
    assert "My scorecard" not in web_world.client(director).get(f"{HOME}/league").text


def test_account_that_is_the_managers_at_neither_end_is_not_said_to_count_with_nothing(
    leader: TestClient, web_world: World, cards: list[dict[str, object]]
) -> None:
    book = web_world.seen(web_world.users["leader"]).frame("book").select("manager_id", "account_id", "share")
    drivers = {(c["manager_id"], d["account_id"]): d["sentence"] for c in cards for d in c["drivers"]}  # type: ignore[attr-defined]
    neither = [(manager, account) for manager, account, share in book.iter_rows() if share == 0]
    assert set(neither) & drivers.keys()
    assert set(neither) - drivers.keys()
    for manager, account in neither:
        shown = leader.get(f"{HOME}/managers/{slug(manager)}/accounts/{slug(account)}").text
        told = drivers.get((manager, account), "the manager's at neither end")
        assert f"; {told}.</p>" in html.unescape(shown)
        assert "of it counts here" not in shown
        assert ("base of all accounts; " in shown) == ("against what was expected of it" in shown)


def test_search_finds_managers_before_accounts(leader: TestClient) -> None:
    found = leader.get(f"{HOME}/search.json", params={"q": "a"}).json()["found"]
    kinds = [f["account_id"] is None for f in found]
    assert kinds == sorted(kinds, reverse=True)
    assert leader.get(f"{HOME}/search.json", params={"q": " "}).json()["found"] == []


def test_who_has_no_score_under_other_weights_is_told_why(tmp_path: Path, small_folder: Path) -> None:
    """By the default rules hardly anybody of so small a company has one."""
    folder = tmp_path / "company"
    shutil.copytree(small_folder, folder)
    rules = Path(__file__).parent.parent / "rules.yaml"
    arguments = [str(folder), "--set-aside", "--as-of", "2026-07-15", "--rules", str(rules), "--json"]
    assert cli.main(["run", *arguments, "--period", NOW]) == 0
    with closing(open_store(folder)) as store:
        leader = User("u1", "l@example.com", "L", Role.LEADER)
        client = World(folder, store, {"leader": leader}).client(leader)
        found = client.get(f"{HOME}/what-if.json").json()
        without = [card["reason"] for card in found["cards"] if card["score"] is None]
        said = _said(client.get(f"{HOME}/what-if").text)
    assert without
    assert all(said.count(reason) >= without.count(reason) for reason in without)


def test_other_weights_are_worked_out_and_saved_nowhere(leader: TestClient, cards: list[dict[str, object]]) -> None:
    own = leader.get(f"{HOME}/what-if.json").json()
    assert own["cards"] == sorted(own["cards"], key=lambda c: [x["manager_id"] for x in cards].index(c["manager_id"]))
    assert {c["manager_id"]: c["score"] for c in own["cards"]} == {c["manager_id"]: c["score"] for c in cards}
    rule = next(iter(own["weights"]))
    other = leader.get(f"{HOME}/what-if.json", params={f"w.{rule}": "0"}).json()
    assert other["asked"][rule] == 0
    assert any(m["change"] for m in other["moves"])
    assert leader.get(f"{HOME}/what-if.json").json() == own


def test_a_change_of_the_rules_is_proposed_by_a_leader_alone(leader: TestClient, web_world: World) -> None:
    rule, weight = next(iter(leader.get(f"{HOME}/what-if.json").json()["weights"].items()))
    made = leader.get(f"{HOME}/rules.patch", params={f"w.{rule}": str(weight + 7)})
    text = (web_world.folder / "rules.yaml").read_text("utf-8")
    changed = proposed(text, {rule: weight + 7})
    added = [line[1:] for line in made.text.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == [new for new, old in zip(changed.splitlines(), text.splitlines(), strict=True) if new != old]
    for role in ("auditor", "director", "manager"):
        client = web_world.client(web_world.users[role])
        assert client.get(f"{HOME}/rules.patch", params={f"w.{rule}": "1"}).status_code == 404


@pytest.mark.parametrize("weight", ["much", "-1", "1e9", "nan"])
def test_a_weight_that_is_none_is_told_in_words(leader: TestClient, weight: str) -> None:
    rule = next(iter(leader.get(f"{HOME}/what-if.json").json()["weights"]))
    answer = leader.get(f"{HOME}/what-if", params={f"w.{rule}": weight})
    assert answer.status_code == 422
    assert rule in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "page", ["league", "company", "teams", "ladder", "cohorts", "data", "reviews", "what-if", "MANAGER", "ACCOUNT"]
)
def test_pages_say_figures_and_names_as_people_write_them(
    leader: TestClient, cards: list[dict[str, Any]], page: str
) -> None:
    """No minus that is a hyphen, no percentage without its narrow blank, and no name that only programs use."""
    card = next(c for c in cards if c["drivers"])
    place = f"managers/{slug(card['manager_id'])}"
    addresses = {"MANAGER": place, "ACCOUNT": f"{place}/accounts/{slug(card['drivers'][0]['account_id'])}"}
    found = leader.get(f"{HOME}/{addresses.get(page, page)}")
    assert found.status_code == 200
    said = _said(found.text)
    assert "`" not in said
    assert re.findall(r"<strong>[a-z][^<]*\.</strong>", found.text) == []
    assert re.findall(r".{20}(?<![\w/.:–\-])-\d|.{20}\d[ \u00a0]?%", said) == []
    if page not in ("data", "what-if", "ACCOUNT"):  # where columns, rules and rows are named
        assert set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", said)) <= {"account_id"}


def _said(page: str) -> str:
    """What a page says: its text and what stands in for pictures."""
    told = re.sub(r"(?s)<(script|style|code)\b.*?</\1>", " ", page)
    return html.unescape(
        " ".join([re.sub(r"<[^>]+>", " ", told), *re.findall(r'(?:title|aria-label)="([^"]*)"', told)])
    )


def test_a_problem_is_told_by_its_place_in_the_file(web_world: World, leader: TestClient) -> None:
    seen = web_world.seen(web_world.users["leader"])
    rows = [p for p in seen.problems if p.file and p.file != "rules.yaml" and p.row and p.column]
    page = leader.get(f"{HOME}/data").text
    assert rows
    assert all(f"<small>row {p.row}, column {html.escape(p.column or '')}</small>" in page for p in rows)


def test_what_is_to_be_read_with_care_stands_once_on_the_page_of_the_data(leader: TestClient) -> None:
    answer = leader.get(f"{HOME}/data.json").json()
    said = html.unescape(leader.get(f"{HOME}/data").text)
    assert answer["notes"]
    assert {said.count(note) for note in answer["notes"]} == {1}
    assert set(answer["notes"]) & {problem["what"] for problem in answer["problems"]}, "programs find them in both"


def test_a_company_without_managers_has_pages_whose_links_all_lead_somewhere(tmp_path: Path) -> None:
    """One of its files is only looked up."""
    for name, text in {
        "rules.yaml": "name: N\ngoal: G.\ncurrency: EUR\nrules: [{name: keep, metric: logo_retention, weight: 1}]\n",
        "accounts.csv": "id\na1\na2\n",
        "orders.csv": "order,customer\n1,a1\n2,a2\n",
        "lines.csv": "order,amount,since\n1,100,2025-01-01\n2,200,2025-01-01\n",
        "sources.yaml": """files:
  - {file: accounts.csv, table: accounts, columns: {account_id: id}}
  - file: lines.csv
    table: contracts
    lookups: [{file: orders.csv, on: {order: order}, take: [customer]}]
    columns: {account_id: customer, amount: amount, starts_on: since}
    constants: {every: month}
""",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli.main(["run", str(tmp_path), "--period", NOW, "--as-of", "2026-07-15", "--json"]) == 0
    with closing(open_store(tmp_path)) as store:
        leader = User("u1", "l@example.com", "L", Role.LEADER)
        client = World(tmp_path, store, {"leader": leader}).client(leader)
        league = client.get(f"{HOME}/league").text
        assert "Nobody is scored in this period" in league
        for address in re.findall(r'href="([\w.-]+)"', league):
            assert client.get(f"{HOME}/{address}").status_code == 200, address
        said = " ".join(_said(client.get(f"{HOME}/data").text).split())
        assert "orders.csv looked up 2" in said
        assert "None" not in said


def test_who_never_had_a_score_has_no_line_of_scores() -> None:
    points = [TrendPoint(period, None, None, None, "not_scored", None, "r") for period in ("2026-Q1", "2026-Q2")]
    assert drawn("Ann", Trend("m1", tuple(points), ())) is None
    assert drawn("Ann", Trend("m1", (points[0], replace(points[1], score=50.0)), ())) is not None


def test_a_score_that_was_published_otherwise_than_it_is_compared_with_is_said(
    small_folder: Path, tmp_path: Path
) -> None:
    """After 2026-Q1 was published, a contract that ran on turns out to have been cancelled in it."""
    folder = tmp_path / "company"
    shutil.copytree(small_folder, folder)
    arguments = [str(folder), "--set-aside", "--as-of", "2026-07-15", "--json"]
    assert cli.main(["run", *arguments, "--period", BEFORE]) == 0
    place = folder / "exports" / "billing" / "subscriptions.csv"
    rows = list(csv.reader(place.read_text(encoding="utf-8").splitlines()))
    begins, ends, status = (rows[0].index(name) for name in ("Start Date", "End Date", "Status"))
    running = [row for row in rows[1:] if row[begins] < "2025-06-01" and row[ends] > "2026-07-01"]
    running[0][ends], running[0][status] = "2026-02-10", "Cancelled"
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert cli.main(["run", *arguments, "--period", NOW]) == 0
    with closing(open_store(folder)) as store:
        leader = User("u1", "l@example.com", "L", Role.LEADER)
        client = World(folder, store, {"leader": leader}).client(leader)
        view = View(Shelf(store), leader)
        published = {card["manager_id"]: card["score"] for card in view.run(BEFORE).cards}
        told = []
        for card in view.run(NOW).cards:
            before, given = card["previous"], published.get(card["manager_id"])
            said = _said(client.get(f"{HOME}/managers/{slug(card['manager_id'])}").text)
            is_other = before is not None and given is not None and fixed(given) != fixed(before["score"])
            told.append(is_other)
            words = (
                f"{BEFORE} was published as {fixed(given)}. By what is known of it today, and by its rules, it would be"
            )
            assert (words in said) == is_other
        assert any(told)


def _pages_of_the_log(leader: TestClient) -> Iterator[str]:
    """What asks for each page of the log: other tests may have filled several."""
    below = ""
    while older := leader.get(f"/log.json{below}").json()["older"]:
        yield below
        below = f"?below={older}"
    yield below


def test_period_that_was_published_without_a_score_is_said_to_be_so(
    web_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, user = Store.cards, web_world.users["manager"]
    withheld = {"score": None, "low": None, "high": None, "reason": "Withheld: in doubt"}
    monkeypatch.setattr(Store, "cards", lambda store, run_id: tuple(c | withheld for c in read(store, run_id)))
    shown = _said(web_world.client(user).get(f"{HOME}/managers/{slug(user.manager_id or '')}").text)
    assert f"{BEFORE} was published without a score." in shown
    card = {"score": 50.0, "previous": {"period": BEFORE, "score": 47.94}}
    known = "By what is known of it today, and by its rules, it would be 47.9"
    without = f"{BEFORE} was published without a score. {known}: with that the score is compared."
    assert published_sentence(card, None) == without
    assert published_sentence({**card, "score": None}, 43.0) == f"{BEFORE} was published as 43.0. {known}."
    assert published_sentence(card, 47.9) == published_sentence({**card, "previous": None}, 43.0) == ""


def test_the_log_and_the_rules_are_told_in_words(leader: TestClient) -> None:
    leader.get(f"{HOME}/what-if")
    leader.get(f"{HOME}/data")
    said = " ".join(_said(leader.get(f"/log{below}").text) for below in _pages_of_the_log(leader))
    assert "weights: other weights" in said
    assert "expires at" not in said or re.search(r"expires at \d{4}-\d\d-\d\d \d\d:\d\d\b(?!:)", said)
    own = re.sub(r"digests: \S+ \S+ to \S+", "digests", said)  # names that rules give, and to whom it went
    assert not re.search(r"\[\]|\['|\d\dT\d\d|[0-9a-f]{13}|_", own)
    assert "Scores rest on 4 quarters." in _said(leader.get("/rules").text)


def test_the_log_names_managers_and_accounts_and_keeps_their_ids_for_programs(
    web_world: World, leader: TestClient
) -> None:
    seen = web_world.seen(web_world.users["leader"])
    card, other = seen.cards[:2]
    ((account, manager, name), *_) = seen.frame("book").select("account_id", "manager_id", "account").rows()
    whose = seen.card(manager)["name"]
    of_account = f"managers/{slug(manager)}/accounts/{slug(account)}"
    for path in (f"managers/{slug(card['manager_id'])}", of_account):
        assert leader.get(f"{HOME}/{path}").status_code == 200
    details = {"manager_id": other["manager_id"]}
    people.note(web_world.store, by="", action="added user", subject="n@example.com", at=TODAY, details=details)
    said = " ".join(_said(leader.get(f"/log{below}").text) for below in _pages_of_the_log(leader))
    assert f"card: {card['name']} " in said
    assert f"account: {name}, {whose} " in said
    assert f"manager {other['name']} " in said
    told = [e for below in _pages_of_the_log(leader) for e in leader.get(f"/log.json{below}").json()["entries"]]
    assert f"account {manager} {account}" in [entry["subject"] for entry in told]


def test_every_page_is_described_for_programs(leader: TestClient) -> None:
    told = leader.get("/api/openapi.json").json()
    for path, what in told["paths"].items():
        assert what["get"]["summary"].endswith("."), path
    page = leader.get("/api").text
    assert all(path in page for path in told["paths"])


def test_who_saw_whom_is_noted_once_an_hour_and_each_file_that_was_taken(web_world: World) -> None:
    director = web_world.client(web_world.users["director"])
    card = web_world.seen(web_world.users["director"]).cards[0]
    for _ in range(3):
        for form in ("", ".json", ".csv"):
            director.get(f"{HOME}/managers/{slug(card['manager_id'])}{form}")
    leader = web_world.client(web_world.users["leader"])
    pages = [leader.get(f"/log.json{below}").json() for below in _pages_of_the_log(leader)]
    entries = [entry for page in pages for entry in page["entries"]]
    about = [e for e in entries if e["subject"] == f"manager {card['manager_id']}" and e["who"] == "A Director"]
    times = {how: len([e for e in about if e["details"]["as"] == how]) for how in ("page", "json", "csv")}
    assert times == {"page": 1, "json": 1, "csv": 3}


def test_what_is_not_there_is_said_in_the_form_that_was_asked_for(leader: TestClient) -> None:
    assert leader.get("/periods/2019-Q1/league").status_code == 404
    answer = leader.get("/periods/2019-Q1/league.json")
    assert (answer.status_code, answer.json()) == (404, {"detail": "there is no such period"})
    assert "there is no such page" in leader.get("/nowhere").text.lower()


def test_each_role_begins_at_its_own_page(web_world: World) -> None:
    first = {role: web_world.client(user).get("/").headers["location"] for role, user in web_world.users.items()}
    own = web_world.users["manager"].manager_id or ""
    assert first == {
        "leader": f"{HOME}/league", "auditor": f"{HOME}/league", "director": f"{HOME}/league",
        "manager": f"{HOME}/managers/{slug(own)}",
    }  # fmt: skip


def test_trends_show_what_was_published_and_nothing_later(web_world: World) -> None:
    view = View(Shelf(web_world.store), web_world.users["leader"])
    manager = view.run(BEFORE).cards[0]["manager_id"]
    assert [p.period for p in view.trend(manager, BEFORE).points] == [BEFORE]
    assert view.periods.names == (NOW, BEFORE)


def test_the_script_is_the_one_that_was_published() -> None:
    folder = files("scoring.web").joinpath("static")
    said = re.search(r"SHA-256: `([0-9a-f]{64})`", folder.joinpath("README.md").read_text("utf-8"))
    assert said is not None
    assert sha256(folder.joinpath("htmx.min.js").read_bytes()).hexdigest() == said[1]


@given(st.text(min_size=1))
def test_any_id_stands_in_an_address_and_comes_back(identity: str) -> None:
    try:
        part = slug(identity)
    except UnicodeEncodeError:  # half a character is no text
        return
    assert re.fullmatch(r"[A-Za-z0-9_~=-]+", part)
    assert unslug(part) == identity


@pytest.mark.parametrize("part", ["~", "~%", "~_w", "~gIA"])
def test_an_address_that_stands_for_no_id_is_not_there(part: str) -> None:
    try:
        assert unslug(part) == ""
    except NotVisibleError:
        return
