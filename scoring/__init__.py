"""Scores account managers by what happened to the accounts in their care. Start reading at `pipeline`."""

__version__ = "0.1.0"
