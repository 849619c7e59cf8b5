"""How is a backtest told? Sentences first, then the tables they come from."""

from collections.abc import Mapping
from typing import Any

from scoring.cli.shared.screen import Column, table
from scoring.cli.shared.streams import note, say

_EXTRA = ("rmse", "pearson", "decile_mape")
"""The measures that are left out where there is no room."""


def show(record: Mapping[str, Any]) -> None:
    """Prints the backtest."""
    from scoring.reports.backtest import SUBJECTS, model_rows, transform_words

    origins = record["origins"]
    days = ", ".join(one["on"] for one in origins)
    say(f"{record['company']}: {record['ahead']} ahead from {days}, as of {record['as_of']}")
    for why, on in model_rows(record):
        say(f"  {why}" if len(on) == len(origins) else f"  {why} ({', '.join(on)})")
    say()
    for name, title in SUBJECTS.items():
        if name in record:
            _subject(record, name, title)
    if said := transform_words(record):
        say(said)
        say()
    _signals(record)


def _subject(record: Mapping[str, Any], name: str, title: str) -> None:
    from scoring.numbers import percent
    from scoring.reports.backtest import MEASURES, error_rows, total_rows, written_as

    say(title)
    for sentence in record[name]["sentences"]:
        say(f"  {sentence}")
    say()
    columns = [Column(label, is_number=True, is_extra=measure in _EXTRA) for measure, label in MEASURES.items()]
    table([Column("Forecast"), *columns], error_rows(record, name))
    say()
    written = written_as(record, name)
    tenths = [
        (str(one["tenth"]), f"{one['accounts']:,}", written(one["forecast"]), written(one["actual"]))
        for one in record[name]["tenths"]
    ]
    heads = ("Tenth by forecast", "Accounts", "Mean forecast", "Mean of what came")
    table([Column(head, is_number=True) for head in heads], tenths)
    say()
    of_totals = ("Forecast of the total", f"Likely ({percent(record['level'], 0)})", "Came", "In range", "Factor")
    table([Column("Day"), *(Column(head, is_number=True) for head in of_totals)], total_rows(record, name))
    say()


def _signals(record: Mapping[str, Any]) -> None:
    from scoring.numbers import percent
    from scoring.reports.backtest import signal_rows, without_signal

    say("Metrics that claim to look ahead, by rank correlation with what came")
    columns = (
        Column("Metric"),
        Column("Held against"),
        Column("Correlation", is_number=True),
        Column(f"Likely ({percent(0.95, 0)})", is_number=True, is_extra=True),
        Column("Accounts", is_number=True, is_extra=True),
        Column("Verdict"),
    )
    table(columns, signal_rows(record))
    say()
    if blind := without_signal(record):
        note(f"Nothing was seen of what comes in: {', '.join(blind)}.")
