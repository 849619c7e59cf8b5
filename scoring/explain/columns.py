"""What are the columns of the book called where people read them? Each the same in tables and in sentences."""

_WORDS = {
    "account_months": "Months", "account_months_before": "Months before", "acquisition_spend": "Spent to win",
    "after": "After", "before": "Before", "chance_active": "Chance", "churn": "Churn", "closing": "Closing",
    "contraction": "Contraction", "costed_revenue": "Revenue", "csat_answers": "Answers",
    "csat_of_five": "Answers", "csat_satisfied": "Satisfied", "csat_stars": "Sum of answers", "due": "Due",
    "due_decided": "Decided", "due_in_30": "Due", "due_in_60": "Due", "due_in_90": "Due",
    "dues_decided": "Decided", "dues_in_30": "Due", "dues_in_60": "Due", "dues_in_90": "Due",
    "dues_renewed": "Renewed", "engagement_coverage": "Known", "engagement_score": "Engagement",
    "expansion": "Expansion", "expansion_spend": "Spent to expand", "expected_orders": "Expected orders",
    "fx": "Exchange rates", "gained": "Won", "growth_discount_expired": "Expired discounts",
    "growth_discount_given": "Discounts", "growth_exchange": "Exchange rates", "growth_list_price": "List prices",
    "growth_seats": "Seats", "growth_tier": "Tiers", "kept": "Kept", "losses": "Losses",
    "losses_before": "Losses before", "lost": "Lost", "net_churn": "Churn", "net_contraction": "Contraction",
    "net_expansion": "Expansion", "net_new": "New", "net_reactivation": "Reactivation", "never_onboarded": "Left",
    "new": "New", "new_logo_revenue": "New revenue", "new_logos": "New customers", "nps_answers": "Answers",
    "nps_asked": "Asked", "nps_detractors": "Detractors", "nps_promoters": "Promoters", "onboarded": "Reached",
    "onboarding_days": "Days", "onboardings": "Started", "opening": "Opening", "reactivation": "Reactivation",
    "renewed": "Renewed", "renewed_of_due": "Renewed", "revenue_cost": "Cost", "share": "Share",
    "share_of_value": "Share", "tier_after": "Tier after", "tier_before": "Tier before", "transfer_in": "Taken over",
    "transfer_out": "Handed over", "value_after": "Value after", "value_before": "Value before",
    "value_grown": "Grown", "value_now": "Value", "value_retained": "Retained",
}  # fmt: skip
ACHIEVED, POSSIBLE = "Achieved", "Possible"
"""What parts are called that are more than one column: tops, and bottoms."""


def called(column: str | None, otherwise: str = "") -> str:
    """The words for a column; the other words where it is none."""
    return otherwise if column is None else _WORDS.get(column, column)
