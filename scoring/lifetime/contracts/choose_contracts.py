"""Which model do the renewals ask for? The simpler one, unless the data reject it."""

from dataclasses import dataclass

from scoring.lifetime.contracts import bdw, sbg
from scoring.lifetime.contracts.life_table import Prior
from scoring.lifetime.contracts.renewals import Renewals
from scoring.lifetime.fit import Fit


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The model chosen, all that were tried with their likelihoods, and why."""

    fit: Fit
    candidates: tuple[Fit, ...]
    reason: str


def choose(renewals: Renewals, *, prior: Prior | None = None) -> Choice:
    """The shifted beta-geometric, unless twice the gain in log-likelihood of one parameter more is above 3.84.

    With fewer than 50 losses, or nobody who renewed, it is the shifted beta-geometric with a weak prior.
    """
    table = renewals.life_table()
    plain = sbg.of_table(table, renewals.accounts, prior=prior)
    if sbg.needs_prior(table):
        losses = "1 loss" if table.losses == 1 else f"{table.losses:,.0f} losses"
        reason = f"With {losses} seen, the simplest model is used, steadied by a weak prior."
        return Choice(plain, (plain,), reason)
    with_time = bdw.of_table(table, renewals.accounts)
    gain = bdw.ratio(plain, with_time)
    tried = (plain, with_time, bdw.alike_of_table(table, renewals.accounts))
    if gain <= bdw.REJECTED:
        return Choice(plain, tried, f"Loyalty that changes with time explains no more (gain {gain:.2f}, asked 3.84).")
    way = "fall" if with_time["c"] < 1 else "rise"
    reason = f"Each account's chances to leave {way} from renewal to renewal (gain {gain:.2f}, asked 3.84)."
    return Choice(with_time, tried, reason)
