"""Do the pages work in a real browser: for every role, on every screen, with a keyboard, and without a script?"""

import os
import shutil
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from browsed import BAD, BAD_ID, BAD_PERIOD, copied
from browsing import AXE, DESKTOP, NOW, PHONE, WIDTHS, Site, Visit, served, visiting
from delivered import own as own_delivery
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, sync_playwright
from test_visible import LOOSE, OF_ALL
from web_world import PERIODS, World

from scoring.access import Role, visible
from scoring.reports.names import cleaned
from scoring.store import people
from scoring.view.slugs import slug
from scoring.web.app import ROUTERS

ROLES = ("leader", "auditor", "director", "manager")
LATEST, BEFORE = PERIODS
PASSWORD = "correct horse battery"  # noqa: S105  of nobody
WITHOUT_GRAPHICS = ("--disable-gpu", "--disable-software-rasterizer")
"""No graphics card is looked for or imitated: what tests ask of a page is where things are."""
PICTURES = os.environ.get("BOOKSCORE_PICTURES")
"""A folder into which every page is painted, where somebody wants to look at them."""

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="there is no chromium here")

SCRIPTS = pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])

_FOCUS = """() => {
  const e = document.activeElement, look = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    place: [...document.querySelectorAll("*")].indexOf(e), tag: e.tagName,
    isSeen: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    isThere: box.width > 1 && box.height > 1 && box.left >= 0,
  };
}"""
_FOCUSABLE = """() => {
  const all = [...document.querySelectorAll("*")];
  const some = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(some)].filter(e => e.checkVisibility()).map(e => all.indexOf(e));
}"""
_COLOURS = """() => [...document.querySelectorAll(".spark > svg, .funnel > svg")].map(s => [
  getComputedStyle(s).backgroundColor, getComputedStyle(s).forcedColorAdjust])"""
_DOTS = """() => [...document.querySelectorAll("td.chart svg")].map(s => {
  const all = s.getBoundingClientRect(), dot = s.querySelector("use:nth-last-of-type(2)");
  const drawn = dot.getBoundingClientRect();
  return [parseFloat(dot.getAttribute("x")), 100 * (drawn.x + drawn.width / 2 - all.x) / all.width, drawn.width,
    (drawn.y + drawn.height / 2 - all.y) / all.height];
})"""
_BOXES = """() => [...document.querySelectorAll(".strip > div")].map(e => {
  const box = e.getBoundingClientRect(); return [Math.round(box.top), box.left, Math.round(box.right)]; })"""
_MOVING = """() => [...document.querySelectorAll("*")].filter(e => ["transitionDuration", "animationDuration"].some(
  n => getComputedStyle(e)[n].split(",").some(d => parseFloat(d) > 0))).length"""


@pytest.fixture(scope="module")
def world(web_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with copied(web_world, tmp_path_factory.mktemp("browsed") / "demo") as made:
        yield made


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[Site]:
    with served(world.store, world.folder, dict(world.users)) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, "there is no chromium to look at the pages with"
    with sync_playwright() as started:
        made = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *WITHOUT_GRAPHICS])
        yield made
        made.close()


@pytest.fixture(scope="module")
def audited() -> set[str]:
    """The kinds of elements that axe has looked at."""
    return set()


# ---- every page ----


def paths(world: World, user: str, period: str = LATEST, manager: str | None = None) -> tuple[list[str], list[str]]:
    """The addresses of all pages as the user asks for them, and of these the ones that are not theirs to see."""
    cards, sight = world.seen(world.users[user], period).cards, visible(world.users[user])
    own = manager or world.users["manager"].manager_id
    card = next((c for c in cards if c["manager_id"] == own), cards[0])
    named = {
        "period": period, "manager_id": slug(card["manager_id"]), "account_id": slug(card["drivers"][0]["account_id"]),
        "team": slug(card["team"]), "delivery_id": own_delivery(world.store, world.users[user]),
    }  # fmt: skip
    routes = [
        r.path for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and "GET" in (r.methods or ())
    ]
    pages = sorted({p for p in routes if p != "/" and not p.startswith(LOOSE[1:]) and "." not in p.split("/")[-1]})
    assert len(pages) > 14
    closed = [
        p for p in pages
        if (p.split("/")[-1] in (*OF_ALL, "log") and not sight.is_everything)
        or ("{team}" in p and not sight.sees_team(card["team"]))
    ]  # fmt: skip
    asked = {p: p.format(**named) + ("?q=a" if p.endswith("/search") else "") for p in pages}
    return list(asked.values()), [asked[p] for p in closed]


def looked_at(
    visit: Visit, path: str, name: str, audited: set[str], widths: Sequence[int] = (PHONE, DESKTOP)
) -> list[str]:
    """What is wrong with the page at any width; of two that are alike, axe looks at one.

    Alike is what has no kind of element that is not among those `audited`. Without a script it is the same page: a
    phone shows whether it fits.
    """
    answer = visit.go(path)
    found = [] if answer.status == 200 else [f"status {answer.status}"]
    found += [
        f"too wide at {width}: {told}"
        for width in (WIDTHS if visit.has_script else WIDTHS[:1])
        for told in visit.wider(width)
    ]
    if visit.has_script and not (kinds := visit.kinds()) <= audited:
        found += [f"at {width}: {told}" for width in widths for told in visit.barriers(width)]
        audited |= kinds
    if PICTURES:
        for width in WIDTHS:
            picture = f"{name}{path.partition('?')[0].replace('/', '-')}-{width}.png"
            visit.at(width).screenshot(path=Path(PICTURES, picture), full_page=True)
    return found + visit.broken()


@SCRIPTS
@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_every_screen_and_shuts_nobody_out(
    world: World, site: Site, browser: Browser, audited: set[str], role: str, has_script: bool
) -> None:
    every, closed = paths(world, role)
    assert [p for p in every if p not in closed]
    with visiting(browser, site, role, has_script=has_script) as visit:
        for path in closed:
            assert visit.go(path).status == 404, path
        visit.broken()  # a browser complains about these
        wrong = {
            path: found for path in every if path not in closed and (found := looked_at(visit, path, role, audited))
        }
    assert not wrong


def test_pages_before_one_is_in_and_pages_that_are_none_shut_nobody_out_either(site: Site, browser: Browser) -> None:
    link = people.make_link(site.store, site.users["director"].email, at=NOW)
    new: set[str] = set()
    with visiting(browser, site, None) as visit:
        wrong = {p: looked_at(visit, p, "nobody", new) for p in ("/sign-in", f"/sign-in/link?token={link}")}
    with visiting(browser, site, "leader") as visit:
        wrong["/nothing"] = [told for told in looked_at(visit, "/nothing", "leader", new) if "404" not in told]
    assert not any(wrong.values()), wrong


def test_bad_names_are_text_on_every_page_and_break_none(world: World, site: Site, browser: Browser) -> None:
    every, _ = paths(world, "bad", BAD_PERIOD, BAD_ID)
    new: set[str] = set()
    with visiting(browser, site, "bad") as visit:
        wrong = {}
        for path in every:
            found = looked_at(visit, path, "bad", new, [PHONE])
            found += visit.page.locator("img, script:not([src^='/static/']), iframe:not(.mail), b").all_inner_texts()
            if found:
                wrong[path] = found
            if "/managers/" in path:
                assert cleaned(BAD) in visit.page.locator("main").inner_text(), path
    assert not wrong


def test_published_scores_of_eight_periods_stand_in_one_line_each_on_a_phone(
    world: World, site: Site, browser: Browser
) -> None:
    more = """() => document.querySelectorAll(".trend-table tr").forEach(
      row => { while (row.children.length < 9) row.append(row.lastElementChild.cloneNode(true)) })"""
    lines = """() => [...document.querySelectorAll(".trend-table th, .trend-table td")].map(
      cell => Math.round(cell.clientHeight / parseFloat(getComputedStyle(cell).lineHeight)))"""
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/managers/{slug(world.users['manager'].manager_id or '')}")
        visit.at(PHONE).evaluate(more)
        told = visit.page.evaluate(lines)
        assert len(told) == 2 * (1 + 8)
        assert set(told) == {1}
        assert visit.wider(PHONE) == []


def test_menu_stands_in_one_line_on_a_desktop_and_hashes_in_one_each(site: Site, browser: Browser) -> None:
    lines = "(all) => all.map(e => Math.round(e.getBoundingClientRect().height))"
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/league")
        (bar, *_), (link, *_) = (
            visit.at(DESKTOP).locator(each).evaluate_all(lines) for each in (".bar nav ul", ".bar nav a")
        )
        assert bar == link
        visit.go("/log")
        hashes = (
            visit.at(DESKTOP).locator("td.hash").evaluate_all("all => all.map(e => getComputedStyle(e).whiteSpace)")
        )
        assert set(hashes) == {"nowrap"}


def test_a_wide_range_and_a_doubt_stay_in_their_columns_of_the_league(site: Site, browser: Browser) -> None:
    doubtful = """() => document.querySelectorAll("#managers td.likely").forEach(cell => {
      cell.textContent = "−215 to 310";
      cell.previousElementSibling.insertAdjacentHTML("beforeend", "<small>degraded</small>") })"""
    broken = """() => [...document.querySelectorAll("#managers td.likely, #managers td.big small")].filter(e => {
      const range = document.createRange(); range.selectNodeContents(e);
      const text = range.getBoundingClientRect(), cell = e.closest("td").getBoundingClientRect();
      const lines = text.height / parseFloat(getComputedStyle(e).lineHeight);
      return text.right > cell.right || text.left < cell.left || lines > (e.tagName == "SMALL" ? 1.5 : 2.5)
    }).map(e => e.outerHTML)"""
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/league")
        visit.page.evaluate(doubtful)
        assert [visit.at(width).evaluate(broken) for width in WIDTHS] == [[], [], []]


def test_no_box_of_figures_stands_alone_beside_an_empty_place(site: Site, browser: Browser) -> None:
    """Where five boxes have more than one line, the last line is as wide as the others."""
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/company")
        for width in (PHONE, 600, 700, 768, 899, DESKTOP):
            boxes = visit.at(width).evaluate(_BOXES)
            rows = [[b for b in boxes if b[0] == top] for top in sorted({top for top, _, _ in boxes})]
            assert len(boxes) == 5
            assert len({max(right for _, _, right in row) for row in rows}) == 1, width
            assert all(len(row) <= 2 for row in rows) or [len(row) for row in rows] in ([3, 2], [5]), width


def test_what_is_for_the_screen_alone_is_not_printed(world: World, site: Site, browser: Browser) -> None:
    own = slug(world.users["manager"].manager_id or "")
    seen = "all => all.filter(e => e.checkVisibility()).map(e => e.textContent)"
    with visiting(browser, site, "leader") as visit:
        for page in ("league", f"managers/{own}", f"managers/{own}/review"):
            visit.go(f"/periods/{LATEST}/{page}")
            assert visit.page.locator("button, .button").evaluate_all(seen)
            visit.page.emulate_media(media="print")
            assert visit.page.locator("button, .actions, .do, footer a").evaluate_all(seen) == []
            visit.page.emulate_media(media="screen")


# ---- ways through the pages ----


def names_of(visit: Visit) -> Sequence[str]:
    return visit.texts("#managers tbody th[scope=row] a")


def test_the_filter_answers_while_one_types_and_the_address_says_what_is_shown(site: Site, browser: Browser) -> None:
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/league")
        everybody, some = names_of(visit), visit.page.locator("#q")
        some.press_sequentially(everybody[0].split()[0])
        visit.page.wait_for_url(f"**q={everybody[0].split()[0]}*")
        visit.page.locator("#managers h2", has_text="1 manager,").wait_for()
        assert visit.page.evaluate("document.activeElement.id") == "q"
        assert names_of(visit) == everybody[:1]
        address = visit.path()
        visit.page.reload()
        assert names_of(visit) == everybody[:1]
        assert visit.broken() == []
    with visiting(browser, site, "leader", has_script=False) as visit:
        visit.go(f"/periods/{LATEST}/league")
        visit.page.locator("#q").fill(everybody[0].split()[0])
        visit.page.get_by_role("button", name="Show").click()
        assert names_of(visit) == everybody[:1]
        assert address.split("?")[1] in visit.path()
        visit.page.locator("#q").fill("")
        visit.page.get_by_label("Order inside groups").select_option("score")
        visit.page.get_by_role("button", name="Show").click()
        scores = visit.texts("#managers td.big")
        assert len(scores) == len(everybody)
        assert sorted(names_of(visit)) == sorted(everybody)


def test_tabbing_through_the_filter_asks_for_nothing_so_that_no_focus_is_lost(site: Site, browser: Browser) -> None:
    with visiting(browser, site, "leader") as visit:
        visit.page.clock.install()
        visit.go(f"/periods/{LATEST}/league")
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.page.locator("#q").focus()
        for key in ("Tab", "Shift+Tab", "Tab", "Tab", "Tab"):
            visit.page.keyboard.press(key)
        visit.page.clock.run_for(2_000)
        assert [url for url in asked if "league?" in url] == []


@SCRIPTS
def test_from_the_league_a_score_is_followed_down_to_the_rows_of_an_export(
    site: Site, browser: Browser, has_script: bool
) -> None:
    with visiting(browser, site, "leader", has_script=has_script) as visit:
        visit.go("/")
        name = site.users["manager"].name
        visit.page.get_by_role("link", name=name, exact=True).click()
        assert visit.page.locator("h1").inner_text() == name
        account = visit.page.locator(".accounts tbody a").first
        called = account.inner_text()
        account.click()
        assert visit.page.locator("h1").inner_text() == called
        assert "row " in visit.page.locator(".evidence tbody th").first.inner_text()
        assert visit.broken() == []


@SCRIPTS
def test_another_period_and_what_one_searches_for_are_a_click_away(
    site: Site, browser: Browser, has_script: bool
) -> None:
    with visiting(browser, site, "director", has_script=has_script) as visit:
        visit.go(f"/periods/{LATEST}/league")
        visit.page.locator(".periods summary").click()
        visit.page.get_by_role("link", name=BEFORE, exact=True).click()
        assert visit.path() == f"/periods/{BEFORE}/league"
        wanted = names_of(visit)[0]
        visit.page.get_by_label("Find a manager or an account").fill(wanted)
        visit.page.keyboard.press("Enter")
        visit.page.get_by_role("heading", name="found").wait_for()
        visit.page.locator("main td, main th").get_by_role("link", name=wanted).first.wait_for()
        assert visit.broken() == []


@pytest.mark.parametrize(("period", "has_script"), [(BEFORE, True), (BAD_PERIOD, False)], ids=["script", "no script"])
def test_a_review_goes_from_a_draft_that_only_the_reviewer_sees_to_two_signatures_and_one_paper(
    site: Site, browser: Browser, period: str, has_script: bool
) -> None:
    path = f"/periods/{period}/managers/{slug(site.users['manager'].manager_id or '')}/review"
    with (
        visiting(browser, site, "leader", has_script=has_script) as leader,
        visiting(browser, site, "manager", has_script=has_script) as manager,
    ):

        def press(visit: Visit, button: str) -> None:
            visit.go(path)
            visit.page.get_by_role("button", name=button, exact=True).click()

        press(leader, "Begin the review")
        assert "draft" in leader.page.locator(".top").inner_text()
        manager.go(path)
        assert "No review was begun" in manager.page.locator(".top").inner_text()
        assert "draft" not in manager.page.locator("body").inner_text().lower()
        press(leader, "Share")
        for visit in (manager, leader):
            visit.go(path)
            visit.page.get_by_label("Yes").check()
            visit.page.get_by_role("button", name="Sign", exact=True).click()
        manager.go(path)
        kept = []
        for visit in (leader, manager):
            with visit.page.expect_download() as caught:
                visit.page.get_by_role("link", name="The signed PDF").click()
            kept.append(caught.value.path().read_bytes())
        assert kept[0] == kept[1]
        assert kept[0].startswith(b"%PDF")
        assert sha256(kept[0]).hexdigest() in manager.page.locator("main").inner_text()
        assert leader.broken() + manager.broken() == []


@SCRIPTS
def test_one_comes_in_by_a_link_and_after_signing_out_nothing_is_left_to_go_back_to(
    site: Site, browser: Browser, has_script: bool
) -> None:
    email = f"new-{has_script}@example.com".lower()
    people.add_user(site.store, {"email": email, "name": "Newly Come", "role": Role.AUDITOR}, at=NOW)
    link = people.make_link(site.store, email, at=NOW)
    with visiting(browser, site, None, has_script=has_script) as visit:
        visit.go(f"/sign-in/link?token={link}")
        visit.page.get_by_label("New password").fill(PASSWORD)
        visit.page.get_by_label("The same again").fill(PASSWORD)
        visit.page.get_by_role("button", name="Set password").click()
        assert visit.path() == f"/periods/{LATEST}/league"
        visit.page.get_by_role("button", name="Sign out").click()
        assert visit.path() == "/sign-in"
        visit.page.wait_for_load_state()  # a page that still comes cannot be left
        visit.page.go_back()
        assert visit.path().startswith("/sign-in")
        assert site.users["manager"].name not in visit.page.content()
        visit.page.get_by_label("E-mail address").fill(email)
        visit.page.get_by_label("Password").fill(PASSWORD)
        visit.page.get_by_role("button", name="Sign in").click()
        assert visit.path() == f"/periods/{LATEST}/league"
        assert visit.broken() == []


# ---- with a keyboard, and as one likes to see ----


@pytest.mark.parametrize("page", ["league", "managers/{}/review", "cohorts"])
def test_everything_is_reached_by_tab_in_the_order_in_which_it_stands_and_is_seen_to_be(
    site: Site, browser: Browser, page: str
) -> None:
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/{page.format(slug(site.users['manager'].manager_id or ''))}")
        wanted = visit.page.evaluate(_FOCUSABLE)
        reached = []
        for _ in wanted:
            visit.page.keyboard.press("Tab")
            reached.append(visit.page.evaluate(_FOCUS))
        assert [r["place"] for r in reached] == wanted
        assert [r for r in reached if not (r["isSeen"] and r["isThere"])] == []


def test_the_first_tab_leads_past_the_navigation(site: Site, browser: Browser) -> None:
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/league")
        visit.page.keyboard.press("Tab")
        skip = visit.page.get_by_role("link", name="Skip to the content")
        box = skip.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_who_wants_other_colours_or_nothing_that_moves_still_sees_the_charts(site: Site, browser: Browser) -> None:
    wishes: dict[str, Any] = {"forced_colors": "active", "reduced_motion": "reduce", "color_scheme": "dark"}
    with visiting(browser, site, "leader", **wishes) as visit:
        visit.go(f"/periods/{LATEST}/league")
        colours = visit.page.evaluate(_COLOURS)
        assert {tuple(pair) for pair in colours} == {("rgb(255, 255, 255)", "none")}
        assert visit.page.evaluate(_MOVING) == 0
        assert visit.broken() == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_mark_that_is_drawn_once_stands_in_each_picture_where_its_figure_is(
    world: World, site: Site, browser: Browser, width: int
) -> None:
    with visiting(browser, site, "leader") as visit:
        visit.go(f"/periods/{LATEST}/league")
        dots = visit.at(width).evaluate(_DOTS)
    assert len(dots) == len(world.seen(site.users["leader"]).cards)
    assert len({said for said, *_ in dots}) > 3
    for said, across, wide, down in dots:
        assert across == pytest.approx(said, abs=0.2)
        assert wide == pytest.approx(9, abs=0.5)
        assert down == pytest.approx(0.5, abs=0.03)


# ---- what we did not write ----


@pytest.mark.parametrize("file", [AXE, Path(__file__).parent.parent / "scoring/web/static/htmx.min.js"])
def test_what_others_made_is_as_they_published_it(file: Path) -> None:
    told = (file.parent / "README.md").read_text("utf-8")
    assert f"`{sha256(file.read_bytes()).hexdigest()}`" in told
