"""Which figures that were told are other ones now, and why? The scores of periods that were over."""

from collections.abc import Callable, Iterator, Sequence

from scoring.compare import Difference
from scoring.digest import whole
from scoring.digest.against import is_over
from scoring.digest.causes import corrected
from scoring.digest.content import Asked, Corrected, Correction, Words, day, name, reported
from scoring.digest.links import Links
from scoring.numbers import fixed
from scoring.reports.names import alphabetical
from scoring.scorecard.cards import Card
from scoring.store.refusals import UnknownRunError
from scoring.view import Seen, View

MOST = 8
"""So many managers are named."""
_FILES = 4
_FACTS = {
    "sources": "sources.yaml says otherwise how files are read",
    "bookscore": "computed by bookscore {now} instead of {then}",
    "polars": "computed with Polars {now} instead of {then}",
}

Whose = Callable[[Seen], Sequence[Card]]
Both = tuple[Card | None, Card | None]


def corrections(view: View, now: Seen, asked: Asked, whose: Whose, *, is_plain: bool = False) -> tuple[Correction, ...]:
    """The periods that earlier digests spoke of, whose published run is another one since the last though no day of
    the period went by.

    `whose` gives the cards of a run that are told of; periods of which none of them changed are left out. Where it
    `is_plain`, settings of the rules are not named.
    """
    if asked.last_at is None or not asked.spoken:
        return ()
    shelf, links = now.shelf, Links(asked.page)
    spoken = {period for run_id in asked.spoken if (period := _period_of(run_id, now))}
    then, held = view.store.holding(asked.last_at), view.store.holding(asked.written_at)
    changed = [p for p in spoken if p in then and p in held and then[p] != held[p]]
    pairs = [tuple(Seen(shelf, shelf.run(runs[p]), view.sight) for runs in (then, held)) for p in sorted(changed)]
    found = ((was, is_, _corrected_of(was, is_, whose)) for was, is_ in pairs if _is_final(was, is_))
    said = {
        "names_settings": view.sight.is_everything and not is_plain,
        "is_own": asked.schedule.audience == "managers",
    }
    return tuple(_correction(was, is_, both, links, **said) for was, is_, both in found if both)


def _is_final(was: Seen, now: Seen) -> bool:
    """Whether what the later run says otherwise was corrected: the period was over, or no day went by since."""
    return is_over(was) or bool(was.facts["as_of"] == now.facts["as_of"])


def _period_of(run_id: str, now: Seen) -> str | None:
    """Which period the run is of; None where it is not stored any more."""
    try:
        return now.shelf.run(run_id).run.period
    except UnknownRunError:
        return None


def _corrected_of(then: Seen, now: Seen, whose: Whose) -> list[Both]:
    """The cards whose printed score is another one, then and now.

    Who is seen in one of the runs only, as they are of another team in the other, is told of to those who see all.
    """
    old, new = ({card["manager_id"]: card for card in whose(seen)} for seen in (then, now))
    sees_all = now.sight.is_everything
    both = [(old.get(i), new.get(i)) for i in {**old, **new} if sees_all or (i in old and i in new)]
    return sorted((pair for pair in both if _score(pair[0]) != _score(pair[1])), key=_largest)


def _largest(both: Both) -> tuple[float, tuple[str, str], str]:
    """Who has a score no more, or for the first time, comes first; then by how much it changed, then by name."""
    then, now = (card["score"] if card else None for card in both)
    size = float("inf") if then is None or now is None else abs(now - then)
    card = both[1] or both[0] or {}
    return -size, alphabetical(card["name"]), card["manager_id"]


def _correction(
    then: Seen, now: Seen, both: Sequence[Both], links: Links, *, names_settings: bool, is_own: bool
) -> Correction:
    managers = tuple(_corrected(then, now, old, new, links, is_own=is_own) for old, new in both[:MOST])
    causes = _causes(whole.differing(then, now), names_settings=names_settings)
    return Correction(now.period, tuple(causes), managers, len(both))


def _corrected(then: Seen, now: Seen, old: Card | None, new: Card | None, links: Links, *, is_own: bool) -> Corrected:
    card = new or old or {}
    reasons = corrected(now, then, card["manager_id"], is_own=is_own) if new else ()
    if not reasons and new is not None and new["score"] is None:
        reasons = ((reported(str(new["reason"] or "Nothing could be scored.")),),)
    return Corrected(
        manager_id=card["manager_id"],
        name=name(card["name"]),
        then=old["score"] if old else None,
        now=new["score"] if new else None,
        low=new["low"] if new else None,
        high=new["high"] if new else None,
        why=reasons,
        url=links.card(now.period, card["manager_id"]) if new else None,
    )


def _score(card: Card | None) -> str:
    """The score as it is printed: what nobody can see is no correction."""
    return "" if card is None else fixed(card["score"])


def _causes(found: Difference, *, names_settings: bool) -> Iterator[Words]:
    """Which files, rules and versions are others, as parts of a sentence."""
    files = [file for file in found.inputs if file.state != "same"]
    for file in files[:_FILES]:
        yield (name(file.file), f" {_file(file.state, file.rows.then, file.rows.now)}")
    if files[_FILES:]:
        rest = len(files) - _FILES
        yield ("1 more file is another" if rest == 1 else f"{rest} more files are others",)
    if found.settings:
        count = f"{len(found.settings)} setting{'' if len(found.settings) == 1 else 's'} of the rules changed"
        names = ", ".join(change.setting for change in found.settings[:_FILES])
        yield (f"{count}: ", name(names)) if names_settings else (count,)
    for fact, words in _FACTS.items():
        if found.facts[fact].differs:
            yield (words.format(then=found.facts[fact].then, now=found.facts[fact].now),)
    as_of = found.facts["as_of"]
    if as_of.differs:
        yield (f"seen from {day(as_of.now)} instead of {day(as_of.then)}",)


def _file(state: str, then: int | None, now: int | None) -> str:
    if state in ("added", "gone"):
        return f"is {'new' if state == 'added' else 'gone'} ({_rows(now if state == 'added' else then)})"
    return f"changed ({_rows(now)}{'' if then == now else f' instead of {fixed(then, 0)}'})"


def _rows(count: int | None) -> str:
    return f"{fixed(count, 0)} row{'' if count == 1 else 's'}"
