"""SurveyMonkey: all responses of a survey, with two rows of headers."""

from adapters.known.export import Export
from adapters.mapping.sources import ColumnOf, FirstOf
from adapters.mapping.terms import FILLED
from adapters.systems.questions import NO_ACCOUNT, ONE_QUESTION, SCALES, account_of, answers

_DAY = r"^(\d{1,2}/\d{1,2}/\d{4})\b"
_DAYS = ("End Date", "Date Modified", "Start Date")

RESPONSES = Export(
    name="surveymonkey.responses",
    what="SurveyMonkey responses",
    tells=("Respondent ID", "Collector ID", "Start Date"),
    settings={"repeated": True},
    fills=answers(
        {
            "account_id": account_of("Email Address"),
            "respondent": FirstOf(first=["Email Address", "Respondent ID"]),
            "answered_on": tuple(FirstOf(first=[ColumnOf(column=c, part=_DAY, dates="%m/%d/%Y"), c]) for c in _DAYS),
        },
        where={"Respondent ID": FILLED},
    ),
    lacks=(ONE_QUESTION, SCALES, *NO_ACCOUNT, "dates with strokes are read month first, as SurveyMonkey writes them"),
)

EXPORTS = (RESPONSES,)
