"""Which cookies are there? The one of the session, and one for who has none; neither is readable by a script."""

from starlette.responses import Response

from scoring.web.settings import Settings

SESSION, VISITOR, FLOW = "session", "visitor", "flow"


def cookie_name(settings: Settings, name: str) -> str:
    """The name of the cookie; by https one that no other host, and no page without https, can set."""
    return f"__Host-bookscore_{name}" if settings.is_https else f"bookscore_{name}"


def set_cookie(response: Response, settings: Settings, name: str, value: str) -> None:
    """Gives the browser the cookie, until it is closed."""
    response.set_cookie(
        cookie_name(settings, name), value, path="/", httponly=True, samesite="lax", secure=settings.is_https
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Takes the cookie from the browser."""
    response.delete_cookie(
        cookie_name(settings, name), path="/", httponly=True, samesite="lax", secure=settings.is_https
    )
