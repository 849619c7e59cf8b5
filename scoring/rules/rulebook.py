"""What does `rules.yaml` say? The rulebook: frozen, complete with defaults, the only form the engine sees."""

import hashlib
import json
import re
from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from scoring.document import Flaw, flawed
from scoring.rules.asked import LEAST_N, Acquisition, Completeness, Engagement, Onboarding, Voice
from scoring.rules.comparing import (
    AccountWeights,
    Credibility,
    Expectation,
    Method,
    Quantiles,
    Responsible,
    Window,
    low_below_high,
)
from scoring.rules.digests import Digests
from scoring.rules.grades import Grade, Segments
from scoring.rules.kinds import Beside, Part, Ratio, Settings, Since, Text
from scoring.rules.policies import Policies, QuickRatio, Retention
from scoring.rules.profiles.profile import Name
from scoring.rules.settings import (
    Calendar,
    Credit,
    Label,
    Ladder,
    Lifetime,
    Missing,
    Ownership,
    Publish,
)
from scoring.rules.trusting import Trust


def _currency(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("must be a currency code of three capital letters; write it like EUR")
    return code


_LABELS = (
    Label(from_=85, label="Above target"),
    Label(from_=65, label="On target"),
    Label(from_=40, label="Below target"),
    Label(from_=0, label="Well below target"),
)


class Rule(Settings):
    """One line of the scorecard: a metric, its weight, and how its value becomes points."""

    name: Text = Field(description="What the rule is called on cards and in files; unique.")
    metric: Text = Field(description="A metric of the catalogue, such as net_revenue_retention.")
    weight: float = Field(
        ge=0, le=1000, description="Weight among the rules; any sum will do. 0 is shown and not scored."
    )
    of: Text | None = Field(
        None,
        description="target_attainment only: the metric whose target is meant; where less of it is better, less of "
        "the target is, too.",
    )
    grade: Grade | None = Field(
        None,
        description="`floor` and `target`, or `bands`. method target_bands needs it; the others do not read it.",
    )
    segments: Segments | None = Field(
        None, description="Other grades for some kinds of accounts; read as `grade` is, by method target_bands alone."
    )
    missing: Missing | None = Field(None, description="As the rulebook's `missing`, for this rule alone.")

    @property
    def given_grade(self) -> Grade:
        """The grade, for those who cannot do without. Raises ValueError where the rule has none."""
        if self.grade is None:
            raise ValueError(f"rule {self.name} has no grade")
        return self.grade


class Rulebook(Settings):
    """Everything a company decides about its scores."""

    name: Text = Field(description="What the rulebook is called on cards.")
    goal: str = Field("", max_length=500, description="What it wants to reach, in a sentence for the cards.")
    version: Text | None = Field(None, description="What this version of the rules is called, such as `2026-2`.")
    effective_from: Since | None = Field(
        None,
        description="A period such as 2026-Q3, or a day: earlier periods, and one that has begun by then, are scored "
        "by the rules that these supersede. Left out: always in force.",
    )
    supersedes: Beside | None = Field(
        None, description="The file of the rules before these, from this file's folder; needs `effective_from`."
    )
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        description="Reporting currency as ISO 4217 code, such as EUR."
    )
    profile: Name | None = Field(
        None,
        description="Definitions to start from ([profiles](profiles.md)); what is written in the rules wins over them.",
    )
    basis: Literal["contracts", "invoices"] = Field(
        "contracts", description="Where revenue is read: recurring contracts, or invoices, orders and deals."
    )
    grain: Literal["account", "parent"] = Field(
        "account", description="What a customer is: the account, or the parent that pays for it."
    )
    calendar: Calendar = Field(Calendar(), description="Fiscal year, period and time zone.")
    retention_window: Literal["12m", "period"] = Field(
        "12m", description="contracts only: retention over the 12 months to the period's end, or over it."
    )
    compare: Literal["same_period_last_year", "previous_period", "trailing_12m"] = Field(
        "same_period_last_year", description="invoices only: what the period's revenue is compared with."
    )
    ownership: Ownership = Field(Ownership(), description="Who an account belongs to.")
    credit: Credit = Field(Credit(), description="Whose figure it is when an account changed hands.")
    policies: Policies = Field(Policies(), description="How revenue and its movements are read.")
    retention: Retention = Field(Retention(), description="What the rates of retention count.")
    quick_ratio: QuickRatio = Field(QuickRatio(), description="What the quick ratio counts.")
    ladder: Ladder = Field(Ladder(), description="The up-sell ladder.")
    lifetime: Lifetime = Field(Lifetime(), description="What lifetime value assumes.")
    voice: Voice = Field(Voice(), description="Which answers to surveys count.")
    engagement: Engagement = Field(Engagement(), description="What shows that customers use what they bought.")
    onboarding: Onboarding = Field(Onboarding(), description="From when to when time to value runs.")
    acquisition: Acquisition = Field(Acquisition(), description="Which costs win customers.")
    completeness: Completeness = Field(Completeness(), description="When an account is completely entered.")
    method: Method = Field(
        "oe_credibility",
        description="How managers are compared. target_bands grades values by `floor` and `target`, whatever the "
        "book; the others compare with what accounts like these did in anybody's hands: oe is what happened less "
        "what was expected, oe_credibility believes it as far as the evidence goes, joint does so for accounts "
        "that many share; raw, weighted and peer_percentile are plain ratios, means and ranks, for comparison.",
    )
    window: Window = Field(Window(), description="Which quarters count, and how much.")
    responsibility: Responsible = Field(Responsible(), description="Whose outcome it is when an account changes hands.")
    expectation: Expectation = Field(Expectation(), description="What is expected of accounts of a kind.")
    weights: AccountWeights = Field(AccountWeights(), description="How much one account may count.")
    winsor: dict[str, Quantiles] = Field(
        {},
        description="Metric to the two quantiles of its accounts, such as [1%, 99%], to which outliers are drawn; "
        "left out: the upper 1 % for net revenue retention; none for gross revenue retention, logo retention and "
        "tier_up_rate, which have limits of their own; 1 % at both ends for growth and all others.",
    )
    credibility: Credibility = Field(Credibility(), description="How far differences are believed.")
    rules: tuple[Rule, ...] = Field(min_length=1, description="The lines of the scorecard.")
    missing: Missing = Field(
        "exclude_reweight",
        description="A rule without a value, by method target_bands: leave it out and reweight, count it as 50 or as 0 "
        "points (neutral, zero), or give no score (withhold). By the other methods it counts as the average of the "
        "peers, 50, or there is no score (withhold).",
    )
    min_coverage: Part = Field(0.6, description="Share of the weight that must have a value for a score.")
    min_n: dict[str, Annotated[int, Field(ge=1)]] = Field(
        {},
        validate_default=True,
        description="Metric to the number of accounts, for surveys of answers, below which it is not scored; nps "
        "and csat need 30 unless set otherwise.",
    )
    breakdowns: tuple[Text, ...] = Field(
        ("segment", "region", "tier"),
        description="Attributes of accounts by which every metric is measured as well; tier is the one at the end.",
    )
    interval: Annotated[Ratio, Field(ge=0.5, lt=1)] = Field(
        0.90, description="How often the likely range printed beside a score should hold the true one."
    )
    grades: tuple[Label, ...] = Field(
        _LABELS, min_length=1, description="method target_bands only: words for scores; the lowest from 0."
    )
    publish: Publish = Field(Publish(), description="How sure must be what is published, and among whom.")
    trust: Trust = Field(Trust(), description="When data are not to be trusted, and what becomes of scores then.")
    digests: Digests = Field(
        Digests(), exclude=True, description="Who is told when what changed; decides nothing about scores."
    )

    @field_validator("min_n")
    @classmethod
    def _surveys_need_answers(cls, least: dict[str, int]) -> dict[str, int]:
        """The numbers given, and those of surveys where none are."""
        return LEAST_N | least

    @field_validator("winsor")
    @classmethod
    def _quantiles_leave_room(cls, winsor: dict[str, Quantiles]) -> dict[str, Quantiles]:
        return low_below_high(winsor)

    @field_validator("rules")
    @classmethod
    def _rules_differ_and_weigh(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        seen = Counter[str]()
        flaws = []
        for n, rule in enumerate(rules):
            seen[rule.name.casefold()] += 1
            if seen[rule.name.casefold()] > 1:
                flaws.append(Flaw((n, "name"), "{key} is taken by another rule", "give each its own name"))
        if not any(rule.weight for rule in rules):
            flaws.append(Flaw((0, "weight"), "the weights of all rules are 0", "give one of them a weight"))
        if flaws:
            raise flawed(flaws)
        return rules

    @field_validator("grades")
    @classmethod
    def _grades_cover_all_scores(cls, grades: tuple[Label, ...]) -> tuple[Label, ...]:
        """The labels, highest first."""
        starts = [g.from_ for g in grades]
        flaws = [
            Flaw((n, "from"), "{key} is the beginning of another grade", "move one of them")
            for n, start in enumerate(starts)
            if start in starts[:n]
        ]
        if min(starts) > 0:
            lowest = starts.index(min(starts))
            flaws.append(Flaw((lowest, "from"), "the lowest grade must be from 0", "write 0"))
        if flaws:
            raise flawed(flaws)
        return tuple(sorted(grades, key=lambda g: -g.from_))

    @model_validator(mode="after")
    def _knows_from_when_it_supersedes(self) -> Self:
        if self.supersedes is not None and self.effective_from is None:
            what, remedy = "{key} is needed with supersedes", "say from when on these rules are in force, as 2026-Q3"
            raise flawed([Flaw(("effective_from",), what, remedy)])
        return self

    @model_validator(mode="after")
    def _targets_are_given(self) -> Self:
        """Target bands need a grade for every account: segments leave some kinds out."""
        flaws = []
        for n, rule in enumerate(self.rules):
            if self.method == "target_bands" and rule.grade is None:
                whose = "" if rule.segments is None else " for the kinds that segments leaves out"
                remedy = f"add one{whose}, such as {{floor: 80%, target: 100%}}, or use another method"
                flaws.append(Flaw(("rules", n, "grade"), "{key} is needed by method target_bands", remedy))
        if flaws:
            raise flawed(flaws)
        return self

    def label(self, score: float) -> str:
        """The words for a score of 0 to 100."""
        return next(g.label for g in self.grades if g.from_ <= score or g is self.grades[-1])


def fingerprint(rulebook: Rulebook) -> str:
    """The sha256 of what the rulebook means, 64 hex digits: comments, order of settings and defaults left
    out or written make no difference."""
    meaning = rulebook.model_dump(mode="json", by_alias=True)
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def rules_hash(rulebook: Rulebook) -> str:
    """The first 12 hex digits of the fingerprint, as cards show it."""
    return fingerprint(rulebook)[:12]
