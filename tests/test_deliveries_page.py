"""Does the page of deliveries say what became of them, to whom it concerns, and do what a person decides, once?"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from delivered import DIGESTS, MISSING, own
from fastapi.testclient import TestClient
from httpx import Response
from signing_in import Browser, world
from signing_in import World as Place
from web_world import HERE, NOW, World

from scoring.access import Role
from scoring.calendar import Calendar
from scoring.digest.due import Occasion
from scoring.rules import default_text
from scoring.store import delivering, people
from scoring.store.delivering import DeliveryRecord, DeliveryState, End, Ended, Planned
from scoring.store.delivering.standing import STANDS, stood
from scoring.web import Desk, make_app
from scoring.web.headers import FRAMED
from scoring.web.identity import current_user
from scoring.web.settings import Settings

PAGE = "/deliveries"
SECRET = "https://hooks.slack.com/services/T000/B000/secret"  # noqa: S105  of nobody
ONE_CLICK = "List-Unsubscribe=One-Click"


# ---- what is shown ----


def test_leader_sees_first_what_waits_for_a_person_then_what_waits_for_data(web_world: World) -> None:
    client = web_world.client(web_world.users["leader"])
    told = client.get(f"{PAGE}.json").json()
    assert [(d["schedule"], d["state"], d["may"]) for d in told["urgent"]] == [
        ("leaders_weekly", "unknown", ["settle", "retry"]),
        ("teams_monthly", "parked", ["retry"]),
    ]
    assert [(o["schedule"], o["period"], o["state"]) for o in told["occasions"]] == [
        ("teams_monthly", "2026-06", "waiting"),
        ("sales_channel", "2026-W20", "skipped"),
    ]
    assert told["counts"] == {"pending": 1, "sent": 1, "failed": 1, "parked": 1, "skipped": 9, "unknown": 1}
    assert {s["name"]: s["to"] for s in told["schedules"]}["leaders_weekly"] == "each leader"
    page = client.get(PAGE).text
    assert MISSING in page
    assert "<code>bookscore users add</code>" in page
    assert "`" not in page
    places = [page.index(each) for each in ("For a person to decide", "Waiting for data", ">Deliveries<", "goes out")]
    assert places == sorted(places)


def test_next_times_are_those_of_the_schedules_own_clocks(web_world: World) -> None:
    told = web_world.client(web_world.users["leader"]).get(f"{PAGE}.json").json()
    weekly = next(s for s in told["schedules"] if s["name"] == "leaders_weekly")
    assert weekly["when"] == "every week, Monday at 07:00"
    assert [n["when"] for n in weekly["next"]][:2] == ["Mon 27 Jul 2026, 07:00", "Mon 3 Aug 2026, 07:00"]
    assert [n["at"] for n in weekly["next"]][:1] == ["2026-07-27T05:00:00+00:00"]
    assert [n["period"] for n in weekly["next"]] == [f"2026-W{week}" for week in range(30, 35)]
    quarterly = next(s for s in told["schedules"] if s["name"] == "own_card")
    assert quarterly["when"] == "every quarter, 10th working day at 07:00"
    assert quarterly["next"][0]["when"] == "Wed 14 Oct 2026, 07:00"


def test_what_a_channel_lacks_is_told_by_the_name_of_the_variable_and_never_by_its_value(web_world: World) -> None:
    def lacks(environment: dict[str, str]) -> tuple[str | None, str]:
        client = _client(web_world, "leader", environment)
        told = client.get(f"{PAGE}.json")
        found = next(s for s in told.json()["schedules"] if s["name"] == "sales_channel")
        return found["missing"], told.text + client.get(PAGE).text

    missing, page = lacks({})
    assert missing is not None
    assert "BOOKSCORE_SLACK_SALES" in missing
    assert "BOOKSCORE_SLACK_SALES is not set" in page
    wrong, page = lacks({"BOOKSCORE_SLACK_SALES": SECRET.replace("slack", "evil")})
    assert wrong is not None
    assert "T000" not in page
    missing, page = lacks({"BOOKSCORE_SLACK_SALES": SECRET})
    assert (missing, "T000" in page) == (None, False)


@pytest.mark.parametrize("role", ["director", "manager"])
def test_who_does_not_see_all_sees_own_deliveries_and_of_others_not_even_how_many(web_world: World, role: str) -> None:
    user = web_world.users[role]
    told = web_world.client(user).get(f"{PAGE}.json").json()
    assert [d["recipient"] for d in told["deliveries"]] == [user.user_id]
    assert [d["may"] for d in told["deliveries"]] == [[]]
    nothing = {name: told[name] for name in ("urgent", "counts", "occasions", "schedules", "older")}
    assert nothing == {"urgent": [], "counts": {}, "occasions": [], "schedules": [], "older": None}
    own_schedule = {"director": "teams_monthly", "manager": "own_card"}[role]
    assert [y["schedule"]["name"] for y in told["yours"]] == [own_schedule]
    other = web_world.client(user).get(PAGE, params={"schedule": "leaders_weekly"}).text
    assert "No delivery is like that" in other


def test_what_was_said_is_composed_again_and_its_hash_says_whether_it_is_that(web_world: World) -> None:
    manager = web_world.users["manager"]
    path = f"{PAGE}/{own(web_world.store, manager)}"
    told = web_world.client(manager).get(f"{path}.json").json()
    assert told["is_same"] is True
    assert told["subject"] == "Your scorecard, 2026-Q2"
    assert told == {
        **web_world.client(web_world.users["auditor"]).get(f"{path}.json").json(),
        "attempts": told["attempts"],
    }
    linked = _client(web_world, "manager", {"BOOKSCORE_PUBLIC_URL": "https://scores.example.com"})
    changed = linked.get(f"{path}.json").json()
    assert changed["is_same"] is False
    assert "scores.example.com" in changed["text"]
    assert "It is not what was handed over" in linked.get(path).text


def test_what_waits_to_be_sent_says_what_it_would_say_now(web_world: World) -> None:
    leader = web_world.client(web_world.users["leader"])
    waiting = delivering.deliveries(web_world.store, schedule="leaders_weekly", period="2026-W29")
    told = leader.get(f"{PAGE}/{waiting[0].delivery_id}.json").json()
    assert (waiting[0].state, waiting[0].is_late) == (DeliveryState.PENDING, False)
    assert "Late: due Monday 20 July 2026" in told["text"]


@pytest.mark.parametrize("audience", ["channel", "leaders", "directors"])
def test_what_a_schedule_tells_others_by_now_is_not_shown_to_whom_it_was_for(
    web_world: World, tmp_path: Path, audience: str
) -> None:
    rules = (web_world.folder / "rules.yaml").read_text("utf-8")
    for then, now in (
        ('{kind: mail, host: smtp.example.com, from: "bookscore <scores@example.com>"}', "{kind: file}"),
        ("audience: managers, channel: mail", f"audience: {audience}, channel: mail"),
    ):
        rules = rules.replace(then, now)
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    manager = web_world.users["manager"]
    client = replace(web_world, folder=tmp_path).client(manager)
    told = client.get(f"{PAGE}/{own(web_world.store, manager)}.json").json()
    assert (told["text"], told["why_not"]) == (None, "own_card is not for its recipient any more")


@pytest.mark.parametrize("role", ["leader", "auditor", "manager"])
def test_who_looks_at_a_mail_does_not_get_the_secret_that_ends_it(web_world: World, role: str) -> None:
    manager = web_world.users["manager"]
    token = delivering.unsubscribe_tokens(web_world.store)(manager.user_id, "own_card")
    path = f"{PAGE}/{own(web_world.store, manager)}"
    client = _client(web_world, role, {"BOOKSCORE_PUBLIC_URL": "https://scores.example.com/o'neil&co"})
    for address in (path, f"{path}.json", f"{path}/said.html"):
        told = client.get(address).text
        assert "/deliveries" in told
        assert "unsubscribe?" not in told
        assert token not in told


def test_mail_stands_in_a_frame_that_can_do_nothing_and_no_other_page_of_ours_may_be_framed(web_world: World) -> None:
    client = web_world.client(web_world.users["leader"])
    path = f"{PAGE}/{own(web_world.store, web_world.users['leader'])}"
    page, mail, others = client.get(path), client.get(f"{path}/said.html"), client.get(PAGE)
    assert f'src="{path}/said.html"' in page.text
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page.text
    assert "frame-src 'self'" in _policy(page)
    assert '<head><base target="_top">' in mail.text
    assert _policy(mail) == FRAMED
    assert {"default-src 'none'", "frame-ancestors 'self'"} <= set(_policy(mail).split("; "))
    assert "script-src" not in _policy(mail)
    assert "frame-src" not in _policy(others)
    assert "frame-ancestors 'none'" in _policy(others) + _policy(client.get(f"{PAGE}/nothing/said.html"))


def test_worker_tokens_are_in_nothing_that_anybody_sees(web_world: World) -> None:
    found = own(web_world.store, web_world.users["leader"])
    tokens = {a.by for a in delivering.attempts(web_world.store, found)}
    told = web_world.client(web_world.users["leader"]).get(f"{PAGE}/{found}.json").text
    assert tokens
    assert not [token for token in tokens if token in told]


def test_each_state_has_one_word_on_the_page_in_the_list_and_in_the_history(web_world: World) -> None:
    client = web_world.client(web_world.users["leader"])
    page = client.get(PAGE).text
    assert "<h1>Digests</h1>" in page
    told = {each["state"] for each in client.get(f"{PAGE}.json").json()["deliveries"]}
    assert told == {"pending", "sent", "failed", "parked", "skipped", "unknown"}
    assert [f'<span class="tag">{STANDS[state]}</span>' in page for state in told] == [True] * len(told)
    became = {}
    for row in delivering.deliveries(web_world.store, states=("parked", "failed")):
        table = client.get(f"{PAGE}/{row.delivery_id}").text.split("What happened to it")[1]
        became[row.schedule] = re.findall('data-label="Became">(.*?)<', table)
    assert became == {
        "teams_monthly": ["being sent", "did not arrive"],
        "sales_channel": ["being sent", "is tried again"],
    }


def test_what_failed_was_tried_again_only_if_somebody_took_it_after_that() -> None:
    def told(now: str, *states: str) -> list[str]:
        return list(stood([SimpleNamespace(state=state) for state in states], now))

    twice = ("sending", "failed", "sending", "failed")
    assert told("failed", *twice) == ["being sent", "is tried again", "being sent", "is tried again"]
    assert told("parked", *twice) == ["being sent", "is tried again", "being sent", "did not arrive"]
    asked = told("sent", *twice, "pending", "sending", "sent")
    assert asked[3:] == ["did not arrive", "to be sent", "being sent", "sent"]
    assert told("unknown", "sending", "unknown") == ["being sent", "unknown: may have arrived"]


# ---- what a person decides ----


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """Deliveries without runs: one that may have arrived, one that failed for good, and 250 that were sent."""
    (tmp_path / "rules.yaml").write_text(default_text() + DIGESTS, encoding="utf-8")
    made = world(tmp_path)
    made.at = NOW
    made.add(email="leader@example.com", name="A Leader")
    made.add(email="auditor@example.com", name="An Auditor", role=Role.AUDITOR)
    made.add(email="manager@example.com", name="Mia", role=Role.MANAGER, manager_id="m1")
    for period, end in (("2026-W27", Ended(end=End.UNKNOWN, told="cut off")),
                        ("2026-W26", Ended(end=End.REFUSED, told="550 no such mailbox"))):  # fmt: skip
        _made(made, period, end)
    yield made
    made.store.close()


def _made(here: Place, period: str, end: Ended, people_of: int = 1) -> None:
    due = Occasion("leaders_weekly", Calendar().period(period), NOW - timedelta(days=3))
    user = people.user_by_mail(here.store, "leader@example.com")
    assert user is not None
    names = [user.user_id, *(f"somebody {n:03}" for n in range(1, people_of))]
    planned = [Planned(channel="mail", domain="example.com", recipient=name, name=name) for name in names]
    delivering.prepare(here.store, due, planned, at=NOW)
    worker = delivering.new_worker()
    while row := delivering.claim(here.store, worker, at=NOW):
        delivering.finish(here.store, row.delivery_id, worker, end, at=NOW)


def _one(here: Place, period: str) -> DeliveryRecord:
    return delivering.deliveries(here.store, period=period)[0]


def _in(here: Place, who: str = "leader") -> Browser:
    browser = here.browser()
    assert browser.sign_in(f"{who}@example.com").status_code == 303
    return browser


def _decides(browser: Browser, row: DeliveryRecord, do: str, shown: str | None = None) -> Response:
    page = browser.get(f"{PAGE}/{row.delivery_id}").text
    mark = page.split('name="shown" value="')[1].split('"')[0] if shown is None else shown
    return browser.send(f"{PAGE}/{row.delivery_id}", form_at=PAGE, do=do, shown=mark)


def test_leader_says_that_it_arrived_and_it_counts_as_sent_with_who_said_so(here: Place) -> None:
    leader, row = _in(here), _one(here, "2026-W27")
    done = _decides(leader, row, "settle")
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}/{row.delivery_id}")
    assert _one(here, "2026-W27").state is DeliveryState.SENT
    assert people.entries(here.store, most=1)[0].action != "saw"
    assert "A Leader" in leader.get(f"{PAGE}/{row.delivery_id}").text.split("<main")[1]


@pytest.mark.parametrize("period", ["2026-W27", "2026-W26"])
def test_leader_sends_again_and_a_worker_takes_it(here: Place, period: str) -> None:
    row = _one(here, period)
    assert _decides(_in(here), row, "retry").status_code == 303
    assert _one(here, period).state is DeliveryState.PENDING
    taken = delivering.claim(here.store, delivering.new_worker(), at=here.at)
    assert taken is not None
    assert taken.delivery_id == row.delivery_id


def test_who_was_shown_another_state_is_told_and_nothing_is_done(here: Place) -> None:
    leader, other, row = _in(here), _in(here), _one(here, "2026-W27")
    shown = leader.get(f"{PAGE}/{row.delivery_id}").text.split('name="shown" value="')[1].split('"')[0]
    assert _decides(other, row, "settle").status_code == 303
    refused = _decides(leader, row, "retry", shown)
    assert (refused.status_code, "changed since" in refused.text) == (409, True)
    assert _one(here, "2026-W27").state is DeliveryState.SENT
    parked = _one(here, "2026-W26")
    assert _decides(leader, parked, "settle").status_code == 409  # it is known that it did not arrive
    assert _one(here, "2026-W26") == parked


def test_form_that_was_sent_twice_sends_again_once(here: Place) -> None:
    leader, row = _in(here), _one(here, "2026-W26")
    shown = leader.get(f"{PAGE}/{row.delivery_id}").text.split('name="shown" value="')[1].split('"')[0]
    assert _decides(leader, row, "retry", shown).status_code == 303
    worker, later = delivering.new_worker(), NOW + timedelta(minutes=1)
    assert delivering.claim(here.store, worker, at=later) is not None
    delivering.finish(here.store, row.delivery_id, worker, Ended(end=End.REFUSED, told="550 still none"), at=later)
    failed_anew = _one(here, "2026-W26")
    assert failed_anew.is_parked
    assert _decides(leader, row, "retry", shown).status_code == 409
    assert _one(here, "2026-W26") == failed_anew


@pytest.mark.parametrize("who", ["auditor", "manager"])
def test_nobody_else_decides_and_an_auditor_has_no_buttons(here: Place, who: str) -> None:
    browser, row = _in(here, who), _one(here, "2026-W27")
    if who == "auditor":
        assert "<button" not in _main(browser.get(f"{PAGE}/{row.delivery_id}"))
        assert 'method="post"' not in _main(browser.get(PAGE))
    shown = f"unknown {row.changed_at.isoformat()}"
    for do in ("retry", "settle", "nonsense"):
        answer = browser.client.post(
            f"{PAGE}/{row.delivery_id}", data={"do": do, "shown": shown, "csrf_token": _token(browser)}
        )
        assert answer.status_code == 404
    assert _one(here, "2026-W27") == row


def test_decision_without_the_token_of_the_form_changes_nothing(here: Place) -> None:
    leader, row = _in(here), _one(here, "2026-W27")
    sent = {"do": "retry", "shown": f"unknown {row.changed_at.isoformat()}"}
    assert leader.client.post(f"{PAGE}/{row.delivery_id}", data=sent).status_code == 403
    assert _one(here, "2026-W27") == row


def test_pages_of_a_long_list_hold_each_delivery_once_and_the_filter_narrows_it(here: Place) -> None:
    _made(here, "2026-W28", Ended(end=End.SENT), 250)
    leader, found, skip = _in(here), [], 0
    while True:
        told = leader.get(f"{PAGE}.json?skip={skip}&state=sent").json()
        found += [d["delivery_id"] for d in told["deliveries"]]
        if told["older"] is None:
            break
        skip = told["older"]
    assert len(found) == len(set(found)) == 250
    urgent = leader.get(f"{PAGE}.json?state=person").json()["deliveries"]
    assert {d["state"] for d in urgent} == {"unknown", "parked"}
    assert leader.get(f"{PAGE}.json?period=2026-W26").json()["counts"] == {"parked": 1}
    assert leader.get(f"{PAGE}.json?state=sent&schedule=nothing").json()["deliveries"] == []
    assert leader.get(f"{PAGE}.json?state=' OR 1=1").json()["deliveries"] == []


# ---- what somebody wants for themselves ----


def test_everybody_stops_and_resumes_their_own_digests_and_no_others(here: Place) -> None:
    manager = _in(here, "manager")
    user = people.user_by_mail(here.store, "manager@example.com")
    assert user is not None
    for do, muted in (("stop", {(user.user_id, "own_card")}), ("resume", set())):
        done = manager.send(PAGE, form_at=PAGE, schedule="own_card", do=do)
        assert (done.status_code, delivering.muted(here.store)) == (303, muted)
        assert user.user_id == people.entries(here.store, most=1)[0].user_id
    for schedule in ("leaders_weekly", "sales_channel", "nothing"):
        assert manager.send(PAGE, form_at=PAGE, schedule=schedule, do="stop").status_code == 404
    assert delivering.muted(here.store) == frozenset()


def test_auditor_stops_nothing_on_the_page(here: Place) -> None:
    here.add(email="both@example.com", name="Both", role=Role.AUDITOR, manager_id="m2")
    both = _in(here, "both")
    assert "own_card" in _main(both.get(PAGE))
    sent = {"schedule": "own_card", "do": "stop", "csrf_token": _token(both)}
    assert both.client.post(PAGE, data=sent).status_code == 404
    assert delivering.muted(here.store) == frozenset()


# ---- the link in the mail ----


@pytest.fixture
def link(here: Place) -> str:
    user = people.user_by_mail(here.store, "manager@example.com")
    assert user is not None
    return f"/unsubscribe?token={delivering.unsubscribe_tokens(here.store)(user.user_id, 'own_card')}"


def test_opening_the_link_shows_a_button_and_changes_nothing_however_often(here: Place, link: str) -> None:
    for _ in range(3):
        page = here.browser().get(link)
        assert page.status_code == 200
        assert "Nothing was changed yet" in page.text
        assert "Stop own_card" in page.text
        assert "Mia" not in page.text
        assert "manager@" not in page.text
    assert "already" not in page.text
    assert here.browser().client.head(link).status_code in (200, 405)
    assert delivering.muted(here.store) == frozenset()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://mail.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"content-type": "application/x-www-form-urlencoded; charset=utf-7"},
    ],
)
def test_servers_of_mail_programs_stop_it_with_one_click_from_anywhere(
    here: Place, link: str, headers: dict[str, str]
) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    done = here.browser().client.post(link, content=ONE_CLICK, headers=kind | headers)
    assert done.status_code == 200
    assert "No more digests" in done.text
    assert "Resume" in done.text
    ((user_id, schedule),) = delivering.muted(here.store)
    assert schedule == "own_card"
    assert people.entries(here.store, most=1)[0].user_id == user_id
    assert here.browser().client.post(link, content=ONE_CLICK, headers=kind).status_code == 200  # and once more
    opened = here.browser().get(link).text
    assert "Stopped already" in opened
    assert "Resume" in opened
    assert "Nothing was changed yet" not in opened
    assert "<button" not in opened.split("<main")[1]
    assert "set-cookie" not in done.headers or "session" not in done.headers["set-cookie"]


def test_link_that_is_none_says_nothing_about_anybody_and_who_guesses_has_to_wait(tmp_path: Path) -> None:
    made = world(tmp_path, tries_by_address=3)
    made.add(email="manager@example.com", name="Mia", role=Role.MANAGER, manager_id="m1")
    user = people.user_by_mail(made.store, "manager@example.com")
    assert user is not None
    good = delivering.unsubscribe_tokens(made.store)(user.user_id, "own_card")
    bad = ("guess", good[:-1], good.swapcase(), "another")
    answers = [made.browser().client.post(f"/unsubscribe?token={token}") for token in bad]
    assert [a.status_code for a in answers] == [404, 404, 404, 429]
    assert len({a.text for a in answers[:3]}) == 1
    assert answers[-1].headers["retry-after"] == "900"
    assert delivering.muted(made.store) == frozenset()
    assert made.browser().client.post(f"/unsubscribe?token={good}").status_code == 200  # who has a link never waits
    made.store.close()


def test_nothing_but_the_link_goes_without_a_token_of_ours(here: Place, link: str) -> None:
    token = link.split("=", 1)[1]
    for path in ("/unsubscribe/", "/unsubscribe/x", "//unsubscribe", "/sign-out"):
        assert here.browser().client.post(f"{path}?token={token}", content=ONE_CLICK).status_code in (403, 404)
    assert delivering.muted(here.store) == frozenset()


def _client(world: World, role: str, environment: dict[str, str]) -> TestClient:
    app = make_app(Desk(world.store, world.folder, Settings(public_url=HERE), lambda: NOW, environment))
    app.dependency_overrides[current_user] = lambda: world.users[role]
    return TestClient(app, base_url=HERE, follow_redirects=False)


def _policy(answer: Response) -> str:
    return str(answer.headers["content-security-policy"])


def _main(answer: Response) -> str:
    return answer.text.partition("<main")[2].partition("</main>")[0].replace("<button>Show</button>", "")


def _token(browser: Browser) -> str:
    return browser.get(PAGE).text.split('name="csrf_token" value="')[1].split('"')[0]
