"""What does nobody get by asking oddly? Drafts that were not shared, time that was not given, a server that stands."""

import html
import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import web_world
from fastapi.testclient import TestClient
from httpx import Response
from tabled import tables
from web_world import NOW, PERIODS, World

from scoring import cli, pipeline
from scoring.access import Role, User
from scoring.review import Published
from scoring.rules import Rulebook
from scoring.rules.versions import calendar_of
from scoring.scorecard.cards import Card, cards
from scoring.scorecard.context import Context
from scoring.store import open_store, people
from scoring.store.reviewing import Reviews
from scoring.store.reviewing import reviews as kept
from scoring.view.slugs import slug

PERIOD = PERIODS[0]
SHARED = (NOW.date() + timedelta(days=7)).isoformat()
DRAFT = "Between us: only in the draft"
LONG = "a" + 500 * "\u0301\u0323"


class Desk:
    """A review of one manager in a world of its own, and what people do to it on the page."""

    def __init__(self, world: World) -> None:
        self.world, self.own = world, world.users["manager"].manager_id or ""
        self.path = f"/periods/{PERIOD}/managers/{slug(self.own)}/review"
        self.leader, self.manager = (world.client(world.users[who]) for who in ("leader", "manager"))

    @property
    def step(self) -> int:
        return Reviews(self.world.store).of(PERIOD, self.own).last_step

    def does(self, who: TestClient, kind: str, *, after: object = None, **said: str) -> Response:
        """What the page answers to a form of its own."""
        sent = {"csrf_token": token(who.get(f"/periods/{PERIOD}/reviews")), "kind": kind, **said}
        if kind != "started":
            sent["after"] = str(self.step if after is None else after)
        answer: Response = who.post(self.path, data=sent)
        return answer

    def done(self, who: TestClient, *moves: tuple[str, dict[str, str]]) -> None:
        for kind, said in moves:
            assert self.does(who, kind, **said).status_code == 303

    def sealed(self) -> None:
        """A first version that both signed, and a draft of a second one in which the reviewer wrote something."""
        self.done(self.leader, ("started", {}), ("shared", {"answer_by": SHARED}), ("signed", {}))
        self.done(self.manager, ("signed", {}))
        self.done(self.leader, ("reopened", {"reason": "Look again"}), ("commented", {"text": DRAFT}))

    def whole(self, who: TestClient) -> str:
        """All that somebody finds about the review, at every address of it."""
        texts = [who.get(f"{self.path}{ending}").text for ending in ("", ".json", ".csv")]
        for version in (1, 2, 3):
            answer = who.get(f"{self.path}/{version}.zip")
            if answer.status_code == 200:
                with zipfile.ZipFile(io.BytesIO(answer.content)) as copy:
                    texts += [copy.read(name).decode("utf-8", "replace") for name in copy.namelist()]
        return "\n".join(texts)


def token(answer: Response) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', answer.text)
    assert found is not None
    return found[1]


@pytest.fixture
def desk(web_world: World, tmp_path: Path) -> Iterator[Desk]:
    """The world once more, where it may be changed."""
    folder = shutil.copytree(web_world.folder, tmp_path / "demo")
    store = open_store(folder)
    yield Desk(World(folder, store, web_world.users))
    store.close()


# ---- drafts are among reviewers until they are shared ----


def test_draft_of_a_next_version_is_in_nothing_that_the_manager_gets(desk: Desk) -> None:
    desk.sealed()
    assert DRAFT in desk.whole(desk.leader)
    told = desk.whole(desk.manager)
    assert "signed as the manager" in told
    assert DRAFT not in told and "Look again" not in told  # noqa: PT018
    desk.done(desk.leader, ("shared", {"answer_by": SHARED}))
    assert DRAFT in desk.whole(desk.manager)


def test_no_refusal_tells_the_manager_what_a_draft_says(desk: Desk) -> None:
    desk.sealed()
    for kind, after in (("commented", 1), ("commented", desk.step), ("signed", desk.step), ("started", 0)):
        refused = desk.does(desk.manager, kind, after=after, **({"text": "Mine"} if kind == "commented" else {}))
        assert refused.status_code == (404 if kind == "started" else 409)
        assert DRAFT not in refused.text and "share (a reviewer)" not in refused.text  # noqa: PT018
    assert Reviews(desk.world.store).of(PERIOD, desk.own).events[-1].who.name == "A Leader"


def test_draft_that_was_left_for_a_newer_version_stays_unread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.done(desk.leader, ("started", {}), ("commented", {"text": DRAFT}))
    other = desk.world.seen(desk.world.users["leader"], PERIODS[1])
    found = Published(other.run_id, Reviews(desk.world.store).published(PERIODS[1], desk.own).card_sha256)
    monkeypatch.setattr(kept, "published_for", lambda *_: found)
    desk.done(desk.leader, ("rebased", {}), ("shared", {"answer_by": SHARED}))
    assert DRAFT in desk.whole(desk.leader)
    told = desk.whole(desk.manager)
    assert "shared it with" in told
    assert DRAFT not in told


# ---- what is signed, and by whom ----


def test_nobody_is_given_a_day_to_answer_that_is_over(desk: Desk) -> None:
    desk.done(desk.leader, ("started", {}))
    yesterday = (NOW.date() - timedelta(days=1)).isoformat()
    refused = desk.does(desk.leader, "shared", answer_by=yesterday)
    assert (refused.status_code, "would have no time to answer" in refused.text) == (409, True)
    desk.done(desk.leader, ("shared", {"answer_by": NOW.date().isoformat()}))
    early = desk.does(desk.leader, "declined", reason="Silence", witness="Will")
    assert (early.status_code, "did not answer yet" in early.text) == (409, True)


@pytest.mark.parametrize("role", ["auditor", "director"])
def test_whose_rights_were_taken_signs_nothing_more(desk: Desk, role: str) -> None:
    desk.done(desk.leader, ("started", {}), ("shared", {"answer_by": SHARED}))
    left = replace(
        desk.world.users[role], user_id=desk.world.users["leader"].user_id, name="A Leader"
    )  # a director of another team now
    refused = desk.does(desk.world.client(left), "signed")
    assert (refused.status_code, desk.step) == (404, 2)


def test_a_form_that_is_sent_twice_counts_once_and_what_was_refused_is_in_the_log(desk: Desk) -> None:
    desk.done(desk.leader, ("started", {}), ("shared", {"answer_by": SHARED}), ("signed", {}))
    assert desk.does(desk.leader, "signed", after=2).status_code == 409
    assert desk.does(desk.leader, "started").status_code == 409
    entries = people.entries(desk.world.store)
    assert [e.action for e in reversed(entries) if e.action in ("started", "shared", "signed")] == [
        "started", "shared", "signed",
    ]  # fmt: skip
    refused = [e for e in entries if e.action == "was refused"]
    assert [(e.user_id, e.subject, e.told["asked"]) for e in refused] == [
        (desk.world.users["leader"].user_id, f"review {desk.own}", "started"),
        (desk.world.users["leader"].user_id, f"review {desk.own}", "signed"),
    ]
    run = desk.world.seen(desk.world.users["leader"]).run_id
    assert {e.told["run"] for e in refused} == {run[:12]}
    assert desk.step == 3


def test_what_is_found_or_proposed_is_noted_as_what_is_read(web_world: World) -> None:
    client = web_world.client(User("noted", "noted@example.com", "Noted", Role.LEADER))
    client.get(f"/periods/{PERIOD}/search?q=a")
    client.get(f"/periods/{PERIOD}/rules.patch?w.keep_revenue=60")
    noted = {e.subject for e in people.entries(web_world.store, by="noted")}
    assert noted == {"search managers and accounts", "what_if other weights"}


# ---- what is said of peers tells nothing of one of them ----


def test_nothing_that_adds_up_to_a_withheld_score_is_in_the_data_of_its_pages(
    small_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small_folder, tmp_path / "demo")
    (folder / "controls.csv").write_text("table,measure,value\ncontracts,rows,1\n", encoding="utf-8")
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "  - {file: controls.csv, table: controls, columns: {table: table, measure: measure, value: value}}\n"
        )
    assert cli.main(["run", str(folder), "--set-aside", "--period", PERIOD, "--as-of", "2026-07-15", "--json"]) == 0
    with closing(open_store(folder)) as store:
        leader = User("u1", "l@example.com", "L", Role.LEADER)
        world = World(folder, store, {"leader": leader})
        card = next(card for card in world.seen(leader).cards if card["lines"][0]["points"])
        client, path = world.client(leader), f"/periods/{PERIOD}/managers/{slug(card['manager_id'])}"
        book = world.seen(leader).frame("compared").filter(manager_id=card["manager_id"])
        account = f"{path}/accounts/{slug(book['account_id'][0])}"
        assert card["reason"].startswith("Withheld: ")
        assert client.get(f"{path}.json").json()["card"] == {**card, "lines": []}
        assert client.get(f"{path}.csv").text.count("\n") == 1
        assert client.get(f"{account}.json").json()["explained"]["lines"] == []
        assert "Adds to the score" not in client.get(account).text
        assert {len(each["lines"]) for each in client.get(f"/periods/{PERIOD}/what-if.json").json()["cards"]} == {0}


@pytest.mark.parametrize("managers", [2, 4, 5])
def test_median_of_fewer_than_five_is_not_told(managers: int) -> None:
    """With two, a manager would know the other's score from their own and the median; with three it is somebody's."""
    found = graded(managers)
    told = {card["peer_median"] for card in found} | {card["lines"][0]["peer_median_points"] for card in found}
    assert all(card["score"] is not None for card in found)
    assert told == ({50.0} if managers == 5 else {None})


def graded(managers: int) -> list[Card]:
    """The cards of managers with twenty accounts each, of which each pays one more than those of the one before."""
    grade = {"name": "book", "metric": "closing", "weight": 1, "grade": {"floor": 0, "target": 120}}
    book = Rulebook.model_validate({"name": "Few", "currency": "EUR", "method": "target_bands", "rules": [grade]})
    held = [(f"a{n}_{each}", n) for n in range(1, managers + 1) for each in range(20)]
    texts = {
        "accounts": "\n".join(["account_id", *(account for account, _ in held)]),
        "managers": "\n".join(["manager_id", *(f"m{n + 1}" for n in range(managers))]),
        "ownership": "\n".join(["account_id manager_id", *(f"{account} m{n}" for account, n in held)]),
        "contracts": "\n".join(["account_id amount every starts_on", *(f"{a} {n} month 2024-01-01" for a, n in held)]),
    }
    calendar = calendar_of(book)
    period = calendar.period(PERIOD)
    result = pipeline.score(tables(texts), book, period, NOW.date())
    return cards(result.scored, None, Context(book, period, calendar.previous(period), result.windows, NOW.date(), {}))


# ---- nothing that is sent stops the server ----


def test_form_in_letters_that_take_for_ever_is_not_read(web_world: World) -> None:
    client = web_world.client()
    own = token(client.get("/sign-in"))
    body = f'--x\r\ncontent-disposition: form-data; name="email"\r\n\r\n{"a" * 9}\r\n--x--\r\n'.encode()
    for kind in ("multipart/form-data; boundary=x; charset=punycode", "Multipart/Form-Data; CHARSET=idna; boundary=x"):
        sent = client.post("/sign-in", content=body, headers={"content-type": kind, "x-csrf-token": own})
        assert sent.status_code == 403
    as_ever = {"content-type": "multipart/form-data; boundary=x", "x-csrf-token": own}
    assert client.post("/sign-in", content=body, headers=as_ever).status_code == 401


def test_password_whose_accents_take_for_ever_to_put_in_order_is_not_looked_at(web_world: World) -> None:
    client = web_world.client()
    for path in ("/sign-in", "/sign-in/link"):
        sent = {"csrf_token": token(client.get("/sign-in")), "password": LONG}
        refused = client.post(path, data=sent)
        assert (refused.status_code, "at most 1000 characters" in refused.text) == (422, True)
        assert "\u0301" not in refused.text


@pytest.mark.parametrize("address", [
    "/log.json?below=9223372036854775808", "/log.json?below=-1", f"/periods/{PERIOD}/league.json?q={'a' * 201}",
    f"/periods/{PERIOD}/search.json?q={'a' * 201}",
])  # fmt: skip
def test_questions_that_are_too_large_are_refused(web_world: World, address: str) -> None:
    assert web_world.client(web_world.users["leader"]).get(address).status_code == 422


@pytest.mark.parametrize(("address", "told"), [
    ("/log?below=abc", "Below must be a whole number."),
    ("/log?below=0", "Below must be 1 or more."),
    ("/deliveries?skip=-1", "Skip must be 0 or more."),
    (f"/periods/{PERIOD}/league?sort=x", "Sort must be 'name', 'team', 'score' or 'change'."),
    (f"/periods/{PERIOD}/search?q={'a' * 201}", "Q must have at most 200 characters."),
])  # fmt: skip
def test_questions_that_cannot_be_read_are_told_in_our_words_on_a_page(
    web_world: World, address: str, told: str
) -> None:
    refused = web_world.client(web_world.users["leader"]).get(address)
    assert refused.status_code == 422
    assert f"<p>{told}</p>" in html.unescape(refused.text)
    assert '<a href="/">' in refused.text


def test_forms_that_lack_something_are_told_in_our_words(desk: Desk) -> None:
    desk.done(desk.leader, ("started", {}), ("shared", {"answer_by": SHARED}))
    for kind, said, told in (
        ("commented", {"text": "  \n"}, "text must not be empty"),
        ("commented", {}, "text is missing"),
        ("commented", {"text": "x" * 10_001}, "text must have at most 10000 characters"),
        ("declined", {"reason": "No answer"}, "witness is missing"),
        ("decided", {"dispute": "1", "outcome": "maybe", "reason": "x"}, "outcome must be &#39;upheld&#39;"),
        ("shared", {"answer_by": "tomorrow"}, "answer by must be a day, such as 2026-06-30"),
        ("shared", {"answer_by": SHARED, "role": "x"}, "role is nothing that this form asks for"),
        ("nothing", {}, "the form is not what can be there"),
    ):
        refused = desk.does(desk.leader, kind, **said)  # type: ignore[arg-type]
        assert refused.status_code == 422
        assert f"Nothing was saved: {told}" in refused.text, refused.text


def test_numbers_of_thousands_of_digits_in_a_form_are_none(desk: Desk) -> None:
    desk.done(desk.leader, ("started", {}))
    many = "9" * 5_000
    assert desk.does(desk.leader, "commented", after=many, text="x").status_code == 409
    assert desk.does(desk.leader, "decided", dispute=many, outcome="noted", reason="x").status_code == 422


def test_answer_is_awaited_until_the_day_is_over_where_the_company_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = "json_set(summary, '$.rules.settings.calendar.time_zone', 'America/Los_Angeles')"
    with closing(sqlite3.connect(desk.world.store.frames.parent / "bookscore.db")) as raw, raw:
        raw.execute(f"update run set summary = {zone}")
    desk.done(desk.leader, ("started", {}), ("shared", {"answer_by": NOW.date().isoformat()}))
    monkeypatch.setattr(web_world, "NOW", datetime.combine(NOW.date() + timedelta(days=1), time(6, 59), UTC))
    leader = desk.world.client(desk.world.users["leader"])
    told = leader.get(f"{desk.path}.json").json()
    assert told["standing"] == f"shared, to be answered by {NOW.date()}"
    assert "decline" not in told["may"]
    assert f"{NOW.day} Jul 2026</td>" in leader.get(f"/periods/{PERIOD}/reviews").text
    monkeypatch.setattr(web_world, "NOW", web_world.NOW + timedelta(minutes=1))
    told = leader.get(f"{desk.path}.json").json()
    assert told["standing"] == f"shared, no answer by {NOW.date()}"
    assert "decline" in told["may"]


def test_form_proposes_a_week_for_the_answer(desk: Desk) -> None:
    desk.done(desk.leader, ("started", {}))
    assert f'name="answer_by" value="{NOW.date() + timedelta(days=7)}"' in desk.leader.get(desk.path).text


def test_card_says_how_its_review_stands_to_each_as_far_as_it_is_theirs_to_see(desk: Desk) -> None:
    card = desk.path.removesuffix("/review")
    for who in (desk.leader, desk.manager):
        assert "No review was begun" in who.get(card).text
        assert "comment</span>" not in who.get(card).text, "boxes to write in are for paper"
    desk.done(desk.leader, ("started", {}), ("commented", {"text": DRAFT}))
    assert DRAFT in desk.leader.get(card).text
    assert DRAFT not in desk.manager.get(card).text
    assert "No review was begun and shared with you" in desk.manager.get(card).text
    desk.done(desk.leader, ("shared", {"answer_by": SHARED}))
    desk.done(desk.manager, ("disputed", {"text": "Not mine"}))
    for who in (desk.leader, desk.manager):
        shown = who.get(card).text
        assert '<span class="tag">disputed</span> 1 dispute to be decided' in shown
        assert "disputed: Not mine" in shown
        assert f'href="{slug(desk.own)}/review"' in shown
        assert who.get(f"{card}.json").json()["review"] == "1 dispute to be decided"


def test_pages_say_of_a_run_that_it_is_sealed(desk: Desk) -> None:
    store, pages = desk.world.store, [f"/periods/{PERIOD}/league", desk.path.removesuffix("/review")]
    found = store.published(PERIOD)
    assert found is not None
    for page in pages:
        assert "Sealed on" not in desk.leader.get(page).text
    store.seal(found.run_id, by="Fay Finance", at=NOW)
    for page in pages:
        shown = desk.leader.get(page).text
        assert "<p>Sealed on 20 Jul 2026</p>" in shown
        assert ", sealed on 20 Jul 2026." in shown
        assert desk.leader.get(f"{page}.json").json()["sealed_at"].startswith("2026-07-20T09:30")
    assert "Sealed on" not in desk.leader.get(f"/periods/{PERIODS[1]}/league").text
