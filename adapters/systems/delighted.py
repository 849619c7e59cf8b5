"""Delighted: responses, with properties of the person as further columns."""

from adapters.known.export import Export, Fills
from adapters.mapping.sources import ColumnOf
from adapters.mapping.terms import Requirement
from adapters.systems.questions import NO_ACCOUNT, account_of

_TYPE = ("survey_type", "Survey type")
_KINDS = {"nps": "nps", "NPS": "nps", "csat": "csat", "CSAT": "csat", "Csat": "csat"}
_SCALES = {said: "0-10" if kind == "nps" else "1-5" for said, kind in _KINDS.items()}
_OTHER = ["ces", "smileys", "stars_five", "5-star", "thumbs", "enps", "pmf"]
_ASKED = Requirement(**{"not": [said for word in _OTHER for said in (word, word.upper(), word.capitalize())]})
"""Other sorts of survey, which are neither a recommendation nor a satisfaction of customers."""

_DAYS = ("created_at", "Created at", "Responded at", "Response time", "Survey responded at")

RESPONSES = Export(
    name="delighted.responses",
    what="Delighted responses",
    tells=(_TYPE, "score", "comment", ("permalink", "Response permalink", "Response URL"), _DAYS),
    fills=(
        Fills(
            "answers",
            {
                "account_id": account_of("email", "person_email", "person.email"),
                "respondent": ("email", "person_email", "person.email", "person", "person id"),
                "answered_on": tuple(ColumnOf(column=c, seconds=True) for c in _DAYS),
                "score": "score",
                "kind": tuple(ColumnOf(column=c, words=_KINDS) for c in _TYPE),
                "scale": tuple(ColumnOf(column=c, words=_SCALES) for c in _TYPE),
            },
            required=("answered_on", "score", "kind"),
            where=dict.fromkeys(_TYPE, _ASKED),
        ),
    ),
    lacks=(*NO_ACCOUNT, "people who were asked and did not answer are not in it"),
)

EXPORTS = (RESPONSES,)
