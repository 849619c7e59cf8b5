"""How does one rulebook become another? Setting by setting, then rule by rule, each step a whole rulebook."""

from dataclasses import dataclass, replace

from scoring.rules import Rule, Rulebook

_NO_STEP = ("rules", "version", "effective_from", "supersedes", "digests")
"""Settings that are no step: rules are taken one by one, and neither when they are in force nor who is told moves a
score."""


@dataclass(frozen=True, slots=True)
class Switch:
    """What is exchanged: a group of settings, or a rule that is `changed`, `added` or `gone`.

    `rulebook` is the old one with this and everything before it exchanged.
    """

    name: str
    what: str
    is_rule: bool
    rulebook: Rulebook


def switches(old: Rulebook, new: Rulebook) -> tuple[Switch, ...]:
    """The steps from the old rulebook to the new one: settings in the order of the documentation, then the rules in
    the order of the new file, last those that are gone. After the last step the rulebook is the new one.

    A method that grades values comes behind the rules, which bring the grades. Rules that only stand in another order
    are no step, as the order decides nothing.
    """
    made, book = [], old
    fields = [f for f in type(old).model_fields if f not in _NO_STEP and getattr(old, f) != getattr(new, f)]
    late = "method" if "method" in fields and new.method == "target_bands" else None
    for field in fields:
        if field != late:
            book = book.model_copy(update={field: getattr(new, field)})
            made.append(Switch(field, "changed", is_rule=False, rulebook=book))
    was, is_ = ({r.name: r for r in b.rules} for b in (old, new))
    for name, rule in is_.items():
        if was.get(name) != rule:
            book = book.model_copy(update={"rules": _with(book.rules, rule)})
            made.append(Switch(_told(name), "changed" if name in was else "added", is_rule=True, rulebook=book))
    for name in was:
        if name not in is_:
            book = book.model_copy(update={"rules": tuple(r for r in book.rules if r.name != name)})
            made.append(Switch(_told(name), "gone", is_rule=True, rulebook=book))
    if late:
        made.append(Switch(late, "changed", is_rule=False, rulebook=new))
    return (*made[:-1], *(replace(last, rulebook=new) for last in made[-1:]))


def _told(rule: str) -> str:
    """The rule's name, set apart from a setting of the same name."""
    return f"rules.{rule}" if rule in Rulebook.model_fields else rule


def _with(rules: tuple[Rule, ...], rule: Rule) -> tuple[Rule, ...]:
    """The rules with this one in the place of that of its name, or behind them."""
    if any(r.name == rule.name for r in rules):
        return tuple(rule if r.name == rule.name else r for r in rules)
    return (*rules, rule)
