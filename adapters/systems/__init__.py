"""Which systems' exports are known by their headers? One file each; a new one is a module and a line here."""

from adapters.known.export import Export
from adapters.systems import (
    chargebee,
    chartmogul,
    delighted,
    dynamics,
    google_forms,
    hubspot,
    pipedrive,
    qualtrics,
    recurly,
    salesforce,
    stripe,
    surveymonkey,
    zoho,
    zuora,
)

EXPORTS: tuple[Export, ...] = (
    *salesforce.EXPORTS,
    *hubspot.EXPORTS,
    *pipedrive.EXPORTS,
    *zoho.EXPORTS,
    *dynamics.EXPORTS,
    *stripe.EXPORTS,
    *zuora.EXPORTS,
    *recurly.EXPORTS,
    *chartmogul.EXPORTS,
    *chargebee.EXPORTS,
    *qualtrics.EXPORTS,
    *delighted.EXPORTS,
    *surveymonkey.EXPORTS,
    *google_forms.EXPORTS,
)
"""All known exports; where two are told by as many headers, the first is meant."""
