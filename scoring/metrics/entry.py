"""How completely are accounts entered? Poor entry makes poor scores."""

import polars as pl

from scoring.metrics.metric import PAYING, PAYING_AT_END, Base, Better, Metric, Parts, Unit

_PAYS = pl.col("closing") > 0
_OWNED, _CONTACTED = pl.col("is_owned"), pl.col("is_contacted")
_HAS_LADDER = pl.col("top_tier") >= 0

WITH_LADDER = Base("paying_with_ladder", _PAYS & _HAS_LADDER, PAYING_AT_END.words)
WITH_ACTIVITIES = Base("paying_with_activities", _PAYS & _CONTACTED.is_not_null(), PAYING_AT_END.words)


def _filled(attribute: str) -> pl.Expr:
    text = pl.col(attribute).cast(pl.String).str.strip_chars()
    return (text.is_not_null() & (text != "")).fill_null(value=False)


_OWNER = _OWNED.fill_null(value=False)
_SEGMENT, _INDUSTRY = _filled("segment"), _filled("industry")
_PLAN = pl.col("tier_after").is_not_null() & _HAS_LADDER
_CONTACT = _CONTACTED.fill_null(value=False)
_ENTERED = pl.sum_horizontal(fact.cast(pl.Int64) for fact in (_OWNER, _SEGMENT, _INDUSTRY, _PLAN, _CONTACT))
_ASKED = 3 + pl.sum_horizontal(fact.cast(pl.Int64) for fact in (_HAS_LADDER, _CONTACTED.is_not_null()))
_SOURCE = "Data quality practice: completeness of the fields that scores rest on"


def _share(name: str, label: str, fact: pl.Expr, base: Base, undefined: str, definition: str) -> Metric:
    return Metric(
        name=name, label=label, unit=Unit.RATIO, better=Better.HIGHER, most=1.0, base=base, undefined=undefined,
        parts=Parts(pl.when(fact).then(PAYING).otherwise(PAYING * 0), PAYING),
        definition=definition, source=_SOURCE,
    )  # fmt: skip


COMPLETENESS = Metric(
    name="completeness",
    label="Completeness of entry",
    unit=Unit.RATIO,
    better=Better.HIGHER,
    most=1.0,
    base=PAYING_AT_END,
    parts=Parts(_ENTERED * PAYING, _ASKED * PAYING),
    definition="Share of what should be known of the accounts paying at the end that is: owner, segment, industry, "
    "plan, and a contact lately. Without a ladder the plan is not asked for, without activities the contact is not.",
    undefined="no_closing",
    source=_SOURCE,
)
OWNED_SHARE = _share(
    "owned_share", "With an owner", _OWNER, PAYING_AT_END, "no_closing",
    "Share of the accounts paying at the end that somebody holds on the last day.",
)  # fmt: skip
SEGMENT_SHARE = _share(
    "segment_share", "With a segment", _SEGMENT, PAYING_AT_END, "no_closing",
    "Share of the accounts paying at the end whose segment is entered.",
)  # fmt: skip
INDUSTRY_SHARE = _share(
    "industry_share", "With an industry", _INDUSTRY, PAYING_AT_END, "no_closing",
    "Share of the accounts paying at the end whose industry is entered.",
)  # fmt: skip
PLAN_SHARE = _share(
    "plan_share", "With a known plan", _PLAN, WITH_LADDER, "no_ladder",
    "Share of the accounts paying at the end whose plan stands on a tier of the ladder.",
)  # fmt: skip
CONTACTED_SHARE = _share(
    "contacted_share", "In contact lately", _CONTACT, WITH_ACTIVITIES, "no_activities",
    "Share of the accounts paying at the end with an activity that is a contact in the last 90 days (or those that "
    "the rules name).",
)  # fmt: skip

THEME = (COMPLETENESS, OWNED_SHARE, SEGMENT_SHARE, INDUSTRY_SHARE, PLAN_SHARE, CONTACTED_SHARE)
