"""How do the tables among the charts look on a page? Rules for its style sheet, with the colours of the palette."""

from scoring.reports.charts import palette

_SHADES = "\n".join(
    f".heat .s{n} {{ background: {ground}; color: {word}; }}"
    for n, (ground, word) in enumerate(zip(palette.SHADES, palette.ON_SHADES, strict=True))
)

SHEET = f"""
.heat {{ width: auto; font-size: 0.75rem; font-variant-numeric: tabular-nums; border-collapse: collapse; }}
.heat th, .heat td {{ padding: 0.2rem 0.3rem; border: 0; text-align: right; white-space: nowrap; }}
.heat tbody th, .heat thead th:first-child {{ text-align: left; }}
.heat caption {{ text-align: left; }}
{_SHADES}
.flows th, .flows td {{ overflow-wrap: break-word; }}
"""
"""What stands beside the page's own rules: the shades are classes, as its policy forbids styles in the text."""
