"""What do words of Zuora mean, in every export alike?"""

from adapters.mapping.sources import FormulaOf, Lookup
from adapters.mapping.terms import Requirement

STATUSES = {"Active": "active", "Cancelled": "cancelled", "Canceled": "cancelled", "Suspended": "paused"}
_PENDING = ["Pending Activation", "PendingActivation", "Pending Acceptance", "PendingAcceptance"]
CURRENT = Requirement(**{"not": ["Expired", "Draft", *_PENDING]})
"""Expired is a version that a later one took the place of; the others have not begun."""

FILLED = Requirement(filled=True)
NOT_DELETED = Requirement(**{"not": True})
LAST_VERSION = "of a subscription only the last version counts that is active, cancelled or suspended"

PRODUCT_NAME = Lookup(file="@zuora.api_products", on={"product_id": "id"}, take={"product name": "name"}, may_miss=True)


def rounded(mrr: str) -> FormulaOf:
    """The revenue of a month, which of a year's 400.00 is kept as 33.333333333."""
    return FormulaOf(formula=f"`{mrr}`")
