"""Where does a score come from? Rules, values, the accounts behind them, their movements, and rows of exports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from scoring.explain.again import check_line, is_graded, recomputed
from scoring.explain.comparison import Comparison
from scoring.explain.ends import whole
from scoring.explain.evidence import Evidence
from scoring.explain.expecting import with_reasons
from scoring.explain.measuring import PLACES, check_same, measured
from scoring.explain.model import Account, Explanation, Kind, Line, Measured, Part, SourceRow
from scoring.explain.movements import accounts, of_no_book
from scoring.explain.names import chosen
from scoring.explain.refusals import UnknownNameError
from scoring.explain.tracing import comparisons
from scoring.explain.whose import asked_card
from scoring.letters import told_apart
from scoring.metrics import CATALOGUE, OVER_BOOK
from scoring.metrics.targets import TARGET_ATTAINMENT
from scoring.numbers import exact, figure, in_parts
from scoring.rules import Rule, because
from scoring.scorecard import exclusions
from scoring.scorecard.cards import Card
from scoring.scorecard.context import day
from scoring.scorecard.of_rules import believes, better_of, metric_of
from scoring.scorecard.trusted import NOT_SHOWN, is_withheld

Row = Mapping[str, Any]


def explain(
    evidence: Evidence,
    who: str,
    *,
    metric: str | None = None,
    account: str | None = None,
    lines: Sequence[Line] | None = None,
) -> Explanation:
    """The manager's score, or only what concerns the metric (or rule), the account, or both.

    All three may be ids, names, or parts of a name that only one has. `lines` are those of the manager where
    `lines_of` told them before. Of a score that is withheld there are no points. Raises UnknownNameError,
    AccountNameError and AmbiguousNameError; UnexplainedError where what is stored does not lead to what the card says.
    """
    card = asked_card(evidence, who)
    mine = pl.col("manager_id") == card["manager_id"]
    names = _names(evidence, card)
    book, moves = _book(evidence, card, names), evidence.movements.filter(mine).collect()
    told = _lines(evidence, card, book, names, metric) if lines is None else list(lines)
    if account is not None:
        behind = "1 account stands" if len(names) == 1 else f"{len(names)} accounts stand"
        learned_of = {line["account_id"]: line["account"] for line in _prior(card, None)}
        names = {**learned_of, **names}
        account = chosen("account", account, names, f"{behind} behind the card of {card['name']}")
        told = [_narrowed(evidence, line, account) for line in told]
        book, moves = (f.filter(pl.col("account_id") == account) for f in (book, moves))
    told_of = accounts(book, moves)
    if account is not None:
        told_of = tuple(_with_rows(evidence, a) for a in told_of or (of_no_book(account, names[account]),))
    return Explanation(
        run_id=evidence.summary["run_id"],
        score=exact(card["score"]),
        is_whole=metric is None and account is None,
        lines=tuple(told),
        accounts=told_of,
        sentences=(
            *_doubts(card),
            *(_method(evidence) if any(line.points is not None for line in told) else ()),
            *_windows(evidence),
            *_of_rows(evidence, [row for a in told_of if a.whole for row in a.whole.rows]),
            *exclusions.sentences(card),
        ),
        prior=() if metric else _prior(card, account),
        **{
            name: card[name]
            for name in (
                "manager_id", "name", "team", "period", "as_of", "currency", "basis_sentence", "method", "low", "high",
                "label", "reason",
            )
        },
    )  # fmt: skip


def lines_of(evidence: Evidence, who: str) -> tuple[Line, ...]:
    """The rules of the manager's score with all accounts. Raises as `explain` does."""
    card = asked_card(evidence, who)
    names = _names(evidence, card)
    return tuple(_lines(evidence, card, _book(evidence, card, names), names, None))


def _prior(card: Card, account: str | None) -> tuple[Row, ...]:
    """What was learned of sealed periods, in the currency of their seals, or only what concerns the account."""
    told = {"currency": card["currency"], "lines": (), **(card.get("prior_periods") or {})}
    lines = ({**line, "currency": told["currency"]} for line in told["lines"])
    return tuple(line for line in lines if account in (None, line["account_id"]))


def _lines(
    evidence: Evidence, card: Card, book: pl.DataFrame, names: Mapping[str, str], metric: str | None
) -> list[Line]:
    """The rules that are asked for, or else the metric by itself."""
    on_card = list(zip(evidence.rulebook.rules, card["lines"], strict=True))
    asked = [(rule, line) for rule, line in on_card if metric is None or metric in _called(rule, line)]
    if not asked and metric is not None:
        return [_loose(evidence, book, metric)]
    if is_withheld(card):
        return [_without_points(evidence, book, *each) for each in asked] if metric is not None else []
    values, kinds = recomputed(evidence, card, book)
    adds = _additions(card)
    compared = _compared(evidence, card, adds, names)
    made = []
    for rule, line in asked:
        check_line(evidence, rule, values[rule.name], line)
        by = rule.segments.by if rule.segments and is_graded(evidence) else None
        said = measured(book, metric_of(rule), evidence.rulebook.basis, by)
        apart = _kinds(evidence, rule, kinds.get(rule.name, []), line) if by else ()
        made.append(replace(_line(line, said, apart, adds[rule.name]), compared=compared.get(rule.name)))
    return made


def _called(rule: Rule, line: Row) -> tuple[object, ...]:
    """All that the rule may be asked for by: its name, and what measures call what it looks at."""
    return rule.name, line["metric"], rule.metric, rule.of, f"{rule.metric}.{rule.of}"


def _compared(
    evidence: Evidence, card: Card, adds: Mapping[str, Decimal | None], names: Mapping[str, str]
) -> dict[str, Comparison]:
    """Rule to its comparison, where the method weighs evidence; the others leave no trace."""
    if not believes(evidence.rulebook):
        return {}
    trace = evidence.compared.filter(pl.col("manager_id") == card["manager_id"]).collect()
    return comparisons(trace, card, evidence.rulebook, adds, names)


def _names(evidence: Evidence, card: Card) -> dict[str, str]:
    """The accounts behind the card by id, each by the name that the book knows it under, else by the id."""
    mine = pl.col("manager_id") == card["manager_id"]
    ids = pl.concat([frame.filter(mine).select("account_id") for frame in (evidence.compared, evidence.book)]).unique()
    named = evidence.book.select("account_id", "account").join(ids, on="account_id", how="semi").unique()
    found = ids.join(named, on="account_id", how="left", validate="1:1").sort("account_id")
    return told_apart(dict(found.select("account_id", pl.coalesce("account", "account_id")).collect().iter_rows()))


def _book(evidence: Evidence, card: Card, names: Mapping[str, str]) -> pl.DataFrame:
    """The manager's rows of the book, in which the accounts are called so."""
    mine = evidence.book.filter(pl.col("manager_id") == card["manager_id"])
    return mine.with_columns(
        pl.col("account_id").replace_strict(names, return_dtype=pl.String).alias("account")
    ).collect()


def _line(line: Row, said: Measured, kinds: tuple[Kind, ...], adds: Decimal | None) -> Line:
    return Line(
        rule=line["rule"],
        label=line["label"],
        unit=line["unit"],
        value=exact(line["value"]),
        agreed=line["agreed"],
        points=line["points"],
        weight=line["weight"],
        share=line["share"],
        adds=adds,
        because=line["because"],
        kinds=kinds,
        measured=said,
    )


def _kinds(evidence: Evidence, rule: Rule, rows: Sequence[Row], line: Row) -> tuple[Kind, ...]:
    """The kinds of accounts, each with what it adds to the points of the rule."""
    scored = [r for r in rows if r["points"] is not None] if line["value"] is not None else []
    whole = sum(r["n"] for r in scored)
    parts = [Decimal(r["n"]) * (exact(r["points"]) or 0) / whole for r in scored]
    adds = dict(
        zip((r["kind"] for r in scored), in_parts(parts, exact(line["points"]) or Decimal(0), PLACES), strict=True)
    )
    return tuple(
        Kind(r["kind"] or "(none)", r["n"], r["value"], r["points"], adds.get(r["kind"]), _why(evidence, rule, r))
        for r in rows
    )


def _why(evidence: Evidence, rule: Rule, row: Row) -> str:
    if row["value"] is None or rule.segments is None:
        return "not measured"
    own = rule.segments.grades.get(row["kind"])
    grade, unit = own or rule.given_grade, str(CATALOGUE[rule.metric].unit)
    return because(grade, row["value"], better_of(rule), lambda v: figure(v, unit, evidence.rulebook.currency))


def _without_points(evidence: Evidence, book: pl.DataFrame, rule: Rule, line: Row) -> Line:
    """The value that a rule looks at, where the score is withheld and its points with it."""
    said = measured(book, metric_of(rule), evidence.rulebook.basis)
    nothing = {"points": None, "share": None, "because": "Its points are withheld, as the score is."}
    return _line({**line, **nothing}, said, (), None)


def _loose(evidence: Evidence, book: pl.DataFrame, name: str) -> Line:
    """A metric that no rule looks at."""
    over_book = [m.name for m in OVER_BOOK]
    target, _, of = name.partition(".")
    if target == TARGET_ATTAINMENT.name:
        reached = f"; `--metric {of}` shows what was reached" if of in over_book else ""
        raise UnknownNameError("rule on", name, (), f"targets are explained where a rule scores them{reached}")
    if name not in over_book:
        known = [*(r.name for r in evidence.rulebook.rules), *over_book]
        raise UnknownNameError("metric", name, known, "`bookscore metrics` lists them")
    said = measured(book, CATALOGUE[name], evidence.rulebook.basis)
    nothing = dict.fromkeys(("rule", "agreed", "points", "weight", "share"))
    words = {"label": said.label, "unit": said.unit, "because": "No rule looks at it."}
    return _line({**nothing, **words, "value": said.value}, said, (), None)


def _additions(card: Card) -> dict[str, Decimal | None]:
    """Rule to the points it adds to the score, to the last digit; None where it has no points."""
    scored = [line for line in card["lines"] if line["contribution"] is not None]
    found = [exact(line["contribution"]) or Decimal(0) for line in scored]
    if card["score"] is not None:
        check_same("the score", sum(found, Decimal(0)), card["score"])
        found = list(in_parts(found, exact(card["score"]) or Decimal(0), PLACES))
    adds = {line["rule"]: part for line, part in zip(scored, found, strict=True)}
    return {line["rule"]: adds.get(line["rule"]) for line in card["lines"]}


def _narrowed(evidence: Evidence, line: Line, account: str) -> Line:
    """The line with the parts of one account only, and why so much was expected of it."""
    parts: tuple[Part, ...] = tuple(p for p in line.measured.parts if p.account_id == account)
    alone = line.compared.of(account) if line.compared else None
    told = with_reasons(alone, evidence, line.rule) if alone and line.rule else alone
    return replace(line, measured=replace(line.measured, parts=parts), compared=told)


def _with_rows(evidence: Evidence, account: Account) -> Account:
    """The account with the rows behind its before and after."""
    its = pl.col("account_id") == account.account_id
    lines, ends = pl.collect_all([evidence.lines.filter(its), evidence.ends.filter(its)])
    return replace(account, whole=whole(account.account_id, lines, ends))


def _doubts(card: Card) -> tuple[str, ...]:
    """Why a score that is given is degraded; that one is withheld has its reason at the top."""
    if is_withheld(card):
        return (NOT_SHOWN,)
    trust = card.get("trust")
    if card["score"] is None or not trust:
        return ()
    return tuple(f"Degraded: {reason}" for reason in trust["reasons"])


def _of_rows(evidence: Evidence, rows: Sequence[SourceRow]) -> Iterator[str]:
    """What must be known to read the rows, where there are any."""
    if not rows:
        return
    windows, is_sold = evidence.summary["windows"], evidence.rulebook.basis == "invoices"
    rated = day(date.fromisoformat(windows["movements" if is_sold else "outcome"]["from"]))
    brought = "its amount" if is_sold else "what it brings a month"
    yield f"A row counts with {brought}, at the exchange rates of {rated}."
    if any(row.before == row.after == 0 for row in rows):
        yield "A row that brings nothing before or after counts in a quarter between, or one that is compared with."


def _method(evidence: Evidence) -> tuple[str, ...]:
    """How points come about where managers are compared."""
    if is_graded(evidence):
        return ()
    if not believes(evidence.rulebook):
        return (
            f"Method {evidence.rulebook.method} weighs no evidence and gives accounts no points of their own: points "
            "are told as they stand on the card, values are computed again.",
        )
    return (
        "50 points are the peers' average. Observed is the average over the manager's account-quarters, expected what "
        "such accounts did in anybody's hands; what is believed of the difference, beyond that of the peers' average, "
        "makes the points.",
    )


def _windows(evidence: Evidence) -> tuple[str, ...]:
    """When before and after are, where that does not go without saying."""
    windows = evidence.summary["windows"]
    if evidence.rulebook.basis == "invoices":
        return ("Before is the comparison window, after this window, and a movement what differs between the two.",)
    if windows["movements"] == windows["outcome"]:
        return ()
    before, first = (day(date.fromisoformat(windows[w]["from"])) for w in ("outcome", "movements"))
    return (
        f"Before is what was paid when {before} began, after what is paid at the end of the period; the movements are "
        f"those of the period, from {first} on.",
    )
