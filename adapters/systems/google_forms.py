"""Google Forms: answers with the questions as headers."""

from adapters.known.export import Export
from adapters.mapping.sources import ColumnOf, FirstOf
from adapters.systems.questions import NO_ACCOUNT, ONE_QUESTION, RECOMMEND, SATISFIED, SCALES, account_of, answers

_DAY = r"^(\d{4}/\d{1,2}/\d{1,2})\b"
_MAIL = r"~^(?:username|(?:your |work |business )?e-?mail(?: address)?)$"

RESPONSES = Export(
    name="google_forms.responses",
    what="Google Forms answers",
    tells=("Timestamp", (*RECOMMEND, *SATISFIED)),
    settings={"repeated": True},
    fills=answers(
        {
            "account_id": account_of(_MAIL),
            "respondent": _MAIL,
            "answered_on": FirstOf(first=[ColumnOf(column="Timestamp", part=_DAY, dates="%Y/%m/%d"), "Timestamp"]),
        },
    ),
    lacks=(ONE_QUESTION, SCALES, *NO_ACCOUNT),
)

EXPORTS = (RESPONSES,)
