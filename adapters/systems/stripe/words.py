"""What do words and blanks of Stripe mean, in every export alike?"""

from adapters.known.export import IN_UTC
from adapters.mapping.terms import Requirement

STATUSES = {"trialing": "trial", "unpaid": "past_due", "canceled": "ended"}
"""Their words for the state of a subscription that are not ours."""

BEGUN = Requirement(**{"not": ["incomplete", "incomplete_expired"]})
"""Subscriptions whose first payment failed never began."""

NOT_VOID = Requirement(**{"not": ["void", "draft", "deleted"]})
"""Invoices that were taken back, or not yet sent, are owed by nobody."""

NOT_DELETED = {"is_deleted": Requirement(**{"not": True}), "deleted": Requirement(**{"not": True})}

_LIVE = Requirement(**{"not": False})
IN_LIVE_MODE = {"livemode": _LIVE}
"""Objects of test mode stand beside the real ones in tables of a warehouse, and nobody owes anything for them."""
OF_LIVE_MODE = {"its livemode": _LIVE}

MINOR_UNITS = {**IN_UTC, "minor_digits": {"ISK": 2, "UGX": 2, "MGA": 0}}
"""Currencies that the API counts otherwise than ISO 4217: krónur and Ugandan shillings still in hundredths, which are
always 00, and ariary as whole ones. https://docs.stripe.com/currencies#special-cases
"""

NO_OWNER = "names no owners; take them from the CRM, or from metadata by sources.yaml"
