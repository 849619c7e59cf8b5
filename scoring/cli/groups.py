"""How does a command that has commands of its own take a folder, too? What names none of them goes to the first."""

from typing import Any

from typer.core import TyperGroup


class WithFolder(TyperGroup):
    """Commands of which the first is meant where none is named: `schedule demo` is `schedule run demo`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What was typed, with the name of the first command where it was left out."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
