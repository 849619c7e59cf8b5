"""With which settings does a company start? Its files mapped, and the rules on the basis that they give."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

import adapters
from adapters.delivery import Delivery
from adapters.draft import draft
from adapters.mapping.sources import Sources
from scoring import document, rules
from scoring.inputs import RULES, SOURCES
from scoring.plurals import many
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

_ZONE = re.compile(r"^ *time_zone: [^ ]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A `sources.yaml` and a `rules.yaml` to start with, and what was found out about the exports.

    `findings` are certainty (recognised, guessed, not recognised), file, and what of it.
    """

    sources: str
    rules: str
    findings: Sequence[tuple[str, str, str]]


def drafted(folder: Path) -> Drafted:
    """The settings for a folder of exports: its files mapped, and the rules on the basis that they give."""
    required = {name: [c.name for c in table.columns if c.required] for name, table in TABLES.items()}
    text, findings = draft(folder, LAYOUT, required, OPEN_TABLES)
    sources, _ = document.read_text(SOURCES, text).fit(Sources)
    columns = {f.table: {*f.columns, *f.constants} for f in sources.files} if sources else {}
    currency, why = (
        _usual_currency(adapters.read_folder(folder, LAYOUT, OPEN_TABLES, sources)) if columns else (None, "")
    )
    told = [(f.certainty, f.file, f.what) for f in findings]
    if currency:
        told.append(("guessed", RULES, f"currency: {currency}, {why}"))
    elif columns:
        told.append(("not recognised", RULES, "currency: no line names one, so EUR stands there; correct it"))
    rulebook = _rules_for(columns, currency)
    if zone := _ZONE.search(rulebook):
        told.append(("guessed", RULES, f"{zone[0].strip()}, as no export says where a day begins; correct it"))
    return Drafted(text, rulebook, told)


def _usual_currency(delivery: Delivery) -> tuple[str | None, str]:
    """The currency that most lines are in, and why it is taken; None where none names one."""
    named = [
        f["currency"]
        for n in ("contracts", "invoices")
        if (f := delivery.tables.get(n)) is not None and "currency" in f
    ]
    cells = pl.concat(named) if named else pl.Series(dtype=pl.String)
    codes, without = cells.drop_nulls(), cells.null_count()
    usual = codes.filter(codes.str.contains("^[A-Z]{3}$")).value_counts(sort=True, name="lines")
    if not usual.height:
        return None, ""
    few = f"as most lines that name one are in it; {many(without, 'line')} {'does' if without == 1 else 'do'} not"
    why = few if without > codes.len() else "as most lines are in it"
    return usual.sort("lines", "currency", descending=[True, False])["currency"][0], why


def _rules_for(columns: Mapping[str, Collection[str]], currency: str | None) -> str:
    """The default rules, read on invoices where there are no contracts, with what is known of owners."""
    basis = "invoices" if "invoices" in columns and "contracts" not in columns else "contracts"
    policy = "history"
    if "ownership" in columns:
        policy = "history" if "starts_on" in columns["ownership"] else "current"
    elif "seller_id" in columns.get(basis, ()):
        policy = "seller"
    return rules.default_text(basis=basis, policy=policy, **({"currency": currency} if currency else {}))
