"""What else is known of the accounts, beside their revenue? A theme a file: renewals, answers, use, onboarding.

Two kinds of facts reach the book. *Dated* facts happened on a day, add up, and belong to who held the account
that day (`Dated`); their columns are named in `ADDING`. *Account* facts are one row per account with what is
known of it as a whole, whoever holds it.
"""

from scoring.facts import (
    breadth,
    entry,
    growth_parts,
    lifetime_value,
    logos,
    margins,
    net_moves,
    onboarding,
    renewals,
    spend,
    use,
    voice,
)
from scoring.facts.dated import Dated, alike, found

ADDING: tuple[str, ...] = (
    *renewals.COLUMNS, *net_moves.COLUMNS, *growth_parts.COLUMNS, *margins.COLUMNS,
    *voice.COUNTS, *onboarding.COUNTS, *logos.COLUMNS, *spend.COLUMNS,
    *lifetime_value.COLUMNS,
)  # fmt: skip
"""The columns of all dated facts: every book has them, 0 where nothing happened."""

KNOWN = {**voice.SCHEMA, **use.SCHEMA, **onboarding.SCHEMA, **entry.SCHEMA, **breadth.SCHEMA}
"""What is known of accounts as a whole, with its type: every book has it, null where it is not known."""

COUNTING = frozenset({*renewals.COUNTS, *voice.COUNTS, *onboarding.COUNTS, "new_logos", "share_of_value", *use.SCHEMA})
"""Those that are no money, although they are kept as exactly."""

__all__ = ["ADDING", "COUNTING", "KNOWN", "Dated", "alike", "found"]
