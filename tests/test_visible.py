"""Does everybody see their own and nothing else? Every address as every role, with own, foreign and missing ids."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
import pypdfium2
import pytest
from delivered import foreign as foreign_delivery
from delivered import own as own_delivery
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response
from pdf_reading import headings
from web_world import HERE, PERIODS, World

from scoring.access import User, may_review, visible
from scoring.view import NotVisibleError, Seen
from scoring.view.slugs import slug
from scoring.web.app import ROUTERS
from scoring.web.identity import current_user

ROLES = ("leader", "auditor", "director", "manager")
LOOSE = ("/", "/sign-in", "/unsubscribe")
"""Addresses that lead on or let in, or out, and say nothing about anybody."""
OF_ALL = ("company", "cohorts", "data")
"""Pages of the company as a whole."""


@dataclass(frozen=True)
class Sides:
    """Whom and what a user sees and does not see."""

    managers: Sequence[str]
    foreign: Sequence[str]
    teams: Sequence[str]
    foreign_teams: Sequence[str]
    account: str
    foreign_account: str | None
    delivery: str
    foreign_delivery: str
    secrets: Sequence[str]


def _addresses() -> list[str]:
    """Every address that is read, of every page, file and API call there is."""
    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and "GET" in r.methods]
    return sorted({r.path for r in routes if not r.path.startswith(LOOSE[1:]) and r.path != LOOSE[0]})


def _sides(world: World, user: User) -> Sides:
    everything, sight = world.seen(world.users["leader"]), visible(user)
    managers = [c["manager_id"] for c in everything.cards if sight.sees(c)]
    foreign = [c for c in everything.cards if c["manager_id"] not in managers]
    teams = sorted({c["team"] for c in everything.cards})
    own_teams = [t for t in teams if sight.sees_team(t)]
    book = everything.frame("book").select("account_id", "account", "manager_id")
    mine = {a for a, _, m in book.iter_rows() if m in managers}
    others = [(a, name, m) for a, name, m in book.iter_rows() if a not in mine]
    held = next(a for a, _, m in book.iter_rows() if m == managers[0])
    secrets = {c["manager_id"] for c in foreign} | {c["name"] for c in foreign} - {user.name}
    secrets |= {a for a, _, _ in others} | {name for _, name, _ in others}
    return Sides(
        managers, [c["manager_id"] for c in foreign], own_teams, [t for t in teams if t not in own_teams],
        held, others[0][0] if others else None, own_delivery(world.store, user), foreign_delivery(world.store, user),
        sorted(secrets - {None}),
    )  # fmt: skip


def _filled(path: str, manager: str, account: str, team: str, delivery: str = "") -> str:
    return (
        path.replace("{delivery_id}", delivery).replace("{period}", PERIODS[0]).replace("{manager_id}", slug(manager))
        .replace("{account_id}", slug(account)).replace("{team}", slug(team)).replace("{version}", "1")
        .replace("{name}", "web.css")
    )  # fmt: skip


def _texts(answer: Response) -> Iterator[str]:
    """All that stands in an answer, of a PDF and a workbook too."""
    kind = answer.headers.get("content-type", "")
    if kind == "application/pdf":
        for page in pypdfium2.PdfDocument(answer.content):
            yield page.get_textpage().get_text_range()
    elif "spreadsheet" in kind or kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    else:
        yield answer.text


@pytest.mark.parametrize("role", ROLES)
def test_every_address_shows_what_is_ones_own_and_nothing_else(web_world: World, role: str) -> None:
    user = web_world.users[role]
    sides, client = _sides(web_world, user), web_world.client(user)
    team = (*sides.teams, "no team")[0]
    statuses = {}
    for path in _addresses():
        address = _filled(path, sides.managers[0], sides.account, team, sides.delivery)
        answer = client.get(address, params={"q": "a"} if "search" in path else None)
        statuses[path] = answer.status_code
        assert answer.status_code in (200, 404), (address, answer.text[:500])
        told = "\n".join(_texts(answer))
        leaked = [secret for secret in sides.secrets if secret in told]
        assert not leaked, (address, leaked)
    closed = {path for path, status in statuses.items() if status == 404}
    expected = {p for p in statuses if "{version}" in p}  # nothing was signed
    if role != "leader":
        expected |= {p for p in statuses if p.endswith("rules.patch")}
    if role in ("director", "manager"):
        expected |= {p for p in statuses if p.split("/")[-1].split(".")[0] in OF_ALL}
        expected |= {p for p in statuses if p.startswith("/log")}
    if role == "manager":
        expected |= {p for p in statuses if "{team}" in p}
    assert closed == expected


@pytest.mark.parametrize("role", ["director", "manager"])
def test_what_is_anothers_answers_as_what_does_not_exist(web_world: World, role: str) -> None:
    user = web_world.users[role]
    sides, client = _sides(web_world, user), web_world.client(user)
    assert sides.foreign and sides.foreign_account  # noqa: PT018
    own = sides.managers[0]
    asked = 0
    for path in _addresses():
        foreign, missing = [], []
        if "{manager_id}" in path:
            foreign.append(_filled(path, sides.foreign[0], sides.account, ""))
            missing.append(_filled(path, "nobody", sides.account, ""))
        if "{account_id}" in path:
            foreign.append(_filled(path, own, sides.foreign_account or "", ""))
            missing.append(_filled(path, own, "nothing", ""))
        if "{team}" in path:
            foreign.append(_filled(path, own, "", sides.foreign_teams[0]))
            missing.append(_filled(path, own, "", "no such team"))
        if "{delivery_id}" in path:
            foreign.append(_filled(path, own, "", "", sides.foreign_delivery))
            missing.append(_filled(path, own, "", "", "0" * 32))
        for theirs, nobodys in zip(foreign, missing, strict=True):
            one, other = client.get(theirs), client.get(nobodys)
            assert one.status_code == other.status_code == 404, theirs
            assert _bare(one.text) == _bare(other.text)
            asked += 1
    assert asked > 18


@pytest.mark.parametrize("role", ["director", "manager"])
def test_a_view_is_the_leaders_filtered_number_for_number(web_world: World, role: str) -> None:
    everything, seen = web_world.seen(web_world.users["leader"]), web_world.seen(web_world.users[role])
    sight = visible(web_world.users[role])
    assert seen.cards == tuple(c for c in everything.cards if sight.sees(c))
    assert 0 < len(seen.cards) < len(everything.cards)
    for name in ("book", "compared", "movements"):
        whole, part = everything.frame(name), seen.frame(name)
        assert part.equals(whole.filter(whole["manager_id"].is_in(list(seen.managers))))
        assert part.height < whole.height


@pytest.mark.parametrize("role", ["director", "manager"])
def test_every_account_of_every_card_seen_opens_and_says_what_it_says_to_who_sees_all(
    web_world: World, role: str
) -> None:
    user, period = web_world.users[role], PERIODS[0]
    book = web_world.seen(user).frame("book").select("manager_id", "account_id", "share")
    mine, everything = web_world.client(user), web_world.client(web_world.users["leader"])
    assert not book.filter(pl.col("share") < 1).is_empty(), "none was shared or handed over"
    for manager, account, _ in book.iter_rows():
        address = f"/periods/{period}/managers/{slug(manager)}/accounts/{slug(account)}.json"
        told, whole = mine.get(address), everything.get(address)
        assert told.status_code == 200, (address, told.text)
        assert told.json()["explained"] == whole.json()["explained"]


def test_what_one_server_keeps_for_somebody_it_shows_to_nobody_else(web_world: World) -> None:
    app, told, asking = web_world.app(), {}, [web_world.users["leader"]]
    app.dependency_overrides[current_user] = lambda: asking[-1]
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    for role in ("leader", "director", "manager", "leader", "auditor", "director"):
        asking.append(web_world.users[role])
        for page in ("league", "league?sort=score", "company"):
            path = f"/periods/{PERIODS[0]}/{page}"
            told[role, page] = _main(client.get(path).text)
            assert told[role, page] == _main(web_world.client(web_world.users[role]).get(path).text)
    assert len({told[role, "league"] for role in ("leader", "director", "manager")}) == 3


def test_book_has_a_page_of_no_team_but_those_that_are_seen_whole(web_world: World) -> None:
    for role, seen in (("manager", False), ("director", True)):
        user = web_world.users[role]
        found = [t for _, t in headings(web_world.client(user).get(f"/periods/{PERIODS[0]}/book.pdf").content)]
        assert ("Teams" in found) == seen
        assert "The company" not in found


def test_a_posted_form_for_another_answers_404_and_writes_nothing(web_world: World) -> None:
    user = web_world.users["manager"]
    sides, client = _sides(web_world, user), web_world.client(user)
    token = _token(client.get(f"/periods/{PERIODS[0]}/reviews").text)
    for manager in (sides.foreign[0], user.manager_id or ""):
        answer = client.post(
            f"/periods/{PERIODS[0]}/managers/{slug(manager)}/review",
            data={"csrf_token": token, "kind": "started"}, headers={"Origin": "http://testserver"},
        )  # fmt: skip
        # a manager begins no review: not another's, and not their own
        assert answer.status_code in (404, 409), answer.text
    listed = web_world.client(web_world.users["leader"]).get(f"/periods/{PERIODS[0]}/reviews.json").json()
    assert listed["reviews"] == []


def test_nobody_who_is_not_signed_in_sees_anything(web_world: World) -> None:
    client = web_world.client()
    for path in _addresses():
        address = _filled(path, "m", "a", "t", "d")
        answer = client.get(address)
        assert answer.status_code in (303, 401), address
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in")


def test_an_auditor_reads_all_and_writes_nothing(web_world: World) -> None:
    card = web_world.seen(web_world.users["leader"]).cards[0]
    assert not may_review(web_world.users["auditor"], card)
    assert may_review(web_world.users["leader"], card)


def test_frames_that_say_whose_they_are_in_no_way_are_closed(web_world: World) -> None:
    seen: Seen = web_world.seen(web_world.users["manager"])
    with pytest.raises(NotVisibleError):
        _ = seen.summary
    with pytest.raises(NotVisibleError):
        _ = seen.problems
    assert seen.frame("churn_reasons").filter(grain="company").is_empty()
    assert seen.frame("cohorts").is_empty()


def _main(text: str) -> str:
    """What a page says below its head, in which the user's name stands."""
    return text.partition("<main")[2].partition("</main>")[0]


def _bare(text: str) -> str:
    """A page without what differs from answer to answer."""
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)


def _token(text: str) -> str:
    return text.split('name="csrf_token" value="')[1].split('"', maxsplit=1)[0]
