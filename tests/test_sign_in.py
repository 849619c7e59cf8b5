"""Does only who may come in, and does what keeps others out hold when it is attacked?"""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from signing_in import ANN, HERE, PASSWORD, WRONG, Browser, Made, World, world
from sqlalchemy.exc import OperationalError

from scoring.access import Role
from scoring.store import people
from scoring.web import log
from scoring.web.settings import NotServedError, Proxy, settings
from scoring.web.sign_in import passwords

EVERYWHERE = "0.0.0.0"  # noqa: S104  which is what is refused
PROXY = {"BOOKSCORE_PROXY_HEADER": "X-Forwarded-Email", "BOOKSCORE_PROXY_ADDRESSES": "10.0.0.5, 10.1.0.0/16"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Makes worlds with the settings asked for."""
    worlds: list[World] = []

    def making(**settings: Any) -> World:
        worlds.append(world(tmp_path, **settings))
        return worlds[-1]

    yield making
    for one in worlds:
        one.store.close()


@pytest.fixture
def here(made: Made) -> World:
    """The page on the machine itself, with Ann."""
    found = made()
    found.add()
    return found


# ---- in and out ----


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back_to_the_page_that_was_asked_for(here: World) -> None:
    ann = here.browser()
    sent = ann.get("/probe?team=North%20%26%20South")
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        "/sign-in?next=/probe%3Fteam%3DNorth%2520%2526%2520South",
    )
    form = ann.get(sent.headers["location"]).text
    onto = re.search(r'name="next" value="([^"]*)"', form)
    assert onto is not None
    back = ann.sign_in(next=onto[1].replace("&amp;", "&"))
    assert (back.status_code, back.headers["location"]) == (303, "/probe?team=North%20%26%20South")
    assert ann.get(back.headers["location"]).json()["name"] == "Ann"


def test_programs_are_told_that_nobody_is_signed_in_rather_than_sent_to_a_form(here: World) -> None:
    nobody = here.browser()
    assert nobody.get("/probe.json").status_code == 401
    assert nobody.get("/probe", accept="application/json").json() == {"detail": "not signed in"}
    part = nobody.get("/probe", hx_request="true")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?next=/probe")


def test_link_sets_the_password_once_and_signs_in(made: Made) -> None:
    here = made()
    people.add_user(here.store, {**ANN, "name": "Ann <b>Bo</b> {{7*7}} \u202e"[:-2]}, at=here.at)
    link = f"/sign-in/link?token={people.make_link(here.store, 'ann@example.com', at=here.at)}"
    ann, token = here.browser(), link.partition("=")[2]
    shown = ann.get(link)
    assert "Ann &lt;b&gt;Bo&lt;/b&gt; {{7*7}}" in shown.text
    for password, again, why in (
        ("short", "short", "at least 12 characters"),
        ("ann@example.com", "ann@example.com", "must not be your name"),
        (PASSWORD, PASSWORD + "!", "not the same"),
    ):
        refused = ann.send("/sign-in/link", form_at=link, token=token, password=password, again=again)
        assert (refused.status_code, why in refused.text, password in refused.text) == (
            422,
            True,
            password in shown.text,
        )
    done = ann.send("/sign-in/link", form_at=link, token=token, password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"], ann.is_in()) == (303, "/", True)
    other = here.browser()
    assert other.get(link).status_code == 410
    again = other.send("/sign-in/link", token=token, password=PASSWORD + "2", again=PASSWORD + "2")
    assert (again.status_code, other.is_in()) == (410, False)
    assert other.sign_in().status_code == 303


def test_who_signs_in_before_the_first_run_is_told_what_to_do_and_can_sign_out(here: World) -> None:
    here.add(email="bo@example.com", role=Role.MANAGER, manager_id="M1")
    ann, bo = here.browser(), here.browser()
    ann.sign_in()
    bo.sign_in("bo@example.com")
    shown = ann.get("/")
    assert (shown.status_code, "bookscore run" in shown.text, "bookscore run" in bo.get("/").text) == (200, True, False)
    assert ann.send("/sign-out", form_at="/").status_code == 303
    assert not ann.is_in()


def test_link_that_is_three_days_old_says_so_and_sets_nothing(made: Made) -> None:
    here = made()
    people.add_user(here.store, ANN, at=here.at)
    token = people.make_link(here.store, "ann@example.com", at=here.at)
    here.wait(hours=72)
    old = here.browser().get(f"/sign-in/link?token={token}")
    assert (old.status_code, "more than three days old" in old.text) == (410, True)
    assert here.browser().send("/sign-in/link", token=token, password=PASSWORD, again=PASSWORD).status_code == 410
    assert here.browser().sign_in().status_code == 401


def test_cookie_that_is_played_again_after_signing_out_opens_nothing(here: World) -> None:
    ann = here.browser()
    ann.sign_in()
    kept = ann.cookies
    assert ann.is_in()
    assert ann.client.post("/sign-out", data={"csrf_token": ann.get("/probe").json()["token"]}).status_code == 303
    assert not ann.is_in()
    thief = here.browser()
    thief.client.cookies.update(kept)
    assert not thief.is_in()


def test_cookie_that_somebody_else_chose_is_not_the_session_afterwards(here: World) -> None:
    victim, thief = here.browser(), here.browser()
    for browser in (victim, thief):
        browser.client.cookies.set("bookscore_session", "chosen-by-the-thief", domain="127.0.0.1", path="/")
    victim.sign_in()
    assert victim.cookies["bookscore_session"] != "chosen-by-the-thief"
    assert (victim.is_in(), thief.is_in()) == (True, False)


def test_signing_in_again_from_the_same_browser_ends_the_session_before(here: World) -> None:
    ann, copy = here.browser(), here.browser()
    ann.sign_in()
    copy.client.cookies.update(ann.cookies)
    token = ann.get("/probe").json()["token"]
    ann.client.post("/sign-in", data={"csrf_token": token, "email": "ann@example.com", "password": PASSWORD})
    assert (ann.is_in(), copy.is_in()) == (True, False)


def test_session_is_over_after_two_hours_without_use(here: World) -> None:
    ann = here.browser()
    ann.sign_in()
    here.wait(minutes=119)
    assert ann.is_in()
    here.wait(minutes=121)
    assert not ann.is_in()


def test_form_that_comes_after_the_session_is_told_to_be_unsaved_and_what_was_typed_is_kept(here: World) -> None:
    ann, page = here.browser(), "/periods/2026-Q2/managers/m/review"
    ann.sign_in()
    token = ann.get("/probe").json()["token"]
    here.wait(hours=3)
    typed = "Birch </textarea> was\nnever mine"
    sent = ann.client.post(page, data={"csrf_token": token, "kind": "commented", "after": "2", "text": typed})
    assert sent.status_code == 401
    assert "What you sent was not saved" in sent.text
    assert "<textarea readonly>Birch &lt;/textarea&gt; was\nnever mine</textarea>" in sent.text
    assert 'target="_blank"' in sent.text
    assert "commented" not in sent.text
    onto = re.search(r'name="next" value="([^"]*)"', sent.text)
    assert onto is not None
    assert ann.sign_in(next=onto[1]).headers["location"] == page


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json"])
def test_what_no_form_of_ours_sends_after_the_session_is_refused_as_well(here: World, kind: str) -> None:
    ann = here.browser()
    ann.sign_in()
    token = ann.get("/probe").json()["token"]
    here.wait(hours=3)
    sent = ann.client.post("/probe", content=b"\xff--y", headers={"content-type": kind, "x-csrf-token": token})
    assert (sent.status_code, "<textarea" in sent.text, here.changed) == (401, False, [])


def test_who_is_disabled_or_given_other_rights_is_out_with_the_next_request(here: World) -> None:
    here.add(email="bo@example.com", name="Bo")
    ann, bo = here.browser(), here.browser()
    ann.sign_in()
    bo.sign_in("bo@example.com")
    assert ann.is_in()
    assert bo.is_in()
    people.disable_user(here.store, "ann@example.com", at=here.at)
    people.change_user(here.store, "bo@example.com", {"role": Role.AUDITOR}, at=here.at)
    assert not ann.is_in()
    assert not bo.is_in()
    assert ann.sign_in().status_code == 401
    assert bo.sign_in("bo@example.com").status_code == 303


@pytest.mark.parametrize(
    "onto",
    [
        "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)", "/\t/evil.example", "/\r\nSet-Cookie: x=1", "", " //evil.example", "/a\\..\\b",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(here: World, onto: str) -> None:
    done = here.browser().sign_in(next=onto)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "x=1" not in str(done.headers)


# ---- who is there does not show ----


def test_wrong_password_and_unknown_disabled_and_passwordless_users_are_told_the_same(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.add(email="gone@example.com", name="Gone")
    people.disable_user(here.store, "gone@example.com", at=here.at)
    people.add_user(here.store, {**ANN, "email": "new@example.com"}, at=here.at)
    hasher = passwords._hasher(here.settings.hashing)
    guesses: list[str] = []
    verify = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda password, kept: guesses.append(kept) or verify(password, kept))
    answers = set()
    for email in ("ann@example.com", "nobody@example.com", "gone@example.com", "new@example.com", "no address", ""):
        answer = here.browser().sign_in(email, PASSWORD if email != "ann@example.com" else WRONG)
        hidden = re.sub(r'value="[0-9a-f]{64}"', "", answer.text).replace(f'value="{email}"', 'value="…"')
        answers.add((answer.status_code, re.sub(r"( autofocus)|(required value=\"…\")", "", hidden)))
    assert len({status for status, _ in answers}) == 1
    assert len(answers) <= 2  # with an address typed the cursor stands in the next field
    assert len(guesses) == 6  # each takes one comparison of the same cost
    assert len({kept.rpartition("$")[0].rpartition("$")[0] for kept in guesses}) == 1


def test_account_is_locked_for_a_while_after_ten_wrong_guesses_from_anywhere(here: World) -> None:
    for n in range(10):
        assert here.browser(address=f"10.0.0.{n}").sign_in(password=WRONG).status_code == 401
    for email in ("ann@example.com", "ANN@example.com "):
        refused = here.browser(address="10.0.9.9").sign_in(email)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "900"
        assert "Try again in 15 minutes." in refused.text
    here.wait(minutes=15)
    assert here.browser().sign_in().status_code == 303


def test_account_that_does_not_exist_is_locked_just_the_same(here: World) -> None:
    told = [here.browser(address=f"10.0.0.{n}").sign_in("nobody@example.com", "guess").status_code for n in range(11)]
    assert told == [401] * 10 + [429]


def test_address_that_tries_many_accounts_is_locked_and_others_are_not(made: Made) -> None:
    here = made(tries_by_address=4)
    here.add()
    for n in range(4):
        assert here.browser(address=f"2001:db8::{n}").sign_in(f"a{n}@example.com", "guess").status_code == 401
    assert here.browser(address="2001:db8::ffff").sign_in().status_code == 429  # one network, one household
    assert here.browser(address="2001:db8:0:1::1").sign_in().status_code == 303


def test_everybody_of_an_office_can_sign_in_behind_one_address(made: Made) -> None:
    here = made(tries_by_address=3)
    here.add()
    assert [here.browser(address="10.0.0.1").sign_in().status_code for _ in range(6)] == [303] * 6


# ---- forms of others ----


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "https://127.0.0.1:8000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
    ],
)
def test_form_that_another_site_sent_changes_nothing_even_with_the_right_token(
    here: World, headers: dict[str, str]
) -> None:
    ann = here.browser()
    ann.sign_in()
    token = ann.get("/probe").json()["token"]
    refused = ann.client.post("/probe", data={"csrf_token": token}, headers=headers)
    assert (refused.status_code, here.changed) == (403, [])
    own = ann.client.post(
        "/probe", data={"csrf_token": token}, headers={"origin": HERE, "sec-fetch-site": "same-origin"}
    )
    assert (own.status_code, here.changed) == (200, ["Ann"])


def test_form_without_the_token_of_this_browser_changes_nothing(here: World) -> None:
    here.add(email="bo@example.com", name="Bo")
    ann, bo = here.browser(), here.browser()
    visitor = ann.token()
    ann.sign_in()
    bo.sign_in("bo@example.com")
    others = bo.get("/probe").json()["token"]
    for token in (None, "", "0" * 64, "é", others, visitor):
        sent = {} if token is None else {"csrf_token": token}
        assert ann.client.post("/probe", data=sent).status_code == 403
        assert ann.client.post("/probe", data=sent, files={"a": b"b"}).status_code == 403
        assert ann.client.post("/probe", json=sent).status_code == 403
    for method in ("PUT", "PATCH", "DELETE"):
        assert ann.client.request(method, "/probe").status_code == 403
    assert here.changed == []
    own = ann.get("/probe").json()["token"]
    assert ann.client.post("/probe", data={"csrf_token": own}, files={"a": b"b"}).status_code == 200
    assert ann.client.post("/probe", headers={"x-csrf-token": own}).status_code == 200
    assert here.changed == ["Ann", "Ann"]


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_form_that_cannot_be_read_is_refused(here: World, kind: str) -> None:
    ann = here.browser()
    ann.sign_in()
    refused = ann.client.post("/probe", content=b"\xff\x00--y\r\n", headers={"content-type": kind})
    assert (refused.status_code, here.changed) == (403, [])


def test_nobody_is_signed_in_or_out_by_another_site(here: World) -> None:
    victim = here.browser()
    sent = {"email": "ann@example.com", "password": PASSWORD}
    assert victim.client.post("/sign-in", data=sent).status_code == 403
    victim.sign_in()
    assert victim.client.post("/sign-out").status_code == 403
    assert victim.get("/sign-out").status_code in (404, 405)
    assert victim.is_in()


def test_fields_that_the_form_does_not_have_are_refused(here: World) -> None:
    refused = here.browser().sign_in(role="leader of all", user_id="1")
    assert (refused.status_code, PASSWORD in refused.text, "leader of all" in refused.text) == (422, False, False)
    assert "Role is nothing that this form asks for; user id is nothing" in refused.text


# ---- headers, hosts, proxies ----


def test_every_answer_keeps_to_itself_that_of_an_error_as_well(here: World) -> None:
    ann = here.browser()
    answers = [
        ann.get(path)
        for path in ("/sign-in", "/probe", "/nowhere", "/broken", "/sign-in/link?token=x", "/static/web.css")
    ]
    answers += [ann.client.post("/sign-in"), ann.sign_in(), ann.get("/probe"), ann.get("/sign-in", host="evil.example")]
    assert [a.status_code for a in answers] == [200, 303, 404, 500, 410, 200, 403, 303, 200, 400]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy.split("; "))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert (
            answer.headers["cross-origin-opener-policy"]
            == answer.headers["cross-origin-resource-policy"]
            == "same-origin"
        )
        assert "camera=()" in answer.headers["permissions-policy"]
        assert "strict-transport-security" not in answer.headers
    assert all(a.headers["cache-control"] == "no-store" for a in answers if a.request.url.path != "/static/web.css")
    assert "a secret of ours" not in answers[3].text


def test_by_https_the_cookie_goes_no_other_way_and_to_no_other_host(made: Made) -> None:
    there = made(public_url="https://scores.example.com")
    there.add()
    ann = there.browser("https://scores.example.com")
    done = ann.sign_in()
    (cookie,) = (c for c in done.headers.get_list("set-cookie") if "_session" in c)
    name, *parts = cookie.split("; ")
    assert name.startswith("__Host-bookscore_session=")
    assert {part.lower() for part in parts} == {"httponly", "path=/", "samesite=lax", "secure"}
    assert done.headers["strict-transport-security"] == "max-age=31536000"
    assert ann.is_in()


def test_on_the_machine_itself_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here: World) -> None:
    done = here.browser().sign_in()
    (cookie,) = (c for c in done.headers.get_list("set-cookie") if "_session" in c)
    assert {part.lower() for part in cookie.split("; ")[1:]} == {"httponly", "path=/", "samesite=lax"}


def test_page_answers_to_its_own_name_only(made: Made) -> None:
    there = made(public_url="https://scores.example.com")
    nobody = there.browser("https://scores.example.com")
    for host in ("evil.example", "scores.example.com.evil.example", "127.0.0.1:8000", "localhost"):
        assert nobody.get("/sign-in", host=host).status_code == 400
    assert nobody.get("/sign-in", host="scores.example.com:443").status_code == 200


def test_page_answers_to_an_address_of_ipv6(made: Made) -> None:
    nobody = made(public_url=settings({}, host="::1").public_url).browser()
    for host in ("[::1]:8000", "localhost:8000", "127.0.0.1:8000"):
        assert nobody.get("/sign-in", host=host).status_code == 200
    assert nobody.get("/sign-in", host="[::2]:8000").status_code == 400


def test_link_is_never_made_from_the_host_that_a_request_names(made: Made) -> None:
    there = made(public_url="https://scores.example.com")
    for header in ("x-forwarded-host", "forwarded", "x-original-host"):
        told = there.browser("https://scores.example.com").get("/probe", **{header: "evil.example"})
        assert told.headers["location"] == "/sign-in?next=/probe"


def test_no_address_leads_from_https_to_http_though_the_proxy_speaks_that_to_us(made: Made) -> None:
    asked = made(public_url="https://scores.example.com").browser("http://scores.example.com").get("/rules/")
    assert asked.headers["location"] == "https://scores.example.com/rules"


def test_proxy_says_who_it_is_and_nobody_else_may(made: Made) -> None:
    here = made(proxy=settings(PROXY).proxy)
    here.add()
    ann = here.browser(address="10.1.2.3")
    assert ann.get("/probe", x_forwarded_email="Ann@example.com").json()["name"] == "Ann"
    assert not ann.is_in()  # it is asked anew each time
    outside = here.browser(address="10.0.0.6")
    spoofed = outside.get("/probe", x_forwarded_email="ann@example.com")
    assert (spoofed.status_code, "Only the proxy may say who you are" in spoofed.text) == (403, True)
    twice = ann.client.get("/probe", headers=[("x-forwarded-email", "ann@example.com"), ("x-forwarded-email", "b@c.d")])
    assert twice.status_code == 403
    assert ann.get("/probe", x_forwarded_email="eve@example.com").status_code == 303
    told = ann.get("/sign-in", x_forwarded_email="eve@example.com").text
    assert "The proxy says that you are eve@example.com, but no user here has that address." in told
    people.disable_user(here.store, "ann@example.com", at=here.at)
    assert ann.get("/probe", x_forwarded_email="ann@example.com").status_code == 303


def test_who_comes_through_the_proxy_sends_forms_with_a_token_too(made: Made) -> None:
    here = made(proxy=settings(PROXY).proxy)
    here.add()
    ann = here.browser(address="10.0.0.5")
    ann.client.headers["x-forwarded-email"] = "ann@example.com"
    token = ann.get("/probe").json()["token"]
    assert ann.client.post("/probe").status_code == 403
    assert ann.client.post("/probe", data={"csrf_token": token}).status_code == 200


def test_address_that_counts_is_the_one_that_the_proxy_saw_not_one_that_somebody_wrote(made: Made) -> None:
    here = made(proxy=Proxy(settings(PROXY).proxy.addresses), tries_by_address=2)  # type: ignore[union-attr]
    here.add()

    def tries(address: str, said: str) -> int:
        browser = here.browser(address=address)
        browser.client.headers["x-forwarded-for"] = said
        return browser.sign_in(password=WRONG).status_code

    assert [tries("10.0.0.5", f"1.1.1.{n}, 9.9.9.9, 10.1.0.1") for n in range(3)] == [401, 401, 429]
    assert [tries("8.8.8.8", f"1.1.1.{n}") for n in range(3)] == [401, 401, 429]


def test_body_that_is_too_large_is_not_read(here: World) -> None:
    large = here.browser().client.post("/sign-in", data={"email": "a" * 6_000_000})
    assert large.status_code == 413


# ---- settings ----


@pytest.mark.parametrize(
    ("environment", "asked", "why"),
    [
        ({}, {"host": EVERYWHERE}, "others can reach the page: say under which address"),
        ({}, {"host": EVERYWHERE, "public_url": "http://scores.example.com"}, "is not https"),
        ({"BOOKSCORE_PUBLIC_URL": "http://scores.example.com"}, {}, "is not https"),
        ({}, {"host": "192.168.1.2", "public_url": "http://127.0.0.1:8000"}, "is not https"),
        ({}, {"public_url": "https://example.com/scores"}, "must be that of a host"),
        ({}, {"public_url": "scores.example.com"}, "must be that of a host"),
        ({}, {"public_url": "https://scores.example.com:65536"}, "must be that of a host"),
        ({}, {"public_url": "https://[scores.example.com"}, "must be that of a host"),
        ({}, {"public_url": "HTTP://scores.example.com"}, "is not https"),
        ({"BOOKSCORE_PUBLIC_URL": " http://scores.example.com "}, {}, "is not https"),
        ({"BOOKSCORE_PROXY_HEADER": "X-Email"}, {}, "anybody could send the header"),
        ({**PROXY, "BOOKSCORE_PROXY_ADDRESSES": "0.0.0.0/0"}, {}, "names every address there is"),
        ({**PROXY, "BOOKSCORE_PROXY_ADDRESSES": "10.0.0.5/8"}, {}, "BOOKSCORE_PROXY_ADDRESSES: 10.0.0.5/8"),
        ({"BOOKSCORE_OIDC_ISSUER": "https://id.example.com"}, {}, "CLIENT_ID and BOOKSCORE_OIDC_CLIENT_SECRET"),
        (
            {f"BOOKSCORE_OIDC_{name}": "HTTP://id.example.com" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")},
            {},
            "must be an https address",
        ),
    ],
)
def test_unsafe_settings_are_refused_before_anything_is_served(
    environment: dict[str, str], asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotServedError, match=why):
        settings(environment, **asked)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (" HTTPS://Scores.Example.com:443/ ", "https://scores.example.com"),
        ("https://scores.example.com:8443", "https://scores.example.com:8443"),
        ("https://köln.example.com", "https://xn--kln-sna.example.com"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
    ],
)
def test_address_of_the_pages_is_written_as_browsers_write_it(said: str, meant: str) -> None:
    made = settings({"BOOKSCORE_PUBLIC_URL": said})
    assert (made.public_url, made.is_https) == (meant, True)


def test_what_is_safe_or_expressly_wanted_is_served() -> None:
    assert settings({}, port=8123).public_url == "http://127.0.0.1:8123"
    assert settings({}, host=EVERYWHERE, public_url="https://scores.example.com/").is_https
    asked = settings({}, host=EVERYWHERE, public_url="http://scores.lan:8000", is_insecure_wanted=True)
    assert (asked.hosts, asked.is_https) == (("scores.lan",), False)


def test_missing_extra_for_openid_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.web.settings.find_spec", lambda name: None if name == "authlib" else name)
    environment = {f"BOOKSCORE_OIDC_{name}": "https://a.b" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    with pytest.raises(NotServedError, match=re.escape('needs authlib: pip install "bookscore[oidc]"')):
        settings(environment)


def test_secret_of_the_provider_is_in_no_text_about_the_settings() -> None:
    names = {"ISSUER": "https://id.example.com", "CLIENT_ID": "us", "CLIENT_SECRET": "hunter2"}
    assert "hunter2" not in repr(settings({f"BOOKSCORE_OIDC_{name}": value for name, value in names.items()}))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "at least 12"),
        ("ann.adams@example.com", "your name or your e-mail"),
        ("Ann-Margret Adams", "your name or your e-mail"),
        ("ANN MARGRET ADAMS!!", "your name or your e-mail"),
        ("four words are enough", None),
        ("aaaaaaaaaaaa", None),  # no rules of how it is made up
    ],
)
def test_new_password_is_long_and_not_the_name_or_the_address(password: str, why: str | None) -> None:
    told = passwords.why_not(password, email="ann.adams@example.com", name="Ann-Margret Adams")
    assert (told is None) if why is None else (told is not None and why in told)


# ---- the log ----


def test_each_request_is_one_line_of_json_without_what_is_secret_in_its_address(
    here: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bookscore.requests")
    ann = here.browser()
    ann.sign_in()
    ann.get("/probe?token=secret")
    ann.get("/a%0aevil%1b[2J\u202e")
    lines = [log.JsonLines().format(record) for record in caplog.records if record.name == "bookscore.requests"]
    assert not [line for line in lines if "secret" in line or "\n" in line or "\x1b" in line or not line.isascii()]
    told = [json.loads(line) for line in lines]
    assert len({t["request_id"] for t in told}) == len(told)
    failed = ann.get("/broken").text
    record = caplog.records[-1] if caplog.records[-1].name == "bookscore.requests" else caplog.records[-2]
    assert failed.endswith(f" as {json.loads(log.JsonLines().format(record))['request_id']}.")
    assert [(t["method"], t["path"], t["status"]) for t in told][1:3] == [
        ("POST", "/sign-in", 303),
        ("GET", "/probe", 200),
    ]
    mistake = next(json.loads(log.JsonLines().format(r)) for r in caplog.records if r.getMessage() == "mistake")
    assert failed.endswith(f" as {mistake['request_id']}.")
    assert "a secret of ours" in mistake["trace"]
    assert told[2]["user_id"] == people.users(here.store)[0].user_id
    assert told[2]["address"] == "127.0.0.1"


def test_database_that_is_away_is_no_mistake_of_ours(
    here: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = here.browser()
    ann.sign_in()

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT a secret of ours", {}, Exception("connection refused"))

    monkeypatch.setattr(people, "whose", away)
    told = ann.get("/probe")
    assert (told.status_code, told.text.split(".")[0]) == (
        503, "The database of bookscore cannot be used just now; try again in a few minutes"
    )  # fmt: skip
    said = [json.loads(log.JsonLines().format(r)) for r in caplog.records if r.name == "bookscore.requests"]
    (store,) = [each for each in said if each["event"] == "store"]
    assert told.text.endswith(f" as {store['request_id']}.")
    assert store["reason"].startswith("the server of the store's database does not answer")
    assert "secret" not in json.dumps(said)
    assert "mistake" not in {each["event"] for each in said}


def test_browser_that_takes_no_cookies_is_told_why_it_cannot_go_on(here: World) -> None:
    nobody: Browser = here.browser()
    token = nobody.token()
    nobody.client.cookies.clear()
    refused = nobody.client.post("/sign-in", data={"csrf_token": token, "email": "a", "password": "b"})
    assert (refused.status_code, "must accept cookies" in refused.text) == (403, True)
