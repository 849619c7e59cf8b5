"""What does a server keep of stored runs? No more than a stated size, whatever is looked at."""

import polars as pl
import pytest
from web_world import PERIODS, World

from scoring.store import Store
from scoring.view import Shelf, View, shelf

FRAMES = ("book", "movements", "lines")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of frames that were looked up in the store, in their order."""
    found: list[str] = []
    frame = Store.frame
    monkeypatch.setattr(Store, "frame", lambda self, run_id, name: (found.append(name), frame(self, run_id, name))[1])
    return found


@pytest.mark.parametrize(("room", "again"), [(1 << 30, []), (1, ["book", "movements", "lines"])])
def test_frames_are_kept_as_far_as_there_is_room(
    web_world: World, read: list[str], monkeypatch: pytest.MonkeyPatch, room: int, again: list[str]
) -> None:
    monkeypatch.setattr(shelf, "_MOST_BYTES", room)
    seen = web_world.seen(web_world.users["leader"])
    first = [seen.frame(name) for name in FRAMES]
    second = [seen.frame(name) for name in FRAMES]
    assert read == [*FRAMES, *again]
    assert all(one.equals(other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("role", ["leader", "director", "manager"])
def test_figures_are_those_rows_of_the_measures_that_are_theirs_to_see(web_world: World, role: str) -> None:
    seen = web_world.seen(web_world.users[role])
    every = web_world.seen(web_world.users["leader"]).frame("measures")
    theirs = seen.frame("measures")
    groups = every.select("grain", "id").unique().sort("grain", "id")
    some = pl.concat([groups.filter(pl.col("grain") != "account"), groups.filter(grain="account")[::50]])
    for grain, whose in some.iter_rows():
        its = (pl.col("grain") == grain) & (pl.col("id") == whose)
        metrics = every.filter(its)["metric"].to_list()
        assert seen.figures(grain, whose, metrics).equals(theirs.filter(its)), (grain, whose)
        assert seen.figures(grain, whose, ["grr"]).equals(theirs.filter(its, pl.col("metric") == "grr"))


def test_no_page_holds_the_measures_of_all_accounts(web_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Shelf.frame

    def without_measures(self: Shelf, run_id: str, name: str) -> pl.DataFrame:
        assert name != "measures"
        return frame(self, run_id, name)

    monkeypatch.setattr(Shelf, "frame", without_measures)
    client = web_world.client(web_world.users["leader"])
    for page in ("company", "teams", "league"):
        assert client.get(f"/periods/{PERIODS[0]}/{page}").status_code == 200


def test_weights_are_tried_on_two_runs_without_reading_them_again(web_world: World, read: list[str]) -> None:
    view = View(Shelf(web_world.store), web_world.users["leader"])
    runs = [view.run(period) for period in PERIODS]
    found = [run.shelf.basis(run.run_id) for run in runs]
    assert [run.shelf.basis(run.run_id) for run in runs] == found
    assert len(read) == len(set(read)) * 2
