"""What do words of Zuora mean, in every export alike?"""

from adapters.mapping.sources import ColumnOf, FirstOf, FormulaOf, Lookup
from adapters.mapping.terms import Requirement

STATUSES = {"Active": "active", "Cancelled": "cancelled", "Canceled": "cancelled", "Suspended": "paused"}
_PENDING = ["Pending Activation", "PendingActivation", "Pending Acceptance", "PendingAcceptance"]
CURRENT = Requirement(**{"not": ["Expired", "Draft", *_PENDING]})
"""Expired is a version that a later one took the place of; the others have not begun."""

NOT_DELETED = Requirement(**{"not": True})
LAST_VERSION = "of a subscription only the last version counts that is active, cancelled or suspended"

PRODUCT_NAME = Lookup(file="@zuora.api_products", on={"product_id": "id"}, take={"product name": "name"}, may_miss=True)


_DISCOUNTS = ["Discount-Percentage", "Discount-Fixed Amount", "DiscountPercentage", "DiscountFixedAmount"]
GROSS = (
    "discounts by charges of their own (Discount-Percentage, Discount-Fixed Amount) have no MRR and are not taken off"
)


def monthly(mrr: str, model: str) -> FirstOf:
    """The revenue of a month, rounded, as that of a year's 400.00 is kept as 33.333333333; a discount has none."""
    nothing = ColumnOf(column=model, words=dict.fromkeys(_DISCOUNTS, "0"), where={model: [*_DISCOUNTS]})
    return FirstOf(first=[FormulaOf(formula=f"`{mrr}`"), nothing])
