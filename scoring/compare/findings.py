"""What should somebody do about it? What a diagnosis found, each in a plain sentence with a remedy."""

from collections.abc import Callable, Iterator
from math import sqrt

from scoring.compare.diagnosis import GRADED, Diagnosis, Owned, RuleFigures
from scoring.numbers import fixed, percent
from scoring.peers.figures import FEW_COMPARABLE
from scoring.plurals import many
from scoring.scorecard.rule_findings import Finding, rule_findings

LUCKY = 0.3
"""A correlation with what was expected of the books that is worth a word, if it is beyond chance as well."""
LARGE_PART = 0.2
RARE = 0.1
"""The part of the account-quarters with few of their kind that is worth a word."""


_LUCK = {
    True: ("rises", "luck with the accounts counts, or good accounts are in good hands"),
    False: ("falls", "too much is expected of good accounts, or they are in weaker hands"),
}


Said = Callable[[str, str, str], Finding]


def findings(found: Diagnosis) -> tuple[Finding, ...]:
    """What is to be said of the rules, one after the other, of pairs of them, and of whose the accounts are."""
    weighed = rule_findings(found.weighing)
    alone = [f for f in weighed if len(f.rules) == 1]
    told = [f for rule in found.rules for f in (*(w for w in alone if rule.rule in w.rules), *_of_rule(rule, found))]
    return (*told, *(f for f in weighed if len(f.rules) > 1), *_of_owners(found), *_of_scores(found))


def _of_rule(rule: RuleFigures, found: Diagnosis) -> Iterator[Finding]:
    def one(kind: str, what: str, remedy: str) -> Finding:
        return Finding(kind, (rule.rule,), f"{rule.rule}: {what}", remedy)

    if not rule.account_quarters:
        return
    if rule.tau is None:
        what = f"its weight does not matter. {rule.reasons['tau'].rstrip('.')}"
        yield one("no_signal", what, "give it weight 0, or wait until accounts differ")
        return
    if rule.reliability is None:
        return  # nobody has anybody to be compared with, as their cards say: no other rule would help
    yield from _of_signal(rule, found.least_z, one)
    yield from _of_book(rule, found, one)


def _of_signal(rule: RuleFigures, least: float, one: Said) -> Iterator[Finding]:
    """Whether managers differ, and how much of a difference is believed."""
    if rule.tau and not rule.tau_data:
        held = "the frozen k" if rule.is_frozen else "the policy value (tau0)"
        what = f"the data alone show no difference between managers; what it adds rests on {held}"
        yield one("rests_on_policy", what, "give it less weight until several periods show a difference")
    if rule.tau and rule.reliability is not None and rule.reliability < least:
        what = f"of a difference only {percent(rule.reliability, 0)} is believed on average, the rest could be chance"
        yield one("mostly_noise", what, "look at more quarters, or give it less weight")


def _of_book(rule: RuleFigures, found: Diagnosis, one: Said) -> Iterator[Finding]:
    """How much hangs on which accounts somebody has."""
    luck, fair = rule.luck[found.method], rule.luck["oe_credibility"]
    if luck is not None and abs(luck) >= LUCKY and abs(luck) > 2 / sqrt(max(rule.managers, 1)):
        turn, much = _LUCK[luck > 0]
        what = f"what {found.method} says {turn} with what was expected of the book ({fixed(luck, 2)}): {much}"
        other = "" if found.method == "oe_credibility" or fair is None else f"; oe_credibility has {fixed(fair, 2)}"
        yield one("book_luck", what, f"look at which kinds of accounts they have{other}")
    if rule.largest_part is not None and rule.largest_part > LARGE_PART:
        what = f"one account is {percent(rule.largest_part, 0)} of the book of {rule.largest_part_manager}"
        yield one("large_account", what, "set weights.max_share, or read that figure with the account in mind")
    if rule.few_comparable > RARE * rule.account_quarters:
        part = percent(rule.few_comparable / rule.account_quarters, 0)
        what = f"{part} of the account-quarters have fewer than {FEW_COMPARABLE} of their kind in other books"
        yield one("few_comparable", what, "name fewer features, or join rare kinds")


def _of_owners(found: Diagnosis) -> Iterator[Finding]:
    def one(kind: str, owned: Owned, what: str, remedy: str) -> Iterator[Finding]:
        if owned.account_quarters:
            few = ", ".join(owned.names) + (" and others" if owned.accounts > len(owned.names) else "")
            count = many(owned.account_quarters, "account-quarter")
            yield Finding(kind, (), f"{count} of {few}: {what}", remedy)

    if not found.is_sold:  # sellers share what they sell to
        claimed = "several claim the same days as a whole owner's, which are split between them"
        yield from one("overlapping", found.overlapping, claimed, "correct the dates of ownership in the export")
    late = "nobody had the account in the window of responsibility, so those who had it later answer for it"
    yield from one("late_owner", found.late, late, "if that is no hand-over, correct the dates of ownership")
    nobody = "nobody had the account at all, so it counts for nobody"
    whose = "name who sold to it" if found.is_sold else "give it an owner"
    yield from one("unassigned", found.unassigned, nobody, f"{whose} in the export")


def _of_scores(found: Diagnosis) -> Iterator[Finding]:
    missing = found.managers - found.scored
    if missing:
        what = f"{missing:,} of {found.managers:,} managers {'has' if missing == 1 else 'have'} no score"
        about = "their targets" if found.method == GRADED else "more quarters or larger books"
        yield Finding("not_scored", (), what, f"their cards say why; look at {about} before min_z or min_coverage")
