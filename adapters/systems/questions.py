"""Which question of a survey is meant, and which answer? Told by the words people use, whatever the tool."""

from adapters.known.export import Columns, Fills
from adapters.mapping.sources import ColumnOf, FirstOf, Source
from adapters.mapping.terms import Condition

ACCOUNT = r"~(?:^|[\W_])(?:account|company|customer|organi[sz]ation|client)[\W_]?(?:id|number|key)$"
"""A column with the account's id, as people call the field that they pass to a survey."""

_ASIDE = r"(?!.*(?:\bwhy\b|reason|comment|feedback|group|category|segment))"
RECOMMEND = (
    rf"~^{_ASIDE}.*(?:likel\w+|scale).*\brecommend",
    rf"~^{_ASIDE}.*(?:(?:^|[\W_])nps(?:$|[\W_])|net promoter|weiterempfehl|recommand)",
)
SATISFIED = (
    rf"~^{_ASIDE}(?=.*\boverall\b).*satisf",
    rf"~^{_ASIDE}.*(?:\bsatisf|(?:^|[\W_])csat(?:$|[\W_])|zufrieden)",
)

_SATISFACTION = {
    "very satisfied": 5,
    "extremely satisfied": 5,
    "completely satisfied": 5,
    "satisfied": 4,
    "somewhat satisfied": 4,
    "neutral": 3,
    "neither satisfied nor dissatisfied": 3,
    "neither": 3,
    "dissatisfied": 2,
    "somewhat dissatisfied": 2,
    "unsatisfied": 2,
    "very dissatisfied": 1,
    "extremely dissatisfied": 1,
    "very unsatisfied": 1,
    "completely dissatisfied": 1,
}
_NUMBER = r"^(?:[^\W\d_]\D*(?: - |\())?\(?(\d{1,2})\)?(?:[^\d.,]\D*)?$"
"""A number with words around it, as `10 - Extremely likely` or `Not at all likely - 0`; no part of another one, as of
8.5 or -3."""

ONE_QUESTION = "of several questions of one sort the first is read; map the others in sources.yaml"
SCALES = "a satisfaction is taken as one of 1 (worst) to 5 (best), a recommendation as one of 0 to 10"
NO_ACCOUNT = (
    "names accounts by an id that was passed to it, as `account_id`; without one by a reference, else by the mail "
    "address of who answered, whose domain tells whose account it is",
)


def _scores(kind: str, columns: tuple[str, ...]) -> tuple[Source, ...]:
    words = {word: str(n) for word, n in _SATISFACTION.items()} if kind == "csat" else {}
    return tuple(ColumnOf(column=c, part=_NUMBER, words=words, small=bool(words)) for c in columns)


def answers(
    columns: Columns,
    *,
    recommend: tuple[str, ...] = RECOMMEND,
    where: dict[str, Condition] | None = None,
) -> tuple[Fills, Fills]:
    """What an export with a column for each question fills: answers of both sorts, with what they share."""
    kinds = (("nps", "0-10", recommend), ("csat", "1-5", SATISFIED))
    first, second = (
        Fills(
            "answers",
            {**columns, "score": _scores(kind, questions)},
            required=("answered_on", "score"),
            constants={"kind": kind, "scale": scale},
            where=where or {},
        )
        for kind, scale, questions in kinds
    )
    return first, second


def account_of(*columns: str) -> FirstOf:
    """The account's id where it is there, else what else tells of it: a reference, or a mail address."""
    return FirstOf(first=[ACCOUNT, *columns])
