"""What did customers say when they were asked? Answers to surveys of a window, counted, never rescaled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from scoring.days import Span
from scoring.facts.dated import Dated
from scoring.facts.entry import marked
from scoring.money import MONEY

NPS, CSAT = "0-10", "1-5"
"""The scales that are known without being declared."""

NPS_COUNTS = ("nps_asked", "nps_answers", "nps_promoters", "nps_detractors")
CSAT_COUNTS = ("csat_answers", "csat_satisfied", "csat_of_five", "csat_stars")
COUNTS = (*NPS_COUNTS, *CSAT_COUNTS)
SCHEMA = {"is_asked": pl.Boolean()}
"""What is known of an account: whether anybody there was asked to recommend."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Which answers count, and on which day they are credited.

    `exclude` as the rulebook writes it; `csat_scales` maps a scale to the answers that are satisfied.
    """

    exclude: Sequence[str] = ()
    csat_scales: Mapping[str, Sequence[int]] = field(default_factory=dict)
    when_answered: bool = False


def voice(answers: pl.LazyFrame, span: Span, survey: Survey) -> Dated:
    """The surveys of the span, as `COUNTS`.

    nps: one row per account and respondent who was asked, with the latest answer; a row without a respondent is
    one of its own. csat: every answer; `csat_of_five` and `csat_stars` are the answers of 1-5 and their sum.
    """
    counted = _counted(answers, span, survey)
    rows = pl.concat([_recommending(counted), _satisfied(counted, survey)], how="diagonal")
    return Dated(rows.with_columns(pl.col(COUNTS).fill_null(0).cast(MONEY)), COUNTS)


def asked(accounts: pl.LazyFrame, answers: pl.LazyFrame, span: Span, survey: Survey) -> pl.LazyFrame:
    """Whether each account was asked to recommend, whoever held it: account_id, `is_asked`."""
    return marked(accounts, _counted(answers, span, survey).filter(pl.col("kind") == "nps"), "is_asked")


def _counted(answers: pl.LazyFrame, span: Span, survey: Survey) -> pl.LazyFrame:
    """The rows of the span that count, with `on`, `who` and a known `scale`, the earliest first."""
    score, scale = pl.col("score"), pl.col("scale")
    usual = pl.when(pl.col("kind") == "nps").then(pl.lit(NPS)).otherwise(pl.lit(CSAT))
    day = pl.col("answered_on") if survey.when_answered else pl.coalesce("asked_on", "answered_on")
    alone = pl.format("\0{}:{}", "origin_file", "origin_row")
    scaled = answers.filter(span.holds(pl.col("answered_on")), ~_excluded(survey.exclude)).with_columns(
        scale.fill_null(usual).alias("scale"),
        day.alias("on"),
        pl.coalesce(pl.col("respondent").str.strip_chars().str.to_lowercase(), alone).alias("who"),
    )
    edges = scaled.with_columns(
        scale.str.extract(r"^(\d{1,3})-").cast(pl.Int64).alias("low"),
        scale.str.extract(r"-(\d{1,3})$").cast(pl.Int64).alias("high"),
    )
    known = pl.when(pl.col("kind") == "nps").then(scale == NPS).otherwise(scale.is_in([CSAT, *survey.csat_scales]))
    whole = (score == score.floor()) & (score >= pl.col("low")) & (score <= pl.col("high"))
    return edges.filter(known, score.is_null() | whole).sort(
        "answered_on", "recorded_at", "origin_file", "origin_row", nulls_last=False
    )


def _excluded(exclude: Sequence[str]) -> pl.Expr:
    """Whether the respondent is one of ours, or a test."""
    who, found = pl.col("respondent").str.to_lowercase(), pl.lit(value=False)
    for text in exclude:
        if text.startswith("@"):
            found |= who.str.ends_with(text.lower())
        else:
            found |= who.str.contains(rf"(?:^|[^\p{{L}}\p{{N}}]){pl.escape_regex(text.lower())}(?:$|[^\p{{L}}\p{{N}}])")
    return found.fill_null(value=False)


def _recommending(counted: pl.LazyFrame) -> pl.LazyFrame:
    """One row per account and respondent asked to recommend: the latest answer, or the latest question."""
    has_answer, score = pl.col("score").is_not_null(), pl.col("score")
    latest = (
        counted.filter(pl.col("kind") == "nps")
        .group_by("account_id", "who", maintain_order=True)
        .agg(
            pl.coalesce(pl.col("on").filter(has_answer).last(), pl.col("on").last()).alias("on"),
            score.filter(has_answer).last(),
        )
    )
    counts = (pl.lit(1), score.is_not_null(), score >= 9, score <= 6)
    return latest.select(
        "account_id", "on", *(n.cast(pl.Int64).alias(name) for n, name in zip(counts, NPS_COUNTS, strict=True))
    )


def _satisfied(counted: pl.LazyFrame, survey: Survey) -> pl.LazyFrame:
    """Every answer of how satisfied they are."""
    scale, score = pl.col("scale"), pl.col("score")
    top = (scale == CSAT) & (score >= 4)
    for declared, boxes in survey.csat_scales.items():
        fits = (scale == declared) & score.cast(pl.Int64).is_in(list(boxes))
        top = (top & (scale != declared)) | fits
    of_five = scale == CSAT
    counts = (pl.lit(1), top, of_five, pl.when(of_five).then(score).otherwise(0))
    answered = counted.filter(pl.col("kind") == "csat", score.is_not_null())
    return answered.select(
        "account_id", "on", *(n.cast(pl.Int64).alias(name) for n, name in zip(counts, CSAT_COUNTS, strict=True))
    )
