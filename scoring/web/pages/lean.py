"""How do hundreds of small pictures stand on one page? What they share is drawn once, and each says where it has it."""

import re
from dataclasses import dataclass, field

from markupsafe import Markup

_SAID = (
    ' xmlns="http://www.w3.org/2000/svg"',
    ' overflow="visible"',
    ' width="100%" height="100%"',
    ' width="100%"',
    ' vector-effect="non-scaling-stroke"',
)
"""What goes without saying on a page, or stands in its style sheet."""
_GROUP = re.compile(r'<g((?: class="[a-z]+")?)( [^>]*>.*?</g>)')
_MARK = re.compile(r'<(circle) cx="([\d.]+%)"( [^>]*/>)|<(line) x1="([\d.]+%)" x2="\5"( y2="100%" [^>]*/>)')
"""A mark that is the same wherever it stands: a dot, a ring, an upright line."""
_TAG, _FINE = re.compile(r"<[^>]*>"), re.compile(r"\d+\.\d+(?=[, \"%])")
_EMPTY = re.compile(r"<svg [^>]*></svg>")


@dataclass(slots=True)
class Shared:
    """What pictures of one page share, by what it is, in the order in which it was met."""

    _drawn: dict[str, int] = field(default_factory=dict)

    def lean(self, picture: Markup) -> Markup:
        """The picture without what is drawn once."""
        text = str(picture)
        for said in _SAID:
            text = text.replace(said, "")
        text = _EMPTY.sub("", _TAG.sub(lambda tag: _FINE.sub(_coarse, tag[0]), text))
        text = _MARK.sub(self._mark, _GROUP.sub(self._group, text))
        return Markup(text)  # noqa: S704  parts of a picture, which is markup

    @property
    def once(self) -> Markup:
        """What is drawn once; it must stand on the page."""
        parts = (shape.replace(" ", f' id="s{n}" ', 1) for shape, n in self._drawn.items())
        drawn = Markup("").join(Markup(part) for part in parts)  # noqa: S704
        return Markup('<svg class="drawn-once" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>').format(
            drawn
        )

    def _group(self, found: "re.Match[str]") -> str:
        return f'<use{found[1]} href="#{self._id(f"<g{found[2]}")}"/>'

    def _mark(self, found: "re.Match[str]") -> str:
        kind, place, looks = found[1] or found[4], found[2] or found[5], found[3] or found[6]
        return f'<use href="#{self._id(f"<{kind}{looks}")}" x="{place}"/>'

    def _id(self, shape: str) -> str:
        return f"s{self._drawn.setdefault(shape, len(self._drawn))}"


def _coarse(found: "re.Match[str]") -> str:
    """A place in per cent as exactly as a screen shows it: a tenth is half a pixel of the widest picture."""
    return f"{float(found[0]):.1f}".removesuffix(".0")
