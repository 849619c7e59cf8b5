"""Turns somebody's exports into our tables. Knows nothing of scoring; one file per system."""

from adapters.registry import read_folder

__all__ = ["read_folder"]
