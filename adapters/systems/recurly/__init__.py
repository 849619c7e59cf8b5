"""Recurly: what the site exports, and tables of its API. Credits are negative."""

from adapters.systems.recurly import api, site

EXPORTS = (*site.EXPORTS, *api.EXPORTS)
