"""What do customers say? Surveys, with how many were asked, and how far few answers can be trusted."""

import polars as pl

from scoring.metrics.metric import PAYING, PAYING_AT_END, Base, Better, Metric, Parts, Unit
from scoring.money import ratio

LEAST_ANSWERS = 10
"""From fewer answers there is no net promoter score at all."""

_ANSWERS, _ASKED = pl.col("nps_answers"), pl.col("nps_asked")
_RATED, _OF_FIVE = pl.col("csat_answers"), pl.col("csat_of_five")
_Z = pl.col("interval_z").first()


def _added(count: pl.Expr) -> pl.Expr:
    """The count of all, to the nearest whole where accounts are shared."""
    return count.sum().cast(pl.Float64).round()


ASKED = Base("asked", _ASKED > 0, "customers asked whether they would recommend", _added(_ASKED))
ANSWERED = Base(
    "answered", _ANSWERS > 0, "answers to whether they would recommend, one of a respondent", _added(_ANSWERS),
    LEAST_ANSWERS,
)  # fmt: skip
ANSWERING = Base("answering", _ANSWERS > 0, "accounts with an answer to whether they would recommend")
RATED = Base("rated", _RATED > 0, "answers to how satisfied they are", _added(_RATED))
OF_FIVE = Base("rated_of_five", _OF_FIVE > 0, "answers of 1 to 5 to how satisfied they are", _added(_OF_FIVE))
COULD_BE_ASKED = Base(
    "could_be_asked", (pl.col("closing") > 0) & pl.col("is_asked").is_not_null(), PAYING_AT_END.words
)  # fmt: skip

_PROMOTERS = ratio(pl.col("nps_promoters").sum(), _ANSWERS.sum())
_DETRACTORS = ratio(pl.col("nps_detractors").sum(), _ANSWERS.sum())
_NPS = 100 * (_PROMOTERS - _DETRACTORS)
_SPREAD = _PROMOTERS + _DETRACTORS - (_PROMOTERS - _DETRACTORS).pow(2)
_NPS_REACH = 100 * _Z * ratio(_SPREAD, _ANSWERS.sum()).sqrt()

_N, _P = _RATED.sum().cast(pl.Float64), ratio(pl.col("csat_satisfied").sum(), _RATED.sum())
_CENTRE = ratio(_P + ratio(_Z * _Z, 2 * _N), 1 + ratio(_Z * _Z, _N))
_CSAT_REACH = ratio(
    _Z * (ratio(_P * (1 - _P), _N) + ratio(_Z * _Z, 4 * _N * _N)).sqrt(), 1 + ratio(_Z * _Z, _N)
)  # fmt: skip

_NPS_SOURCE = "Reichheld 2003, The one number you need to grow: net promoter score"
_CSAT_SOURCE = "Survey practice: top two boxes of five"

NPS = Metric(
    name="nps",
    label="Net promoter score",
    unit=Unit.POINTS,
    better=Better.HIGHER,
    most=100.0,
    base=ANSWERED,
    parts=Parts((pl.col("nps_promoters") - pl.col("nps_detractors")) * 100, _ANSWERS),
    definition="Share of answers of 9 and 10 less the share of 0 to 6, times 100. Only whole answers of 0 to 10 count, "
    "the latest of each respondent in the window. Under 10 answers it is not said, and from 10 to 29 it is low in "
    "certainty: rules score it from 30, unless they say otherwise. The range is the normal one of its standard error.",
    undefined="no_answers",
    source=_NPS_SOURCE,
    low=(_NPS - _NPS_REACH).clip(-100.0, 100.0),
    high=(_NPS + _NPS_REACH).clip(-100.0, 100.0),
    looks_ahead=True,
)
NPS_BY_ACCOUNT = Metric(
    name="nps_by_account",
    label="Net promoter score, each account once",
    unit=Unit.POINTS,
    better=Better.HIGHER,
    most=100.0,
    base=ANSWERING,
    figure=(100 * ratio(pl.col("nps_promoters") - pl.col("nps_detractors"), _ANSWERS)).mean(),
    definition="Mean of the accounts' own net promoter scores, so that an account with forty answers weighs as much "
    "as one with a single one.",
    undefined="no_answers",
    source=_NPS_SOURCE,
)
RESPONSE_RATE = Metric(
    name="response_rate",
    label="Response rate",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=ASKED,
    parts=Parts(_ANSWERS, _ASKED),
    definition="Share of the respondents asked whether they would recommend that answered; who was asked twice in the "
    "window counts once.",
    undefined="nobody_asked",
    source="Survey practice: answers per question",
)
ASKED_SHARE = Metric(
    name="asked_share",
    label="Share of the book asked",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=COULD_BE_ASKED,
    parts=Parts(pl.when(pl.col("is_asked")).then(PAYING).otherwise(PAYING * 0), PAYING),
    definition="Share of the accounts paying at the end in which somebody was asked whether they would recommend, "
    "whoever held them then.",
    undefined="no_surveys",
    source="Survey practice: coverage of the customers",
)
CSAT = Metric(
    name="csat",
    label="Customer satisfaction",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=RATED,
    parts=Parts(pl.col("csat_satisfied"), _RATED),
    definition="Share of answers in the top two boxes of a 5-point scale, 4 and 5; of other scales the answers that "
    "the rules declare as satisfied. Every answer counts. The range is Wilson's.",
    undefined="no_answers",
    source=f"{_CSAT_SOURCE}; Wilson 1927 for the range",
    low=_CENTRE - _CSAT_REACH,
    high=_CENTRE + _CSAT_REACH,
    looks_ahead=True,
)
CSAT_MEAN = Metric(
    name="csat_mean",
    label="Mean satisfaction, 1 to 5",
    unit=Unit.POINTS,
    better=Better.HIGHER,
    most=5.0,
    base=OF_FIVE,
    parts=Parts(pl.col("csat_stars"), _OF_FIVE),
    definition="Mean of the answers on a 5-point scale; answers on other scales are not rescaled and do not count.",
    undefined="no_answers",
    source=_CSAT_SOURCE,
)

THEME = (NPS, NPS_BY_ACCOUNT, RESPONSE_RATE, ASKED_SHARE, CSAT, CSAT_MEAN)
