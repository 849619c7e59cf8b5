"""How does a page get written? Templates that escape everything, one style sheet, and a strict policy."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from scoring import numbers
from scoring.reports import dates
from scoring.reports.charts import ranges
from scoring.reports.compiled import Compiled
from scoring.reports.names import cleaned

STYLE = files("scoring.reports").joinpath("templates/style.css").read_text("utf-8").strip()
_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
"""The page's content security policy: nothing but the style sheet it carries."""

NOT_COMPARED = Markup('<span class="same">n/a</span>')


def page(template: str, **shown: Any) -> str:
    """The template filled in, as a whole HTML page; every text is cleaned and escaped."""
    return _ENVIRONMENT.get_template(template).render(**shown)


@lru_cache(maxsize=4096)
def name(text: str) -> Markup:
    """A name from people, kept apart from the text around it whatever its writing direction."""
    return Markup(f"<bdi>{escape(cleaned(text))}</bdi>")  # noqa: S704  escaped here


def local(href: str | None) -> str | None:
    """The link if it stays inside the folder, else None."""
    if not href or href.startswith(("/", "\\")):
        return None
    parts = urlsplit(href)
    return None if parts.scheme or parts.netloc else href


def _cleaned(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else cleaned(value)


@lru_cache(maxsize=4096)
def moved(value: numbers.Figure) -> Markup:
    """A change in points with its arrow, in its colour."""
    if numbers.exact(value) is None:
        return NOT_COMPARED
    shown = numbers.rounded(value)
    kind = "up" if shown > 0 else "down" if shown < 0 else "same"
    return Markup(f'<span class="{kind}">{numbers.arrow(shown)}&nbsp;{numbers.signed(shown)}</span>')  # noqa: S704


def environment(*packages: str) -> Environment:
    """Templates of the packages, the first first, that escape everything and write numbers, days and names alike."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=Compiled(),
    )
    made.filters.update(
        name=name, moved=moved, fixed=numbers.fixed, percent=numbers.percent, day=dates.day, local=local
    )
    made.globals.update(style=Markup(STYLE), policy=POLICY, key=ranges.key)  # noqa: S704
    return made


_ENVIRONMENT = environment("scoring.reports")
