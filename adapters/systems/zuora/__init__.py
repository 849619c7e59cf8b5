"""Zuora: tables of its API, bills among them, and what its data sources and queries give."""

from adapters.systems.zuora import api, bills, reporting, unread

EXPORTS = (*api.EXPORTS, *bills.EXPORTS, *reporting.EXPORTS, *unread.EXPORTS)
