"""Pages over stored runs: they show what was computed, to those who may see it, and compute nothing of their own."""

from scoring.web.app import make_app
from scoring.web.desk import Desk

__all__ = ["Desk", "make_app"]
