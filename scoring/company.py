"""What does the run say of the whole company? The figures above the league, and the totals that must balance."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from scoring.credit.ownership import UNASSIGNED
from scoring.ledger.bridge import COLUMNS, TRANSFERS
from scoring.measure import COMPANY
from scoring.metrics import CATALOGUE, REASONS
from scoring.money import added
from scoring.numbers import figure
from scoring.scorecard.context import Context

SHOWN = ("closing", "net_revenue_retention", "gross_revenue_retention", "logo_retention", "accounts")

_PER = {"contracts": "a month, under contract at the end", "invoices": "invoiced in the period, net of returns"}
"""What closing revenue is, by basis."""


def company_facts(
    measures: pl.DataFrame,
    context: Context,
    notes: Sequence[str],
    models: Sequence[str] = (),
    doubts: Sequence[str] = (),
) -> dict[str, Any]:
    """What stands above the league page: the period, the rules, five figures, and what to read with care.

    `models` says how lifetime value came about, `doubts` why the data are not to be trusted.
    """
    header = context.header
    of_company = {r["metric"]: r for r in measures.filter(pl.col("grain") == COMPANY).iter_rows(named=True)}
    return {
        **{
            k: header[k]
            for k in (
                "period",
                "period_from",
                "period_to",
                "currency",
                "as_of",
                "goal",
                "rules_name",
                "rules_version",
                "rules_hash",
            )
        },
        "basis_sentence": header["basis_sentence"],
        "chance": context.rulebook.publish.chance,
        "figures": [_figure(name, of_company[name], context) for name in SHOWN if name in of_company],
        "doubts": list(doubts),
        "notes": list(notes),
        "lifetime_value": list(models),
    }


def totals(rows: pl.DataFrame, currency: str) -> dict[str, Any]:
    """The company's bridge, and how much of its closing revenue is credited to managers, as text."""
    loose = rows.filter(pl.col("manager_id") == UNASSIGNED)
    bridge = {c: str(added(rows[c])) for c in COLUMNS if c not in TRANSFERS}
    return {
        "currency": currency,
        "bridge": bridge,
        "closing_credited": str(added(rows["closing"]) - added(loose["closing"])),
        "closing_unassigned": str(added(loose["closing"])),
    }


def _figure(name: str, row: dict[str, Any], context: Context) -> dict[str, str]:
    metric, currency = CATALOGUE[name], context.rulebook.currency
    counts_returns = context.rulebook.retention.reactivation_counts
    base = metric.base if metric.usual is None or counts_returns else metric.usual[0]
    reason, words = row["reason"], _PER[context.rulebook.basis] if name == "closing" else base.words
    return {
        "metric": name,
        "label": metric.label,
        "value_text": figure(row["value"], str(metric.unit), currency),
        "note": REASONS.get(reason, reason) if reason else words,
    }
