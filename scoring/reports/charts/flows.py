"""Who moved between which tiers? The flows from the start to the end, in words and in a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from scoring.numbers import compact_money, fixed
from scoring.reports.names import cleaned

UP, DOWN, STAYED, NEW, LEFT, ASIDE = "up", "down", "stayed", "new", "left", "aside"
KINDS = {
    UP: ("▲", "moved up"),
    DOWN: ("▼", "moved down"),
    STAYED: ("■", "stayed"),
    NEW: ("+", "new"),
    LEFT: ("×", "left"),
    ASIDE: ("■", "went on or off the ladder"),
}
"""The sign and the words of each kind of flow, in the order in which they are told."""

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Flow:
    """The accounts that were at one place at the start and at another at the end.

    `start` and `end` are names of places, `start_rung` and `end_rung` their places on the ladder, 0 the lowest tier;
    None: on no tier, not there yet, or gone. `accounts` are shares added up; `before` and `after` what they paid.
    """

    start: str
    end: str
    kind: str
    start_rung: int | None
    end_rung: int | None
    accounts: Decimal
    before: Decimal
    after: Decimal


def sentence(flows: Sequence[Flow], currency: str = "") -> str:
    """How many moved up, down, stayed, left and are new; with a currency what all of them paid at both ends, too."""
    if not flows:
        return "No accounts at the start or at the end."
    at_start = _counted(f for f in flows if f.kind != NEW)
    counts = [(kind, _counted(f for f in flows if f.kind == kind)) for kind in KINDS]
    said = [
        f"{number(count) if count else 'none'} {KINDS[kind][1]}" for kind, count in counts if kind not in (NEW, ASIDE)
    ]
    said += [f"{number(count)} {KINDS[kind][1]}" for kind, count in counts if kind == ASIDE and count]
    new = dict(counts)[NEW]
    also = f"{number(new)} {'is' if new == 1 else 'are'} new" if new else "none is new"
    accounts = f"{number(at_start)} account{'' if at_start == 1 else 's'}"
    told = f"Of {accounts} at the start, {', '.join(said[:-1])} and {said[-1]}; {also}."
    if not currency:
        return told
    before, after = (compact_money(amount, currency) for amount in _paid(flows))
    return f"{told} All together paid {before} at the start and {after} at the end."


def named(flow: Flow, currency: str = "") -> str:
    """The flow in a few words, as "Entry to Standard: 28 accounts"."""
    count = f"{number(flow.accounts)} account{'' if flow.accounts == 1 else 's'}"
    paid = f", {compact_money(flow.before, currency)} to {compact_money(flow.after, currency)}" if currency else ""
    return f"{flow.start} to {flow.end}: {count}{paid}"


def flow_table(flows: Sequence[Flow], currency: str, caption: str) -> Markup:
    """Every flow as a row of an HTML table, in the order in which they are told, with the sums."""
    order = list(KINDS)
    rows = "".join(_row(f, currency) for f in sorted(flows, key=lambda f: order.index(f.kind)))
    before, after = _paid(flows)
    return Markup(  # noqa: S704  numbers and escaped text only
        f'<table class="flows"><caption>{escape(cleaned(caption))}</caption><thead><tr><th scope="col">At the start'
        '</th><th scope="col">At the end</th><th scope="col">What</th><th scope="col" class="num">Accounts</th>'
        '<th scope="col" class="num">Paid at the start</th><th scope="col" class="num">At the end</th></tr></thead>'
        f'<tbody>{rows}</tbody><tfoot><tr><th scope="row" colspan="3">All</th>'
        f'<td class="num">{number(_counted(flows))}</td><td class="num">{compact_money(before, currency)}</td>'
        f'<td class="num">{compact_money(after, currency)}</td></tr></tfoot></table>'
    )


def _row(flow: Flow, currency: str) -> str:
    sign, words = KINDS[flow.kind]
    shown = {UP: "up", DOWN: "down"}.get(flow.kind, "same")
    return (
        f'<tr><th scope="row"><bdi>{escape(cleaned(flow.start))}</bdi></th><td><bdi>{escape(cleaned(flow.end))}</bdi>'
        f'</td><td class="{shown}">{sign}\u00a0{words}</td><td class="num">{number(flow.accounts)}</td>'
        f'<td class="num">{compact_money(flow.before, currency)}</td>'
        f'<td class="num">{compact_money(flow.after, currency)}</td></tr>'
    )


def _paid(flows: Sequence[Flow]) -> tuple[Decimal, Decimal]:
    return sum((f.before for f in flows), NOTHING), sum((f.after for f in flows), NOTHING)


def _counted(flows: Iterable[Flow]) -> Decimal:
    return sum((f.accounts for f in flows), NOTHING)


def number(accounts: Decimal | float) -> str:
    """Whole accounts, or with a decimal where an account is shared."""
    return fixed(accounts, 0 if accounts == round(accounts) else 1)
