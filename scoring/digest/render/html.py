"""The digest as a mail of HTML: one sheet, first for a phone, its style on each element, nothing from outside."""

import re
from importlib.resources import files

import css_inline
from markupsafe import Markup, escape

from scoring.digest.content import Digest, Name
from scoring.digest.render import words
from scoring.numbers import likely
from scoring.reports.names import cleaned
from scoring.reports.pages import environment

_CSS = Markup(files("scoring.digest").joinpath("templates/digest.css").read_text("utf-8"))  # noqa: S704  our own file
_FILLER = Markup("&#847;&zwnj;&nbsp;" * 90)  # noqa: S704  a constant
"""What stands behind the preview, so that mail programs do not go on with the figures."""

_WHOLE = re.compile(
    r"(?<![\w-])\d{4}-(?:Q\d|W\d\d|\d\d)(?![\w-])"  # the name of a period
    r"|[+−][^\s\d&;]{0,4}\d(?:[\d.,]*\d)?"  # an amount with its sign
)


def _unbroken(text: str) -> Markup:
    """The text, in which no line ends within the name of a period, or behind a sign, where browsers break lines."""
    safe = str(text if isinstance(text, Markup) else escape(cleaned(text)))
    return Markup(_WHOLE.sub(r'<span class="whole">\g<0></span>', safe))  # noqa: S704  escaped here


_ENVIRONMENT = environment("scoring.digest")
_ENVIRONMENT.filters["unbroken"] = _unbroken
_ENVIRONMENT.tests["named"] = lambda part: isinstance(part, Name)
_ENVIRONMENT.globals.update(words=words, likely=likely, css=_CSS, filler=_FILLER)
_TEMPLATE = _ENVIRONMENT.get_template("digest.html.j2")
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def html(digest: Digest) -> str:
    """The whole mail."""
    made = _TEMPLATE.render(digest=digest, is_own=digest.audience == "managers", is_shared=digest.audience == "channel")
    return _INLINER.inline(made.strip())
