"""Which colour means what? Each stands with a shape or a word, never alone."""

UP = "#00665e"
DOWN = "#b34700"
INK = "#1b2430"
MUTED = "#5b6675"
ACCENT = "#0b5cad"
RANGE = "#4f8bcf"
DOT = "#0b3d75"
PAPER = "#ffffff"
GRID = "#dde3ea"
SOFT = "#f3f7fc"
"""The ground of panels; whatever stands on paper must stand out from it, too."""
PALE = "#dbe7f5"

FAINT = frozenset({GRID, PALE})
"""Colours that carry no meaning: what is drawn in them only guides the eye, and another mark says it."""

SHADES = (
    "#f1f7fd", "#e2eefa", "#d2e4f6", "#c0d8f1", "#adcbeb", "#98bde5", "#82addd", "#6c9bd5", "#1f69b5", "#0b4a8c",
)  # fmt: skip
"""Grounds of the cells of a heat table, from little to much. None is of a middle blue, on which no word can be read."""

ON_SHADES = (*(INK,) * 8, PAPER, PAPER)
"""The words on each of them."""
