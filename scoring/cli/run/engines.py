"""Where is a run worked out? Here, or on a cluster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from scoring import engine

ENGINE = "BOOKSCORE_ENGINE"

Name = Literal["local", "ray"]
Engine = Annotated[
    Name,
    typer.Option("--engine", envvar=ENGINE, help="Where accounts are worked out: here, or on a cluster with Ray."),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDRESS",
        help="The Ray cluster: auto (this machine is in it), HOST:PORT or ray://HOST:PORT.",
        show_default="one of this machine alone",
    ),
]
Parts = Annotated[
    int | None,
    typer.Option("--parts", metavar="N", min=1, help="Into how many parts accounts go.", show_default="cores"),
]


@dataclass(frozen=True, slots=True)
class Where:
    """What was chosen."""

    name: Name
    address: str | None
    parts: int | None


def chosen(name: Name, address: str | None, parts: int | None) -> Where:
    """What was chosen. Raises BadParameter where it does not go together."""
    if name == "local" and (address is not None or parts is not None):
        raise typer.BadParameter("--address and --parts go with --engine ray")
    return Where(name, address, parts)


@contextmanager
def started(where: Where, say: Callable[[str], None]) -> "Iterator[engine.Engine]":
    """The engine that was chosen; `say` is told how far it is."""
    if where.name == "local":
        from scoring.engine import Here

        yield Here()
        return
    from scoring import cluster

    with cluster.joined(where.address, where.parts, lambda done, asked: say(f"{done:,} of {asked:,} tasks")) as engine:
        yield engine
