"""What did the period change in the end? Every account once, its opening against its closing."""

import polars as pl

from scoring.metrics.metric import EVERYBODY, Better, Metric, Parts, Unit

_AWAY = "What grew and shrank again within the period, or came and went, is nothing here."


def _net(kind: str, label: str, better: Better, definition: str) -> Metric:
    name = f"net_{kind}"
    return Metric(
        name=name, label=label, unit=Unit.MONEY, better=better, base=EVERYBODY, parts=Parts(pl.col(name)),
        definition=f"{definition} {_AWAY}", undefined="no_accounts",
        source="Subscription analytics: net movements, opening against closing at constant currency",
    )  # fmt: skip


THEME = (
    _net("new", "Net new", Better.HIGHER, "What accounts pay at the close that never paid before the period."),
    _net(
        "reactivation", "Net reactivation", Better.HIGHER,
        "What accounts pay at the close that paid nothing at its opening, but some time before.",
    ),
    _net("expansion", "Net expansion", Better.HIGHER, "What accounts pay more at the close than at the opening."),
    _net("contraction", "Net contraction", Better.LOWER, "What accounts pay less at the close than at the opening."),
    _net("churn", "Net churned revenue", Better.LOWER, "What accounts paid at the opening that then pay nothing."),
)  # fmt: skip
