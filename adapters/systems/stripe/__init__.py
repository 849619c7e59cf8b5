"""Stripe: what the Dashboard exports, and tables of its API."""

from adapters.systems.stripe import api, credits, dashboard, unread

EXPORTS = (*dashboard.EXPORTS, *api.EXPORTS, *credits.EXPORTS, *unread.EXPORTS)
