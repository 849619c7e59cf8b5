"""Stripe: what the Dashboard exports, and tables of its API."""

from adapters.systems.stripe import api, dashboard, unread

EXPORTS = (*dashboard.EXPORTS, *api.EXPORTS, *unread.EXPORTS)
