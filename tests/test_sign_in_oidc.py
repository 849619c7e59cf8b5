"""Does the OpenID provider let in whom it names, and nobody by what was forged, mixed up or played again?"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import openid_provider
import pytest
from openid_provider import CLIENT, OTHER_KEY, SECRET, OpenIdProvider
from signing_in import Browser, World, world

from scoring.store import people
from scoring.web.settings import Provider
from scoring.web.sign_in.provider import Flow


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    with openid_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running: OpenIdProvider) -> OpenIdProvider:
    """The provider, which does everything right and knows Ann."""
    running.email, running.subject, running.wrong = "ann@example.com", "17", {}
    running.asked.clear()
    return running


@pytest.fixture
def here(tmp_path: Path, provider: OpenIdProvider) -> Iterator[World]:
    made = world(tmp_path, provider=Provider(provider.issuer, CLIENT, SECRET, "Example ID"))
    made.at = made.at.now(made.at.tzinfo)  # the provider's tokens are of today
    made.add()
    yield made
    made.store.close()


@cache
def web() -> httpx.Client:
    return httpx.Client()


def through(browser: Browser, onto: str = "") -> str:
    """Goes to the provider, and gives the address that it sends the browser back to."""
    there = browser.get(f"/sign-in/oidc?next={onto}")
    assert there.status_code == 303
    back = web().get(there.headers["location"]).headers["location"]
    return str(back).removeprefix("http://127.0.0.1:8000")


def test_who_the_provider_names_is_signed_in_and_gets_to_the_page_that_was_asked_for(
    here: World, provider: OpenIdProvider
) -> None:
    ann = here.browser()
    assert "Sign in with Example ID" in ann.get("/sign-in").text
    done = ann.get(through(ann, "/probe%3Fa%3D1"))
    assert (done.status_code, done.headers["location"]) == (303, "/probe?a=1")
    assert ann.is_in()
    assert people.entries(here.store)[0].told == {"way": "oidc"}
    (asked,) = provider.asked
    assert (asked["scope"], asked["code_challenge_method"], asked["response_type"]) == ("openid email", "S256", "code")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


def test_nobody_is_sent_elsewhere_by_way_of_the_provider(here: World) -> None:
    ann = here.browser()
    assert ann.get(through(ann, "https://evil.example")).headers["location"] == "/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another"}},
        {"claims": {"aud": [CLIENT, "another"]}},  # without saying for which of them
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1_700_000_000}},
        {"claims": {"exp": None}},
        {"claims": {"email_verified": False}},
        {"claims": {"email_verified": None}},
        {"claims": {"email_verified": "false"}},
        {"claims": {"email": None}},
        {"claims": {"sub": None}},
        {"key": OTHER_KEY},
        {"signs_with": "nothing"},
        {"signs_with": "nothing", "ways": ["none"]},
        {"signs_with": "public key", "ways": ["RS256", "HS256"]},
        {"issuer": "https://evil.example"},
    ],
)
def test_token_with_something_wrong_signs_nobody_in(
    here: World, provider: OpenIdProvider, wrong: dict[str, Any]
) -> None:
    ann = here.browser()
    if "issuer" in wrong:
        provider.wrong = wrong
        assert ann.get("/sign-in/oidc").status_code == 502
        return
    back = through(ann)
    provider.wrong = wrong
    refused = ann.get(back)
    assert (refused.status_code, "Start again" in refused.text, ann.is_in()) == (400, True, False)


@pytest.mark.parametrize("email", ["eve@example.com", "gone@example.com", "\u0430nn@example.com"])
def test_whom_nobody_added_does_not_get_in(here: World, provider: OpenIdProvider, email: str) -> None:
    here.add(email="gone@example.com")
    people.disable_user(here.store, "gone@example.com", at=here.at)
    provider.email = email
    eve = here.browser()
    refused = eve.get(through(eve))
    assert (refused.status_code, eve.is_in()) == (403, False)
    assert "nobody here has that e-mail address" in refused.text


def test_address_that_was_given_to_somebody_else_there_does_not_open_the_first_ones_page(
    here: World, provider: OpenIdProvider
) -> None:
    ann, other = here.browser(), here.browser()
    assert ann.get(through(ann)).status_code == 303
    provider.subject = "18"
    assert other.get(through(other)).status_code == 403


def test_code_works_once_and_only_in_the_browser_that_asked_for_it(here: World) -> None:
    ann, thief, victim = here.browser(), here.browser(), here.browser()
    back = through(ann)
    assert thief.get(back).status_code == 400  # it has no way of its own
    through(thief)
    assert thief.get(back).status_code == 400  # it has another one
    assert ann.get(back).status_code == 303
    through(victim)
    assert victim.get(back).status_code == 400  # nobody is signed in as somebody else by a link
    assert ann.get(back).status_code == 400
    assert (thief.is_in(), victim.is_in(), ann.is_in()) == (False, False, True)


def test_code_of_one_way_does_not_fit_another_even_with_its_state(here: World) -> None:
    ann, eve = here.browser(), here.browser()
    code = parse_qs(urlsplit(through(eve)).query)["code"][0]
    state = parse_qs(urlsplit(through(ann)).query)["state"][0]
    assert ann.get(f"/sign-in/oidc/back?code={code}&state={state}").status_code == 400
    assert not ann.is_in()


def test_provider_that_refuses_or_cannot_be_reached_is_told_in_words(here: World, tmp_path: Path) -> None:
    ann = here.browser()
    through(ann)
    assert ann.get("/sign-in/oidc/back?error=access_denied&state=x").status_code == 400
    away = world(tmp_path, provider=Provider("http://127.0.0.1:9", CLIENT, SECRET, "Example ID"))
    told = away.browser().get("/sign-in/oidc")
    assert (told.status_code, "could not be reached" in told.text) == (502, True)
    away.store.close()


def test_address_that_asks_the_provider_too_often_has_to_wait_and_others_do_not(
    here: World, provider: OpenIdProvider, tmp_path: Path
) -> None:
    made = world(tmp_path, provider=here.settings.provider, tries_by_address=3)
    made.at = here.at
    provider.wrong = {"key": OTHER_KEY}
    for _ in range(3):
        eve = made.browser(address="10.0.0.9")
        assert eve.get(through(eve)).status_code == 400
    asked = len(provider.asked)
    refused = made.browser(address="10.0.0.9").get("/sign-in/oidc")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
    assert "Try again in 15 minutes." in refused.text
    assert len(provider.asked) == asked
    provider.wrong = {}
    for _ in range(5):  # who gets in does not count
        ann = made.browser(address="10.0.0.1")
        assert ann.get(through(ann)).status_code == 303
    made.store.close()


def test_code_with_a_made_up_way_is_not_turned_in_for_ever(here: World, tmp_path: Path) -> None:
    made = world(tmp_path, provider=here.settings.provider, tries_by_address=2)
    made.at = here.at
    eve, answers = made.browser(), []
    eve.client.cookies.set("bookscore_flow", "chosen.%2F")
    for _ in range(3):
        answers.append(eve.get(f"/sign-in/oidc/back?code=guess&state={Flow('chosen').state}").status_code)
    assert answers == [400, 400, 429]
    made.store.close()


def test_without_a_provider_there_is_no_such_way(tmp_path: Path) -> None:
    made = world(tmp_path)
    assert made.browser().get("/sign-in/oidc").status_code == 404
    assert made.browser().get("/sign-in/oidc/back?code=a&state=b").status_code == 404
    assert "Sign in with" not in made.browser().get("/sign-in").text
    made.store.close()
