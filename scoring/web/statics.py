"""Which files do all pages share? Style sheets, a script and a picture, under addresses that their contents name."""

from hashlib import sha256
from importlib.resources import files

from fastapi import FastAPI, Response

from scoring.reports.charts.sheet import SHEET
from scoring.reports.pages import STYLE

_FOLDER = files("scoring.web").joinpath("static")
_CONTENTS = {
    "cards.css": (f"{STYLE}\n{SHEET}".encode(), "text/css"),
    "web.css": (_FOLDER.joinpath("web.css").read_bytes(), "text/css"),
    "htmx.min.js": (_FOLDER.joinpath("htmx.min.js").read_bytes(), "text/javascript"),
    "icon.svg": (_FOLDER.joinpath("icon.svg").read_bytes(), "image/svg+xml"),
}
VERSIONS = {name.split(".")[0]: sha256(content).hexdigest()[:12] for name, (content, _) in _CONTENTS.items()}
"""File, without its endings, to the beginning of its hash."""
_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}


def serve(app: FastAPI) -> None:
    """Puts the files under /static; a browser may keep them, as their addresses change with them."""

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in _CONTENTS:
            return Response("there is no such file", 404)
        content, kind = _CONTENTS[name]
        return Response(content, media_type=kind, headers=_KEEP)
