"""Stripe: what the Dashboard exports, and tables of its API."""

from adapters.systems.stripe import api, credits, dashboard, discounts, invoices, unread

EXPORTS = (*dashboard.EXPORTS, *api.EXPORTS, *invoices.EXPORTS, *credits.EXPORTS, *discounts.EXPORTS, *unread.EXPORTS)
