"""How does a backtest leave? As plain values for `--json`, `backtest.json` and the page, in one shape."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from scoring.backtest import sentences
from scoring.backtest.backtest import Backtest
from scoring.backtest.look import Held
from scoring.backtest.signal import VERDICTS, Signal
from scoring.lifetime.stretch import words

DIGITS = 12


def record(made: Backtest) -> dict[str, Any]:
    """The backtest as plain values: what was asked, origins with their models, errors, tenths, totals, signals."""
    plain = {
        "company": made.company,
        "currency": made.currency,
        "basis": made.basis,
        "as_of": made.as_of.isoformat(),
        "ahead": words(made.ahead),
        "level": made.nominal,
        "recalibrates": made.recalibrates,
        "labels": dict(made.labels),
        "origins": [_origin(one) for one in made.held],
        **{name: _subject(made, name) for name in made.subjects},
        "transform": None if made.transform is None else [float(part) for part in made.transform],
        "metrics": [_signal(one) for one in made.signals],
    }
    rounded: dict[str, Any] = _rounded(plain)
    return rounded


def _origin(held: Held) -> dict[str, Any]:
    models = [{"of": c.of, "model": c.fit.model, "why": c.sentence, "flags": list(c.fit.flags)} for c in held.choices]
    return {
        "on": held.on.isoformat(),
        "until": held.until.isoformat(),
        "accounts": held.revenue.height,
        "models": models,
    }


def _subject(made: Backtest, name: str) -> dict[str, Any]:
    subject, written = made.subjects[name], sentences.written_as(name, made.currency)
    return {
        "sentences": [
            sentences.on_accounts(subject.errors, made.labels, written),
            sentences.on_level(subject.errors),
            sentences.on_ranges(subject.totals, subject.coverage, made.nominal, made.ahead),
        ],
        "errors": {name: errors.plain for name, errors in subject.errors.items()},
        "tenths": subject.tenths.to_dicts(),
        "coverage": subject.coverage,
        "totals": [{**asdict(one), "holds": one.holds} for one in subject.totals],
    }


def _signal(one: Signal) -> dict[str, Any]:
    return {**asdict(one), "words": VERDICTS[one.verdict], "sentence": one.sentence}


def _rounded(value: Any) -> Any:
    """The value without the noise of binary fractions; what is no number is None."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
