"""How does a page answer? One answer at three addresses: to read (HTML), to compute with (.json), as a table (.csv)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from scoring.numbers import money
from scoring.reports.csv_out import MEDIA_TYPE, Cell, csv_bytes
from scoring.reports.names import cleaned
from scoring.reports.pages import environment
from scoring.view import Seen, View
from scoring.view.slugs import slug
from scoring.web import noticing, statics
from scoring.web.desk import Viewing
from scoring.web.identity import csrf_token
from scoring.web.pages.menu import menu


def _always(_seen: Seen) -> bool:
    return True


def _lines(text: str) -> Markup:
    """A text of several lines, each cleaned and escaped."""
    return Markup("\n").join(cleaned(line) for line in text.splitlines())


def _commands(text: str) -> Markup:
    """A sentence, cleaned and escaped, with what stands in backquotes set as code."""
    parts = (cleaned(part) for part in re.split("`([^`]+)`", text))
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))


_ENVIRONMENT = environment("scoring.web", "scoring.reports")
_ENVIRONMENT.globals.update(slug=slug, assets=statics.VERSIONS)
_ENVIRONMENT.filters.update(money_of=money, lines=_lines, commands=_commands)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    `answer` holds every figure, and is the JSON; `columns` and `rows` are its main table, and the CSV; `shown` is what
    only the template needs. `place` is the page's entry in the navigation, `period` that of the run it shows, `subject`
    whom or what it is about, for the log of who saw what; `crumbs` lead there, as address and words. `is_in` says of a
    run whether there is such a page of it.
    """

    template: str
    title: str
    answer: Any
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    period: str | None = None
    run_id: str = ""
    subject: str = ""
    crumbs: Sequence[tuple[str, str]] = ()
    is_in: Callable[[Seen], bool] = _always


def add_page(router: APIRouter, path: str, build: Callable[..., Page], answer: type, summary: str) -> None:
    """Puts the page that `build` makes at `path`, its JSON at `path.json`, its table at `path.csv`.

    `build` is a dependency; `answer` is the type of the JSON, for the description of the API.
    """
    built = Annotated[Page, Depends(build)]

    def as_json(request: Request, view: Viewing, page: built) -> Any:
        _notice(request, view, page, "json")
        return page.answer

    def as_csv(request: Request, view: Viewing, page: built) -> Response:
        _notice(request, view, page, "csv")
        return _csv(page)

    def as_html(request: Request, view: Viewing, page: built) -> HTMLResponse:
        _notice(request, view, page, "page")
        return HTMLResponse(render(request, view, page))

    name = build.__name__
    router.add_api_route(
        f"{path}.json", as_json, response_model=answer, summary=summary, name=f"{name}.json", tags=["pages as data"]
    )
    router.add_api_route(
        f"{path}.csv", as_csv, response_class=Response, summary=f"{summary} Its main table as CSV.", name=f"{name}.csv",
        tags=["pages as tables"], responses={200: {"content": {MEDIA_TYPE: {}}}},
    )  # fmt: skip
    router.add_api_route(path, as_html, response_class=HTMLResponse, name=name, include_in_schema=False)


def _notice(request: Request, view: View, page: Page, how: str) -> None:
    """Notes who saw the page, where it is about somebody or something."""
    if page.subject:
        noticing.saw(request, view, f"{page.place} {page.subject}", how, page)


def render(request: Request, view: View | None, page: Page) -> str:
    """The page as HTML, in the frame that all pages have."""
    period = page.period or (view.periods.latest if view else None)
    return _ENVIRONMENT.get_template(page.template).render(
        page=page,
        answer=page.answer,
        user=view.who if view else None,
        sight=view.sight if view else None,
        periods=[name for name in view.periods.names if page.is_in(view.run(name))] if view and page.period else (),
        menu=menu(view, page.period) if view else (),
        period_href=partial(_elsewhen, page, request.url.path) if page.period else None,
        sealed_on=_sealed_on(view.run(page.period)) if view and page.period else None,
        csrf=csrf_token(request) if view else "",
        search_href=f"/periods/{slug(period)}/search" if period else None,
        path=request.url.path,
        at=partial(_address, request),
        is_part=request.headers.get("HX-Request") == "true",
        **page.shown,
    )


def _sealed_on(seen: Seen) -> date | None:
    return seen.day(datetime.fromisoformat(seen.sealed_at)) if seen.sealed_at else None


def part(template: str, **shown: Any) -> Markup:
    """The template filled in, to be put into a page."""
    return Markup(_ENVIRONMENT.get_template(template).render(**shown))  # noqa: S704  the template escapes


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep; `name` is plain letters."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _elsewhen(page: Page, path: str, period: str) -> str:
    """The address of the same page in another period."""
    return path.replace(f"/periods/{slug(page.period or '')}/", f"/periods/{slug(period)}/", 1)


def _csv(page: Page) -> Response:
    name = "-".join(part for part in (page.place or "page", page.period) if part)
    return download(csv_bytes(page.columns, page.rows, bom=True), MEDIA_TYPE, f"{name}.csv")


def _address(request: Request, suffix: str = "", **changed: str | None) -> str:
    """The address of this page in another format, or with other questions; None takes a question away."""
    asked = {**request.query_params, **changed}
    query = urlencode({k: v for k, v in asked.items() if v not in (None, "")})
    path = request.scope.get("root_path", "") + request.url.path
    return f"{path}{'.' + suffix if suffix else ''}{'?' + query if query else ''}"
