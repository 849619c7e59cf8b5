"""Qualtrics: responses with a column for each question, and tables with a row for each answer."""

from adapters.known.export import IN_UTC, Export, Fills
from adapters.mapping.sources import Lookup
from adapters.mapping.terms import EMPTY, Requirement
from adapters.systems.questions import NO_ACCOUNT, ONE_QUESTION, RECOMMEND, SCALES, account_of, answers

_NO_TEST = Requirement(**{"not": ["1", "2", "8", "9", "Survey Preview", "Survey Test", "Spam", "Preview Spam"]})
"""How a response came: previews, tests and spam are nobody's answer."""

_ANSWER = Requirement(starts_with="R_")
"""A response, not one of the two further header rows, which a file that was tidied up has no more."""

RESPONSES = Export(
    name="qualtrics.responses",
    what="Qualtrics responses",
    tells=("StartDate", "EndDate", "RecordedDate", "ResponseId", "Finished"),
    settings={"repeated": True},
    fills=answers(
        {
            "account_id": account_of("ExternalReference", "ExternalDataReference", "RecipientEmail"),
            "respondent": ("RecipientEmail", "ResponseId"),
            "answered_on": "RecordedDate",
        },
        recommend=(r"~^(.+)_NPS_GROUP$", *RECOMMEND),
        where={"ResponseId": _ANSWER, "Finished": True, "Status": _NO_TEST},
    ),
    lacks=(ONE_QUESTION, SCALES, *NO_ACCOUNT, "questions are told by their export tags; name them NPS and CSAT"),
)

_OF_RESPONSE = Lookup(
    file="@qualtrics.api_responses",
    on={"response_id": "id"},
    take={
        "its survey": "survey_id",
        "its day": "recorded_date",
        "its end": "finished",
        "its way": "status",
        "its mail": "recipient_email",
    },
)
_OF_QUESTION = Lookup(
    file="@qualtrics.api_questions",
    on={"question_id": "id", "its survey": "survey_id"},
    take={"its selector": "selector"},
    may_miss=True,
)
_OF_FIELD = Lookup(
    file="@qualtrics.api_embedded_data",
    on={"response_id": "response_id"},
    take={"its account": "value"},
    where={
        "key": Requirement(like=r"(?i)^(?:account|company|customer|organi[sz]ation|client)[\W_]?(?:id|number|key)$")
    },
    may_miss=True,
)


def _long(kind: str, scale: str, **where: Requirement) -> Fills:
    return Fills(
        "answers",
        {
            "account_id": account_of("its account", "its mail"),
            "respondent": ("its mail", "response_id"),
            "answered_on": "its day",
            "score": "value",
        },
        required=("answered_on", "account_id", "its selector" if kind == "nps" else "question"),
        constants={"kind": kind, "scale": scale},
        where={"its end": True, "its way": _NO_TEST, **where},
        lookups=(_OF_RESPONSE, _OF_QUESTION, _OF_FIELD),
    )


ANSWERS = Export(
    name="qualtrics.api_answers",
    what="Qualtrics answers",
    tells=("response_id", "question_id", "value", "sub_question_key", "question_option_key"),
    settings=IN_UTC,
    fills=(
        _long("nps", "0-10", **{"its selector": Requirement(like="^NPS$")}),
        _long(
            "csat",
            "1-5",
            **{
                "question": Requirement(like=r"(?i)\bsatisf|\bcsat\b"),
                "its selector": Requirement(**{"not": "NPS"}),
                "sub_question_key": EMPTY,
                "value": Requirement(like="^[0-9]+$"),
            },
        ),
    ),
    lacks=(SCALES, *NO_ACCOUNT),
)

_LOOKED_UP = {
    "api_responses": ("responses", ("id", "survey_id", "recorded_date", "finished", "distribution_channel")),
    "api_questions": ("questions", ("id", "survey_id", "question_text", "question_type", "selector")),
    "api_embedded_data": ("embedded data", ("import_id", "key", "response_id", "value")),
    "api_question_options": ("options of questions", ("key", "question_id", "recode_value", "text")),
    "api_sub_questions": ("parts of questions", ("key", "question_id", "choice_data_export_tag", "text")),
    "api_surveys": ("surveys", ("id", "survey_name", "survey_status", "owner_id")),
    "api_survey_versions": ("versions of surveys", ("id", "survey_id", "version_number", "was_published")),
    "api_blocks": ("blocks", ("id", "survey_id", "block_visibility", "randomize_questions")),
    "api_block_questions": ("questions of blocks", ("block_id", "question_id", "survey_id")),
    "api_distributions": ("distributions", ("id", "request_type", "send_date", "survey_link_survey_id")),
    "api_directories": ("directories", ("id", "deduplication_criteria_email", "is_default", "name")),
    "api_directory_lists": ("mailing lists of directories", ("id", "directory_id", "creation_date", "owner_id")),
    "api_mailing_lists": ("mailing lists", ("id", "library_id", "category", "folder")),
}
"""Tables that are looked up in, or known and not needed."""

EXPORTS = (
    RESPONSES,
    ANSWERS,
    *(Export(f"qualtrics.{name}", f"Qualtrics {what}", tells) for name, (what, tells) in _LOOKED_UP.items()),
)
