"""A real browser and a real server, for the tests of pages: how somebody comes in, and what goes wrong on a page."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, Route

from scoring.access import User
from scoring.store import Store, people
from scoring.web import Desk, make_app
from scoring.web.cookies import SESSION, cookie_name
from scoring.web.running import listening
from scoring.web.settings import Hashing, Settings

NOW = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
PHONE, TABLET, DESKTOP = WIDTHS = (390, 768, 1280)
HEIGHT = 900
AXE = Path(__file__).parent / "vendor/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_CHEAP = Hashing(rounds=1, memory=64, lanes=1)

_WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", e => broken.push(e.violatedDirective + " " + e.blockedURI));
"""
_WIDER = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const over = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 1);
  return [root.scrollWidth, ...over.slice(0, 5).map(e => e.outerHTML.slice(0, 90))];
}"""
_KINDS = """() => [...new Set([...document.querySelectorAll("*")].map(e => [e.parentElement, e].map(
  n => n && n.tagName + "." + n.getAttribute("class") + [...n.attributes].map(a => a.name)).join(">")))]"""
_AUDIT = """async tags => (await axe.run(document, {runOnly: tags, resultTypes: ["violations"]})).violations
  .flatMap(v => v.nodes.map(n => v.id + ": " + n.target + " " + n.failureSummary.replace(/\\s+/g, " ")))"""


@dataclass(frozen=True, slots=True)
class Site:
    """A server over a store, and the users who may sign in, by name."""

    url: str
    store: Store
    settings: Settings
    users: dict[str, User]

    def cookie(self, user: str) -> dict[str, Any]:
        """The cookie of a new session of the user."""
        token = people.begin(self.store, self.users[user].user_id, way="password", at=NOW)
        assert token is not None
        return {"name": cookie_name(self.settings, SESSION), "value": token, "url": self.url}


@contextmanager
def served(store: Store, folder: Path, users: dict[str, User]) -> Iterator[Site]:
    """The site while it answers, on a port of its own."""
    with listening("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        settings = Settings(public_url=url, hashing=_CHEAP)
        app = make_app(Desk(store, folder, settings, lambda: NOW))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield Site(url, store, settings, users)
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@dataclass(slots=True)
class Visit:
    """A window in which somebody is signed in, or nobody; everything that goes wrong in it is kept in `wrong`."""

    site: Site
    context: BrowserContext
    page: Page
    has_script: bool
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> Response:
        """Opens the page at the path."""
        answer = self.page.goto(self.site.url + path, wait_until="load")
        assert answer is not None
        return answer

    def path(self) -> str:
        """Where the window is: path and questions."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def texts(self, selector: str) -> list[str]:
        """What each of these says, once all of the page is there: a list of them waits for nothing by itself."""
        self.page.wait_for_load_state()
        found = self.page.locator(selector)
        found.first.wait_for()
        return found.all_inner_texts()

    def at(self, width: int) -> Page:
        """The page in a window of that width."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        return self.page

    def wider(self, width: int) -> list[str]:
        """What makes the page scroll sideways at the width; nothing where it does not."""
        found: list[str] = self.at(width).evaluate(_WIDER)
        return found

    def barriers(self, width: int) -> list[str]:
        """What axe finds at the width, of levels A and AA."""
        page = self.at(width)
        if page.evaluate("() => typeof axe === 'undefined'"):
            page.evaluate(_axe())
        found: list[str] = page.evaluate(_AUDIT, _TAGS)
        return found

    def kinds(self) -> frozenset[str]:
        """The kinds of elements on the page: each with its classes and attributes, and with those of what holds it."""
        return frozenset(self.page.evaluate(_KINDS))

    def broken(self) -> list[str]:
        """Everything that went wrong since this was asked last."""
        if self.has_script:
            self.wrong += self.page.evaluate("() => window.broken.splice(0)")
        found, self.wrong[:] = list(self.wrong), []
        return found


@contextmanager
def visiting(
    browser: Browser, site: Site, user: str | None, *, has_script: bool = True, **more: Any
) -> Iterator[Visit]:
    """A window of its own, in which the user is signed in."""
    context = browser.new_context(java_script_enabled=has_script, viewport={"width": DESKTOP, "height": HEIGHT}, **more)
    context.set_default_timeout(10_000)
    context.add_init_script(_WATCH)
    if user is not None:
        context.add_cookies([site.cookie(user)])  # type: ignore[list-item]
    visit = Visit(site, context, context.new_page(), has_script)
    _watch(visit)
    yield visit
    context.close()


def _watch(visit: Visit) -> None:
    """Keeps what the browser complains about, and whatever it wants from another host, which it does not get."""
    page, tell = visit.page, visit.wrong.append

    def complains(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            tell(f"{message.type}: {message.text}")

    def asks(dialog: Dialog) -> None:
        tell(f"dialog: {dialog.message}")
        dialog.dismiss()

    def leaves(route: Route) -> None:
        tell(f"left: {route.request.url}")
        route.abort()

    page.on("console", complains)
    page.on("pageerror", lambda error: tell(f"script: {error}"))
    page.on("dialog", asks)
    page.on("requestfailed", lambda request: visit.wrong.extend(_failed(request)))
    visit.context.route(re.compile(rf"^(?!{re.escape(visit.site.url)}/)"), leaves)


def _failed(request: Request) -> list[str]:
    """What did not come; a file that is kept, and what one no longer waits for, count as broken off, and are not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} {request.failure}"]


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")
