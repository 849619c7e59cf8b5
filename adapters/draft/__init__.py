"""Which sources.yaml would read a folder? Recognised by headers, guessed by values."""

from adapters.draft.drafting import draft

__all__ = ["draft"]
