"""Which pages are there? One module each, registered here."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from scoring import __version__
from scoring.compare.what_if import WeightsError
from scoring.errors import BookscoreError
from scoring.review.refusals import NoReviewError, NotOnRunError
from scoring.store.refusals import BusyError
from scoring.view import NotVisibleError
from scoring.web import security, sign_in, statics
from scoring.web.desk import Desk
from scoring.web.pages import (
    account,
    api,
    cohorts,
    company,
    deliveries,
    delivery,
    health,
    home,
    ladder,
    league,
    manager,
    papers,
    reviews,
    rules,
    search,
    seen_by,
    teams,
    unsubscribe,
    what_if,
)
from scoring.web.refusing import refusal

ROUTERS = (
    home.router, sign_in.router, papers.router, league.router, manager.router, account.router, teams.router,
    company.router, ladder.router, cohorts.router, health.router, rules.router, search.router, reviews.router,
    seen_by.router, api.router, what_if.router, deliveries.router, delivery.router, unsubscribe.router,
)  # fmt: skip

_STATUS: Mapping[type[Exception], int] = {
    NotVisibleError: 404, NoReviewError: 404, NotOnRunError: 404, reviews.WrongFormError: 422,
    what_if.WrongWeightError: 422, WeightsError: 422, BusyError: 503,
}  # fmt: skip
"""What is not there, is filled in wrongly or has to wait; what else is refused contradicts how things stand: 409."""


def make_app(desk: Desk) -> FastAPI:
    """The pages and the API over the desk's store."""
    app = FastAPI(
        title="bookscore",
        version=__version__,
        summary="Scorecards of account managers: every page as data, for those who may see it.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.desk = desk
    for router in ROUTERS:
        app.include_router(router)
    statics.serve(app)
    app.exception_handler(BookscoreError)(_told)
    app.exception_handler(HTTPException)(_refused)
    security.protect(app, desk)
    return app


def _told(request: Request, error: Exception) -> Response:
    """An error of ours, in its own words."""
    return refusal(request, _STATUS.get(type(error), 409), str(error))


def _refused(request: Request, error: Exception) -> Response:
    """What the framework refuses, such as an address that is none."""
    if not isinstance(error, HTTPException):
        raise error
    told = "there is no such page" if error.status_code == 404 else str(error.detail)
    return refusal(request, error.status_code, told, error.headers)
