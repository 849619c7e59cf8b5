"""How is the made company put together? Account by account, then what is known of the whole."""

import polars as pl

from scoring.demo import billing, systems
from scoring.demo.accounts import accounts
from scoring.demo.contracts import contracts, trials
from scoring.demo.costs import costs
from scoring.demo.faults import ANSWERS, INVOICES, SUBSCRIPTIONS
from scoring.demo.invoices import invoices, served
from scoring.demo.owners import history, owners
from scoring.demo.people import Person
from scoring.demo.surveys import ratings, recommendations
from scoring.demo.targets import books, targets
from scoring.demo.use import beginnings, talks, usage
from scoring.demo.world import World

ACCOUNTS = "exports/crm/Account.csv"
USERS = "exports/crm/User.csv"
OWNERS = "exports/crm/AccountOwnerHistory.csv"
RATES = "exports/billing/exchange_rates.csv"
RATINGS = "exports/surveys/csat.csv"
TARGETS = "exports/hr/targets.csv"
USAGE = "exports/product/usage.csv"
TALKS = "exports/crm/Activity.csv"
BEGINNINGS = "exports/crm/Onboarding.csv"
COSTS = "exports/finance/costs.csv"
TRUTH = "truth.csv"
FILES = (
    ACCOUNTS, USERS, OWNERS, TALKS, BEGINNINGS, SUBSCRIPTIONS, INVOICES, RATES, ANSWERS, RATINGS, USAGE, COSTS, TARGETS,
)  # fmt: skip
"""What every made company consists of, relative to its folder; the truth only when asked for."""


def block(world: World, staff: tuple[Person, ...], low: int, high: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """What the systems hold about accounts `low` up to `high`, by file, and their part of the books."""
    customers = accounts(world, low, high)
    owned = owners(customers, world)
    lines = contracts(customers, owned, staff, world)
    buyers = served(customers, lines, world)
    tables = {
        ACCOUNTS: systems.account_rows(customers, owned),
        OWNERS: systems.owner_rows(history(owned, world)),
        SUBSCRIPTIONS: billing.subscription_rows(lines, trials(lines, world)),
        INVOICES: billing.invoice_rows(invoices(buyers, world)),
        ANSWERS: systems.recommendation_rows(recommendations(buyers, owned, staff, world)),
        RATINGS: systems.rating_rows(ratings(buyers, world)),
        USAGE: systems.usage_rows(usage(buyers, world)),
        TALKS: systems.talk_rows(talks(buyers, world)),
        BEGINNINGS: systems.beginning_rows(beginnings(buyers, world)),
    }
    return tables, books(lines, world)


def whole(
    world: World, staff: tuple[Person, ...], parts: list[pl.DataFrame], *, truth: bool
) -> dict[str, pl.DataFrame]:
    """What the systems hold about people and currencies, by file. `parts` are the books of the blocks."""
    tables = {
        USERS: systems.user_rows(staff),
        RATES: billing.rate_rows(world),
        COSTS: systems.cost_rows(costs(world)),
        TARGETS: systems.target_rows(targets(pl.concat(parts), staff)),
    }
    if truth:
        tables[TRUTH] = systems.truth_rows(staff, world.managers)
    return tables
