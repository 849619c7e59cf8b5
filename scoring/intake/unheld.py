"""What do the rules name that no row of the exports holds? A warning for each, with its line, as it changes nothing."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from scoring.book import attribute_names
from scoring.checks import Checked
from scoring.checks.exclusions import of_children
from scoring.document import Document, Flaw, Keys, did_you_mean
from scoring.errors import Problem, Severity, shown
from scoring.ledger.parents import topmost
from scoring.letters import bare
from scoring.rules import Rulebook, Version
from scoring.rules.settings import LARGE
from scoring.tables import ORDER_KINDS, Tables

_DATED_BY: Mapping[tuple[str, str], tuple[str, str]] = {
    ("churn_date", "notice"): ("cancelled_on", "says on which day it was cancelled"),
    ("renewal_date", "signature"): ("signed_on", "says on which day it was signed"),
    ("discounts", "list"): ("list_price", "says its list price"),
}
"""Policy of contracts, with its value, to the column that it reads, and what no contract says without."""


def unheld(checked: Checked, version: Version) -> tuple[Problem, ...]:
    """Warnings where rules name what the exports do not hold, or exclusions what the rules do not score, so that it
    makes no difference."""
    document, rulebook, tables = version.document, version.rulebook, checked.tables
    flaws = [*_kinds(tables, document, rulebook), *_values(tables, rulebook), *_policies(tables, document, rulebook)]
    if "managers" not in checked.derived:
        flaws += _managers(tables, rulebook)
    told = tuple(document.problem(flaw, Severity.WARNING) for flaw in flaws)
    if rulebook.grain == "account":
        return told
    children = of_children(tables["exclusions"], topmost(tables["accounts"]))
    return (*told, *(problem for finding in children for problem in finding.problems))


def _kinds(tables: Tables, document: Document, rulebook: Rulebook) -> Iterator[Flaw]:
    """Kinds of signs, events and spend that the rules name and no row is of, and rows that are of nearly such a one."""
    asked = list(_asked(rulebook))
    for table, keys, name in asked:
        kinds, wanted = tables[table]["kind"], [other for of, _, other in asked if of == table]
        if document.tree.at(keys) == name and name not in kinds:
            yield from _absent(keys, name, f"no row of {table} is of kind", kinds, table)
            continue
        others = kinds.filter(~kinds.is_in(wanted)).value_counts(name="rows").sort("kind").drop_nulls()
        for kind, rows in others.iter_rows():
            if _letters(kind) == _letters(name):
                count, do, its = ("1 row", "does", "its") if rows == 1 else (f"{rows:,} rows", "do", "their")
                what = f"{{key}}: {count} of {table} {do} not count, as {its} kind is {shown(kind)}"
                yield Flaw(keys, what, f"write {shown(name)} there, or {shown(kind)} in the rules", "")


def _asked(rulebook: Rulebook) -> Iterator[tuple[str, Keys, str]]:
    """The kinds that the rules ask for, also those that they have by default: table, setting and kind."""
    for n, sign in enumerate(rulebook.engagement.inputs):
        yield "activities", ("engagement", "inputs", n, "kind"), sign.kind
    for n, kind in enumerate(rulebook.completeness.contact):
        yield "activities", ("completeness", "contact", n), kind
    yield "milestones", ("onboarding", "from"), rulebook.onboarding.from_
    yield "milestones", ("onboarding", "to"), rulebook.onboarding.to
    for n, kind in enumerate(rulebook.acquisition.kinds):
        yield "costs", ("acquisition", "kinds", n), kind
    for n, kind in enumerate(rulebook.acquisition.expand):
        yield "costs", ("acquisition", "expand", n), kind


def _letters(name: str) -> str:
    return "".join(letter for letter in bare(name) if letter.isalnum())


def _absent(keys: Keys, name: str, none: str, held: pl.Series, table: str) -> Iterator[Flaw]:
    """A name that is not among those held."""
    names = held.drop_nulls().unique().sort().to_list()
    otherwise = "delete it" if names else f"map a file to {table} in sources.yaml, or delete it"
    if name not in names:
        yield Flaw(keys, f"{{key}}: {none} {shown(name)}", did_you_mean(name, names) or otherwise, "")


def _values(tables: Tables, rulebook: Rulebook) -> Iterator[Flaw]:
    """Values that no account has, and scales that no answer has."""
    asked: list[tuple[Keys, str | None, Iterable[str]]] = []
    if rulebook.ownership.policy == "territory":
        asked.append((("ownership", "managers"), rulebook.ownership.attribute, rulebook.ownership.managers))
    for n, rule in enumerate(rulebook.rules if rulebook.method == "target_bands" else ()):
        if rule.segments is not None:
            asked.append((("rules", n, "segments", "grades"), rule.segments.by, rule.segments.grades))
    for keys, attribute, values in asked:
        column = _attribute(tables, attribute)
        if column is not None:
            for value in values:
                yield from _absent((*keys, value), value, f"no account has the {attribute}", column, "accounts")
    scales = tables["answers"].filter(pl.col("kind") == "csat")["scale"]
    for scale in rulebook.voice.csat_scales:
        yield from _absent(("voice", "csat_scales", scale), scale, "no answer has the scale", scales, "answers")


def _managers(tables: Tables, rulebook: Rulebook) -> Iterator[Flaw]:
    """Managers of territories who are none of those delivered."""
    own, known = rulebook.ownership, tables["managers"]["manager_id"]
    for value, manager in own.managers.items() if own.policy == "territory" else ():
        yield from _absent(("ownership", "managers", value), manager, "no manager has the id", known, "managers")


def _attribute(tables: Tables, name: str | None) -> pl.Series | None:
    """The accounts' attribute of that name, their own or that in the book, as text; None where they have none."""
    accounts = tables["accounts"]
    called = attribute_names(accounts.columns)
    column = {**{own: own for own in called}, **{ours: own for own, ours in called.items()}}.get(name or "")
    return None if column is None else accounts[column].cast(pl.String)


def _policies(tables: Tables, document: Document, rulebook: Rulebook) -> Iterator[Flaw]:
    """Policies for which no row gives a reason."""
    contracts, accounts = tables["contracts"], tables["accounts"]
    for (policy, value), (column, says) in _DATED_BY.items() if rulebook.basis == "contracts" else ():
        keys: Keys = ("policies", policy)
        if document.tree.at(keys) == value and not contracts[column].count():
            yield Flaw(keys, f"{{key}} {value}: no contract {says}", f"map {column} in sources.yaml, or delete it", "")
    if rulebook.grain == "parent" and not accounts["parent_id"].count():
        yield Flaw(("grain",), "{key} parent: no account names one", "map parent_id in sources.yaml, or delete it", "")
    kinds = _attribute(tables, rulebook.lifetime.fit_by)
    if kinds is not None and (kinds.drop_nulls().value_counts(name="accounts in all").to_series(1) < LARGE).all():
        what = f"{{key}}: no {rulebook.lifetime.fit_by} has the {LARGE} accounts that parameters of its own need"
        yield Flaw(("lifetime", "fit_by"), what, "delete it, or name an attribute of fewer values", "")
    lines = tables["invoices"]["kind"]
    if (
        rulebook.lifetime.orders_beside
        and rulebook.basis == "contracts"
        and not (lines.is_null() | lines.is_in(ORDER_KINDS)).any()
    ):
        yield Flaw(("lifetime", "orders_beside"), "{key}: no invoice is of kind order, deal or usage", "delete it", "")
