"""The made company: equal bytes for equal seeds, a continuous history, and three faults, no more."""

import subprocess
import sys
import time
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

from adapters import mapped
from adapters.mapping.sources import Sources
from adapters.wanted import Wanted
from scoring import checks, demo
from scoring.demo import chance, company, world
from scoring.demo.prices import PLANS
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

DAY = timedelta(days=1)
FAR = date(2100, 1, 1)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    demo.write(folder, plant=False, truth=True)
    return folder


def read(folder: Path, name: str) -> pl.DataFrame:
    separator = ";" if name == company.TARGETS else ","
    return pl.read_csv(folder / name, infer_schema_length=0, separator=separator)


def sums(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest() for p in files}


def subscriptions(folder: Path) -> pl.DataFrame:
    """Subscriptions with dates as `start` and `end` (exclusive), trials left out."""
    rows = read(folder, company.SUBSCRIPTIONS).filter(pl.col("Is Trial") == "false")
    return rows.with_columns(
        start=pl.col("Start Date").str.to_date(),
        end=(pl.col("End Date").str.to_date() + DAY).fill_null(FAR),
        signed=pl.col("Signed Date").str.to_date(),
    )


def renewals(folder: Path) -> pl.DataFrame:
    """Every renewing line beside the one it renews (`…_before`)."""
    lines = subscriptions(folder)
    return lines.filter(pl.col("Renews Subscription").is_not_null()).join(
        lines, left_on="Renews Subscription", right_on="Subscription ID", how="left", suffix="_before"
    )


def ownership(folder: Path) -> pl.DataFrame:
    return read(folder, company.OWNERS).with_columns(
        start=pl.col("From Date").str.to_date(),
        end=(pl.col("To Date").str.to_date() + DAY).fill_null(FAR),
        percent=pl.col("Split Percent").cast(pl.Int64),
    )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path, clean: Path) -> None:
    demo.write(tmp_path / "again", plant=False, truth=True)
    demo.write(tmp_path / "other", plant=False, truth=True, seed=8)
    other = sums(tmp_path / "other")
    assert sums(tmp_path / "again") == sums(clean)
    assert {name for name, value in sums(clean).items() if value == other[name]} == {"sources.yaml"}


def test_one_thread_gives_the_same_bytes(tmp_path: Path, clean: Path) -> None:
    code = "import sys; from pathlib import Path; from scoring import demo"
    code += "; demo.write(Path(sys.argv[1]), plant=False, truth=True)"
    environment = {"POLARS_MAX_THREADS": "1", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}
    root = Path(demo.__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, cwd=root)
    assert sums(tmp_path) == sums(clean)


def test_the_size_of_a_block_changes_no_byte(tmp_path: Path, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "BLOCK", 300)
    demo.write(tmp_path, plant=False, truth=True)
    assert sums(tmp_path) == sums(clean)


def test_random_numbers_are_the_published_ones_and_alike_in_python_and_polars() -> None:
    rows = pl.DataFrame({"row": [0, 1, 5, 10**12]})
    luck = chance.Chance(7)
    drawn = luck.drawn(rows, "row", ("a", "b"), "/1").select(chance.luck("a"))
    assert chance.mixed(0) == 0xE220A8397B1DCDAF
    assert drawn.to_series().to_list() == [luck.single("a/1", row) for row in rows["row"]]


def test_it_has_the_promised_size(clean: Path) -> None:
    accounts, users = read(clean, company.ACCOUNTS), read(clean, company.USERS)
    targets = read(clean, company.TARGETS)
    owners = read(clean, company.OWNERS).filter(pl.col("To Date").is_null())
    assert accounts.height == accounts["Account ID"].n_unique() == 1_000
    assert accounts["Account Name"].n_unique() == 1_000
    assert (
        users.filter(pl.col("Is Active") == "true")
        .join(owners, left_on="User ID", right_on="Owner ID", how="semi")
        .height
        == 24
    )
    assert owners["Owner ID"].n_unique() == 24
    assert users["Team"].drop_nulls().n_unique() == 3
    assert users.height == users["Email"].n_unique() == 29
    assert users.filter(pl.col("Manager ID").is_null()).height == 1
    assert targets["Quartal"].unique().sort().to_list()[::7] == ["2024-Q3", "2026-Q2"]
    assert read(clean, company.SUBSCRIPTIONS)["Currency"].unique().sort().to_list() == ["EUR", "USD"]


def test_ids_end_in_the_letters_that_tell_their_case(clean: Path) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for value in read(clean, company.ACCOUNTS)["Account ID"]:
        blocks = (value[0:5], value[5:10], value[10:15])
        suffix = "".join(alphabet[sum(c.isupper() << i for i, c in enumerate(b))] for b in blocks)
        assert value[15:] == suffix


def test_every_id_that_is_named_exists(clean: Path) -> None:
    accounts, users = read(clean, company.ACCOUNTS)["Account ID"], read(clean, company.USERS)["User ID"]
    named = {
        company.OWNERS: {"Account ID": accounts, "Owner ID": users},
        company.SUBSCRIPTIONS: {"Customer ID": accounts},
        company.INVOICES: {"Customer ID": accounts},
        company.ANSWERS: {"Account ID": accounts},
        company.RATINGS: {"Account ID": accounts},
        company.USAGE: {"Account ID": accounts},
        company.TALKS: {"Account ID": accounts},
        company.BEGINNINGS: {"Account ID": accounts},
        company.COSTS: {"Team": read(clean, company.USERS)["Team"].drop_nulls()},
        company.TARGETS: {"Mitarbeiter": users},
        company.USERS: {"Manager ID": users},
    }
    for name, columns in named.items():
        for column, known in columns.items():
            assert read(clean, name)[column].drop_nulls().is_in(known.implode()).all(), (name, column)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (company.SUBSCRIPTIONS, ["Subscription ID"]),
        (company.INVOICES, ["Invoice ID"]),
        (company.ANSWERS, ["Response ID"]),
        (company.RATINGS, ["Ticket"]),
        (company.USAGE, ["Account ID", "Measured On", "Figure"]),
        (company.TALKS, ["Activity ID"]),
        (company.BEGINNINGS, ["Account ID", "Milestone"]),
        (company.COSTS, ["Quarter", "Purpose", "Team"]),
        (company.OWNERS, ["Account ID", "From Date", "Owner ID"]),
        (company.TARGETS, ["Mitarbeiter", "Kennzahl", "Quartal"]),
        (company.RATES, ["Currency", "Valid From"]),
    ],
)
def test_keys_are_unique(clean: Path, name: str, key: list[str]) -> None:
    assert not read(clean, name).select(key).is_duplicated().any()


def test_amounts_are_exactly_quantity_times_price_less_discount(clean: Path) -> None:
    money = pl.Decimal(18, 4)
    rows = read(clean, company.SUBSCRIPTIONS).with_columns(
        whole=pl.col("Quantity").cast(pl.Int64) * (100 - pl.col("Discount Percent").cast(pl.Int64)),
        price=(pl.col("List Price").cast(money) * 100).cast(pl.Int64),
        amount=(pl.col("Amount").cast(money) * 100).cast(pl.Int64),
    )
    assert rows.select((pl.col("whole") * pl.col("price") == pl.col("amount") * 100).all()).item()


def test_a_renewal_follows_its_line_within_days_and_is_signed_later(clean: Path) -> None:
    pairs = renewals(clean)
    gap = (pairs["start"] - pairs["end_before"]).dt.total_days()
    assert pairs.height > 1_500
    assert (pairs["Customer ID"] == pairs["Customer ID_before"]).all()
    assert gap.is_between(-30, 20).all()
    assert (gap == 0).mean() > 0.8
    assert (gap > 4).sum() > 20
    assert (gap < 0).sum() > 20
    assert (pairs["signed"] > pairs["signed_before"]).all()
    assert not pairs["Renews Subscription"].is_duplicated().any()


def test_lines_of_one_product_overlap_only_where_one_renews_the_other(clean: Path) -> None:
    cut = renewals(clean).select(pl.col("Renews Subscription").alias("Subscription ID"), renewed="start")
    plans = subscriptions(clean).filter(pl.col("Plan").is_in(PLANS))
    lines = plans.join(cut, on="Subscription ID", how="left").sort("Customer ID", "start")
    until = pl.min_horizontal("end", "renewed")
    follower = pl.col("start").shift(-1).over("Customer ID")
    assert not lines.select((until > follower).any()).item()
    assert lines.select((pl.col("end") > pl.col("start")).all()).item()


def test_a_customer_who_returns_was_away_longer_than_a_gap(clean: Path) -> None:
    first = pl.col("start").min().over("Customer ID")
    plans = subscriptions(clean).filter(pl.col("Plan").is_in(PLANS))
    back = plans.filter(pl.col("Renews Subscription").is_null() & (pl.col("start") > first))
    before = back.join(plans, on="Customer ID", suffix="_before")
    before = before.filter(pl.col("start_before") < pl.col("start"))
    away = before.group_by("Subscription ID").agg(pl.col("start").first() - pl.col("end_before").max())
    assert away.height >= 3
    assert (away["start"].dt.total_days() > 30).all()


def test_nothing_is_known_that_happened_after_the_last_day(clean: Path) -> None:
    last = str(demo.AS_OF)
    assert read(clean, company.SUBSCRIPTIONS)["Signed Date"].max() == last
    assert read(clean, company.OWNERS)["From Date"].max() <= last
    assert read(clean, company.INVOICES)["Invoice Date"].max() <= last
    assert read(clean, company.ANSWERS)["Response Date"].max() <= last
    assert read(clean, company.RATINGS)["Closed At"].str.head(10).max() <= last
    assert read(clean, company.USAGE)["Measured On"].max() <= last
    assert read(clean, company.TALKS)["Activity Date"].max() <= last
    assert read(clean, company.BEGINNINGS)["Reached On"].max() <= last


def test_shares_of_an_account_never_exceed_the_whole(clean: Path) -> None:
    rows = ownership(clean)
    days = rows.select("Account ID", day="start").unique()
    held = days.join(rows, on="Account ID").filter(pl.col("day").is_between("start", "end", closed="left"))
    shares = held.group_by("Account ID", "day").agg(pl.col("percent").sum())
    assert (shares["percent"] == 100).all()
    assert (rows["end"] > rows["start"]).all()
    assert 4 <= rows.filter(pl.col("percent") == 40)["Account ID"].n_unique() <= 40


def test_nobody_owns_an_account_before_joining_or_after_leaving(clean: Path) -> None:
    users = read(clean, company.USERS).select(
        pl.col("User ID").alias("Owner ID"),
        hired=pl.col("Start Date").str.to_date(),
        gone=(pl.col("End Date").str.to_date() + DAY).fill_null(FAR),
    )
    rows = ownership(clean).join(users, on="Owner ID", how="left")
    assert (rows["start"] >= rows["hired"]).all()
    assert (rows["end"] <= rows["gone"]).all()


def test_accounts_change_hands_a_book_is_split_and_some_wait_for_an_owner(clean: Path) -> None:
    rows = ownership(clean).filter(pl.col("percent") > 50).sort("Account ID", "start")
    rows = rows.with_columns(following=pl.col("start").shift(-1).over("Account ID"))
    handed = rows.filter(pl.col("following").is_between(date(2026, 1, 1), date(2026, 3, 31)))
    split = rows.filter(pl.col("following") == world.LEFT_ON + DAY)
    waits = (rows["following"] - rows["end"]).dt.total_days()
    assert 40 <= handed.height <= 80
    assert split.height >= 20
    assert split["Owner ID"].n_unique() <= 2
    assert waits.drop_nulls().is_between(0, 45).all()
    assert (waits > 0).sum() >= 5
    assert rows.filter(pl.col("following").is_null() & (pl.col("end") < FAR)).height >= 1


def test_retention_and_ladder_look_like_a_real_companys(tmp_path: Path) -> None:
    demo.write(tmp_path, accounts=4_000, plant=False)
    was, now = recurring(tmp_path, date(2025, 6, 30)), recurring(tmp_path, date(2026, 6, 30))
    both = was.join(now, on="Customer ID", how="left", suffix="_now").with_columns(pl.col("cents_now").fill_null(0))
    climbs = both.filter(pl.col("rung") < 2)
    opening = both["cents"].sum()
    assert 0.08 <= (both["cents_now"] == 0).mean() <= 0.13
    assert 0.98 <= both["cents_now"].sum() / opening <= 1.08
    assert 0.87 <= both.select(pl.min_horizontal("cents", "cents_now").sum()).item() / opening <= 0.94
    assert 0.05 <= (climbs["rung_now"] > climbs["rung"]).fill_null(value=False).mean() <= 0.11
    assert now["cents"].max() > 50 * now["cents"].median()


def recurring(folder: Path, day: date) -> pl.DataFrame:
    """Monthly cents and rung by customer at the end of a day, late renewals counted as in force."""
    late = renewals(folder).select(pl.col("Renews Subscription").alias("Subscription ID"), renewed="start")
    lines = subscriptions(folder).join(late, on="Subscription ID", how="left")
    lines = lines.with_columns(end=pl.coalesce("renewed", "end")).filter(
        (pl.col("start") <= day) & ((pl.col("end") > day) | (pl.col("Status") == "Awaiting Renewal"))
    )
    months = pl.col("Billing Interval").replace_strict({"Monthly": 1, "Quarterly": 3, "Annual": 12})
    rung = pl.col("Plan").replace_strict({p: i for i, p in enumerate(PLANS)}, default=None)
    cents = (pl.col("Amount").cast(pl.Decimal(18, 2)) * 100).cast(pl.Int64) // months
    return lines.group_by("Customer ID").agg(cents.sum().alias("cents"), rung.max().alias("rung"))


def test_a_good_keeper_keeps_more_revenue(tmp_path: Path) -> None:
    demo.write(tmp_path, accounts=8_000, managers=9, plant=False, truth=True)
    skill = read(tmp_path, company.TRUTH).select("User ID", keeping=pl.col("Keeping Skill").cast(pl.Float64))
    was, now = recurring(tmp_path, date(2025, 6, 30)), recurring(tmp_path, date(2026, 6, 30))
    owner = read(tmp_path, company.ACCOUNTS).select("Owner ID", pl.col("Account ID").alias("Customer ID"))
    kept = was.with_columns(is_kept=pl.col("Customer ID").is_in(now["Customer ID"].implode()))
    rates = kept.join(owner, on="Customer ID").group_by("Owner ID").agg(pl.col("is_kept").mean())
    known = rates.join(skill, left_on="Owner ID", right_on="User ID")
    assert known.select(pl.corr("is_kept", "keeping")).item() > 0.6


def test_planting_adds_exactly_the_three_rows_it_names(tmp_path: Path, clean: Path) -> None:
    demo.write(tmp_path, truth=True)
    planted = sums(tmp_path)
    faults = demo.planted_faults()
    assert {name for name, value in sums(clean).items() if value != planted[name]} == {f.file for f in faults}
    for fault in faults:
        rows = read(tmp_path, fault.file)
        assert rows[fault.column][fault.row - 1] == fault.value
        assert pl.concat([rows[: fault.row - 1], rows[fault.row :]]).equals(read(clean, fault.file))


def test_the_planted_values_are_wrong(clean: Path) -> None:
    amount, customer, day = (fault.value for fault in demo.planted_faults())
    assert "OO" in amount
    assert customer not in read(clean, company.ACCOUNTS)["Account ID"].implode().item()
    with pytest.raises(ValueError, match="day"):
        date.fromisoformat(day)


def found(folder: Path) -> set[tuple[str | None, int | None, str | None]]:
    """Place and value of all that is wrong with a made company, as the adapters and the checks see it."""
    text = (folder / "sources.yaml").read_text(encoding="utf-8")
    keys = {name: table.key for name, table in TABLES.items()}
    sources = Sources.model_validate(YAML(typ="safe").load(text))
    delivery = mapped.read(folder, Wanted(LAYOUT, OPEN_TABLES, keys), sources)
    unread = [(f.table or "", f.file or "", f.row or 0) for f in delivery.faults]
    checked = checks.check(delivery.tables, currency="EUR", known_metrics=("expansion", "closing"), faulty=unread)
    return {(p.file, p.row, p.value) for p in (*delivery.faults, *checked.problems)}


def test_reading_and_checking_find_the_planted_faults_and_nothing_else(tmp_path: Path, clean: Path) -> None:
    demo.write(tmp_path)
    assert found(tmp_path) == {(f.file, f.row, f.value) for f in demo.planted_faults()}
    assert found(clean) == set()


def test_some_customers_still_wait_for_value_and_some_left_before(clean: Path) -> None:
    reached = read(clean, company.BEGINNINGS).pivot("Milestone", index="Account ID", values="Reached On")
    both = reached.drop_nulls("Signed").with_columns(pl.exclude("Account ID").str.to_date())
    days = (both["First Value"] - both["Signed"]).dt.total_days()
    assert both.height > 100
    assert 0.03 < days.null_count() / both.height < 0.3
    assert 20 < days.median() < 60
    assert (both["Kick-off"] > both["Signed"]).all()


def test_content_customers_use_it_more(clean: Path) -> None:
    used = read(clean, company.USAGE).filter(pl.col("Figure") == "Active Seats Percent")
    seats = used["Value"].cast(pl.Float64)
    gone = read(clean, company.SUBSCRIPTIONS).filter(pl.col("Status") == "Cancelled")["Customer ID"]
    is_gone = used["Account ID"].is_in(gone.implode())
    assert seats.is_between(15, 98).all()
    assert seats.filter(is_gone).mean() < seats.filter(~is_gone).mean()


def test_files_have_the_habits_of_their_systems(clean: Path) -> None:
    assert (clean / company.USERS).read_bytes().startswith(b"\xef\xbb\xbf")
    invoices = (clean / company.INVOICES).read_bytes()
    assert invoices.count(b"\r\n") == invoices.count(b"\n") > 100
    targets = (clean / company.TARGETS).read_text(encoding="utf-8").splitlines()
    assert targets[1].startswith("005")
    assert read(clean, company.TARGETS)["Zielwert"].str.contains(r"^\d{1,3}(\.\d{3})*,00$").all()
    assert read(clean, company.TARGETS)["Vereinbart am"].str.contains(r"^\d\d\.\d\d\.20\d\d$").all()
    assert read(clean, company.ANSWERS)["Comment"].drop_nulls().str.contains("\n").any()
    assert read(clean, company.ANSWERS)["Score"].null_count() > 100


def test_sources_name_columns_that_are_there_and_words_we_know(clean: Path) -> None:
    sources = YAML(typ="safe").load((clean / "sources.yaml").read_text(encoding="utf-8"))
    named = {entry["file"] for entry in sources["files"]}
    assert named == set(company.FILES)
    for entry in sources["files"]:
        rows = read(clean, entry["file"])
        table = TABLES[entry["table"]]
        for ours, theirs in entry["columns"].items():
            assert ours in table.schema, (entry["file"], ours)
            check_column(rows, theirs, table.column(ours).words)
        assert set(entry.get("attributes", {}).values()) <= set(rows.columns)


def check_column(rows: pl.DataFrame, theirs: Any, allowed: tuple[str, ...]) -> None:
    if isinstance(theirs, str):
        assert theirs in rows.columns
        return
    if "formula" in theirs:
        assert str(theirs["formula"]).split("`")[1] in rows.columns
    if "join" in theirs:
        assert set(theirs["join"]) <= set(rows.columns)
    if "words" in theirs:
        words = theirs["words"]
        assert set(rows[theirs["column"]].drop_nulls()) <= set(words)
        assert not allowed or set(words.values()) <= set(allowed)


def test_nothing_is_overwritten_and_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / company.INVOICES
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(FileExistsError, match=r"invoices\.csv"):
        demo.write(tmp_path)
    mine.unlink()
    monkeypatch.setattr(company, "whole", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo.write(tmp_path)
    assert [p for p in tmp_path.rglob("*") if p.is_file() or p.name.startswith(".")] == []


@pytest.mark.parametrize(("name", "value"), [("accounts", 99), ("managers", 8), ("quarters", 0)])
def test_a_size_that_makes_no_company_is_refused(tmp_path: Path, name: str, value: int) -> None:
    with pytest.raises(ValueError, match=name):
        demo.write(tmp_path, **{name: value})
    assert list(tmp_path.iterdir()) == []


def test_few_quarters_many_managers_and_many_quarters_make_a_company_too(tmp_path: Path) -> None:
    demo.write(tmp_path / "few", accounts=100, managers=9, quarters=1)
    demo.write(tmp_path / "many", accounts=400, managers=300, quarters=20)
    users = read(tmp_path / "many", company.USERS)
    assert users.height == users["Email"].n_unique() == 305
    for name in ("few", "many"):
        for fault in demo.planted_faults():
            assert read(tmp_path / name, fault.file)[fault.column][fault.row - 1] == fault.value


def test_four_times_the_accounts_take_about_four_times_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "BLOCK", 1_000)
    spent = []
    for accounts in (1_000, 4_000):
        start = time.process_time()
        files = demo.write(tmp_path / str(accounts), accounts=accounts)
        spent.append((time.process_time() - start, sum(p.stat().st_size for p in files)))
    (small, few), (large, many) = spent
    assert 3.8 < many / few < 4.2
    assert large / small < 6


def test_the_page_about_it_names_its_files_and_faults() -> None:
    page = (Path(demo.__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in company.FILES)
    for fault in demo.planted_faults():
        assert f"| `{fault.file}` | {fault.row} | {fault.column} | `{fault.value}` |" in page
