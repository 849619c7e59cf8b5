"""Do digests make sense as a whole? Schedules against channels, and names against each other."""

from collections import Counter
from collections.abc import Iterator

from scoring.document import Document, Flaw, Keys, did_you_mean
from scoring.errors import Severity, shown
from scoring.rules.digests import Digests

Finding = tuple[Severity, Flaw]

_CHANNELS: Keys = ("digests", "channels")
_SCHEDULES: Keys = ("digests", "schedules")
_SHARED = ("slack", "teams")
"""Kinds whose channels many read: what is meant for one person does not go there."""

_CARDS_BY = ("mail", "file")


def lint_digests(document: Document, digests: Digests | None) -> Iterator[Finding]:
    """What is wrong between schedules and channels, and what is odd about digests that are right by themselves.

    Schedules are looked at one by one, so that they are judged even where other settings are wrong and there are no
    digests.
    """
    found = document.tree.at(_SCHEDULES)
    given = document.tree.at(_CHANNELS)
    channels = given if isinstance(given, dict) else {}
    schedules = [s if isinstance(s, dict) else {} for s in (found if isinstance(found, list) else ())]
    yield from _named_twice([((*_SCHEDULES, n, "name"), s.get("name")) for n, s in enumerate(schedules)], "schedule")
    yield from _named_twice([((*_CHANNELS, name), name) for name in channels], "channel")
    for n, schedule in enumerate(schedules):
        yield from _sent_by((*_SCHEDULES, n), schedule, channels)
    if digests is not None:
        yield from _unused(digests)


def _named_twice(names: list[tuple[Keys, object]], what: str) -> Iterator[Finding]:
    """Names that are taken; case makes no difference, as it makes none in the names of files."""
    seen = Counter[str]()
    for keys, name in names:
        if isinstance(name, str):
            seen[name.casefold()] += 1
            if seen[name.casefold()] > 1:
                flaw = Flaw(
                    keys, f"{{key}} is taken by another {what}", "give each its own name, also by small letters"
                )
                yield Severity.ERROR, flaw


def _sent_by(keys: Keys, schedule: dict[str, object], channels: dict[str, object]) -> Iterator[Finding]:
    """A schedule against the channel that it names."""
    name, audience = schedule.get("channel"), schedule.get("audience")
    if not isinstance(name, str):
        return
    if name not in channels:
        remedy = did_you_mean(name, channels, "add it to digests.channels")
        yield Severity.ERROR, Flaw((*keys, "channel"), f"no channel {shown(name)}", remedy)
        return
    channel = channels[name]
    kind = channel.get("kind") if isinstance(channel, dict) else None
    if audience == "channel" and kind == "mail":
        what = f"audience channel does not go with {name}, which is of kind mail: nobody stands behind it"
        remedy = "name a channel of another kind, or an audience of people"
        yield Severity.ERROR, Flaw((*keys, "channel"), what, remedy, "")
    if audience in ("leaders", "directors", "managers") and kind in _SHARED:
        what = f"what {audience} get is for one person each, but everybody in {name}, of kind {kind}, reads it"
        yield (
            Severity.ERROR,
            Flaw((*keys, "channel"), what, "name a channel of kind mail, or use audience: channel", ""),
        )
    if schedule.get("attach") == "card" and kind is not None and kind not in _CARDS_BY:
        what = f"{{key}}: no card can be attached for {name}, of kind {kind}"
        yield Severity.ERROR, Flaw((*keys, "attach"), what, "name a channel of kind mail or file, or delete it", "")


def _unused(digests: Digests) -> Iterator[Finding]:
    """Settings that make no difference."""
    used = {schedule.channel for schedule in digests.schedules}
    for name in digests.channels:
        if name not in used:
            what = f"no schedule sends by {name}"
            yield Severity.WARNING, Flaw((*_CHANNELS, name), what, "add a schedule, or delete the channel", "")
    if digests.holidays and all(schedule.every == "week" for schedule in digests.schedules):
        what = "{key} make no difference: no schedule counts working days"
        yield Severity.WARNING, Flaw(("digests", "holidays"), what, "delete them, or use working_day", "")
