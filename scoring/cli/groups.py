"""How does a command that has commands of its own list them, and how does it take a folder, too?"""

import sys
from typing import Any

from typer.core import TyperGroup


class InFull(TyperGroup):
    """Commands that are listed with all of their first sentence, on several lines where one has no room for it."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the list."""
        known = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, c.get_short_help_str(sys.maxsize)) for name, c in known if c and not c.hidden])


class WithFolder(InFull):
    """Commands of which the first is meant where none is named: `schedule demo` is `schedule run demo`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What was typed, with the name of the first command where it was left out."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
