"""What do all pages stand on? The store, the folder that is scored, the settings and the clock, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from scoring.access import User
from scoring.store import Store
from scoring.view import Seen, Shelf, View
from scoring.web.identity import current_user
from scoring.web.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What a server has: `now` gives the instant, with a zone; runs that were read are kept on the shelf.

    `environment` is what channels of digests would be opened with; it holds secrets.
    """

    store: Store
    folder: Path
    settings: Settings
    now: Callable[[], datetime]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shelf", Shelf(self.store))


def desk_of(request: Request) -> Desk:
    """The desk of the server that answers."""
    desk: Desk = request.app.state.desk
    return desk


def view(request: Request, user: Annotated[User, Depends(current_user)]) -> View:
    """What the person who asks may see."""
    return View(desk_of(request).shelf, user)


def seen(period: str, view: Annotated[View, Depends(view)]) -> Seen:
    """What the person who asks sees of the period in the address. Raises NotVisibleError."""
    return view.run(period)


async def filled(request: Request) -> dict[str, str]:
    """What the form that was sent holds; files are left out."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Viewing = Annotated[View, Depends(view)]
Seeing = Annotated[Seen, Depends(seen)]
Filled = Annotated[dict[str, str], Depends(filled)]
