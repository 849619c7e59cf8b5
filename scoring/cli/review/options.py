"""What may be typed behind several commands of `bookscore review`?"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from scoring.cli.shared.options import of_period

Who = Annotated[str, typer.Argument(metavar="WHO", help="Whose review: a name, part of one, or an id.")]
Period = Annotated[str | None, of_period("the last that was begun")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; it is recorded by name.")]
As = Annotated[Literal["reviewer", "manager"], typer.Option("--as", help="In what part.")]
Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="What they say.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
After = Annotated[
    int | None,
    typer.Option(
        "--after",
        metavar="STEP",
        min=0,
        help="The last step that was seen (`show` tells it); refused if anything happened since.",
        show_default="the last there is",
    ),
]
AnswerBy = Annotated[
    datetime | None,
    typer.Option(
        "--answer-by",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="The last day for the manager's answer.",
        show_default="in a week",
    ),
]
Version = Annotated[
    int | None, typer.Option("--version", metavar="N", min=1, help="Which version.", show_default="the last")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="The file to write.", show_default="here, by period and id")
]
