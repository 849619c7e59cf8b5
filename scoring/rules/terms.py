"""What do the rules ask of the ledger, of renewals and of growth? The rulebook's settings as each takes them."""

from datetime import date

from scoring.facts import due, growth_parts
from scoring.ledger.terms import Terms
from scoring.rules.rulebook import Rulebook


def ledger_terms(rulebook: Rulebook) -> Terms:
    """The rulebook's policies as the ledger takes them."""
    return Terms(
        currency=rulebook.currency,
        gap_tolerance_days=rulebook.policies.gap_tolerance_days,
        early_renewal_days=rulebook.policies.early_renewal_days,
        reactivation_window_days=rulebook.policies.reactivation_window_days,
        weeks=rulebook.policies.weeks,
        discounts=rulebook.policies.discounts,
        at_notice=rulebook.policies.churn_date == "notice",
        past_due_days=rulebook.policies.past_due_days,
        fx=rulebook.policies.fx,
        movements=rulebook.policies.movements,
        knows_returns=rulebook.retention.reactivation_counts or not rulebook.quick_ratio.reactivation_counts,
        keeps_free=rulebook.retention.free_accounts == "kept",
        time_zone=rulebook.calendar.time_zone,
        tiers=rulebook.ladder.tiers,
        products=rulebook.ladder.products,
        largest_tier=rulebook.ladder.account_tier == "largest",
    )


def renewal_terms(rulebook: Rulebook, as_of: date) -> due.Terms:
    """The rulebook's policies as renewals take them."""
    return due.Terms(
        ledger=ledger_terms(rulebook),
        as_of=as_of,
        by_signature=rulebook.policies.renewal_date == "signature",
        way=rulebook.credit.renewal,
    )


def growth_terms(rulebook: Rulebook) -> growth_parts.Terms:
    """The rulebook's settings as the parts of growth take them."""
    return growth_parts.Terms(
        currency=rulebook.currency,
        has_ladder=bool(rulebook.ladder.tiers),
        discounts=rulebook.policies.discounts,
        credited=rulebook.credit.growth_parts,
        way=rulebook.credit.outcome,
    )
