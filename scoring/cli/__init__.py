"""The command line. Each command is a module, or a room of some; only here the clock and the terminal are known."""

from scoring.cli.app import main

__all__ = ["main"]
