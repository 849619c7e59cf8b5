"""How is the difference of two runs told? What went in first, then who changed, then by what."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.cli.profiles import written
from scoring.cli.shared.answers import next_command
from scoring.cli.shared.screen import SHORT, Column, table
from scoring.cli.shared.streams import note, say
from scoring.plurals import many

if TYPE_CHECKING:
    from scoring.compare import Change, Difference
    from scoring.compare.differences import ManagerChange, Pair, RuleChange

_FACTS = {
    "period": "Period", "as_of": "As of", "bookscore": "bookscore", "polars": "Polars", "sources": "sources.yaml",
}  # fmt: skip
_MANAGERS = (
    Column("Manager"),
    Column("Then", is_number=True),
    Column("Now", is_number=True),
    Column("Change", is_number=True),
    Column("Likely then", is_number=True, is_extra=True),
    Column("Likely now", is_number=True, is_extra=True),
    Column("Label"),
    Column("Group", is_extra=True),
)
_RULES = (
    Column("Manager"),
    Column("Rule"),
    Column("Value", is_number=True),
    Column("Points", is_number=True, is_extra=True),
    Column("Adds", is_number=True),
    Column("Accounts that moved it most", is_extra=True),
)


@dataclass(frozen=True, slots=True)
class View:
    """A difference and how it was asked for; `only` is the one manager that is looked at."""

    found: "Difference"
    folder: Path
    only: "ManagerChange | None"
    everything: bool


def show(view: View) -> None:
    """Prints the difference."""
    found = view.found
    facts = found.facts
    if found.is_same_run:
        say(f"Nothing differs: both are run {facts['run_id'].now[:SHORT]}.")
        next_command("runs", view.folder)
        return
    runs = [f"{i[:SHORT]} ({p}, as of {d})" for i, p, d in zip(*_sides(found), strict=True)]
    say(f"Run {runs[0]} and run {runs[1]}")
    say()
    _facts(found)
    _inputs(found)
    settings(found.settings)
    _managers(view)


def settings(found: "Sequence[Change]") -> None:
    """Prints the settings that differ, each with both values."""
    if not found:
        say("The rules are the same.")
        say()
        return
    say(f"Rules ({len(found):,} setting{'s differ' if len(found) > 1 else ' differs'})")
    table(
        [Column("Setting"), Column("Then"), Column("Now")],
        [(c.setting, in_words(c.old), in_words(c.new)) for c in found],
    )
    say()


def in_words(value: object) -> str:
    """A setting's value, however deep, in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {in_words(v)}" for k, v in value.items() if v is not None)
    if isinstance(value, list | tuple):
        return "; ".join(in_words(v) for v in value) or "(none)"
    return "(none)" if value is None else written(value)


def _sides(found: "Difference") -> tuple[tuple[str, str], ...]:
    return tuple((found.facts[n].then, found.facts[n].now) for n in ("run_id", "period", "as_of"))


def _facts(found: "Difference") -> None:
    rows = [
        (words, *(str(side or "(none)")[: SHORT if name == "sources" else None] for side in (pair.then, pair.now)))
        for name, words in _FACTS.items()
        if (pair := found.facts[name]).differs
    ]
    if rows:
        table([Column("What"), Column("Then"), Column("Now")], rows)
        say()


def _inputs(found: "Difference") -> None:
    changed = [i for i in found.inputs if i.state != "same"]
    if not changed:
        say(f"The inputs are the same: {many(len(found.inputs), 'file')}.")
        say()
        return
    say(f"Inputs ({len(changed):,} of {len(found.inputs):,} files differ)")
    columns = (
        Column("File"), Column("Is"), Column("Rows then", is_number=True), Column("Rows now", is_number=True),
        Column("Set aside", is_number=True, is_extra=True), Column("Hash then", is_extra=True),
        Column("Hash now", is_extra=True),
    )  # fmt: skip
    rows = [
        (
            i.file,
            i.state,
            *(f"{n:,}" if n is not None else "" for n in (i.rows.then, i.rows.now)),
            _both(*("" if n is None else f"{n:,}" for n in (i.set_aside.then, i.set_aside.now))),
            *((h or "")[:SHORT] for h in (i.sha256.then, i.sha256.now)),
        )
        for i in changed
    ]
    table(columns, rows)
    say()


def _managers(view: View) -> None:
    from scoring.explain.names import word_for

    found = view.found
    both = [m for m in found.managers if m.is_in == "both"]
    changed = [m for m in both if m.is_changed]
    labels, groups = (sum(getattr(m, n).differs for m in both) for n in ("label", "group"))
    say(
        f"{len(changed):,} of {len(both):,} managers changed; {labels:,} have another label, {groups:,} stand in "
        "another group."
    )
    shown = [view.only] if view.only else both if view.everything else [m for m in changed if not _is_unscored(m)]
    shown = [m for m in shown if m.is_in == "both"]
    if shown:
        table(_MANAGERS, [_row(m) for m in shown])
        if not (view.only or view.everything) and (rest := sum(map(_is_unscored, changed))):
            note(f"{many(rest, 'other')} without a score in either run; --all shows them.")
        say()
        _rules(view, shown)
    for is_in, words in (("then", "Only in the first run"), ("now", "Only in the second run")):
        names = [m.name for m in found.managers if m.is_in == is_in]
        if names:
            say(f"{words}: {', '.join(names)}.")
    moved = [m for m in shown if m.change]
    if not moved:
        next_command("runs", view.folder)
        return
    largest = max(moved, key=lambda m: abs(m.change or 0))
    ids = (found.facts["run_id"].then[:SHORT], found.facts["run_id"].now[:SHORT])
    if view.only is None:
        who = word_for(largest.manager_id, {m.manager_id: m.name for m in found.managers})
        next_command("diff", *ids, view.folder, "--who", who)
    else:
        there = {m.manager_id: m.name for m in found.managers if m.is_in != "then"}
        next_command("explain", word_for(largest.manager_id, there), "--run", ids[1], folder=view.folder)


def _is_unscored(manager: "ManagerChange") -> bool:
    """Whether there is no score in either run."""
    return manager.score.then is None and manager.score.now is None


def _row(manager: "ManagerChange") -> tuple[str, ...]:
    from scoring.numbers import fixed, likely, signed_between
    from scoring.reports.standing import IN_FEW_WORDS

    return (
        manager.name,
        fixed(manager.score.then),
        fixed(manager.score.now),
        signed_between(manager.score.then, manager.score.now),
        likely(manager.low.then, manager.high.then),
        likely(manager.low.now, manager.high.now),
        _pair(manager.label),
        _both(*(IN_FEW_WORDS.get(group, group) for group in (manager.group.then, manager.group.now))),
    )


def _rules(view: View, shown: "Sequence[ManagerChange]") -> None:
    """The rule that moved each score most, or every rule where it is asked for."""
    is_whole = view.only is not None or view.everything
    rows = [
        _rule_row(m, rule, adds, view.found)
        for m in shown
        for rule, adds in zip(m.rules, _additions(m), strict=True)
        if is_whole or rule is m.most
    ]
    if not rows:
        return
    say("What each rule adds to the change" if is_whole else "The rule that moved each score most")
    table(_RULES, rows)
    say()
    if any(m.change is None for m in shown):
        note("n/a: without a score in both runs, nothing adds up to a change.")


def _additions(manager: "ManagerChange") -> list[str]:
    """What each rule adds; as printed it adds up to the printed change."""
    from scoring.numbers import between, in_parts, signed

    adds = [None if rule.adds is None else Decimal(str(rule.adds)) for rule in manager.rules]
    change = between(manager.score.then, manager.score.now)
    known = [a for a in adds if a is not None]
    if change is None or len(known) < len(adds):
        return [signed(a) for a in adds]
    return [signed(part) for part in in_parts(known, change)]


def _rule_row(manager: "ManagerChange", rule: "RuleChange", adds: str, found: "Difference") -> tuple[str, ...]:
    from scoring.numbers import figure, fixed, signed_figure

    currencies = found.facts["currency"]
    values = [
        figure(value, rule.unit, currency)
        for value, currency in zip((rule.value.then, rule.value.now), (currencies.then, currencies.now), strict=True)
    ]
    points = [fixed(p) for p in (rule.points.then, rule.points.now)]
    told = "; ".join(
        f"{m.name} {signed_figure(m.amount, rule.unit_of_accounts, currencies.now, in_full=False)}"
        for m in rule.accounts
    )
    return (manager.name, rule.rule, _both(*values), _both(*points), adds, told)


def _pair(pair: "Pair") -> str:
    return _both(str(pair.then or "(none)"), str(pair.now or "(none)"))


def _both(then: str, now: str) -> str:
    return now if then == now else f"{then} → {now}"
