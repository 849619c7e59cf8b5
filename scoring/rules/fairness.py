"""How does the engine hear of what the rulebook says about comparing managers? As its own settings, all of them."""

from scoring.peers.settings import Fairness
from scoring.rules.rulebook import Rulebook


def fairness(rulebook: Rulebook) -> Fairness:
    """The engine's settings as the rulebook has them.

    The method itself, the responsibility and the limits of outliers are none of them: they decide which engine is
    asked, and what it is given.
    """
    expectation, weights, credibility = rulebook.expectation, rulebook.weights, rulebook.credibility
    publish = rulebook.publish
    return Fairness(
        features=expectation.features,
        groups=publish.peers,
        segment=expectation.segment,
        account_weights=weights.account,
        points=weights.points,
        max_share=weights.max_share,
        quarter_weights=rulebook.window.parts,
        within_books=expectation.fit == "within_book",
        ridge=expectation.ridge,
        folds=expectation.folds,
        prior_managers=credibility.prior_managers,
        spreads=credibility.tau0,
        frozen_k=credibility.k,
        coverage=rulebook.interval,
        least_peers=publish.least_peers,
        draws_groups=publish.peer_mean == "drawn",
        least_z=publish.min_z,
        sure=publish.label_probability,
        joint=rulebook.method == "joint",
    )
