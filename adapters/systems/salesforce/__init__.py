"""Salesforce: objects as Data Loader, the weekly Data Export and warehouses write them, and reports."""

from adapters.systems.salesforce.objects import OBJECTS
from adapters.systems.salesforce.reports import REPORTS

EXPORTS = (*OBJECTS, *REPORTS)
"""Where two are told by as many headers, the first is meant."""
