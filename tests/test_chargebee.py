"""Is an export of Chargebee read as it is downloaded: a zip, in which files tell of each other?"""

from pathlib import Path
from zipfile import ZipFile

from adapters import read_folder
from scoring.tables import LAYOUT, OPEN_TABLES, TABLES

EXPORT = Path(__file__).parent / "exports" / "chargebee_zip"


def test_the_zip_says_what_its_folder_does(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "export.zip", "w") as box:
        for path in sorted(EXPORT.rglob("*.csv")):
            box.write(path, path.relative_to(EXPORT).as_posix())
    keys = {n: t.key for n, t in TABLES.items()}
    packed = read_folder(tmp_path, LAYOUT, OPEN_TABLES, None, keys=keys).tables
    unpacked = read_folder(EXPORT, LAYOUT, OPEN_TABLES, None, keys=keys).tables
    assert packed.keys() == unpacked.keys()
    for table, frame in unpacked.items():
        assert packed[table].drop("origin_file").equals(frame.drop("origin_file")), table
        assert packed[table]["origin_file"].str.starts_with("export.zip/").all()
