"""The command line. Each command is a module; only here the clock and the terminal are known."""

from scoring.cli.app import main

__all__ = ["main"]
