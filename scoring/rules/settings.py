"""Which settings does a rulebook have besides its rules? Calendar, ownership, credit, ladder, policies."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scoring.document import Flaw, did_you_mean, flawed
from scoring.rules.kinds import Month, Part, Ratio, Settings, Text, TimeZone, named_twice
from scoring.tables import UNNAMED

At = Literal["at_open", "at_event", "at_close", "time_weighted"]
GrowthPart = Literal["tier", "seats", "list_price", "discount_given", "discount_expired", "add_on"]
LifetimeModel = Literal["auto", "sbg", "bdw", "exponential_gamma", "nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb"]
Missing = Literal["exclude_reweight", "neutral", "zero", "withhold"]


LARGE = 200
"""Accounts that a kind needs for parameters of lifetime value of its own."""


class Calendar(Settings):
    """When the company's year starts, and how long a scored period is."""

    fiscal_year_starts: Month = Field(
        1,
        description="First month of the fiscal year, as a name or 1 to 12. Where later rules name another, the days of "
        "two periods may have one name; once one of them is sealed, the other cannot be scored.",
    )
    period: Literal["quarter", "month", "year"] = Field("quarter", description="Length of a scored period.")
    time_zone: TimeZone = Field(
        "UTC",
        description="Business time zone in which a day begins and ends; date-times are "
        "taken to it, unless sources.yaml declares another.",
    )


class Ownership(Settings):
    """How it is decided who an account belongs to."""

    policy: Literal["history", "current", "seller", "last_seller", "main_seller", "territory"] = Field(
        "history",
        description="history: dated rows of the ownership table; current: today's owner, hand-overs unseen; "
        "seller: whoever sold the line; last_seller, main_seller: whoever sold last, or most, before the "
        "window opens; territory: an attribute of the account names the manager.",
    )
    attribute: Text | None = Field(None, description="territory only: the account's attribute, such as region.")
    managers: dict[str, Text] = Field({}, description="territory only: value of it to manager_id.")

    @model_validator(mode="after")
    def _territory_is_complete(self) -> Self:
        flaws = []
        if self.policy == "territory" and self.attribute is None:
            flaws.append(Flaw(("attribute",), "policy territory needs {key}", "add it, such as region"))
        if self.policy == "territory" and not self.managers:
            what, remedy = "policy territory needs {key}", "add a line for each value, as `North: M01`"
            flaws.append(Flaw(("managers",), what, remedy))
        if flaws:
            raise flawed(flaws)
        return self


class Credit(Settings):
    """Whose figure it is when an account changed hands within the window."""

    outcome: At = Field(
        "at_event",
        description="Rates and other outcomes: the owner at the start, on the day it happened, at the end, "
        "or all of them by their days.",
    )
    new: At = Field("at_event", description="New revenue.")
    reactivation: At = Field("at_event", description="Revenue of accounts that came back.")
    expansion: At = Field("at_event", description="Growth of paying accounts.")
    contraction: At = Field("at_event", description="Shrinkage of accounts that stay.")
    churn: At = Field("at_event", description="Revenue of accounts that left.")
    renewal: At = Field(
        "at_event", description="Renewals; at_event: the owner on the last day before the contract was due."
    )
    lifetime_value: At = Field("time_weighted", description="The change of lifetime value over the retention window.")
    growth_parts: tuple[GrowthPart, ...] = Field(
        ("tier", "seats", "list_price", "discount_given", "add_on"),
        description="Which parts of a customer's growth credited_growth counts.",
    )


class Ladder(Settings):
    """The up-sell ladder: its tiers, and which product stands on which."""

    tiers: tuple[Text, ...] = Field((), description="Tiers, the lowest first; none, or two and more.")
    products: dict[str, str] = Field(
        {}, description="Product to tier, for lines that name no tier themselves; others are unmapped."
    )
    account_tier: Literal["highest", "largest"] = Field(
        "highest",
        description="An account with several tiers is on the highest, or on that of most revenue (of two, the higher).",
    )

    @model_validator(mode="after")
    def _products_stand_on_tiers(self) -> Self:
        flaws = named_twice("tiers", self.tiers)
        if UNNAMED in self.tiers:
            what = "{key} is the word under which accounts without a tier are counted"
            flaws.append(Flaw(("tiers", self.tiers.index(UNNAMED)), what, "name the tier otherwise"))
        if len(self.tiers) == 1:
            flaws.append(Flaw(("tiers",), "{key} needs two tiers or more", "add one, the lowest first"))
        for product, tier in self.products.items():
            if tier not in self.tiers:
                remedy = did_you_mean(tier, self.tiers, "name it among the tiers")
                flaws.append(Flaw(("products", product), "{key} stands on no known tier", remedy))
        if flaws:
            raise flawed(flaws)
        return self


class Lifetime(Settings):
    """What customer lifetime value assumes."""

    model: LifetimeModel = Field(
        "auto",
        description="How accounts are expected to stay or come back; auto chooses by what is observed, then by "
        "likelihood, and says why. A model of the wrong kind is refused, unless `force` is set.",
    )
    force: bool = Field(False, description="Use `model` even where it is not made for what is observed.")
    fit_by: Text | None = Field(
        None,
        description="Attribute of accounts, such as segment, whose values of 200 accounts and more get parameters of "
        "their own; left out: one set for the company. Never one for a manager's book.",
    )
    margin: Part = Field(0.8, description="Gross margin of revenue.")
    discount: Annotated[Ratio, Field(ge=0, lt=1)] = Field(
        0.10, description="What money a year later is worth less, a year."
    )
    horizon_months: int = Field(60, ge=1, le=600, description="No account is valued for longer than this.")
    orders_beside: bool = Field(
        False,
        description="contracts only: add what accounts order beside their contracts, from the invoices of kind order, "
        "deal and usage; leave it off where invoices bill the contracts.",
    )
    recalibrate: bool = Field(
        False, description="Move the level by what past forecasts missed, shrunk; the factor is reported."
    )
    churn_prior_mean: Annotated[Ratio, Field(gt=0, lt=1)] = Field(
        0.02, description="Monthly churn expected before anything is seen."
    )
    churn_prior_strength: float = Field(
        50, gt=0, le=1e6, description="How many account-months that expectation weighs."
    )


class Publish(Settings):
    """What cards and the league page may claim."""

    min_z: Part = Field(
        0.30, description="Share of a manager's difference that must be believed (Z) for a score to be published."
    )
    label_probability: Annotated[Ratio, Field(ge=0.5, le=1)] = Field(
        0.90, description="How probable it must be that a manager is above, or below, the peers to be called so."
    )
    rank: Literal["none", "interval"] = Field(
        "none",
        description="interval: also between which ranks somebody probably is, by methods that weigh evidence; a bare "
        "rank is never shown.",
    )
    peers: tuple[Text, ...] = Field(
        (),
        description="Columns of managers, such as team, that name peer groups, from narrow to wide; the company "
        "comes last of itself.",
    )
    least_peers: int = Field(
        5,
        ge=2,
        le=1000,
        description="Managers a peer group must have; a smaller one gives way to the next wider. Of two, each can tell "
        "the other's score by their own.",
    )
    peer_mean: Literal["own", "drawn"] = Field(
        "own",
        description="own: a peer group's average is that of its members; drawn: it is drawn to that of all groups, as "
        "far as groups do not differ beyond chance, so that a small group's luck is nobody's yardstick.",
    )
    chance: Annotated[Ratio, Field(gt=0, lt=1)] = Field(
        0.10,
        description="methods target_bands and oe only: share of the managers named above or below their peers that may "
        "be so by luck.",
    )

    @model_validator(mode="after")
    def _peer_groups_differ(self) -> Self:
        if flaws := named_twice("peers", self.peers):
            raise flawed(flaws)
        return self


class Label(Settings):
    """The words for a range of scores."""

    from_: float = Field(alias="from", ge=0, le=100, description="Lowest score that has the label.")
    label: Text = Field(description="The words on the card.")
