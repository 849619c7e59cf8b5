"""Turns somebody's exports into our tables. Knows nothing of scoring; one file per system."""
