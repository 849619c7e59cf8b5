"""Reviews in the store: their events in a chain, their documents beside the frames."""

from scoring.store.reviewing.reviews import Make, Reviews

__all__ = ["Make", "Reviews"]
