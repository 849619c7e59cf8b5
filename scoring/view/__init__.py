"""What may a person see of what is stored? Everything that is shown to somebody is read here, and nowhere else."""

from scoring.store.delivering.standing import PARKED, STANDS, stood
from scoring.view.account import AccountSeen, RowSeen, account
from scoring.view.deliveries import AttemptSeen, DeliveryDesk, DeliverySeen, OccasionSeen, stop_by, stopped_by
from scoring.view.figures import FigurePoint, FigureSeen, figures, figures_over
from scoring.view.log import Entry as LogEntry
from scoring.view.log import log
from scoring.view.reviews import NotSharedError, ReviewDesk, ReviewSeen
from scoring.view.seen import Found, NotVisibleError, Seen
from scoring.view.shelf import Shelf
from scoring.view.trends import Point, Trend
from scoring.view.view import Periods, View
from scoring.view.what_if import WhatIf, what_if

__all__ = [
    "PARKED", "STANDS", "AccountSeen", "AttemptSeen", "DeliveryDesk", "DeliverySeen", "FigurePoint", "FigureSeen",
    "Found", "LogEntry", "NotSharedError", "NotVisibleError", "OccasionSeen", "Periods", "Point", "ReviewDesk",
    "ReviewSeen", "RowSeen", "Seen", "Shelf", "Trend", "View", "WhatIf", "account", "figures", "figures_over", "log",
    "stood", "stop_by", "stopped_by", "what_if",
]  # fmt: skip
