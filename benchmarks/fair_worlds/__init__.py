"""Worlds in which every manager's true effect is known, and the files that a CRM would hold of them.

`book.drawn` says who there is, `life.lived` what happens to them, `truth` what only the maker of the world knows.
"""

from fair_worlds.files import World, made, write
from fair_worlds.settings import KINDS, Plan

__all__ = ["KINDS", "Plan", "World", "made", "write"]
