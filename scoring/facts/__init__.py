"""What else is known of the accounts, beside their revenue? A theme a file: renewals, answers, use, onboarding.

Two kinds of facts reach the book. *Dated* facts happened on a day, add up, and belong to who held the account
that day (`Dated`); their columns are named in `ADDING`. *Account* facts are one row per account with what is
known of it as a whole, whoever holds it.
"""

from scoring.facts.dated import Dated

ADDING: tuple[str, ...] = ()
"""The columns of all dated facts: every book has them, 0 where nothing happened."""

__all__ = ["ADDING", "Dated"]
