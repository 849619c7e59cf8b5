"""What do words and blanks of Recurly mean, in every export alike?"""

from adapters.mapping.terms import Requirement

STATUSES = {
    "future": "active",
    "live": "active",
    "renewing": "active",
    "non-renewing": "cancelled",
    "canceled": "cancelled",
    "expired": "ended",
    "in_trial": "trial",
    "trial": "trial",
    "past_due": "past_due",
}
PAUSED = Requirement(like="(?i)^paused$")
RESTS = {"paused": "ended"}
"""What rests was paid until then; `paused` would mean that nothing was ever paid."""
BEGUN = Requirement(**{"not": ["failed", "Failed"]})
OWED = Requirement(**{"not": ["failed", "voided"]})
"""Invoices that nobody paid or owes any more."""
BILLED = Requirement(**{"not": ["pending"]})
"""Lines of no invoice yet."""
NO_OWNER = "names no owners; take them from the CRM"

KINDS = {
    "charge": "one_off",
    "debit": "one_off",
    "one_time": "one_off",
    "setup_fee": "one_off",
    "add_on": "one_off",
    "plan": "one_off",
    "credit": "credit",
}
COUNTED = Requirement(**{"not": ["carryforward", "plan_trial"]})
"""A carryforward only brings a negative invoice to zero."""
