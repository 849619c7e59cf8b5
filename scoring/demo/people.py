"""Who works at the made company? Managers in teams, their leads, and how good each really is."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from scoring.demo.chance import Chance
from scoring.demo.words import FAMILY, GIVEN, HEAD, JOINER, LEADS, PEOPLE
from scoring.demo.world import JOINED_ON, LEAVING_SEAT, LEFT_ON, TEAMS, World, quarter_start

_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae", "'": "", " ": "."})


SPREAD = 1.6
"""Managers of the made company differ more than most do, so that some can be told apart from the others."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the customer system. Skills: 0 is usual, 1 is good, -1 is poor; their spread is SPREAD."""

    number: int
    name: str
    email: str
    team: str | None
    reports_to: int | None
    starts_on: date
    last_on: date | None = None
    keeping: float = 0.0
    growing: float = 0.0


def people(world: World) -> tuple[Person, ...]:
    """Everybody, numbered: one per chair, then who joins on the freed chair, the leads, the head."""
    lead = world.managers + 1
    owners = [
        _manager(world, seat, _name(team, place), team, lead + team)
        for team, seats in enumerate(world.seats)
        for place, seat in enumerate(seats)
    ]
    joiner = _manager(world, world.managers, JOINER, 0, lead)
    head = lead + len(TEAMS)
    chiefs = [
        Person(lead + i, name, _email(name, lead + i), TEAMS[i], head, date(2018 + i, 3, 1))
        for i, name in enumerate(LEADS)
    ]
    return (*owners, joiner, *chiefs, Person(head, HEAD, _email(HEAD, head), None, None, date(2017, 1, 9)))


def _manager(world: World, number: int, name: str, team: int, lead: int) -> Person:
    months = int(world.chance.single("hired", number) * 48)
    hired_on = date(2018 + months // 12, months % 12 + 1, 1)
    return Person(
        number,
        name,
        _email(name, number),
        TEAMS[team],
        lead,
        JOINED_ON if number == world.managers else min(hired_on, quarter_start(world.tracked_quarters.start)),
        LEFT_ON if number == LEAVING_SEAT else None,
        _skill(world.chance, "keeping", number),
        _skill(world.chance, "growing", number),
    )


def _skill(chance: Chance, stream: str, number: int) -> float:
    # The sum of twelve uniform numbers is a normal one, near enough, without a logarithm.
    normal = sum(chance.single(f"{stream}/{i}", number) for i in range(12)) - 6.0
    return round(SPREAD * normal, 3)


def _name(team: int, place: int) -> str:
    """The person's name; from given and family names where a team outgrows its list."""
    if place < len(PEOPLE[team]):
        return PEOPLE[team][place]
    further = (place - len(PEOPLE[team])) * len(TEAMS) + team
    turn = further // len(GIVEN)
    return f"{GIVEN[further % len(GIVEN)]} {FAMILY[(further % len(GIVEN) + turn) % len(FAMILY)]}"


def _email(name: str, number: int) -> str:
    """The name in plain letters at the made company's address; with the number where names run out."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN_LETTERS))
    plain = "".join(c for c in letters if c.isascii())
    suffix = str(number) if name.partition(" ")[0] in GIVEN else ""
    return f"{plain}{suffix}@lumenta.example"
