"""Which words and habits of a column call for more than a new name? Told by its values, for a draft to name."""

from collections.abc import Mapping

import polars as pl

from adapters.draft.recognise import compact

_INTERVALS = {
    "6 months": "semiannual semiannually halfyearly halbjahrlich semestriel semestrielle",
    "month": "month months monthly monatlich monat mensuel mensuelle mois",
    "quarter": "quarter quarterly quartalsweise vierteljahrlich quartal trimestriel trimestrielle trimestre",
    "year": "year yearly annual annually jahrlich jahr annuel annuelle an annee",
    "week": "week weekly",
    "day": "day daily",
}
_STATUSES = {
    "active": "active live current open pending future nonrenewing awaitingrenewal aktiv actif encours",
    "trial": "trial trialing intrial trialexpired essai",
    "paused": "paused onhold pausiert suspendu",
    "past_due": "pastdue unpaid overdue dunning uberfallig impaye",
    "cancelled": "cancelled canceled churned gekundigt resilie",
    "ended": "ended expired terminated inactive renewed replaced beendet abgelaufen termine expire",
}
_KINDS = {
    "order": "order sale invoice salesinvoice salesreceipt inv si rechnung commande facture",
    "deal": "deal opportunity newbusiness existingbusiness",
    "usage": "usage",
    "one_off": "oneoff onetime onboarding setup service services professionalservices",
    "credit": "credit creditnote creditmemo salescreditnote salescreditmemo crd sc gutschrift avoir",
    "return": "return refund refundreceipt retour",
}


def _by_word(ours: Mapping[str, str]) -> dict[str, str]:
    """Their word to ours."""
    return {word: our for our, words in ours.items() for word in words.split()}


WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("contracts", "every"): _by_word(_INTERVALS),
    ("contracts", "status"): _by_word(_STATUSES),
    ("invoices", "kind"): _by_word(_KINDS),
}
"""Columns with a closed set of words, and what exports say for them."""

_WON = ("won", "closedwon", "closedwonnew", "gewonnen", "gagne", "gagnee")
_STAGES = ("stage", "stagename", "dealstage", "dealstatus", "status", "opportunitystage", "salesstage")
_STATES = (
    "status", "state", "invoicestatus", "documentstatus", "rechnungsstatus", "statut", "etat",
    "transactiontype",
)  # fmt: skip
_VOID = (
    "void", "voided", "deleted", "draft", "cancelled", "canceled", "reversed", "storniert", "entwurf", "annule",
    "annulee", "brouillon", "payment", "deposit", "estimate",
)  # fmt: skip
_NO_DAY = (
    "", "na", "none", "nil", "never", "unknown", "tbd", "tbc", "tba", "open", "openend", "openended", "ongoing",
    "evergreen", "indefinite", "ka", "offen", "unbekannt", "unbefristet", "laufend", "inconnu", "indetermine",
    "encours",
)  # fmt: skip
"""What stands in columns of days where there is none, or none yet."""
_MOST_WORDS = 40


def words_for(table: str, ours: str, cells: pl.Series) -> tuple[dict[str, str], list[str]]:
    """Their words that need ours, and those for which none is known; none of both without a closed set."""
    known = WORDS.get((table, ours))
    said = [str(w) for w in cells.drop_nulls().unique().sort()] if known else []
    if known is None or len(said) > _MOST_WORDS:
        return {}, []
    ours_for = {w: known[compact(w)] for w in said if compact(w) in known}
    return {w: o for w, o in ours_for.items() if w != o}, [w for w in said if w not in ours_for]


def words_for_no_day(cells: pl.Series) -> list[str]:
    """The words in a column of days that say that there is none; signs alone are such words, too."""
    said = cells.filter(~cells.str.contains(r"\d")).drop_nulls().unique().sort()
    return [word for word in said if compact(word) in _NO_DAY]


def has_words(table: str, ours: str, cells: pl.Series) -> bool:
    """Whether some of their words have a meaning of ours, or the column takes any word."""
    known = WORDS.get((table, ours))
    return known is None or any(compact(str(w)) in known for w in cells.drop_nulls().unique())


def won_words(header: list[str], cells: pl.DataFrame) -> tuple[str, list[str]] | None:
    """The column that says how far a deal is, and its words for a won one."""
    for name in header:
        if compact(name.rsplit(" - ", maxsplit=1)[-1]) in _STAGES:
            said = [str(w) for w in cells[name].drop_nulls().unique().sort()]
            won = [w for w in said if compact(w) in _WON]
            if won and len(said) > len(won):
                return name, won
    return None


def void_words(header: list[str], cells: pl.DataFrame) -> tuple[str, list[str]] | None:
    """The column that says what became of an invoice, and its words for one that is none, any more or not yet."""
    for name in header:
        if compact(name) in _STATES:
            void = [str(w) for w in cells[name].drop_nulls().unique().sort() if compact(str(w)) in _VOID]
            if void:
                return name, void
    return None


def is_percent(name: str, numbers: pl.Series) -> bool:
    """Whether a part is written in hundredths."""
    largest = numbers.cast(pl.Float64).abs().max()
    says_so = any(w in name.casefold() for w in ("percent", "%", "prozent"))
    return says_so or (isinstance(largest, int | float) and largest > 1)


def ends_inclusively(cells: pl.DataFrame) -> bool | None:
    """Whether `ends_on` is a last day: told by the next start for the same `account_id`, else by terms of whole months.

    None where nothing tells.
    """
    next_starts = cells.select("account_id", next="starts_on").unique()
    pairs = cells.drop_nulls(["account_id", "ends_on"]).join(next_starts, on="account_id", how="inner")
    gap = (pairs["next"] - pairs["ends_on"]).dt.total_days()
    told = _clearly(int((gap == 1).sum()), int((gap == 0).sum()))
    first, last = cells.drop_nulls(["starts_on", "ends_on"])["starts_on", "ends_on"]
    day, next_day = first.dt.day(), last.dt.offset_by("1d").dt.day()
    whole = _clearly(int((next_day == day).sum()), int((last.dt.day() == day).sum()))
    return whole if told is None else told


def _clearly(yes: int, no: int) -> bool | None:
    """What most say; None where they are about as many, or nobody says anything."""
    return yes > no if max(yes, no, 1) >= 3 * min(yes, no) and yes + no else None
