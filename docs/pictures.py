"""The pictures of `how-scores-work.md`: small SVGs, in the colours of the cards, from the figures of the example."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import scores_page
from markupsafe import escape
from scores_example import GIVER, MANAGER, Example, example

from scoring.numbers import exact, fixed, likely, percent, signed
from scoring.peers.window import DAYS, GAP
from scoring.reports.charts.palette import ACCENT, DOT, DOWN, GRID, INK, MUTED, PAPER, RANGE, UP
from scoring.reports.standing import likelihood

WIDTH = 420
FONT = "system-ui, 'Segoe UI', Arial, sans-serif"
SMALL_BOOK, LARGE_BOOK = 60, 400
"""Account-quarters."""
SHOWN = ("Ines", "Mara", "Olek")
"""Whose scores are drawn."""


def pictures() -> Mapping[str, str]:
    """File name to what it holds."""
    made = example()
    return {
        "observed-and-expected.svg": observed_and_expected(made),
        "whose-outcome.svg": whose_outcome(),
        "how-much-is-believed.svg": how_much_is_believed(made),
        "a-score.svg": a_score(made),
    }


def observed_and_expected(made: Example) -> str:
    """Each manager's accounts: what was expected, what happened, and the surprise."""
    left, right, step, top = 72, 352, 30, 78
    low, high = 0.88, 1.01
    foot = top + step * len(made.rows) - 8

    def at(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    marks = [_ring(20, 40), _text(32, 45, "expected of such accounts"), _dot(262, 40), _text(273, 45, "happened")]
    for tick in (0.88, 0.92, 0.96, 1.0):
        marks += [_line(at(tick), top - 14, at(tick), foot, GRID), _text(at(tick), foot + 18, percent(tick, 0), "tick")]
    marks.append(_text(WIDTH - 12, 62, "surprise", "end"))
    for n, (name, row) in enumerate(made.rows.items()):
        y = top + n * step
        colour = UP if row["difference"] > 0 else DOWN
        marks += [
            _text(12, y + 5, name, "bold" if name == MANAGER else "left"),
            _line(at(row["expected"]), y, at(row["observed"]), y, colour, 4),
            _ring(at(row["expected"]), y),
            _dot(at(row["observed"]), y),
            _text(WIDTH - 12, y + 5, signed(100 * row["difference"]), "sum", colour),
        ]
    told = ", ".join(f"{name} {signed(100 * row['difference'])}" for name, row in made.rows.items())
    return _picture(
        "Share of revenue kept in a quarter",
        f"For each manager a ring at what was expected of such accounts and a dot at what happened. Surprises: {told}.",
        foot + 34,
        marks,
    )


def whose_outcome() -> str:
    """The days that count, on a time line, and who had the account."""
    on = scores_page.days()
    left, right = 28, 392
    start = on["from"] - timedelta(days=14)
    per_day = (right - left) / ((on["left"] - start).days + 8)

    def at(name: str) -> float:
        return left + per_day * (on[name] - start).days

    def day(name: str) -> str:
        return f"{on[name].day} {on[name]:%b}"

    marks = [
        _bar(at("from"), at("to"), 74, 26, ACCENT),
        _text((at("from") + at("to")) / 2, 92, f"{DAYS} days that count", "on"),
        _bar(at("to"), at("left"), 74, 26, GRID),
        _text((at("to") + at("left")) / 2, 92, f"{GAP} days", "tick", INK),
        _text((at("to") + at("left")) / 2, 64, "too late", "tick"),
        _line(left, 108, right, 108, MUTED),
        *(_line(at(n), 103, at(n), 113, MUTED) for n in ("from", "to", "left")),
        *(_text(at(n), 130, day(n), "tick") for n in ("from", "to", "left")),
        _line(at("left"), 56, at("left"), 114, DOWN, 2),
        _text(at("left"), 48, "it leaves", "tick", DOWN),
        _bar(left, at("handed"), 148, 24, DOT),
        _text(left + 10, 165, f"{GIVER} has the account, and answers for it", "start", PAPER),
        _bar(at("handed"), at("left"), 176, 24, MUTED),
        _text(at("handed") - 8, 193, f"{MANAGER} has it from {day('handed')} on", "end"),
    ]
    return _picture(
        f"Whose loss is Silver Press? {GIVER}'s",
        f"A time line. The {DAYS} days that count end {GAP} days before the account leaves. {GIVER} had it in all of "
        f"them; {MANAGER} took it over in the last {GAP} days and is not charged.",
        214,
        marks,
    )


def how_much_is_believed(made: Example) -> str:
    """The same surprise in a small and in a large book, and what is left of each."""
    k = made.estimate.scale.k if made.estimate.scale else None
    left, right, seen = 40, 380, 4.0

    def at(points: float) -> float:
        return left + (right - left) * points / 4.4

    marks = [_line(at(0), 52, at(0), 232, INK, 1.5, dashes="4 3"), _text(at(0) - 28, 44, "peers' average", "left", INK)]
    for n, (words, count) in enumerate((("Small book", SMALL_BOOK), ("Large book", LARGE_BOOK))):
        y, z = 98 + 90 * n, count / (count + (k or 0))
        marks += [
            _text(at(0) + 10, y - 20, f"{words}: {count} account-quarters", "left", INK),
            _line(at(seen) - 9, y, at(seen * z) + 9, y, RANGE, 3, dashes="5 3"),
            _ring(at(seen), y),
            _dot(at(seen * z), y),
            _text(at(seen), y - 15, f"seen {signed(seen)}", "tick"),
            _text(at(seen * z), y + 24, f"{percent(z, 0)} believed: {signed(seen * z)}", "tick", INK),
        ]
    return _picture(
        "The same surprise, in two books",
        f"With {SMALL_BOOK} account-quarters {percent(SMALL_BOOK / (SMALL_BOOK + (k or 0)), 0)} of a surprise of 4 "
        f"points is believed, with {LARGE_BOOK} {percent(LARGE_BOOK / (LARGE_BOOK + (k or 0)), 0)}.",
        244,
        marks,
    )


def a_score(made: Example) -> str:
    """Three scores with their ranges and labels, beside the peers' average."""
    left, right, step = 24, 396, 78

    def at(score: float) -> float:
        return left + (right - left) * (score - 20) / 60

    foot = 48 + step * len(SHOWN)
    marks = [_text(at(s), foot + 18, str(s), "tick") for s in range(20, 90, 10)]
    marks.append(_text(at(50), foot + 36, "peers' average", "tick"))
    told = []
    for n, name in enumerate(SHOWN):
        card, y = made.cards[name], 64 + n * step
        words = f"{name}: {fixed(card['score'], 0)}, likely {likely(card['low'], card['high'])}"
        above = exact(card["chance_above"]) or Decimal(0)
        sure = likelihood(1 - above if above < 0.5 else above)
        label = f"{card['label']} ({sure} likely {'below' if above < 0.5 else 'above'} 50)"
        told.append(f"{words}; {label}.")
        marks += [
            _text(12, y - 4, words, "bold"),
            _text(12, y + 14, label),
            *(_line(at(s), y + 24, at(s), y + 48, GRID) for s in range(20, 90, 10)),
            _line(at(50), y + 24, at(50), y + 48, INK, 1.5, dashes="4 3"),
            _line(at(card["low"]), y + 36, at(card["high"]), y + 36, RANGE, 7),
            _dot(at(card["score"]), y + 36, 6),
        ]
    return _picture("Three scores, with range and label", " ".join(told), foot + 46, marks)


def _picture(title: str, told: str, height: float, marks: list[str]) -> str:
    """The marks on white, under a heading; `told` is for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}" role="img" aria-labelledby="title told" font-family="{FONT}" font-size="14">\n'
        f'<title id="title">{escape(title)}</title>\n<desc id="told">{escape(told)}</desc>\n'
        f'<rect width="{WIDTH}" height="{height:g}" rx="6" fill="{PAPER}"/>\n'
        f"{_text(12, 24, title, 'bold')}\n" + "\n".join(marks) + "\n</svg>\n"
    )


_KINDS = {
    "left": 'text-anchor="start"',
    "start": 'text-anchor="start"',
    "bold": 'text-anchor="start" font-weight="600"',
    "tick": 'text-anchor="middle" font-size="13"',
    "on": 'text-anchor="middle" font-weight="600"',
    "end": 'text-anchor="end"',
    "sum": 'text-anchor="end" font-weight="600"',
}


def _text(x: float, y: float, words: str, kind: str = "left", colour: str = "") -> str:
    colour = colour or {"bold": INK, "on": PAPER}.get(kind, MUTED)
    return f'<text x="{x:.1f}" y="{y:.1f}" {_KINDS[kind]} fill="{colour}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, *, dashes: str = "") -> str:
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width:g}"{broken}/>'
    )


def _bar(x1: float, x2: float, y: float, height: float, colour: str) -> str:
    return f'<rect x="{x1:.1f}" y="{y:.1f}" width="{x2 - x1:.1f}" height="{height:g}" fill="{colour}"/>'


def _dot(x: float, y: float, size: float = 5.5) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{DOT}"/>'


def _ring(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{PAPER}" stroke="{MUTED}" stroke-width="2"/>'
